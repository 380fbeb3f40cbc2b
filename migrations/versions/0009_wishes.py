"""Wishes, and what has been found for them.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wish",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("origin_area", sa.String(length=200), nullable=False),
        sa.Column("origin_lat", sa.Double(), nullable=False),
        sa.Column("origin_lon", sa.Double(), nullable=False),
        sa.Column("destination_name", sa.String(length=200), nullable=False),
        sa.Column("destination_area", sa.String(length=200), nullable=False),
        sa.Column("destination_lat", sa.Double(), nullable=False),
        sa.Column("destination_lon", sa.Double(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matched_revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_wish_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_ended_at_last_day"), "wish", ["ended_at", "last_day"], unique=False)
    op.create_index(op.f("ix_wish_person_id_created_at"), "wish", ["person_id", "created_at"], unique=False)
    op.create_table(
        "wish_fit",
        sa.Column("wish_id", sa.String(length=32), nullable=False),
        sa.Column("ride_id", sa.String(length=32), nullable=False),
        sa.Column("offer_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("departure_s", sa.BigInteger(), nullable=False),
        sa.Column("arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ride_id"], ["ride.id"], name=op.f("fk_wish_fit_ride_id_ride"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["wish.id"], name=op.f("fk_wish_fit_wish_id_wish"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wish_id", "ride_id", name=op.f("pk_wish_fit")),
    )
    op.create_index(op.f("ix_wish_fit_ride_id"), "wish_fit", ["ride_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_wish_fit_ride_id"), table_name="wish_fit")
    op.drop_table("wish_fit")
    op.drop_index(op.f("ix_wish_person_id_created_at"), table_name="wish")
    op.drop_index(op.f("ix_wish_ended_at_last_day"), table_name="wish")
    op.drop_table("wish")
