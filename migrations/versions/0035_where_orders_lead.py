"""Where standing orders begin and end, so that a new timetable's names of these stops can be found.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = ("origin_lat", "origin_lon", "destination_lat", "destination_lon")


def upgrade() -> None:
    with op.batch_alter_table("standing_order") as table:
        for name in COLUMNS:
            table.add_column(sa.Column(name, sa.Double(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("standing_order") as table:
        for name in reversed(COLUMNS):
            table.drop_column(name)
