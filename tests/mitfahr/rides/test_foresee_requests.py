"""Before saying yes the driver sees what each request would make of the ride."""

from __future__ import annotations

import datetime as dt

from mitfahr.db.bookings import holding_legs
from mitfahr.domain.times import seconds
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.foresee_requests import Foreseen, foresee_requests
from routing.overlay import PROMISE_TOLERANCE_S
from tests.mitfahr.rides.portal import NOW, Portal, clock, district


def foreseen(portal: Portal, ride_id: str, now: dt.datetime = NOW) -> dict[str, Foreseen]:
    ride = portal.ride(ride_id)
    with portal.readers() as session:
        return foresee_requests(district()[1], ride, holding_legs(session, [ride_id]), seconds(now))


def ask(portal: Portal, ride_id: str, origin: str, destination: str) -> str:
    """Somebody asks to come along; the id of the leg."""
    booking_id = portal.book(
        portal.person("Rita"), portal.token(portal.ride_leg(ride_id, origin, destination))
    )
    return portal.booking(booking_id).legs[0].id


def at(text: str) -> int:
    return seconds(clock(text))


def test_the_new_stops_and_the_later_arrival(portal: Portal) -> None:
    """A → E takes 8 minutes; with a stop at B and one at D there are two halts more."""
    ride_id = portal.offer(portal.person("Anna"), asks_first=True)
    leg_id = ask(portal, ride_id, "B", "D")
    (found,) = foreseen(portal, ride_id).values()
    assert [(one.stop.name, one.reached_s - at("08:00"), one.before_s) for one in found.stops] == [
        ("A", 0, at("08:00")),
        ("B", 120, None),
        ("D", 420, None),
        ("E", 600, at("08:08")),
    ]
    assert (found.detour_s, found.later_s) == (0, 120)
    assert list(foreseen(portal, ride_id)) == [leg_id]


def test_the_detour_is_the_driving_that_the_request_adds(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), "A", "C", asks_first=True)
    ask(portal, ride_id, "A", "D")
    (found,) = foreseen(portal, ride_id).values()
    assert found.detour_s == 240, "from C to D and back, two minutes each"


def test_each_request_is_shown_beside_those_who_have_a_place_not_beside_the_others(portal: Portal) -> None:
    anna = portal.person("Anna")
    ride_id = portal.offer(anna, asks_first=True, seats=4)
    sure = ask(portal, ride_id, "B", "E")
    confirm_request(portal.sessions, portal.snapshot(), leg_id=sure, driver_id=anna, now=NOW)
    first, second = ask(portal, ride_id, "C", "E"), ask(portal, ride_id, "D", "E")
    found = foreseen(portal, ride_id)
    assert found.keys() == {first, second}
    names = {leg_id: "".join(one.stop.name for one in found[leg_id].stops) for leg_id in found}
    assert names == {first: "ABCEEE", second: "ABDEEE"}


def test_whoever_has_a_place_waits_five_minutes_at_most_and_is_never_fetched_earlier(portal: Portal) -> None:
    anna = portal.person("Anna")
    ride_id = portal.offer(anna, asks_first=True, seats=4)
    sure = ask(portal, ride_id, "C", "E")
    confirm_request(portal.sessions, portal.snapshot(), leg_id=sure, driver_id=anna, now=NOW)
    ask(portal, ride_id, "B", "D")
    (found,) = foreseen(portal, ride_id).values()
    (kept,) = [one for one in found.stops if one.stop.promised_pickup_s and one.before_s is not None]
    assert kept.stop.name == "C" and kept.before_s is not None
    told_s = kept.stop.promised_pickup_s or 0
    assert told_s < kept.reached_s <= told_s + PROMISE_TOLERANCE_S


def test_a_request_that_has_expired_is_no_request(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), asks_first=True)
    ask(portal, ride_id, "B", "D")
    assert foreseen(portal, ride_id, NOW + dt.timedelta(hours=13)) == {}
