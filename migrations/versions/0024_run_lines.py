"""Lines of associations, whose runs are published by the calendar.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OF_LINE = ["run_line_id", "line_day", "line_clock"]


def upgrade() -> None:
    op.create_table(
        "run_line",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("vehicle_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("stops", sa.JSON(), nullable=False),
        sa.Column("bookable_before_s", sa.Integer(), nullable=False),
        sa.Column("fare", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_run_line_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["organisation_vehicle.id"],
            name=op.f("fk_run_line_vehicle_id_organisation_vehicle"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_line")),
    )
    op.create_index(op.f("ix_run_line_organisation_id"), "run_line", ["organisation_id"])
    with op.batch_alter_table("ride") as table:
        table.add_column(sa.Column("run_line_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("line_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("line_clock", sa.Time(), nullable=True))
        table.create_foreign_key(op.f("fk_ride_run_line_id_run_line"), "run_line", ["run_line_id"], ["id"])
        table.create_unique_constraint(op.f("uq_ride_run_line_id_line_day_line_clock"), OF_LINE)


def downgrade() -> None:
    with op.batch_alter_table("ride") as table:
        table.drop_constraint(op.f("uq_ride_run_line_id_line_day_line_clock"), type_="unique")
        table.drop_constraint(op.f("fk_ride_run_line_id_run_line"), type_="foreignkey")
        for name in reversed(OF_LINE):
            table.drop_column(name)
    op.drop_index(op.f("ix_run_line_organisation_id"), table_name="run_line")
    op.drop_table("run_line")
