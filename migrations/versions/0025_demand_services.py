"""On-demand services of associations, whose tours are published by the calendar.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_SERVICE = ["demand_service_id", "demand_day", "demand_clock"]
OF_STOP = ["earliest_s", "latest_s", "known_s"]


def upgrade() -> None:
    op.create_table(
        "demand_service",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("stops", sa.JSON(), nullable=False),
        sa.Column("area", sa.JSON(), nullable=False),
        sa.Column("base_name", sa.String(length=200), nullable=False),
        sa.Column("base_lat", sa.Double(), nullable=False),
        sa.Column("base_lon", sa.Double(), nullable=False),
        sa.Column("lead_s", sa.Integer(), nullable=False),
        sa.Column("flex_s", sa.Integer(), nullable=False),
        sa.Column("detour_s", sa.Integer(), nullable=False),
        sa.Column("fare", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("phone_hours", sa.String(length=120), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_demand_service_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_service")),
    )
    op.create_index(op.f("ix_demand_service_organisation_id"), "demand_service", ["organisation_id"])
    op.create_table(
        "demand_vehicle",
        sa.Column("service_id", sa.String(length=32), nullable=False),
        sa.Column("vehicle_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["demand_service.id"],
            name=op.f("fk_demand_vehicle_service_id_demand_service"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["organisation_vehicle.id"],
            name=op.f("fk_demand_vehicle_vehicle_id_organisation_vehicle"),
        ),
        sa.PrimaryKeyConstraint("service_id", "vehicle_id", name=op.f("pk_demand_vehicle")),
    )
    with op.batch_alter_table("ride") as table:
        table.add_column(sa.Column("demand_service_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("demand_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("demand_clock", sa.Time(), nullable=True))
        table.create_foreign_key(
            op.f("fk_ride_demand_service_id_demand_service"), "demand_service", ["demand_service_id"], ["id"]
        )
    for name in OF_STOP:
        op.add_column("ride_stop", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in reversed(OF_STOP):
        op.drop_column("ride_stop", name)
    with op.batch_alter_table("ride") as table:
        table.drop_constraint(op.f("fk_ride_demand_service_id_demand_service"), type_="foreignkey")
        for name in reversed(OF_SERVICE):
            table.drop_column(name)
    op.drop_table("demand_vehicle")
    op.drop_index(op.f("ix_demand_service_organisation_id"), table_name="demand_service")
    op.drop_table("demand_service")
