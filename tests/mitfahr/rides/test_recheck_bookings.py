"""A new timetable under booked journeys: unchanged, shifted or broken; nobody stranded, nobody told twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import pytest
import sqlalchemy as sa

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.series import RideSeries
from mitfahr.db.standing_orders import standing_order_of
from mitfahr.db.waiting import wait_entry_of
from mitfahr.db.wishes import wish_of
from mitfahr.domain.states import BookingState, LegState, Side
from mitfahr.services import recheck_bookings as service
from mitfahr.services.recheck_bookings import Rechecked, foresee_recheck, recheck_bookings
from mitfahr.services.rename_stops import rename_stops
from routing import Snapshot
from routing.journey import Leg
from routing.query import LegKind, Query, StopRef
from routing.search import search
from tests.mitfahr.rides.portal import DISTRICT, NOW, Portal, clock, district
from tests.mitfahr.rides.test_series import offer
from tests.mitfahr.rides.test_standing_orders import order
from tests.mitfahr.rides.test_waiting import wait
from tests.mitfahr.rides.test_wishes import wish
from tests.worlds import World, world

LATER = NOW + dt.timedelta(minutes=5)
AGAIN = NOW + dt.timedelta(minutes=10)


@cache
def other_world(*changes: tuple[str, str], name: str = "new") -> Snapshot:
    """The district with words of its drawing replaced."""
    text = DISTRICT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    drawn: World = world(text)
    links = replace(drawn.links, timetable=name)
    return Snapshot.of(drawn.timetable, links, drawn.roads).with_live_trips(drawn.live)


def in_world(portal: Portal, snapshot: Snapshot, now: dt.datetime = LATER) -> Snapshot:
    return snapshot.with_rides(portal.live(now).values())


def bus(origin: str, destination: str, at: str) -> Leg:
    """The bus of line 1 or 2 that leaves then."""
    found = search(
        district()[1],
        Query(
            StopRef(origin), StopRef(destination), clock(at), window_s=60, kinds=frozenset({LegKind.TRANSIT})
        ),
    )
    return next(leg for leg in found[0].legs if leg.kind is LegKind.TRANSIT)


def recheck(portal: Portal, snapshot: Snapshot, now: dt.datetime = LATER) -> Rechecked:
    return recheck_bookings(portal.sessions, in_world(portal, snapshot, now), now=now)


def mails(portal: Portal, name: str, since: dt.datetime = LATER) -> list[tuple[str, str]]:
    with portal.readers() as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at))
        return [
            (row.subject.split(":")[0], row.body)
            for row in rows
            if row.recipient.startswith(name) and row.created_at >= since
        ]


def subjects(portal: Portal, name: str, since: dt.datetime = LATER) -> list[str]:
    return [subject for subject, _ in mails(portal, name, since)]


def ride_and_bus(portal: Portal, rider: str, ride_id: str, at: str = "09:00", **options: bool) -> str:
    """Booked: with Anna from A to D, then the bus to E."""
    legs = portal.ride_leg(ride_id, "A", "D"), bus("D", "E", at)
    return portal.book(rider, portal.token(*legs), **options)


def test_what_has_not_changed_is_looked_at_once_and_nobody_is_told(portal: Portal) -> None:
    rita = portal.person("Rita")
    portal.book(rita, portal.token(bus("D", "E", "09:00")))
    ride_and_bus(portal, rita, portal.offer(portal.person("Anna")), "09:30")
    assert recheck(portal, other_world()) == Rechecked(unchanged=2)
    assert recheck(portal, other_world(), AGAIN) == Rechecked()
    assert subjects(portal, "") == []
    assert portal.contradictions() == []


def test_a_shift_within_the_change_moves_the_times_and_keeps_the_seat(portal: Portal) -> None:
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna)
    booking_id = ride_and_bus(portal, rita, ride_id)
    new = other_world(("09:00 09:04", "09:07 09:11"))
    with portal.readers() as session:
        assert foresee_recheck(session, new, now=LATER) == Rechecked(shifted=1)
    taken = portal.taken(ride_id)
    assert recheck(portal, new) == Rechecked(shifted=1)
    booking = portal.booking(booking_id)
    assert booking.state is BookingState.BOOKED and portal.taken(ride_id) == taken
    assert booking.legs[1].departure_s == int(clock("09:07").timestamp())
    assert portal.booked_leg(booking_id, 1).departure_s == booking.legs[1].departure_s
    assert booking.arrival_s == int(clock("09:11").timestamp())
    ((subject, body),) = mails(portal, "rita")
    assert subject == "Neue Zeiten" and "jetzt 09:07 Uhr" in body and "vorher 09:00 Uhr" in body
    assert subjects(portal, "anna") == []
    assert recheck(portal, new, AGAIN) == Rechecked() and len(mails(portal, "rita")) == 1
    # and back again: the old times, told once more
    assert recheck(portal, other_world(name="old"), AGAIN) == Rechecked(shifted=1)
    assert portal.booking(booking_id).legs[1].departure_s == int(clock("09:00").timestamp())
    assert subjects(portal, "rita", AGAIN) == ["Neue Zeiten"]
    assert portal.contradictions(AGAIN) == []
    assert portal.misses("Neue Zeiten", AGAIN)


def test_a_change_that_no_longer_works_gives_the_seat_back_and_offers_another_way(portal: Portal) -> None:
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna, at="08:45")
    booking_id = ride_and_bus(portal, rita, ride_id)
    assert sum(portal.taken(ride_id)) > 0
    # now the bus leaves before Anna is there
    new = other_world(("09:00 09:04", "08:47 08:51"))
    with portal.readers() as session:
        assert foresee_recheck(session, new, now=LATER) == Rechecked(broken=1)
    assert recheck(portal, new) == Rechecked(broken=1)
    booking = portal.booking(booking_id)
    assert [(leg.state, leg.moved_by) for leg in booking.legs] == [
        (LegState.CANCELLED, Side.CHAIN),
        (LegState.CANCELLED, Side.OPERATOR),
    ]
    assert sum(portal.taken(ride_id)) == 0
    ((subject, body),) = mails(portal, "rita")
    assert subject == "Änderung" and "Der Umstieg klappt nicht mehr" in body
    assert "Eine andere Möglichkeit" in body and f"/meine-fahrten/{booking_id}" in body
    assert subjects(portal, "anna") == ["Platz wieder frei"]
    assert recheck(portal, new, AGAIN) == Rechecked() and len(mails(portal, "rita")) == 1
    assert portal.contradictions(AGAIN) == []


def test_who_keeps_the_rest_keeps_the_seat(portal: Portal) -> None:
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna)
    booking_id = ride_and_bus(portal, rita, ride_id, keep_others=True)
    taken = portal.taken(ride_id)
    new = other_world(("t1 | 09:00 09:04\n", ""), ("t2 | 09:30 09:34\n", ""))
    assert recheck(portal, new) == Rechecked(broken=1)
    booking = portal.booking(booking_id)
    assert [leg.state for leg in booking.legs] == [LegState.CONFIRMED, LegState.CANCELLED]
    assert portal.taken(ride_id) == taken
    assert "steht nicht mehr im Fahrplan" in mails(portal, "rita")[0][1]
    assert subjects(portal, "anna") == []
    assert recheck(portal, other_world(("t1 | 09:00 09:04\n", ""), name="third"), AGAIN) == Rechecked(
        unchanged=1
    )
    assert portal.contradictions(AGAIN) == []


def test_a_retired_stop_is_said_by_name(portal: Portal) -> None:
    rita = portal.person("Rita")
    booking_id = portal.book(rita, portal.token(bus("D", "E", "09:00")))
    gone = other_world(
        ("at E 8000 0", "at X 8000 3000"),
        ("street D E 2000 m 120 s", "street D X 3600 m 220 s"),
        ("line 1 | A B C D E", "line 1 | A B C D X"),
        ("line 2 | D E", "line 2 | D X"),
    )
    assert recheck(portal, gone) == Rechecked(stop_gone=1)
    assert portal.booking(booking_id).state is BookingState.ENDED
    assert "Die Haltestelle E gibt es im Fahrplan nicht mehr." in mails(portal, "rita")[0][1]
    assert portal.contradictions() == []


def test_a_day_without_a_timetable_yet_says_nothing(portal: Portal) -> None:
    booking_id = portal.book(portal.person("Rita"), portal.token(bus("D", "E", "09:00")))
    later = other_world(("\nat A", "\nfrom 2026-06-03\nat A"))
    assert recheck(portal, later) == Rechecked(not_yet=1)
    assert portal.booking(booking_id).state is BookingState.BOOKED
    assert subjects(portal, "rita") == []


def renamed() -> Snapshot:
    """The same district, of which every stop, trip and line has another id; D's old id is now that of B."""
    drawn = world(DISTRICT)
    timetable = drawn.timetable
    ids = {"A": "de:1", "B": "D", "C": "de:3", "D": "de:4", "E": "de:5"}
    texts = type(timetable.stop_id)
    new = replace(
        timetable,
        stop_id=texts.of([ids[old] for old in timetable.stop_id]),
        section_trip_id=texts.of([f"neu-{old}" for old in timetable.section_trip_id]),
        route_id=texts.of([f"neu-{old}" for old in timetable.route_id]),
    )
    links = replace(drawn.links, timetable="renamed")
    return Snapshot.of(new, links, drawn.roads)


