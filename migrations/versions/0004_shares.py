"""Shares of the costs: what the law allows for a ride, what a rider is asked for and has agreed to.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ride", sa.Column("allowed_ct", sa.Integer(), nullable=False, server_default="0"))
    for name in ("asked_ct", "agreed_ct"):
        op.add_column("booking_leg", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE ride SET allowed_ct = 30 * direct_m / 1000 WHERE kind = 'private'"
    )  # 0.30 €/km until now
    op.execute("UPDATE booking_leg SET asked_ct = price_ct, agreed_ct = price_ct")


def downgrade() -> None:
    with op.batch_alter_table("booking_leg") as table:
        table.drop_column("agreed_ct")
        table.drop_column("asked_ct")
    with op.batch_alter_table("ride") as table:
        table.drop_column("allowed_ct")
