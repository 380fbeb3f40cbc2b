"""Runs on which a place must be booked, can be, or cannot; and what they cost.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("run_line", "ride"):
        op.add_column(
            table, sa.Column("booking", sa.String(length=32), nullable=False, server_default="required")
        )
    op.add_column("ride", sa.Column("fare", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("ride", "fare")
    for table in ("ride", "run_line"):
        op.drop_column(table, "booking")