def test_all_ids_may_be_others(portal: Portal) -> None:
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna)
    booking_ids = [
        ride_and_bus(portal, rita, ride_id),
        portal.book(rita, portal.token(bus("B", "D", "05:04"))),
        portal.book(rita, portal.token(portal.run_leg(portal.run(), "B", "D"))),
    ]
    taken = portal.taken(ride_id)
    new = renamed()
    assert recheck(portal, new) == Rechecked(unchanged=3)
    assert recheck(portal, new, AGAIN) == Rechecked()
    assert subjects(portal, "") == [] and portal.taken(ride_id) == taken
    stops = [
        [(leg.origin.stop_id, leg.destination.stop_id) for leg in legs(portal, one)] for one in booking_ids
    ]
    assert stops == [[("de:1", "de:4"), ("de:4", "de:5")], [("D", "de:4")], [("D", "de:4")]]
    assert legs(portal, booking_ids[0])[1].trip_id == "neu-t1"
    assert portal.booking(booking_ids[1]).question["origin"] == {"stop_id": "D"}
    assert recheck(portal, other_world(name="old"), AGAIN) == Rechecked(unchanged=3)
    assert legs(portal, booking_ids[0])[1].trip_id == "t1"
    assert portal.contradictions(AGAIN) == []


def test_rides_series_and_kept_searches_follow_too(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id, run_id = portal.offer(anna), portal.run()
    series_id = offer(portal, portal.person("Ben"))
    wish_id = wish(portal, rita)
    order_id = order(portal, rita)
    entry_id = wait(portal, run_id, rita)
    new, old = renamed().timetable, district()[0].timetable
    assert rename_stops(portal.sessions, new, now=LATER) >= 5
    assert rename_stops(portal.sessions, new, now=LATER) == 0
    assert [stop.stop_id for stop in portal.ride(run_id).stops] == ["de:1", "D", "de:3", "de:4", "de:5"]
    assert [stop.stop_id for stop in portal.ride(ride_id).stops] == ["de:1", "de:5"]
    with portal.readers() as session:
        assert wish_of(session, wish_id, rita).question["origin"] == {"stop_id": "D"}
        assert standing_order_of(session, order_id).question["origin"] == {"stop_id": "de:1"}
        asked = wait_entry_of(session, entry_id).question
        assert (asked["origin"], asked["destination"]) == ({"stop_id": "D"}, {"stop_id": "de:4"})
        assert session.get_one(RideSeries, series_id).offer["origin"]["stop_id"] == "de:1"
    now_offered = in_world(portal, renamed())
    query = Query(StopRef("D"), StopRef("de:5"), clock("07:50"), kinds=frozenset({LegKind.BUERGERBUS}))
    assert [leg.boarding.ride_id for leg in search(now_offered, query)[0].legs if leg.boarding] == [run_id]
    assert rename_stops(portal.sessions, old, now=LATER) >= 4
    assert [stop.stop_id for stop in portal.ride(run_id).stops] == list("ABCDE")


def legs(portal: Portal, booking_id: str) -> list[Leg]:
    return [portal.booked_leg(booking_id, i) for i in range(len(portal.booking(booking_id).legs))]


def test_a_delay_that_breaks_a_change_is_a_cancellation_once(portal: Portal) -> None:
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna, "D", "A", at="09:10")
    legs_ = bus("C", "D", "05:08"), bus("D", "E", "09:00")
    portal.book(rita, portal.token(*legs_))
    other = portal.book(portal.person("Otto"), portal.token(portal.ride_leg(ride_id, "D", "B")))
    late = other_world(
        ("t3 | 10:00 10:04", "t3 | 10:00 10:04\nexpected t0 day 0 | - - - 09:10/09:10 -"), name=""
    )
    before = clock("05:00")
    assert recheck(portal, other_world(name=""), before) == Rechecked()
    assert recheck(portal, late, before) == Rechecked(broken=1, unchanged=1)
    ((subject, body),) = mails(portal, "rita", before)
    assert subject == "Änderung" and "hat Verspätung" in body
    assert "Eine andere Möglichkeit" in body
    assert recheck(portal, late, before) == Rechecked(unchanged=1)
    assert len(mails(portal, "rita", before)) == 1
    assert portal.booking(other).state is BookingState.BOOKED
    assert portal.contradictions(before) == []


