"""Which mails besides reminders a person does without, and since when.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = ("wants_wish_mails", "wants_rating_mails")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("person", sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("person", sa.Column("mails_chosen_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        for name in (*COLUMNS, "mails_chosen_at"):
            person.drop_column(name)
