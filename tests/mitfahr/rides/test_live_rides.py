"""What a process knows of rides is brought up to date by reading only what has changed."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from mitfahr.domain.roles import Role
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.live_rides import LiveRides, read_live_rides, refresh_live_rides
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import NOW, Portal, clock, district


def refreshed(portal: Portal, known: LiveRides, now: dt.datetime = NOW) -> LiveRides:
    """The refreshed state, which must equal one that is read anew."""
    with portal.readers() as session:
        found = refresh_live_rides(session, known, now)
        anew = read_live_rides(session, now)
    assert dict(found.rides) == dict(anew.rides)
    assert found.revision == anew.revision
    return found


def first(portal: Portal) -> LiveRides:
    with portal.readers() as session:
        return read_live_rides(session, NOW)


def test_every_change_is_seen_and_nothing_else_is_touched(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    quiet = portal.run(at="06:00")
    known = first(portal)
    ride_id = portal.offer(anna)
    known = refreshed(portal, known)
    assert known.rides.keys() == {quiet, ride_id}
    booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
    booked = refreshed(portal, known)
    assert booked.rides[ride_id].seats_free == (3, 2, 3)
    assert booked.rides[quiet] is known.rides[quiet]
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=NOW)
    known = refreshed(portal, booked)
    assert known.rides[ride_id].seats_free == (3,)
    withdraw_ride(portal.sessions, district()[1], ride_id=ride_id, actor_id=anna, now=NOW)
    known = refreshed(portal, known)
    assert known.rides.keys() == {quiet}


def test_without_a_change_nothing_is_read_again(portal: Portal) -> None:
    portal.run()
    known = first(portal)
    statements: list[str] = []
    sa.event.listen(portal.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    with portal.readers() as session:
        found = refresh_live_rides(session, known, NOW)
    assert found.rides is known.rides
    assert [statement.split()[0] for statement in statements if "PRAGMA" not in statement] in (
        ["SELECT"],
        ["BEGIN", "SELECT"],
    )


def test_time_alone_frees_expired_requests_and_ends_rides(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), asks_first=True)
    portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "B", "D")))
    known = first(portal)
    assert known.rides[ride_id].seats_free == (3, 2, 3)
    later = refreshed(portal, known, NOW + dt.timedelta(hours=11, minutes=59))
    assert later.rides is known.rides
    expired = refreshed(portal, later, NOW + dt.timedelta(hours=12))
    assert expired.rides[ride_id].seats_free == (3,)
    assert refreshed(portal, expired, clock("12:00")).rides == {}


def test_expired_and_firm_passengers_of_one_halt(portal: Portal) -> None:
    """Two share a halt; one request expires: the halt stays for the other."""
    anna = portal.person("Anna", Role.DRIVER)
    ride_id = portal.offer(anna, asks_first=True)
    token = portal.token(portal.ride_leg(ride_id, "B", "D"))
    portal.book(portal.person("Rita"), token)
    portal.book(portal.person("Sven"), token, now=NOW + dt.timedelta(minutes=10))
    known = first(portal)
    assert known.rides[ride_id].seats_free == (3, 1, 3)
    half = refreshed(portal, known, NOW + dt.timedelta(hours=12, minutes=5))
    assert half.rides[ride_id].seats_free == (3, 2, 3)
    both = refreshed(portal, half, NOW + dt.timedelta(hours=12, minutes=10))
    assert both.rides[ride_id].seats_free == (3,)