def test_two_workers_tell_once(portal: Portal) -> None:
    rita = portal.person("Rita")
    ride_id = portal.offer(portal.person("Anna"), at="08:45", seats=3)
    for at in ("09:00", "09:30"):
        portal.book(rita, portal.token(bus("D", "E", at)))
    ride_and_bus(portal, rita, ride_id)
    new = in_world(portal, other_world(("09:00 09:04", "08:47 08:51")))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: recheck_bookings(portal.sessions, new, now=LATER), range(2)))
    assert sum(one.broken for one in found) == 1
    assert sorted(subjects(portal, "rita")) == ["Neue Zeiten", "Änderung"]
    assert portal.contradictions() == []


class Killed(BaseException):
    """As if the process had been killed at this point."""


@pytest.mark.parametrize("at", ["find_replacement", "tell_fallen", "tell_shifted", "mark_checked"])
def test_whoever_is_killed_is_followed_by_another(
    portal: Portal, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita = portal.person("Rita")
    booking_ids = [
        ride_and_bus(portal, rita, portal.offer(portal.person("Anna"), at="08:45")),
        portal.book(rita, portal.token(bus("D", "E", "09:00"))),
        portal.book(rita, portal.token(bus("D", "E", "10:00"))),
    ]
    new = other_world(("09:00 09:04", "08:47 08:51"))

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(service, at, kill)
        with pytest.raises(Killed):
            recheck(portal, new)
    recheck(portal, new, AGAIN)
    states = [portal.booking(one).state for one in booking_ids]
    assert states == [BookingState.ENDED, BookingState.BOOKED, BookingState.BOOKED]
    assert sorted(subjects(portal, "rita")) == ["Neue Zeiten", "Änderung"]
    assert recheck(portal, new, AGAIN) == Rechecked()
    assert portal.contradictions(AGAIN) == []


def test_a_booking_of_the_very_second_is_caught(portal: Portal) -> None:
    rita = portal.person("Rita")
    new = other_world(("09:00 09:04", "09:07 09:11"))
    assert recheck(portal, new) == Rechecked()
    booking_id = portal.book(rita, portal.token(bus("D", "E", "09:00"), now=LATER), now=LATER)
    assert recheck(portal, new, AGAIN) == Rechecked(shifted=1)
    assert portal.booking(booking_id).departure_s == int(clock("09:07").timestamp())
