"""A vehicle drives its service hours of a day once.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TOUR = ["demand_service_id", "vehicle_id", "demand_day", "demand_clock"]


def upgrade() -> None:
    with op.batch_alter_table("ride") as table:
        table.create_unique_constraint(op.f("uq_ride_demand_tour"), TOUR)


def downgrade() -> None:
    with op.batch_alter_table("ride") as table:
        table.drop_constraint(op.f("uq_ride_demand_tour"), type_="unique")
