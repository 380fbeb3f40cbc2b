"""Confirmed addresses, cars, ratings, reports, and who has read whose contact data.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_mark",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_address_mark_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_address_mark")),
    )
    op.create_table(
        "contact_read",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("viewer_id", sa.String(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_read_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["person.id"], name=op.f("fk_contact_read_viewer_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "viewer_id", "occasion", "about_id", "day", name=op.f("pk_contact_read")
        ),
    )
    op.create_index(op.f("ix_contact_read_day"), "contact_read", ["day"], unique=False)
    op.create_index(op.f("ix_contact_read_viewer_id"), "contact_read", ["viewer_id"], unique=False)
    op.create_table(
        "person_car",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("make", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.String(length=40), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_car_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_car")),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("leg_id", sa.String(length=32), nullable=True),
        sa.Column("rater_id", sa.String(length=32), nullable=True),
        sa.Column("rated_id", sa.String(length=32), nullable=False),
        sa.Column("arrival_s", sa.BigInteger(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("praise", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["leg_id"], ["booking_leg.id"], name=op.f("fk_rating_leg_id_booking_leg"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["rated_id"], ["person.id"], name=op.f("fk_rating_rated_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["person.id"], name=op.f("fk_rating_rater_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("leg_id", "rater_id", name=op.f("uq_rating_leg_id_rater_id")),
    )
    op.create_index(op.f("ix_rating_rated_id"), "rating", ["rated_id"], unique=False)
    op.create_index(op.f("ix_rating_rater_id"), "rating", ["rater_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reporter_id", sa.String(length=32), nullable=True),
        sa.Column("reported_id", sa.String(length=32), nullable=False),
        sa.Column("leg_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["handled_by_id"], ["person.id"], name=op.f("fk_report_handled_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["leg_id"], ["booking_leg.id"], name=op.f("fk_report_leg_id_booking_leg"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reported_id"], ["person.id"], name=op.f("fk_report_reported_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name=op.f("fk_report_reporter_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_outcome_created_at"), "report", ["outcome", "created_at"], unique=False)
    op.create_index(op.f("ix_report_reported_id"), "report", ["reported_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_report_reported_id"), table_name="report")
    op.drop_index(op.f("ix_report_outcome_created_at"), table_name="report")
    op.drop_table("report")
    op.drop_index(op.f("ix_rating_rater_id"), table_name="rating")
    op.drop_index(op.f("ix_rating_rated_id"), table_name="rating")
    op.drop_table("rating")
    op.drop_table("person_car")
    op.drop_index(op.f("ix_contact_read_viewer_id"), table_name="contact_read")
    op.drop_index(op.f("ix_contact_read_day"), table_name="contact_read")
    op.drop_table("contact_read")
    op.drop_table("address_mark")
