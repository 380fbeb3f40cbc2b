"""Going live: nothing that speaks against it is passed over, a plan is done once, and the audit has every step."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import AuditEntry, audit_entries
from mitfahr.db.comparisons import Comparison
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person, PersonRole
from mitfahr.db.session import sessions
from mitfahr.db.switch_plans import SwitchPlan, open_plans
from mitfahr.db.timetables import FeedVersion, serving, switches
from mitfahr.domain.errors import (
    LossesHeld,
    NameDiffers,
    NotAllowed,
    NothingToRollBackTo,
    NotSwitchable,
    NotYetValid,
    SecondPersonNeeded,
    SwitchPlanInvalid,
)
from mitfahr.domain.losses import HeldLoss, LossKind
from mitfahr.domain.roles import Role
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.do_planned_switches import PATIENCE, do_planned_switches
from mitfahr.services.go_live import confirm_losses, go_back, go_live, losses_to_confirm, release_version
from mitfahr.services.plan_switch import plan_switch, take_back_plan
from mitfahr.services.switch_timetable import rollback_targets, switch_timetable
from mitfahr.services.warn_of_gaps import warn_of_gaps
from mitfahr.settings import Settings
from tests.gtfs.feeds import CALENDAR, TRIPS, feed, to_zip

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
TONIGHT = NOW + dt.timedelta(hours=14)
LOSS = HeldLoss("line-421", LossKind.LINE, "421", "week", 100, 10, 0.9)


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    return sessions(database)


@pytest.fixture
def versions(writing: sessionmaker[Session], settings: Settings, tmp_path: Path) -> list[str]:
    """Three built versions of which the first serves; one more begins in July."""
    ids = []
    for word in ("eins", "zwei", "drei"):
        path = to_zip(feed(trips=TRIPS.replace("Radebeul", word)), tmp_path / f"{word}.zip")
        ids.append(import_timetable(writing, settings, path, path.name, lambda: NOW).id)
    calendar = CALENDAR.replace("20260601,20260630", "20260615,20260731")
    path = to_zip(feed(calendar=calendar), tmp_path / "juli.zip")
    ids.append(import_timetable(writing, settings, path, path.name, lambda: NOW).id)
    with writing.begin() as session:
        switch_timetable(session, None, ids[0], NOW)
    return ids


def staff(writing: sessionmaker[Session], first_name: str, role: Role = Role.TIMETABLE_STAFF) -> Person:
    with writing.begin() as session:
        person = Person(
            first_name=first_name,
            last_name="Beispiel",
            email=f"{first_name.lower()}@example.org",
            created_at=NOW,
            role_rows=[PersonRole(role=role)],
        )
        session.add(person)
    return person


def compared(writing: sessionmaker[Session], version_id: str, *held: HeldLoss) -> None:
    """As if the worker had compared it with what serves."""
    with writing.begin() as session:
        now, version = serving(session).feed, session.get_one(FeedVersion, version_id)
        session.merge(
            Comparison(
                version_id=version_id,
                against_version_id=now.id if now else None,
                timetable_folder=version.timetable_folder,
                against_folder=now.timetable_folder if now else None,
                asked="",
                made_at=NOW,
                held=[loss.as_json() for loss in held],
            )
        )


def served(writing: sessionmaker[Session]) -> str | None:
    with writing() as session:
        return serving(session).feed_version_id


def go(
    writing: sessionmaker[Session], who: Person | None, version_id: str, *, four_eyes: bool = False
) -> None:
    with writing.begin() as session:
        go_live(session, who and session.get_one(Person, who.id), version_id, NOW, four_eyes=four_eyes)


def plan(
    writing: sessionmaker[Session], who: Person, version_id: str, due: dt.datetime, *, four_eyes: bool = False
) -> str:
    with writing.begin() as session:
        person = session.get_one(Person, who.id)
        return plan_switch(session, person, version_id, due, NOW, four_eyes=four_eyes).id


def audit(writing: sessionmaker[Session]) -> list[tuple[str, str]]:
    with writing() as session:
        lines = [(row.action.value, row.name) for row in reversed(audit_entries(session))]
    assert [action for action, _ in lines[:4]] == ["uploaded"] * 4
    return lines[4:]


def mails(writing: sessionmaker[Session]) -> list[OutboxMessage]:
    with writing() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.recipient)))


def test_nothing_goes_live_before_it_was_compared_and_its_losses_signed(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    first, second, *_ = versions
    erika = staff(writing, "Erika")
    with pytest.raises(NotSwitchable, match="uncompared"):
        go(writing, erika, second)
    compared(writing, second, LOSS)
    for way in (lambda: go(writing, erika, second), lambda: plan(writing, erika, second, TONIGHT)):
        with pytest.raises(LossesHeld):
            way()
    for actor, name in ((erika.id, "Erich Beispiel"), (erika.id, ""), (None, "  ")):
        with writing.begin() as session, pytest.raises(NameDiffers):
            confirm_losses(session, actor and session.get_one(Person, actor), second, name, NOW)
    with writing.begin() as session:
        confirm_losses(session, session.get_one(Person, erika.id), second, " erika  BEISPIEL", NOW)
        assert losses_to_confirm(session, second) == []
    go(writing, erika, second)
    assert served(writing) == second != first
    assert audit(writing) == [("confirmed", "erika BEISPIEL"), ("switched", "Erika Beispiel")]
    with writing() as session:
        (signed,) = (row for row in audit_entries(session) if row.action.value == "confirmed")
        assert signed.details["lost_percent"] == {"421": 90}


def test_the_operator_signs_at_the_command_line(writing: sessionmaker[Session], versions: list[str]) -> None:
    compared(writing, versions[1], LOSS)
    with writing.begin() as session:
        confirm_losses(session, None, versions[1], "Otto Operator", NOW)
        go_live(session, None, versions[1], NOW)
    assert audit(writing) == [("confirmed", "Otto Operator"), ("switched", "")]


def test_a_feed_that_is_not_valid_yet_waits_for_its_first_day(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    july, erika = versions[3], staff(writing, "Erika")
    compared(writing, july)
    with pytest.raises(NotYetValid) as refused:
        go(writing, erika, july)
    assert refused.value.first_day == dt.date(2026, 6, 15)
    with pytest.raises(NotYetValid):
        plan(writing, erika, july, dt.datetime(2026, 6, 14, 21, 59, tzinfo=dt.UTC))
    first_moment = dt.datetime(2026, 6, 14, 22, 0, tzinfo=dt.UTC)
    plan(writing, erika, july, first_moment)
    assert do_planned_switches(writing, now=first_moment - dt.timedelta(seconds=1), four_eyes=False) == 0
    assert do_planned_switches(writing, now=first_moment, four_eyes=False) == 1
    assert served(writing) == july


def test_two_people_are_needed_where_four_eyes_are_asked_for(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    second, erika, ben = versions[1], staff(writing, "Erika"), staff(writing, "Ben")
    compared(writing, second)
    with writing.begin() as session:
        session.get_one(FeedVersion, second).uploaded_by = erika.id
    for alone in (erika, None):
        with pytest.raises(SecondPersonNeeded):
            go(writing, alone, second, four_eyes=True)
    # Erika may plan, but the plan waits for somebody else
    plan(writing, erika, second, TONIGHT, four_eyes=True)
    with writing.begin() as session:
        release_version(session, session.get_one(Person, erika.id), second, NOW)
    with pytest.raises(SecondPersonNeeded):
        go(writing, erika, second, four_eyes=True)
    with writing.begin() as session:
        release_version(session, session.get_one(Person, ben.id), second, NOW)
        release_version(session, session.get_one(Person, ben.id), second, NOW)
    assert do_planned_switches(writing, now=TONIGHT, four_eyes=True) == 1
    assert served(writing) == second
    assert [action for action, _ in audit(writing)] == ["planned", "released", "released", "switched"]
    with writing.begin() as session:  # going back is always possible alone
        go_back(session, session.get_one(Person, erika.id), NOW)
    assert served(writing) == versions[0]


def test_a_plan_that_became_impossible_is_told_and_not_done(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    second, erika, ben = versions[1], staff(writing, "Erika"), staff(writing, "Ben")
    compared(writing, second)
    plan(writing, erika, second, TONIGHT)
    compared(writing, second, LOSS)  # compared anew, with other municipalities
    assert do_planned_switches(writing, now=TONIGHT, four_eyes=False) == 0
    assert do_planned_switches(writing, now=TONIGHT, four_eyes=False) == 0
    assert served(writing) == versions[0]
    told = mails(writing)
    assert [mail.recipient for mail in told] == [ben.email, erika.email]
    assert "mit Namen bestätigt" in told[0].body and f"/fahrplan/{second}/schalten" in told[0].body
    assert audit(writing)[-1] == ("plan_not_done", "")


def test_a_plan_waits_for_the_workers_own_work_but_not_for_ever(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    second, erika = versions[1], staff(writing, "Erika")
    plan(writing, erika, second, TONIGHT)
    assert do_planned_switches(writing, now=TONIGHT, four_eyes=False) == 0
    assert mails(writing) == []
    assert do_planned_switches(writing, now=TONIGHT + PATIENCE, four_eyes=False) == 0
    assert "nicht rechtzeitig" in mails(writing)[0].body


def test_plans_are_shown_changed_and_taken_back(writing: sessionmaker[Session], versions: list[str]) -> None:
    second, erika = versions[1], staff(writing, "Erika")
    compared(writing, second)
    assert plan(writing, erika, second, TONIGHT) == plan(writing, erika, second, TONIGHT)
    plan(writing, erika, second, TONIGHT + dt.timedelta(hours=1))
    with writing() as session:
        assert [one.due_at for one in open_plans(session)] == [TONIGHT + dt.timedelta(hours=1)]
    for due, why in ((NOW, "past"), (dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC), "over")):
        with pytest.raises(SwitchPlanInvalid, match=why):
            plan(writing, erika, second, due)
    with writing.begin() as session:
        take_back_plan(session, session.get_one(Person, erika.id), second, NOW)
    with writing.begin() as session, pytest.raises(SwitchPlanInvalid, match="none"):
        take_back_plan(session, session.get_one(Person, erika.id), second, NOW)
    assert do_planned_switches(writing, now=TONIGHT + dt.timedelta(days=1), four_eyes=False) == 0
    assert served(writing) == versions[0]
    resident = staff(writing, "Rita", Role.DRIVER)
    with pytest.raises(NotAllowed):
        plan(writing, resident, second, TONIGHT)


def test_two_workers_and_a_person_race_for_one_switch(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    second, erika = versions[1], staff(writing, "Erika")
    compared(writing, second)
    plan(writing, erika, second, TONIGHT)
    with ThreadPoolExecutor(3) as pool:
        done = pool.map(lambda _: do_planned_switches(writing, now=TONIGHT, four_eyes=False), range(2))
        pool.submit(go, writing, erika, second).result()
    assert sum(done) <= 1 and served(writing) == second
    with writing() as session:
        assert [line.feed_version_id for line in switches(session)] == [second, versions[0]]
        (row,) = session.scalars(sa.select(SwitchPlan))
        assert row.done_at is not None
    assert [action for action, _ in audit(writing)].count("switched") == 1
    assert mails(writing) == []


def test_back_to_any_version_that_has_served(writing: sessionmaker[Session], versions: list[str]) -> None:
    first, second, third, _ = versions
    for version_id in (second, third):
        compared(writing, version_id)
        go(writing, None, version_id)

    def earlier() -> list[str | None]:
        with writing() as session:
            return [line.feed_version_id for line in rollback_targets(session)]

    assert earlier() == [second, first]
    with writing.begin() as session:
        go_back(session, None, NOW, version_id=first)
    assert (served(writing), earlier()) == (first, [third, second])
    with writing.begin() as session:
        go_back(session, None, NOW, version_id=third)
    assert (served(writing), earlier()) == (third, [first, second])
    for unknown in ("0" * 32, third, versions[3]):
        with writing.begin() as session, pytest.raises(NothingToRollBackTo):
            go_back(session, None, NOW, version_id=unknown)


def test_the_audit_only_grows(writing: sessionmaker[Session], versions: list[str]) -> None:
    compared(writing, versions[1])
    go(writing, None, versions[1])
    for statement in (sa.delete(AuditEntry), sa.update(AuditEntry).values(name="niemand")):
        with pytest.raises(DatabaseError, match="only grows"), writing.begin() as session:
            session.execute(statement)
    assert audit(writing) == [("switched", "")]


def test_gaps_are_told_a_month_and_a_week_before_once(
    writing: sessionmaker[Session], versions: list[str]
) -> None:
    staff(writing, "Ada", Role.ADMIN)
    erika = staff(writing, "Erika")

    def told(day: dt.date) -> int:
        now = dt.datetime.combine(day, dt.time(9), dt.UTC)
        return sum(warn_of_gaps(writing, now=now) for _ in range(2))

    # June is covered; the feed from 15 June to July is ready, but nobody has planned it
    assert [told(dt.date(2026, 6, day)) for day in (1, 2, 23, 24, 25)] == [1, 0, 0, 1, 0]
    subjects = [(mail.recipient, mail.subject) for mail in mails(writing)]
    assert subjects == [(erika.email, "Ab Mittwoch, 1. Juli 2026 fehlt ein Fahrplan")] * 2
    assert "ist bereit. Bitte planen Sie" in mails(writing)[0].body
    compared(writing, versions[3])
    plan(writing, erika, versions[3], dt.datetime(2026, 6, 20, tzinfo=dt.UTC))
    assert told(dt.date(2026, 6, 26)) == 0  # planned: covered until 31 July
    assert told(dt.date(2026, 7, 3)) == 1
    assert mails(writing)[-1].subject == "Ab Samstag, 1. August 2026 fehlt ein Fahrplan"
