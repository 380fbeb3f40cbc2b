"""The logs of vehicles: kilometres, defects, inspections.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SECOND_COLUMN = {"vehicle_reading": "km", "vehicle_defect": "mended_at", "vehicle_inspection": "done_on"}


def upgrade() -> None:
    _table(
        "vehicle_reading",
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _person("vehicle_reading", "person_id"),
    )
    _table(
        "vehicle_defect",
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("stops_driving", sa.Boolean(), nullable=False),
        sa.Column("found_by_id", sa.String(length=32), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("mended_by_id", sa.String(length=32), nullable=True),
        sa.Column("mended_at", MOMENT, nullable=True),
        _person("vehicle_defect", "found_by_id"),
        _person("vehicle_defect", "mended_by_id"),
    )
    _table(
        "vehicle_inspection",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_km", sa.Integer(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.String(length=32), nullable=True),
        _person("vehicle_inspection", "done_by_id"),
    )


def downgrade() -> None:
    for name, column in reversed(SECOND_COLUMN.items()):
        op.drop_index(op.f(f"ix_{name}_vehicle_id_{column}"), table_name=name)
        op.drop_table(name)


def _table(name: str, *columns: sa.Column[object] | sa.ForeignKeyConstraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("vehicle_id", sa.String(length=32), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["organisation_vehicle.id"],
            name=op.f(f"fk_{name}_vehicle_id_organisation_vehicle"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    column = SECOND_COLUMN[name]
    op.create_index(op.f(f"ix_{name}_vehicle_id_{column}"), name, ["vehicle_id", column])


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))
