"""Which index of places belongs to which timetable and gazetteer.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_index",
        sa.Column("timetable_folder", sa.String(length=80), nullable=False),
        sa.Column("gazetteer_folder", sa.String(length=80), nullable=False),
        sa.Column("places_folder", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("timetable_folder", "gazetteer_folder", name=op.f("pk_place_index")),
    )


def downgrade() -> None:
    op.drop_table("place_index")
