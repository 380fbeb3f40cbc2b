"""Which reminders somebody wants.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = ("wants_reminder_day_before", "wants_reminder_soon")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("person", sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        for name in COLUMNS:
            person.drop_column(name)
