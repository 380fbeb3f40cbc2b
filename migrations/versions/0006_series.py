"""Series of rides, and what drivers take along.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TERMS = ("child_seat", "pets", "smoking", "women_only")


def upgrade() -> None:
    op.create_table(
        "ride_series",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("driver_id", sa.String(length=32), nullable=False),
        sa.Column("offer", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("out_drive_s", sa.Integer(), nullable=False),
        sa.Column("back_drive_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["person.id"], name=op.f("fk_ride_series_driver_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ride_series")),
    )
    op.create_index(op.f("ix_ride_series_driver_id"), "ride_series", ["driver_id"], unique=False)
    op.create_table(
        "ride_series_gap",
        sa.Column("series_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["ride_series.id"],
            name=op.f("fk_ride_series_gap_series_id_ride_series"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("series_id", "day", "direction", name=op.f("pk_ride_series_gap")),
    )
    with op.batch_alter_table("ride") as table:
        for name in TERMS:
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("series_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("series_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("series_direction", sa.String(length=32), nullable=True))
        table.create_foreign_key(op.f("fk_ride_series_id_ride_series"), "ride_series", ["series_id"], ["id"])
        table.create_unique_constraint(
            op.f("uq_ride_series_id_series_day_series_direction"),
            ["series_id", "series_day", "series_direction"],
        )
    op.add_column("person", sa.Column("is_woman", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("is_woman")
    with op.batch_alter_table("ride") as table:
        table.drop_constraint(op.f("uq_ride_series_id_series_day_series_direction"), type_="unique")
        table.drop_constraint(op.f("fk_ride_series_id_ride_series"), type_="foreignkey")
        for name in ("series_direction", "series_day", "series_id", *reversed(TERMS)):
            table.drop_column(name)
    op.drop_table("ride_series_gap")
    op.drop_index(op.f("ix_ride_series_driver_id"), table_name="ride_series")
    op.drop_table("ride_series")
