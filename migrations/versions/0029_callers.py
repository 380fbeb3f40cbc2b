"""Callers are found by how their name is written or sounds, and by their number however it is written.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mitfahr.domain.people_keys import MAX_KEY, name_key, phone_key, sound_key

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("name_key", "sound_key"):
        op.add_column("person", sa.Column(name, sa.String(MAX_KEY), nullable=False, server_default=""))
    op.add_column("person", sa.Column("phone_key", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_person_phone_key"), "person", ["phone_key"])
    person = sa.table(
        "person",
        *(sa.column(name) for name in ("id", "first_name", "last_name", "phone")),
        *(sa.column(name) for name in ("name_key", "sound_key", "phone_key")),
    )
    known = sa.select(person.c.id, person.c.first_name, person.c.last_name, person.c.phone)
    connection = op.get_bind()
    for one_id, first_name, last_name, phone in connection.execute(known).all():
        connection.execute(
            sa.update(person)
            .where(person.c.id == one_id)
            .values(
                name_key=name_key(first_name, last_name),
                sound_key=sound_key(first_name, last_name),
                phone_key=phone_key(phone),
            )
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_person_phone_key"), table_name="person")
    with op.batch_alter_table("person") as person:
        for name in ("phone_key", "sound_key", "name_key"):
            person.drop_column(name)
