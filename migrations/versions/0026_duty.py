"""Shifts of drivers, who can when, links without a password, papers; runs know their vehicle and their shift.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duty_rules",
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("warn_before_s", sa.Integer(), nullable=False),
        sa.Column("tell_before_s", sa.Integer(), nullable=False),
        _key("duty_rules", "organisation_id", "organisation", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_duty_rules")),
    )
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("vehicle_id", sa.String(length=32), nullable=False),
        sa.Column("begins_s", sa.BigInteger(), nullable=False),
        sa.Column("ends_s", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.String(length=32), nullable=True),
        sa.Column("driverless_since", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("substitute_since", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("ends_s > begins_s", name=op.f("ck_duty_shift_times")),
        sa.CheckConstraint(
            "(driver_id IS NULL) = (driverless_since IS NOT NULL)", name=op.f("ck_duty_shift_driver")
        ),
        _key("duty_shift", "organisation_id", "organisation", ondelete="CASCADE"),
        _key("duty_shift", "vehicle_id", "organisation_vehicle"),
        _key("duty_shift", "driver_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index(
        op.f("ix_duty_shift_organisation_id_begins_s"), "duty_shift", ["organisation_id", "begins_s"]
    )
    op.create_index(op.f("ix_duty_shift_driver_id_begins_s"), "duty_shift", ["driver_id", "begins_s"])
    op.create_table(
        "duty_poll",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _key("duty_poll", "organisation_id", "organisation", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_poll")),
    )
    op.create_index(op.f("ix_duty_poll_organisation_id"), "duty_poll", ["organisation_id"])
    op.create_table(
        "duty_answer",
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        _key("duty_answer", "shift_id", "duty_shift", ondelete="CASCADE"),
        _key("duty_answer", "person_id", "person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shift_id", "person_id", name=op.f("pk_duty_answer")),
    )
    op.create_table(
        "duty_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("shift_id", sa.String(length=32), nullable=True),
        sa.Column("poll_id", sa.String(length=32), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("(shift_id IS NULL) <> (poll_id IS NULL)", name=op.f("ck_duty_link_about")),
        _key("duty_link", "person_id", "person", ondelete="CASCADE"),
        _key("duty_link", "shift_id", "duty_shift", ondelete="CASCADE"),
        _key("duty_link", "poll_id", "duty_poll", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_duty_link_code_hash")),
    )
    for name in ("person_id", "shift_id", "poll_id"):
        op.create_index(op.f(f"ix_duty_link_{name}"), "duty_link", [name])
    op.create_table(
        "driver_papers",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("permit_until", sa.Date(), nullable=True),
        sa.Column("medical_until", sa.Date(), nullable=True),
        sa.Column("permit_warned_days", sa.Integer(), nullable=True),
        sa.Column("medical_warned_days", sa.Integer(), nullable=True),
        _key("driver_papers", "person_id", "person", ondelete="CASCADE"),
        _key("driver_papers", "organisation_id", "organisation", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name=op.f("pk_driver_papers")),
    )
    op.create_index(op.f("ix_driver_papers_organisation_id"), "driver_papers", ["organisation_id"])
    with op.batch_alter_table("ride") as table:
        table.add_column(sa.Column("vehicle_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("shift_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(
            op.f("fk_ride_vehicle_id_organisation_vehicle"), "organisation_vehicle", ["vehicle_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_ride_shift_id_duty_shift"), "duty_shift", ["shift_id"], ["id"])
    op.create_index(op.f("ix_ride_shift_id"), "ride", ["shift_id"])
    op.execute(
        "UPDATE ride SET vehicle_id = (SELECT run_line.vehicle_id FROM run_line WHERE run_line.id = ride.run_line_id)"
        " WHERE run_line_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_ride_shift_id"), table_name="ride")
    with op.batch_alter_table("ride") as table:
        table.drop_constraint(op.f("fk_ride_shift_id_duty_shift"), type_="foreignkey")
        table.drop_constraint(op.f("fk_ride_vehicle_id_organisation_vehicle"), type_="foreignkey")
        table.drop_column("shift_id")
        table.drop_column("vehicle_id")
    for name in ("driver_papers", "duty_link", "duty_answer", "duty_poll", "duty_shift", "duty_rules"):
        op.drop_table(name)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )
