"""How far the portal has forgotten.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_clock",
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("done_until_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_retention_clock")),
    )


def downgrade() -> None:
    op.drop_table("retention_clock")
