"""Who waits for a place on a full run.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wait_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=False),
        sa.Column("ride_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("destination_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_revision", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("luggage", sa.Integer(), nullable=False),
        sa.Column("bicycles", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_wait_entry_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_wait_entry_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ride_id"], ["ride.id"], name=op.f("fk_wait_entry_ride_id_ride"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_wait_entry_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_entry")),
    )
    for columns in (["ride_id", "ended_at"], ["person_id", "ended_at"], ["booking_id"]):
        op.create_index(op.f(f"ix_wait_entry_{'_'.join(columns)}"), "wait_entry", columns)


def downgrade() -> None:
    for columns in (["booking_id"], ["person_id", "ended_at"], ["ride_id", "ended_at"]):
        op.drop_index(op.f(f"ix_wait_entry_{'_'.join(columns)}"), table_name="wait_entry")
    op.drop_table("wait_entry")
