"""Who has no mail address is called when something happens to their journey.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_to_make",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_call_to_make_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_call_to_make_done_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_to_make")),
    )
    op.create_index(op.f("ix_call_to_make_booking_id"), "call_to_make", ["booking_id"])
    op.create_index(op.f("ix_call_to_make_done_at"), "call_to_make", ["done_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_call_to_make_done_at"), table_name="call_to_make")
    op.drop_index(op.f("ix_call_to_make_booking_id"), table_name="call_to_make")
    op.drop_table("call_to_make")
