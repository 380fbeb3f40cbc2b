"""Shifts know when they really began and ended, where somebody says so.

Revision ID: 0040
Revises: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("duty_shift", sa.Column("began_s", sa.BigInteger(), nullable=True))
    op.add_column("duty_shift", sa.Column("finished_s", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("duty_shift") as shift:
        shift.drop_column("finished_s")
        shift.drop_column("began_s")
