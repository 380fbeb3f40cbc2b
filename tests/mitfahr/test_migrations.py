"""The migrations and the models say the same, and every step can be taken back with data in it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from mitfahr.db.base import engine_for
from mitfahr.db.migrate import downgrade, upgrade
from mitfahr.db.outbox import OutboxMessage, queue_mail
from mitfahr.db.people import Membership, MembershipRole, Organisation, Person, PersonRole, Role
from mitfahr.db.schema import metadata
from mitfahr.db.session import readers, sessions
from mitfahr.db.timetables import FeedVersion, FeedVersionPart, LinkSet, serving
from mitfahr.domain.versions import VersionStatus

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


def test_migrations_lead_to_the_models(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        checks = {
            (table.name, constraint.name)
            for table in metadata.sorted_tables
            for constraint in table.constraints
            if isinstance(constraint, sa.CheckConstraint)
        }
        found = {
            (table, constraint["name"])
            for table in metadata.tables
            for constraint in sa.inspect(connection).get_check_constraints(table)
        }
    assert found == checks  # compare_metadata is blind to these, and overbooking hangs on them


def test_up_down_up_with_data(empty_database_url: str) -> None:
    engine = engine_for(empty_database_url)
    upgrade(engine)
    _fill(engine)
    downgrade(engine, "0001")
    with readers(engine)() as session:
        # columns, not rows: the models know columns that the first revision has not
        assert session.scalars(sa.select(PersonRole.role)).all() == [Role.DRIVER]
        member = sa.select(Organisation.name).join(Membership).join(Membership.person)
        assert session.scalars(member).all() == ["BürgerBus-Verein"]
        assert session.scalars(sa.select(OutboxMessage.subject)).all() == ["Grüße"]
        assert session.scalars(sa.select(FeedVersion.findings)).all() == [[{"file": "stops.txt", "line": 3}]]
    upgrade(engine)
    with readers(engine)() as session:
        assert session.scalars(sa.select(Person)).one().first_name == "Änne"
        version = session.scalars(sa.select(FeedVersion)).one()
        assert (version.feed.name, version.own_folder) == ("Hauptfahrplan", "timetable-1")
        part = session.scalars(sa.select(FeedVersionPart)).one()
        assert (part.version_id, part.feed_id, part.part_version_id) == (version.id, "first", version.id)
    downgrade(engine, "base")
    assert set(sa.inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(engine)
    with readers(engine)() as session:
        assert session.scalars(sa.select(Person)).all() == []
        assert serving(session).revision == 0
    engine.dispose()


def _fill(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        person = Person(first_name="Änne", last_name="Muster", email="a@example.org", created_at=NOW)
        person.role_rows.append(PersonRole(role=Role.DRIVER))
        organisation = Organisation(name="BürgerBus-Verein", created_at=NOW)
        session.add_all([person, organisation])
        session.flush()
        session.add(
            Membership(person_id=person.id, organisation_id=organisation.id, role=MembershipRole.COORDINATOR)
        )
        queue_mail(session, "a@example.org", "Grüße", "…", NOW)
        feed = FeedVersion(
            name="VVO",
            original_filename="vvo.zip",
            checksum="0" * 64,
            size_bytes=3_000_000_000,
            uploaded_at=NOW,
            uploaded_by=person.id,
            status=VersionStatus.BUILT,
            findings=[{"file": "stops.txt", "line": 3}],
            timetable_folder="timetable-1",
        )
        session.add_all(
            [feed, LinkSet(timetable_folder="timetable-1", roads_folder="", links_folder="l", created_at=NOW)]
        )
        session.flush()
        serving(session).feed_version_id = feed.id
