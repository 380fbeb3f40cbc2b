"""Planned switches, the audit, warnings of gaps, and against which timetable a booking has been checked.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_version_id_action"), "audit_entry", ["version_id", "action"])
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    _only_append()
    op.create_table(
        "switch_plan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_done_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["planned_by"], ["person.id"], name=op.f("fk_switch_plan_planned_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feed_version.id"], name=op.f("fk_switch_plan_version_id_feed_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switch_plan")),
    )
    op.create_index(op.f("ix_switch_plan_due_at"), "switch_plan", ["due_at"])
    op.create_index(op.f("ix_switch_plan_version_id"), "switch_plan", ["version_id"])
    op.create_table(
        "gap_warning",
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_gap_warning_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", "first_day", "days_before", name=op.f("pk_gap_warning")),
    )
    op.add_column("booking", sa.Column("checked_against", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("booking") as booking:
        booking.drop_column("checked_against")
    op.drop_table("gap_warning")
    op.drop_table("switch_plan")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_only_grows()")


def _only_append() -> None:
    """Whoever can write to the database can still not rewrite what was done, short of removing the trigger."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit_entry only grows'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_only_grows BEFORE UPDATE OR DELETE ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION audit_entry_only_grows()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{change.lower()} BEFORE {change} ON audit_entry "
            "BEGIN SELECT RAISE(ABORT, 'audit_entry only grows'); END"
        )
