"""Who drives a vehicle on demand sees when its order was changed last: a sheet on paper may be older.

Revision ID: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ride", sa.Column("reordered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ride") as ride:
        ride.drop_column("reordered_at")
