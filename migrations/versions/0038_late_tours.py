"""A vehicle on demand can be late: when its driver says it will be there, and what passengers were told instead.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ride_stop", sa.Column("said_s", sa.BigInteger(), nullable=True))
    op.add_column("ride_stop", sa.Column("told_s", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ride_stop") as stop:
        stop.drop_column("told_s")
        stop.drop_column("said_s")
