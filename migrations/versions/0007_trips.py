"""Journeys booked as one (there and back), and bookings in place of others.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking") as bookings:
        bookings.add_column(sa.Column("trip_id", sa.String(length=32), nullable=True))
        bookings.add_column(sa.Column("replaces_id", sa.String(length=32), nullable=True))
        bookings.create_foreign_key(
            op.f("fk_booking_replaces_id_booking"), "booking", ["replaces_id"], ["id"]
        )
        bookings.create_index(op.f("ix_booking_trip_id"), ["trip_id"])
        bookings.create_index(op.f("ix_booking_replaces_id"), ["replaces_id"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("booking") as bookings:
        bookings.drop_index(op.f("ix_booking_replaces_id"))
        bookings.drop_index(op.f("ix_booking_trip_id"))
        bookings.drop_constraint(op.f("fk_booking_replaces_id_booking"), type_="foreignkey")
        bookings.drop_column("replaces_id")
        bookings.drop_column("trip_id")
