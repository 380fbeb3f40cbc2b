"""Callers who have agreed to it get news by SMS; a call is only needed where that does not leave.

Revision ID: 0037
Revises: 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("sms_agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call_to_make", sa.Column("sms_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("call_to_make") as call:
        call.drop_column("sms_id")
    with op.batch_alter_table("person") as person:
        person.drop_column("sms_agreed_at")
