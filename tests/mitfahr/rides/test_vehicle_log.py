"""The log of a vehicle in the database: who may enter what, sent twice is once, and each warning is told once."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.vehicle_log import defects_of, inspections_of, readings_of
from mitfahr.domain.errors import LogInvalid, NotAllowed, Unknown
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.vehicle_log import InspectionKind
from mitfahr.services.found_organisation import add_member
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle, retire_vehicle
from mitfahr.services.keep_vehicle_log import (
    finish_inspection,
    mend_defect,
    note_reading,
    plan_inspection,
    report_defect,
)
from mitfahr.services.warn_of_inspections import warn_of_inspections
from tests.mitfahr.rides.portal import NOW, Portal

TODAY = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def bus(portal: Portal) -> dict[str, str]:
    """Ids of a vehicle, its association, Petra who coordinates and Anna who drives."""
    organisation_id, petra, anna = portal.organisation(), portal.person("Petra"), portal.person("Anna")
    with portal.sessions.begin() as session:
        organisation = session.get_one(Organisation, organisation_id)
        add_member(session, organisation, session.get_one(Person, petra), MembershipRole.COORDINATOR)
        add_member(session, organisation, session.get_one(Person, anna), MembershipRole.DRIVER)
    vehicle_id = keep_vehicle(
        portal.sessions,
        VehicleDraft("Bus", "", 8, 0, 0, luggage=0, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=petra,
        idempotency_key="bus",
        now=NOW,
    )
    return {"organisation_id": organisation_id, "vehicle_id": vehicle_id, "petra": petra, "anna": anna}


def of(bus: dict[str, str]) -> dict[str, str]:
    return {name: bus[name] for name in ("organisation_id", "vehicle_id")}


def subjects(portal: Portal) -> list[str]:
    with portal.readers() as session:
        mails = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
        assert all(mail.recipient.startswith("petra") for mail in mails)
        return [mail.subject for mail in mails]


def test_drivers_enter_coordinators_see_to_it(portal: Portal, bus: dict[str, str]) -> None:
    read = partial(note_reading, portal.sessions, **of(bus), actor_id=bus["anna"], now=NOW)
    read(km=120_000, idempotency_key="a")
    read(km=120_000, idempotency_key="a")
    with pytest.raises(LogInvalid, match="less"):
        read(km=12_050, idempotency_key="b")
    report = partial(report_defect, portal.sessions, **of(bus), actor_id=bus["anna"], now=NOW)
    report(text=" Bremslicht links ", stops_driving=True, idempotency_key="c")
    report(text=" Bremslicht links ", stops_driving=True, idempotency_key="c")
    with pytest.raises(LogInvalid, match="text"):
        report(text="  ", stops_driving=False, idempotency_key="d")
    assert subjects(portal) == ["Fahrzeug soll nicht fahren: Bus"]
    with portal.readers() as session:
        (reading,), (defect,) = (
            readings_of(session, bus["vehicle_id"]),
            defects_of(session, bus["vehicle_id"]),
        )
        assert (reading.km, reading.read_on, reading.person_id) == (120_000, TODAY, bus["anna"])
        assert (defect.text, defect.stops_driving, defect.mended_at) == ("Bremslicht links", True, None)
    mend = partial(mend_defect, portal.sessions, **of(bus), defect_id=defect.id)
    with pytest.raises(NotAllowed):
        mend(actor_id=bus["anna"], now=NOW)
    mend(actor_id=bus["petra"], now=NOW + DAY)
    mend(actor_id=bus["petra"], now=NOW + 2 * DAY)
    with portal.readers() as session:
        assert defects_of(session, bus["vehicle_id"])[0].mended_at == NOW + DAY
    with pytest.raises(Unknown):
        note_reading(
            portal.sessions, **of(bus), km=1, actor_id=portal.person("Otto"), idempotency_key="e", now=NOW
        )
    assert portal.contradictions() == []


def test_each_warning_once_and_again_after_the_next_inspection(portal: Portal, bus: dict[str, str]) -> None:
    plan = partial(
        plan_inspection, portal.sessions, **of(bus), kind=InspectionKind.MAIN, due_km=None, now=NOW
    )
    with pytest.raises(NotAllowed):
        plan(due_on=TODAY + 60 * DAY, actor_id=bus["anna"], idempotency_key="a")
    plan(due_on=TODAY + 60 * DAY, actor_id=bus["petra"], idempotency_key="b")
    told = [
        warn_of_inspections(portal.sessions, now=NOW + days * DAY) for days in (0, 18, 19, 46, 46, 60, 61, 90)
    ]
    assert told == [0, 1, 0, 1, 0, 0, 1, 0]
    assert [subject.split(":")[0] for subject in subjects(portal)] == [
        "Bald fällig",
        "Bald fällig",
        "Überfällig",
    ]
    with portal.readers() as session:
        (inspection,) = inspections_of(session, bus["vehicle_id"])
    finish = partial(
        finish_inspection, portal.sessions, **of(bus), inspection_id=inspection.id, actor_id=bus["petra"]
    )
    with pytest.raises(LogInvalid, match="due"):
        finish(next_on=TODAY, now=NOW + 90 * DAY)
    finish(next_on=TODAY + 820 * DAY, now=NOW + 90 * DAY)
    finish(next_on=TODAY + 900 * DAY, now=NOW + 91 * DAY)
    with portal.readers() as session:
        coming, done = inspections_of(session, bus["vehicle_id"])
    assert (coming.due_on, coming.kind) == (TODAY + 820 * DAY, InspectionKind.MAIN)
    assert done.done_on == TODAY + 90 * DAY
    assert warn_of_inspections(portal.sessions, now=NOW + 800 * DAY) == 1
    retire_vehicle(portal.sessions, **of(bus), actor_id=bus["petra"], now=NOW + 801 * DAY)
    assert warn_of_inspections(portal.sessions, now=NOW + 830 * DAY) == 0


def test_kilometres_bring_an_inspection_near(portal: Portal, bus: dict[str, str]) -> None:
    plan_inspection(
        portal.sessions,
        **of(bus),
        kind=InspectionKind.SERVICE,
        due_on=TODAY + 300 * DAY,
        due_km=121_000,
        actor_id=bus["petra"],
        idempotency_key="a",
        now=NOW,
    )
    assert warn_of_inspections(portal.sessions, now=NOW) == 0
    for km, expected in ((119_900, 0), (120_100, 1), (120_800, 1), (121_000, 1), (121_001, 0)):
        note_reading(
            portal.sessions, **of(bus), km=km, actor_id=bus["anna"], idempotency_key=str(km), now=NOW
        )
        assert warn_of_inspections(portal.sessions, now=NOW) == expected
