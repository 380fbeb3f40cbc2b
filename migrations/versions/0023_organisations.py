"""Members of organisations have several roles there; organisations have vehicles and invite people.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = sa.table("membership", *(sa.column(name) for name in ("person_id", "organisation_id", "role")))
RANK = {"coordinator": 0, "driver": 1, "telephone": 2}
"""Who is several things in an organisation was one before: the first of these."""


def upgrade() -> None:
    rows = _taken_out()
    _create_membership("person_id", "organisation_id", "role")
    _put_back([{**row, "role": "driver" if row["role"] == "volunteer" else row["role"]} for row in rows])
    op.create_table(
        "organisation_vehicle",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("registration", sa.String(length=20), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("wheelchairs", sa.Integer(), nullable=False),
        sa.Column("child_seats", sa.Integer(), nullable=False),
        sa.Column("luggage", sa.Integer(), nullable=False),
        sa.Column("bicycles", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seats BETWEEN 0 AND 8", name=op.f("ck_organisation_vehicle_seats")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_vehicle_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_vehicle")),
    )
    op.create_index(
        op.f("ix_organisation_vehicle_organisation_id"), "organisation_vehicle", ["organisation_id"]
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"],
            ["person.id"],
            name=op.f("fk_invitation_accepted_by_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_index(op.f("ix_invitation_organisation_id"), "invitation", ["organisation_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_invitation_organisation_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_organisation_vehicle_organisation_id"), table_name="organisation_vehicle")
    op.drop_table("organisation_vehicle")
    rows = sorted(_taken_out(), key=lambda row: RANK[row["role"]], reverse=True)
    _create_membership("person_id", "organisation_id")
    first = {(row["person_id"], row["organisation_id"]): row for row in rows}
    _put_back(
        [
            {**row, "role": "coordinator" if row["role"] == "coordinator" else "volunteer"}
            for row in first.values()
        ]
    )


def _taken_out() -> list[dict[str, str]]:
    rows = [dict(row._mapping) for row in op.get_bind().execute(sa.select(BEFORE))]
    op.drop_index(op.f("ix_membership_organisation_id"), table_name="membership")
    op.drop_table("membership")
    return rows


def _create_membership(*key: str) -> None:
    op.create_table(
        "membership",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"])


def _put_back(rows: list[dict[str, str]]) -> None:
    if rows:
        op.bulk_insert(BEFORE, rows)
