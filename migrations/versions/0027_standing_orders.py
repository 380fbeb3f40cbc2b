"""Standing orders, booked ahead day by day.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing_order",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("destination_name", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_standing_order_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_standing_order_created_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
    )
    op.create_index(op.f("ix_standing_order_person_id"), "standing_order", ["person_id"])
    op.create_table(
        "standing_day",
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=True),
        sa.Column("hitch", sa.String(length=32), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["standing_order.id"],
            name=op.f("fk_standing_day_order_id_standing_order"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_standing_day_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_standing_day_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("order_id", "day", name=op.f("pk_standing_day")),
    )
    op.create_index(op.f("ix_standing_day_booking_id"), "standing_day", ["booking_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_standing_day_booking_id"), table_name="standing_day")
    op.drop_table("standing_day")
    op.drop_index(op.f("ix_standing_order_person_id"), table_name="standing_order")
    op.drop_table("standing_order")
