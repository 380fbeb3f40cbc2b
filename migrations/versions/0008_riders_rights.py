"""Numbered calendar files, reminders sent, and keys for programs.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking") as bookings:
        bookings.add_column(sa.Column("calendar_id", sa.String(length=32), nullable=True))
        bookings.add_column(sa.Column("calendars_sent", sa.Integer(), nullable=False, server_default="0"))
        bookings.create_index(op.f("ix_booking_departure_s"), ["departure_s"])
    op.add_column("outbox_message", sa.Column("booking_id", sa.String(length=32), nullable=True))
    op.create_table(
        "booking_reminder",
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("reminder", sa.String(length=32), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_reminder_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("booking_id", "reminder", name=op.f("pk_booking_reminder")),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_access_token_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_index(op.f("ix_access_token_person_id"), "access_token", ["person_id"])


def downgrade() -> None:
    op.drop_table("access_token")
    op.drop_table("booking_reminder")
    with op.batch_alter_table("outbox_message") as messages:
        messages.drop_column("booking_id")
    with op.batch_alter_table("booking") as bookings:
        bookings.drop_index(op.f("ix_booking_departure_s"))
        bookings.drop_column("calendars_sent")
        bookings.drop_column("calendar_id")
