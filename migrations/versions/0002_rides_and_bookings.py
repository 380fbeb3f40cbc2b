"""Rides, bookings, idempotency keys, the live revision and blocks between people.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_revision")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rider_id", sa.String(length=32), nullable=False),
        sa.Column("booked_by_id", sa.String(length=32), nullable=False),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("destination_name", sa.String(length=200), nullable=False),
        sa.Column("departure_s", sa.BigInteger(), nullable=False),
        sa.Column("arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("price_ct", sa.Integer(), nullable=False),
        sa.Column("keep_others", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column("journey", sa.JSON(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("timetable_version", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_booking_booked_by_id_person")),
        sa.ForeignKeyConstraint(["rider_id"], ["person.id"], name=op.f("fk_booking_rider_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_booked_by_id"), "booking", ["booked_by_id"], unique=False)
    op.create_index(
        op.f("ix_booking_rider_id_departure_s"), "booking", ["rider_id", "departure_s"], unique=False
    )

    op.create_table(
        "idempotency_key",
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_idempotency_key_actor_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)

    op.create_table(
        "person_block",
        sa.Column("blocker_id", sa.String(length=32), nullable=False),
        sa.Column("blocked_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["person.id"], name=op.f("fk_person_block_blocked_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["person.id"], name=op.f("fk_person_block_blocker_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_person_block")),
    )
    op.create_index(op.f("ix_person_block_blocked_id"), "person_block", ["blocked_id"], unique=False)

    op.create_table(
        "ride",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=True),
        sa.Column("driver_id", sa.String(length=32), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("begins_s", sa.BigInteger(), nullable=False),
        sa.Column("ends_s", sa.BigInteger(), nullable=False),
        sa.Column("bookable_until_s", sa.BigInteger(), nullable=False),
        sa.Column("earliest_s", sa.BigInteger(), nullable=False),
        sa.Column("latest_s", sa.BigInteger(), nullable=False),
        sa.Column("latest_arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("budget_s", sa.Integer(), nullable=False),
        sa.Column("direct_s", sa.Integer(), nullable=False),
        sa.Column("direct_m", sa.Integer(), nullable=False),
        sa.Column("rate_ct_per_km", sa.Integer(), nullable=False),
        sa.Column("asks_first", sa.Boolean(), nullable=False),
        sa.Column("vehicle", sa.String(length=120), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["driver_id"], ["person.id"], name=op.f("fk_ride_driver_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ride_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ride")),
    )
    op.create_index(op.f("ix_ride_changed_revision"), "ride", ["changed_revision"], unique=False)
    op.create_index(op.f("ix_ride_driver_id_begins_s"), "ride", ["driver_id", "begins_s"], unique=False)
    op.create_index(op.f("ix_ride_ends_s"), "ride", ["ends_s"], unique=False)
    op.create_index(op.f("ix_ride_organisation_id"), "ride", ["organisation_id"], unique=False)

    op.create_table(
        "ride_hop",
        sa.Column("ride_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("wheelchair_capacity", sa.Integer(), nullable=False),
        sa.Column("wheelchair_taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken + wheelchair_taken <= 8", name=op.f("ck_ride_hop_people")),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_ride_hop_seats")),
        sa.CheckConstraint(
            "wheelchair_taken >= 0 AND wheelchair_taken <= wheelchair_capacity",
            name=op.f("ck_ride_hop_wheelchairs"),
        ),
        sa.ForeignKeyConstraint(
            ["ride_id"], ["ride.id"], name=op.f("fk_ride_hop_ride_id_ride"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ride_id", "seq", name=op.f("pk_ride_hop")),
    )
    op.create_table(
        "ride_stop",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ride_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("stop_id", sa.String(length=200), nullable=True),
        sa.Column("arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("departure_s", sa.BigInteger(), nullable=False),
        sa.Column("promised_pickup_s", sa.BigInteger(), nullable=True),
        sa.Column("promised_dropoff_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ride_id"], ["ride.id"], name=op.f("fk_ride_stop_ride_id_ride"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ride_stop")),
        sa.UniqueConstraint("ride_id", "seq", name=op.f("uq_ride_stop_ride_id_seq")),
    )
    op.create_table(
        "booking_leg",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ride_id", sa.String(length=32), nullable=True),
        sa.Column("board_stop_id", sa.String(length=32), nullable=True),
        sa.Column("alight_stop_id", sa.String(length=32), nullable=True),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("origin_area", sa.String(length=200), nullable=False),
        sa.Column("origin_lat", sa.Double(), nullable=False),
        sa.Column("origin_lon", sa.Double(), nullable=False),
        sa.Column("destination_name", sa.String(length=200), nullable=False),
        sa.Column("destination_area", sa.String(length=200), nullable=False),
        sa.Column("destination_lat", sa.Double(), nullable=False),
        sa.Column("destination_lon", sa.Double(), nullable=False),
        sa.Column("departure_s", sa.BigInteger(), nullable=False),
        sa.Column("arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("hold_until_s", sa.BigInteger(), nullable=True),
        sa.Column("price_ct", sa.Integer(), nullable=False),
        sa.Column("detour_s", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["alight_stop_id"], ["ride_stop.id"], name=op.f("fk_booking_leg_alight_stop_id_ride_stop")
        ),
        sa.ForeignKeyConstraint(
            ["board_stop_id"], ["ride_stop.id"], name=op.f("fk_booking_leg_board_stop_id_ride_stop")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_leg_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ride_id"], ["ride.id"], name=op.f("fk_booking_leg_ride_id_ride")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_leg")),
        sa.UniqueConstraint("booking_id", "seq", name=op.f("uq_booking_leg_booking_id_seq")),
    )
    op.create_index(op.f("ix_booking_leg_alight_stop_id"), "booking_leg", ["alight_stop_id"], unique=False)
    op.create_index(op.f("ix_booking_leg_board_stop_id"), "booking_leg", ["board_stop_id"], unique=False)
    op.create_index(op.f("ix_booking_leg_ride_id_state"), "booking_leg", ["ride_id", "state"], unique=False)
    op.create_index(
        op.f("ix_booking_leg_state_hold_until_s"), "booking_leg", ["state", "hold_until_s"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_booking_leg_state_hold_until_s"), table_name="booking_leg")
    op.drop_index(op.f("ix_booking_leg_ride_id_state"), table_name="booking_leg")
    op.drop_index(op.f("ix_booking_leg_board_stop_id"), table_name="booking_leg")
    op.drop_index(op.f("ix_booking_leg_alight_stop_id"), table_name="booking_leg")

    op.drop_table("booking_leg")
    op.drop_table("ride_stop")
    op.drop_table("ride_hop")
    op.drop_index(op.f("ix_ride_organisation_id"), table_name="ride")
    op.drop_index(op.f("ix_ride_ends_s"), table_name="ride")
    op.drop_index(op.f("ix_ride_driver_id_begins_s"), table_name="ride")
    op.drop_index(op.f("ix_ride_changed_revision"), table_name="ride")

    op.drop_table("ride")
    op.drop_index(op.f("ix_person_block_blocked_id"), table_name="person_block")

    op.drop_table("person_block")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")

    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_booking_rider_id_departure_s"), table_name="booking")
    op.drop_index(op.f("ix_booking_booked_by_id"), table_name="booking")

    op.drop_table("booking")
    op.drop_table("live_revision")
