"""Accounts, log-in, throttling, roles, organisations; on both databases."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.login_attempts import LoginAttempt
from mitfahr.db.people import Person, PersonRole, members_of
from mitfahr.db.session import readers, sessions
from mitfahr.domain.errors import (
    EmailInvalid,
    EmailTaken,
    LastAdmin,
    LoginFailed,
    NameMissing,
    NotAllowed,
    PasswordUnfit,
    PhoneInvalid,
    TooManyAttempts,
)
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.services import passwords
from mitfahr.services.change_roles import change_roles, grant_role
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.log_in import ATTEMPTS, WINDOW, log_in
from mitfahr.services.register_person import register_caller, register_person

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
PASSWORD = "ein langes Passwort"
MINUTE = dt.timedelta(minutes=1)


def register(writing: sessionmaker[Session], email: str = "Anna@Example.org", **changes: str) -> Person:
    values = {"first_name": "Anna", "last_name": "Muster", "password": PASSWORD} | changes
    return register_person(writing, email=email, now=NOW, **values)  # type: ignore[arg-type]


def test_an_address_is_one_account_however_it_is_typed(database: Engine) -> None:
    writing = sessions(database)
    person = register(writing)
    assert person.email == "anna@example.org"
    assert person.roles == {Role.RESIDENT}
    with pytest.raises(EmailTaken):
        register(writing, " ANNA@example.ORG ")
    assert log_in(writing, "aNNa@example.org", PASSWORD, NOW).id == person.id


def test_the_same_registration_twice_at_once_makes_one_account(database: Engine) -> None:
    def attempt(_: int) -> bool:
        try:
            register(sessions(database))
        except EmailTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"first_name": "  "}, NameMissing),
        ({"last_name": "x" * 81}, NameMissing),
        ({"email": "anna"}, EmailInvalid),
        ({"email": "a@b.de\nBcc: x@y.de"}, EmailInvalid),
        ({"email": "a" * 250 + "@b.de"}, EmailInvalid),
        ({"password": "zu kurz"}, PasswordUnfit),
        ({"password": "x" * 201}, PasswordUnfit),
        ({"phone": "ruf mich an"}, PhoneInvalid),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    database: Engine, changes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        register(sessions(database), **changes)
    with readers(database)() as session:
        assert session.scalars(sa.select(Person)).all() == []


def test_callers_need_no_address_and_cannot_log_in(database: Engine) -> None:
    with sessions(database).begin() as session:
        for name in ("Emma", "Otto"):
            caller = register_caller(session, first_name=name, last_name="Alt", phone="03521 / 1234", now=NOW)
            assert caller.email is None
    with pytest.raises(LoginFailed):
        log_in(sessions(database), "", "", NOW)


def test_closed_accounts_cannot_log_in(database: Engine) -> None:
    person = register(sessions(database))
    with sessions(database).begin() as session:
        session.get_one(Person, person.id).is_active = False
    with pytest.raises(LoginFailed):
        log_in(sessions(database), "anna@example.org", PASSWORD, NOW)


def test_guessing_is_slowed_down_and_says_until_when(database: Engine) -> None:
    writing = sessions(database)
    register(writing)
    for minute in range(ATTEMPTS):
        with pytest.raises(LoginFailed):
            log_in(writing, "anna@example.org", "falsches Passwort", NOW + minute * MINUTE)
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as refused:
            log_in(writing, "anna@example.org", PASSWORD, NOW + 6 * MINUTE)
        assert refused.value.until == NOW + WINDOW
    log_in(writing, "anna@example.org", PASSWORD, NOW + WINDOW)
    with readers(database)() as session:
        assert session.scalars(sa.select(LoginAttempt)).all() == []


def test_unknown_addresses_are_slowed_down_alike(database: Engine) -> None:
    for _ in range(ATTEMPTS):
        with pytest.raises(LoginFailed):
            log_in(sessions(database), "niemand@example.org", PASSWORD, NOW)
    with pytest.raises(TooManyAttempts):
        log_in(sessions(database), "niemand@example.org", PASSWORD, NOW)


def test_guesses_sent_at_once_count_one_by_one(database: Engine) -> None:
    writing = sessions(database)
    register(writing)

    def guess(number: int) -> type[Exception]:
        try:
            log_in(writing, "anna@example.org", f"geraten {number:04}", NOW)
        except (LoginFailed, TooManyAttempts) as error:
            return type(error)
        raise AssertionError("a guess was right")

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(LoginFailed) <= ATTEMPTS


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes as slow as in operation."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher())


@pytest.mark.usefixtures("real_passwords")
def test_an_unknown_address_takes_as_long_as_a_wrong_password(database: Engine) -> None:
    writing = sessions(database)
    register(writing)

    def median_s(email: str) -> float:
        times = []
        for attempt in range(ATTEMPTS):
            begin = time.process_time()  # of all threads, whatever else the machine does
            with pytest.raises(LoginFailed):
                log_in(writing, email, "falsches Passwort", NOW + attempt * MINUTE)
            times.append(time.process_time() - begin)
        return statistics.median(times)

    median_s("erster@example.org")
    known, unknown = median_s("anna@example.org"), median_s("niemand@example.org")
    assert 0.4 < known / unknown < 2.5


@pytest.mark.usefixtures("real_passwords")
def test_weaker_hashes_are_renewed_at_log_in(database: Engine) -> None:
    writing = sessions(database)
    person = register(writing)
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with writing.begin() as session:
        session.get_one(Person, person.id).password_hash = weak
    log_in(writing, "anna@example.org", PASSWORD, NOW)
    with writing() as session:
        renewed = session.get_one(Person, person.id).password_hash
    assert renewed is not None
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "as RFC 9106 recommends"
    log_in(writing, "anna@example.org", PASSWORD, NOW)


def test_roles_are_given_by_admins_only_and_one_admin_stays(database: Engine) -> None:
    writing = sessions(database)
    anna, berta = register(writing), register(writing, "berta@example.org", first_name="Berta")
    with writing.begin() as session, pytest.raises(NotAllowed):
        change_roles(session, anna, anna.id, {Role.ADMIN})
    with writing.begin() as session:
        admin = change_roles(session, None, anna.id, {Role.ADMIN, Role.DRIVER})
    with writing.begin() as session:
        changed = change_roles(session, admin, berta.id, {Role.DISPATCHER, Role.RESIDENT})
        assert changed.roles == {Role.RESIDENT, Role.DISPATCHER}
    with writing.begin() as session:
        assert change_roles(session, admin, berta.id, {Role.VOLUNTEER}).roles == {
            Role.RESIDENT,
            Role.VOLUNTEER,
        }
    with writing.begin() as session, pytest.raises(LastAdmin):
        change_roles(session, admin, anna.id, {Role.DRIVER})


def test_two_admins_cannot_remove_each_other_at_once(database: Engine) -> None:
    writing = sessions(database)
    people = [register(writing), register(writing, "berta@example.org")]
    with writing.begin() as session:
        for person in people:
            change_roles(session, None, person.id, {Role.ADMIN})

    def remove(person: Person) -> bool:
        try:
            with writing.begin() as session:
                change_roles(session, None, person.id, ())
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, people)) == [False, True]
    with readers(database)() as session:
        assert len(session.scalars(sa.select(PersonRole)).all()) == 1


def test_roles_and_organisations_may_be_given_twice(database: Engine) -> None:
    writing = sessions(database)
    anna = register(writing)
    for role in (MembershipRole.DRIVER, MembershipRole.COORDINATOR, MembershipRole.DRIVER):
        with writing.begin() as session:
            person = session.get_one(Person, anna.id)
            grant_role(session, person, Role.DRIVER)
            organisation = found_organisation(session, "BürgerBus Lommatzscher Pflege e. V.", NOW)
            add_member(session, organisation, person, role)
            assert role in person.roles_in(organisation.id)
    with readers(database)() as session:
        (member,) = members_of(session, organisation.id)
        assert member.roles_in(organisation.id) == {MembershipRole.DRIVER, MembershipRole.COORDINATOR}
        assert member.roles == {Role.RESIDENT, Role.DRIVER, Role.VOLUNTEER}
        assert members_of(session, organisation.id, MembershipRole.TELEPHONE) == []
