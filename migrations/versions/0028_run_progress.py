"""How far a run has come and how late it is, as whoever drives it says.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NUMBERS = ("stops_done", "late_from", "late_s")
MOMENTS = ("stops_done_at", "late_at")


def upgrade() -> None:
    for name in NUMBERS:
        op.add_column("ride", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in MOMENTS:
        op.add_column("ride", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ride") as table:
        for name in (*NUMBERS, *MOMENTS):
            table.drop_column(name)
