"""Standing orders can be changed: each day knows what it was booked for, and whether that has been written.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standing_order", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("standing_day", sa.Column("asked", sa.String(length=32), nullable=True))
    op.add_column("standing_day", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
    # each of these was told in a mail of its own
    op.execute("UPDATE standing_day SET written_at = tried_at WHERE booking_id IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("standing_day") as day:
        day.drop_column("written_at")
        day.drop_column("asked")
    with op.batch_alter_table("standing_order") as order:
        order.drop_column("written_at")
