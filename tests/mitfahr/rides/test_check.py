"""Every kind of damage is found by `mitfahr check`, and a portal in use has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.check_data import data_faults, faults_seen
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.confirm_address import send_mail_code
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.remind_riders import remind_riders
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district


@dataclass(frozen=True)
class Used:
    """Ids of what a damage can hit."""

    portal: Portal
    run_id: str
    ride_id: str
    asking_id: str
    driver_id: str
    rider_id: str
    booking_id: str
    request_id: str


@pytest.fixture(scope="module")
def used(module_database: Engine) -> Used:
    """A portal in which a chain is booked and confirmed, a request waits, and others have come and gone."""
    return use(Portal(module_database))


def use(portal: Portal) -> Used:
    driver, asked = portal.person("Anna"), portal.person("Asta")
    rita, sven = portal.person("Rita"), portal.person("Sven")
    run_id = portal.run(at="07:00", seats=2, wheelchairs=1)
    ride_id = portal.offer(driver, "C", "E", rate_ct_per_km=30)
    asking_id = portal.offer(asked, asks_first=True, rate_ct_per_km=20)
    late_id = portal.offer(driver, at="12:00")
    bags_id = portal.offer(asked, at="14:00", luggage=1)
    chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
    booking_id = portal.book(rita, chain)
    portal.book(sven, portal.token(portal.ride_leg(ride_id, "C", "E")), now=after(1))
    request_id = portal.book(sven, portal.token(portal.ride_leg(asking_id, "B", "D")), now=after(2))
    for decide, minute in ((confirm_request, 3), (decline_request, 5)):
        asked_for = portal.book(rita, portal.token(portal.ride_leg(asking_id, "A", "B")), now=after(minute))
        leg = portal.booking(asked_for).legs[0]
        decide(portal.sessions, district()[1], leg_id=leg.id, driver_id=asked, now=after(minute + 1))
    for minute, leg_of in enumerate(
        (portal.run_leg(run_id, "D", "E"), portal.ride_leg(late_id, "A", "C")), 7
    ):
        fallen = portal.book(sven, portal.token(leg_of), now=after(minute))
        if minute == 7:
            cancel_booking(portal.sessions, booking_id=fallen, actor_id=sven, now=after(9))
    withdraw_ride(portal.sessions, district()[1], ride_id=late_id, actor_id=driver, now=after(10))
    with_bags = portal.book(sven, portal.token(portal.ride_leg(bags_id, "B", "C")), now=after(11))
    change_party(
        portal.sessions,
        booking_id=with_bags,
        change=PartyChange(luggage=1),
        actor_id=sven,
        idempotency_key="bags",
        now=after(12),
    )
    send_mail_code(portal.sessions, person_id=rita, secret_key=KEY, now=after(13))
    remind_riders(portal.sessions, now=after(4 * 60 + 1))
    return Used(portal, run_id, ride_id, asking_id, driver, rita, booking_id, request_id)


def after(minutes: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def test_a_portal_in_use_has_no_faults(used: Used) -> None:
    assert data_faults(used.portal.engine, LAW, after(20)) == []


def test_neither_has_one_after_the_day(portal: Portal) -> None:
    late = clock("11:00")
    used = use(portal)
    lapse_holds(used.portal.sessions, district()[1], now=clock("07:30"))
    complete_legs(used.portal.sessions, now=late)
    assert data_faults(used.portal.engine, LAW, late) == []


DAMAGES = [
    # what is done behind the portal's back, and what must be said about it
    (
        "UPDATE ride_hop SET taken = taken + 1 WHERE ride_id = :run AND seq = 2",
        "auf Abschnitt 2 sind 1 Plätze vermerkt",
    ),
    ("UPDATE ride_hop SET taken = 0 WHERE ride_id = :ride", "0 Plätze vermerkt, gebucht sind 2"),
    (
        "UPDATE ride_hop SET wheelchair_taken = 1 WHERE ride_id = :run AND seq = 0",
        "1 Rollstuhlplätze vermerkt",
    ),
    (
        "UPDATE ride_hop SET luggage_capacity = 1, luggage_taken = 1 WHERE ride_id = :run",
        "1 Gepäckplätze vermerkt",
    ),
    ("UPDATE ride_hop SET bicycle_capacity = 9 WHERE ride_id = :run", "9 Fahrradplätze, im Fahrzeug 0"),
    ("UPDATE ride_hop SET capacity = 8 WHERE ride_id = :run", "gibt es 8 Plätze, im Fahrzeug 2"),
    ("UPDATE booking_leg SET seats = 3 WHERE ride_id = :run", "ist überbucht: 3 von 2 Plätze"),
    ("UPDATE booking_leg SET seats = 3 WHERE booking_id = :booking", "3 Plätze, gebucht sind 1"),
    ("DELETE FROM ride_hop WHERE ride_id = :run AND seq = 1", "die Abschnitte nicht"),
    ("UPDATE ride_stop SET seq = 9 WHERE ride_id = :run AND seq = 4", "die Halte sind nicht lückenlos"),
    ("UPDATE ride SET driver_id = NULL WHERE id = :ride", "niemand fährt sie"),
    (
        "UPDATE ride SET withdrawn_at = '2026-06-01 12:00:00' WHERE id = :ride",
        "fällt aus und ist noch gebucht",
    ),
    (
        "UPDATE booking_leg SET board_stop_id = alight_stop_id WHERE ride_id = :ride",
        "nicht vor dem Ausstieg ein",
    ),
    ("UPDATE booking_leg SET ride_id = :asking WHERE ride_id = :ride", "nicht vor dem Ausstieg ein"),
    (
        "UPDATE booking_leg SET board_stop_id = NULL WHERE booking_id = :request",
        "die Halte dazu passen nicht",
    ),
    ("UPDATE booking_leg SET state = 'declined' WHERE booking_id = :request", "kann so nicht entstehen"),
    ("UPDATE booking_leg SET state = 'noted' WHERE booking_id = :booking", "kann so nicht entstehen"),
    (
        "UPDATE booking_leg SET state = 'no_show', moved_by = 'clock' WHERE ride_id = :run",
        "kann so nicht entstehen",
    ),
    ("UPDATE booking_leg SET moved_by = 'chain' WHERE booking_id = :booking", "zuletzt geändert von: chain"),
    ("UPDATE booking_leg SET hold_until_s = NULL WHERE booking_id = :request", "die Frist dazu passt nicht"),
    ("UPDATE booking_leg SET hold_until_s = 1 WHERE ride_id = :ride", "die Frist dazu passt nicht"),
    (
        "UPDATE booking_leg SET hold_until_s = departure_s + 1 WHERE booking_id = :request",
        "erst nach der Abfahrt",
    ),
    ("UPDATE booking_leg SET kind = 'transit' WHERE ride_id = :run", "ihre Fahrt passen nicht zusammen"),
    ("UPDATE booking_leg SET seq = 2 WHERE ride_id = :ride AND booking_id = :booking", "nicht lückenlos"),
    ("DELETE FROM booking_leg WHERE booking_id = :booking", "nicht lückenlos"),
    ("DELETE FROM booking_leg WHERE booking_id = :booking AND seq = 1", "etwas anderes, als gezeigt wurde"),
    ("UPDATE booking SET rider_id = :driver WHERE id = :booking", "die mitfahrende Person fährt selbst"),
    ("UPDATE booking SET price_ct = price_ct + 10 WHERE id = :booking", "nicht die Summe der Teilstrecken"),
    ("UPDATE booking_leg SET price_ct = 900 WHERE ride_id = :ride", "mehr, als das Gesetz erlaubt"),
    ("UPDATE booking_leg SET agreed_ct = 10 WHERE ride_id = :ride", "mehr als vereinbart"),
    ("UPDATE booking_leg SET price_ct = 0 WHERE ride_id = :ride", "nicht richtig geteilt"),
    ("UPDATE ride SET driver_id = :driver WHERE id = :asking", "während Person"),
    ("UPDATE booking_leg SET ride_id = 'weg' WHERE booking_id = :request", "booking_leg"),
    ("DELETE FROM person WHERE id = :rider", "Zeile booking"),
    ("DELETE FROM booking WHERE id = :booking", "zugesagt, aber nicht vorhanden"),
    ("DELETE FROM ride WHERE id = :ride", "zugesagt, aber nicht vorhanden"),
    ("UPDATE idempotency_key SET answer = NULL WHERE actor_id = :rider", "nie beantwortet"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Abgesagt%'", "0 statt mindestens 1"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Bestätigt%'", "0 statt mindestens 1"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Neue Buchung%'", "statt mindestens"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Neuer Preis%'", "0 statt mindestens 1"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Geändert%'", "0 statt mindestens 1"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Plätze geändert%'", "0 statt mindestens 1"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Erinnerung%'", "statt mindestens"),
    ("DELETE FROM outbox_message WHERE subject LIKE 'Ihr Code%'", "0 statt mindestens 1"),
    ("UPDATE outbox_message SET sent_at = created_at", "widersprechen sich"),
    (
        "UPDATE outbox_message SET sent_at = created_at, given_up_at = created_at, attempts = 1",
        "widersprechen sich",
    ),
    (
        "INSERT INTO outbox_message (id, channel, recipient, subject, body, created_at, attempts, next_try_at) "
        "SELECT 'x' || substr(id, 2), channel, recipient, subject, body, created_at, 0, next_try_at "
        "FROM outbox_message WHERE subject LIKE 'Bestätigt%'",
        "dieselbe steht 2-mal da",
    ),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES, ids=[said for _, said in DAMAGES])
def test_damage_is_found(used: Used, damage: str, said: str) -> None:
    with behind_the_portals_back(used, damage) as session:
        found = faults_seen(session, LAW, after(20))
    assert [line for line in found if said in line], found
    assert all("\n" not in line and "@" not in line for line in found), "one line each, without an address"


@contextmanager
def behind_the_portals_back(used: Used, damage: str) -> Iterator[Session]:
    """What a slip of the hand, a restored copy or another program can do: nothing holds it back.

    Undone at the end.
    """
    free, held = {
        "sqlite": (
            ["PRAGMA query_only = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"],
            ["PRAGMA foreign_keys = ON", "PRAGMA ignore_check_constraints = OFF"],
        ),
        "postgresql": (
            ["SET session_replication_role = replica"],
            ["SET session_replication_role = origin"],
        ),
    }[used.portal.engine.dialect.name]
    with used.portal.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for statement in free:
            raw.execute(statement)
        connection.execute(sa.text(damage), _named(used, damage))
        with Session(connection) as session:
            yield session
        connection.rollback()
        for statement in held:
            raw.execute(statement)


def _named(used: Used, damage: str) -> dict[str, str]:
    ids = {
        "run": used.run_id,
        "ride": used.ride_id,
        "asking": used.asking_id,
        "driver": used.driver_id,
        "rider": used.rider_id,
        "booking": used.booking_id,
        "request": used.request_id,
    }
    return {name: ids[name] for name in ids if f":{name}" in damage}
