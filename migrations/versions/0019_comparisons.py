"""What a version changes, the journeys looked up in both timetables, and where the municipalities lie.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("against_version_id", sa.String(length=32), nullable=True),
        sa.Column("timetable_folder", sa.String(length=80), nullable=False),
        sa.Column("against_folder", sa.String(length=80), nullable=True),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["feed_version.id"],
            name=op.f("fk_comparison_version_id_feed_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["against_version_id"],
            ["feed_version.id"],
            name=op.f("fk_comparison_against_version_id_feed_version"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_comparison")),
    )
    op.create_table(
        "sample_journey",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("destination", sa.JSON(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("clock_s", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.id"], name=op.f("fk_sample_journey_added_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_journey")),
    )
    op.create_table(
        "municipality_set",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("is_from_osm", sa.Boolean(), nullable=False),
        sa.Column("folder", sa.String(length=80), nullable=False),
        sa.Column("n_municipalities", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality_set")),
    )


def downgrade() -> None:
    op.drop_table("municipality_set")
    op.drop_table("sample_journey")
    op.drop_table("comparison")
