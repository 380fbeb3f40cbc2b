"""Associations: what members of each role may do in their own, and that nobody reaches into another; both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.invitations import open_invitations
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person, members_of
from mitfahr.db.session import readers, sessions
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.errors import (
    AccountBlocked,
    EmailInvalid,
    InvitationUnknown,
    LastCoordinator,
    MitfahrError,
    NotAllowed,
    PlateInvalid,
    TooManySeats,
    Unknown,
)
from mitfahr.domain.roles import MembershipRole, Role, Task
from mitfahr.services.change_members import change_member
from mitfahr.services.change_roles import grant_role
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.found_with_coordinator import found_with_coordinator
from mitfahr.services.invite_member import (
    VALID,
    accept_invitation,
    invite_member,
    read_invitation,
    take_back_invitation,
)
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle, retire_vehicle
from mitfahr.services.organisation_tasks import organisations_with_task, require_task
from mitfahr.services.register_person import register_person

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
SECRET = "secret"
VAN = VehicleDraft("Bus", "mei bb 12", seats=8, wheelchairs=1, child_seats=2, luggage=4, bicycles=0)
COORDINATOR, DRIVER, TELEPHONE = MembershipRole


class Associations:
    """A and B, each with a member of every role: `a["driver"]` is the id of a person."""

    def __init__(self, database: Engine) -> None:
        self.writing: sessionmaker[Session] = sessions(database)
        self.reading = readers(database)
        self.a_id, self.a = self._found("A")
        self.b_id, self.b = self._found("B")

    def person(self, name: str, role: Role | None = None) -> str:
        person = register_person(
            self.writing,
            first_name=name,
            last_name="Muster",
            email=f"{name}@example.org",
            password="ein langes Passwort",
            now=NOW,
        )
        if role is not None:
            with self.writing.begin() as session:
                grant_role(session, session.get_one(Person, person.id), role)
        return person.id

    def _found(self, name: str) -> tuple[str, dict[MembershipRole, str]]:
        people = {role: self.person(f"{name}{role}") for role in MembershipRole}
        with self.writing.begin() as session:
            organisation = found_organisation(session, name, NOW)
            for role, person_id in people.items():
                add_member(session, organisation, session.get_one(Person, person_id), role)
        return organisation.id, people

    def invite(self, actor_id: str, email: str | None = None, key: str = "k") -> str:
        return invite_member(
            self.writing,
            organisation_id=self.a_id,
            actor_id=actor_id,
            role=DRIVER,
            email=email,
            idempotency_key=key,
            secret_key=SECRET,
            now=NOW,
        ).code

    def accept(self, code: str, person_id: str, now: dt.datetime = NOW) -> str:
        return accept_invitation(self.writing, code, person_id=person_id, secret_key=SECRET, now=now)

    def change(self, actor_id: str, person_id: str, *roles: MembershipRole) -> int:
        return change_member(
            self.writing,
            organisation_id=self.a_id,
            person_id=person_id,
            roles=roles,
            actor_id=actor_id,
            now=NOW,
        )

    def keep(self, actor_id: str, key: str = "k", vehicle_id: str | None = None, **changed: object) -> str:
        return keep_vehicle(
            self.writing,
            dataclasses.replace(VAN, **changed),  # type: ignore[arg-type]
            organisation_id=self.a_id,
            vehicle_id=vehicle_id,
            actor_id=actor_id,
            idempotency_key=key,
            now=NOW,
        )

    def roles_in_a(self, person_id: str) -> frozenset[MembershipRole]:
        with self.reading() as session:
            return session.get_one(Person, person_id).roles_in(self.a_id)


@pytest.fixture
def world(database: Engine) -> Associations:
    return Associations(database)


def refusal(attempt: Callable[[], object]) -> type[MitfahrError] | None:
    try:
        attempt()
    except MitfahrError as error:
        return type(error)
    return None


def test_who_may_do_what(world: Associations) -> None:
    staff = {role: world.person(role.value, role) for role in Role if role is not Role.RESIDENT}
    resident = world.person("resident")
    expected = {
        world.a[COORDINATOR]: set(Task) - {Task.SET_FARE},
        world.a[DRIVER]: {Task.SEE_LINES, Task.SEE},
        world.a[TELEPHONE]: {Task.SEE_LINES, Task.SEE, Task.CANCEL_RUNS, Task.ANSWER_CALLS},
        staff[Role.ADMIN]: set(Task),
        staff[Role.DISPATCHER]: set(Task) - {Task.SET_FARE, Task.MANAGE_MEMBERS},
        staff[Role.TIMETABLE_STAFF]: {Task.SEE_LINES, Task.SET_FARE},
        **{one: set() for one in (*world.b.values(), resident, staff[Role.VOLUNTEER], staff[Role.DRIVER])},
    }
    with world.reading() as session:
        for person_id, allowed in expected.items():
            for task in Task:
                answer = refusal(partial(require_task, session, person_id, world.a_id, task))
                refused = NotAllowed if allowed else Unknown
                assert answer is (None if task in allowed else refused), (person_id, task)
        mine = organisations_with_task(session, world.a[DRIVER], Task.SEE)
    assert [one.name for one in mine] == ["A"]


def test_nobody_changes_another_association(world: Associations) -> None:
    code = world.invite(world.a[COORDINATOR], key="open")
    van = world.keep(world.a[COORDINATOR])
    with world.reading() as session:
        invitation_id = read_invitation(session, code, secret_key=SECRET, now=NOW).id
    attempts: list[Callable[[str], object]] = [
        lambda actor: world.invite(actor),
        lambda actor: world.change(actor, world.a[DRIVER]),
        lambda actor: world.keep(actor),
        lambda actor: world.keep(actor, vehicle_id=van),
        lambda actor: retire_vehicle(
            world.writing, organisation_id=world.a_id, vehicle_id=van, actor_id=actor, now=NOW
        ),
        lambda actor: take_back_invitation(
            world.writing, organisation_id=world.a_id, invitation_id=invitation_id, actor_id=actor
        ),
    ]
    for attempt in attempts:
        for actor in world.b.values():
            assert refusal(partial(attempt, actor)) is Unknown
        for role in (DRIVER, TELEPHONE):
            assert refusal(partial(attempt, world.a[role])) is NotAllowed
    # the own association in the address, the other's thing in it
    theirs = {"organisation_id": world.b_id, "actor_id": world.b[COORDINATOR]}
    with pytest.raises(Unknown):
        retire_vehicle(world.writing, vehicle_id=van, now=NOW, **theirs)
    with pytest.raises(Unknown):
        take_back_invitation(world.writing, invitation_id=invitation_id, **theirs)
    with world.reading() as session:
        assert [one.retired_at for one in vehicles_of(session, world.a_id)] == [None]
        assert len(members_of(session, world.a_id)) == 3
        assert read_invitation(session, code, secret_key=SECRET, now=NOW)


def test_an_invitation_is_good_for_one_person(world: Associations) -> None:
    code = world.invite(world.a[COORDINATOR])
    assert world.invite(world.a[COORDINATOR]) == code  # the same form again
    guest, other = world.person("guest"), world.person("other")
    assert world.accept(code.lower().replace("-", " "), guest) == world.a_id
    assert world.accept(code, guest) == world.a_id
    assert world.roles_in_a(guest) == {DRIVER}
    for wrong in (code, "ABCDE-FGHJK", ""):
        with pytest.raises(InvitationUnknown):
            world.accept(wrong, other)
    late = world.invite(world.a[COORDINATOR], key="late")
    with pytest.raises(InvitationUnknown):
        world.accept(late, other, NOW + VALID)
    assert world.roles_in_a(other) == frozenset()
    with world.reading() as session:
        assert Role.VOLUNTEER in session.get_one(Person, guest).roles


def test_two_at_once_with_one_code(world: Associations) -> None:
    code = world.invite(world.a[COORDINATOR])
    guests = [world.person("guest"), world.person("other")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda guest: refusal(lambda: world.accept(code, guest)), guests))
    assert sorted(answers, key=str) == sorted([None, InvitationUnknown], key=str)


def test_an_invitation_by_mail(world: Associations) -> None:
    code = world.invite(world.a[COORDINATOR], " Neu@Example.org")
    world.invite(world.a[COORDINATOR], "neu@example.org")
    with world.reading() as session:
        (mail,) = session.scalars(sa.select(OutboxMessage)).all()
    assert mail.recipient == "neu@example.org" and code in mail.body and "„A“" in mail.body
    assert re.search(rf"/einladung#{code}", mail.body)
    with pytest.raises(EmailInvalid):
        world.invite(world.a[COORDINATOR], "keine Adresse", key="other")


def test_somebody_always_coordinates(world: Associations) -> None:
    first = world.a[COORDINATOR]
    with pytest.raises(LastCoordinator):
        world.change(first, first, DRIVER)
    second = world.a[DRIVER]
    world.change(first, second, COORDINATOR, DRIVER)
    assert world.roles_in_a(second) == {COORDINATOR, DRIVER}

    def leave(person_id: str) -> type[MitfahrError] | None:
        return refusal(lambda: world.change(person_id, person_id))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(leave, (first, second)))
    assert sorted(answers, key=str) == sorted([None, LastCoordinator], key=str)
    (left,) = (one for one in (first, second) if world.roles_in_a(one))
    with pytest.raises(Unknown):
        world.change(left, world.b[DRIVER], DRIVER)


def test_members_of_two_associations(world: Associations) -> None:
    both = world.b[COORDINATOR]
    world.accept(world.invite(world.a[COORDINATOR]), both)
    with world.reading() as session:
        assert [one.name for one in organisations_with_task(session, both, Task.SEE)] == ["A", "B"]
        assert [one.name for one in organisations_with_task(session, both, Task.PLAN)] == ["B"]
    world.change(world.a[COORDINATOR], both)
    with world.reading() as session:
        assert [one.name for one in organisations_with_task(session, both, Task.SEE)] == ["B"]


def test_vehicles(world: Associations) -> None:
    planner = world.a[COORDINATOR]
    van = world.keep(planner)
    assert world.keep(planner) == van
    assert world.keep(planner, "second", van, seats=6, child_seats=0) == van
    with world.reading() as session:
        (vehicle,) = vehicles_of(session, world.a_id)
    assert (vehicle.registration, vehicle.seats, vehicle.child_seats) == ("MEI-BB 12", 6, 0)
    for seats, child_seats in ((9, 0), (8, 9)):
        with pytest.raises(TooManySeats):
            world.keep(planner, "wrong", seats=seats, child_seats=child_seats)
    with pytest.raises(PlateInvalid):
        world.keep(planner, "wrong", registration="12345")
    for _ in range(2):
        retire_vehicle(world.writing, organisation_id=world.a_id, vehicle_id=van, actor_id=planner, now=NOW)
    with world.reading() as session:
        assert vehicles_of(session, world.a_id) == []


def test_an_association_is_founded_with_its_coordinator_who_is_invited_without_an_account(
    world: Associations,
) -> None:
    admin, first = world.person("admin", Role.ADMIN), world.person("first")
    new: dict[str, Any] = {"name": "C", "phone": "03521 1234", "secret_key": SECRET, "now": NOW}
    ids = {
        found_with_coordinator(world.writing, coordinator_email="First@example.org", actor_id=admin, **new)
        for _ in range(2)
    }
    with world.reading() as session:
        assert {one.id for one in organisations_with_task(session, first, Task.MANAGE_MEMBERS)} == ids
    for _ in range(2):
        found_with_coordinator(world.writing, coordinator_email="X@example.org", actor_id=admin, **new)
    with world.reading() as session:
        (invitation,) = open_invitations(session, *ids, NOW)
        (mail,) = session.scalars(sa.select(OutboxMessage)).all()
    assert (invitation.role, invitation.email, mail.recipient) == (
        COORDINATOR,
        "x@example.org",
        "x@example.org",
    )
    with world.writing.begin() as session:
        session.get_one(Person, first).is_active = False
    with pytest.raises(AccountBlocked):
        found_with_coordinator(world.writing, coordinator_email="first@example.org", actor_id=admin, **new)
    with pytest.raises(NotAllowed):
        found_with_coordinator(
            world.writing, coordinator_email="first@example.org", actor_id=world.a[COORDINATOR], **new
        )
