"""Where vehicles drive, and the tiles of the map: folders beside those of timetables and streets.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDED = {"feed_version": ("lines_folder", "tiles_folder"), "roads_version": ("tiles_folder",)}


def upgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.add_column(sa.Column(column, sa.String(length=80), nullable=True))


def downgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for column in reversed(columns):
                changed.drop_column(column)
