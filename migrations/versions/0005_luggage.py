"""Places for luggage and bicycles: offered with a ride, taken on each hop, asked for with a booking.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHECKS = {
    "luggage": "luggage_taken >= 0 AND luggage_taken <= luggage_capacity",
    "bicycles": "bicycle_taken >= 0 AND bicycle_taken <= bicycle_capacity",
}
_HOP_COLUMNS = ("luggage_capacity", "luggage_taken", "bicycle_capacity", "bicycle_taken")


def upgrade() -> None:
    for table in ("ride", "booking", "booking_leg"):
        for name in ("luggage", "bicycles"):
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("ride_hop") as hops:
        for name in _HOP_COLUMNS:
            hops.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name, condition in _CHECKS.items():
            hops.create_check_constraint(op.f(f"ck_ride_hop_{name}"), sa.text(condition))


def downgrade() -> None:
    with op.batch_alter_table("ride_hop") as hops:
        for name in _CHECKS:
            hops.drop_constraint(op.f(f"ck_ride_hop_{name}"), type_="check")
        for name in _HOP_COLUMNS:
            hops.drop_column(name)
    for table in ("booking_leg", "booking", "ride"):
        with op.batch_alter_table(table) as rows:
            for name in ("luggage", "bicycles"):
                rows.drop_column(name)
