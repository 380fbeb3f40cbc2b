"""How a person travels, kept for the next searches because they wish it.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("usual_search", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        person.drop_column("usual_search")
