"""Several feeds side by side: each with its versions, its own arrays, and what it was merged with.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FIRST = "first"


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.String(length=1000), nullable=True),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=300), nullable=True),
        sa.Column("last_modified", sa.String(length=100), nullable=True),
        sa.Column("fetched_checksum", sa.String(length=64), nullable=True),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetching_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetch_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("name", name=op.f("uq_feed_name")),
    )
    op.execute(
        f"INSERT INTO feed (id, name, rank, every_minutes) VALUES ('{FIRST}', 'Hauptfahrplan', 1, 60)"  # noqa: S608
    )
    with op.batch_alter_table("feed_version") as versions:
        versions.add_column(sa.Column("feed_id", sa.String(length=32), nullable=False, server_default=FIRST))
        versions.add_column(sa.Column("own_folder", sa.String(length=80), nullable=True))
        versions.add_column(sa.Column("own_lines_folder", sa.String(length=80), nullable=True))
        versions.create_foreign_key(op.f("fk_feed_version_feed_id_feed"), "feed", ["feed_id"], ["id"])
        versions.create_index(op.f("ix_feed_version_feed_id"), ["feed_id"])
    with op.batch_alter_table("feed_version") as versions:
        versions.alter_column("feed_id", server_default=None)
    op.create_table(
        "feed_version_part",
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("part_version_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feed_version.id"], name=op.f("fk_feed_version_part_version_id_feed_version")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_version_part_feed_id_feed")),
        sa.ForeignKeyConstraint(
            ["part_version_id"],
            ["feed_version.id"],
            name=op.f("fk_feed_version_part_part_version_id_feed_version"),
        ),
        sa.PrimaryKeyConstraint("version_id", "feed_id", name=op.f("pk_feed_version_part")),
    )
    op.execute("UPDATE feed_version SET own_folder = timetable_folder, own_lines_folder = lines_folder")
    op.execute(
        "INSERT INTO feed_version_part (version_id, feed_id, part_version_id) "
        "SELECT id, feed_id, id FROM feed_version WHERE timetable_folder IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("feed_version_part")
    with op.batch_alter_table("feed_version") as versions:
        versions.drop_index(op.f("ix_feed_version_feed_id"))
        versions.drop_constraint(op.f("fk_feed_version_feed_id_feed"), type_="foreignkey")
        for column in ("own_lines_folder", "own_folder", "feed_id"):
            versions.drop_column(column)
    op.drop_table("feed")
