"""Where somebody on a waiting list wants to go: with the place, a stop is found again under another id.

Revision ID: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = ("origin_lat", "origin_lon", "destination_lat", "destination_lon")


def upgrade() -> None:
    with op.batch_alter_table("wait_entry") as table:
        for name in COLUMNS:
            table.add_column(sa.Column(name, sa.Double(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("wait_entry") as table:
        for name in reversed(COLUMNS):
            table.drop_column(name)
