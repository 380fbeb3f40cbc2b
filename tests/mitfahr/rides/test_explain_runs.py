"""Runs that do not fit, each with its reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mitfahr.domain.roles import Role
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.explain_runs import RunNot, WhyNot, explain_runs
from mitfahr.services.find_itineraries import ride_ids_in
from mitfahr.services.publish_run import RunStop
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party, Point, StopRef
from routing.search import search
from tests.mitfahr.rides.portal import NOW, Portal, clock, place

REQUEST = TripRequest(StopRef("B"), StopRef("D"), clock("08:00"))


def reasons(portal: Portal, request: TripRequest = REQUEST, now: dt.datetime = NOW) -> list[RunNot]:
    """What is said beside the answers that the router gives."""
    snapshot = portal.snapshot(now)
    used = ride_ids_in(search(snapshot, request.query(booked_at=now)))
    return explain_runs(portal.readers, snapshot, request, used=used, now=now)


def test_a_run_that_is_among_the_answers_needs_no_excuse(portal: Portal) -> None:
    portal.run("08:00")
    assert reasons(portal) == []


def test_full_or_without_the_place_that_is_needed(portal: Portal) -> None:
    full = portal.run("08:00", seats=1, wheelchairs=1)
    portal.book(portal.person("Sven"), portal.token(portal.run_leg(full, "C", "D")))
    (one,) = reasons(portal)
    assert (one.ride_id, one.why, one.free, one.can_wait) == (full, WhyNot.FULL, 0, True)
    assert (one.origin, one.destination) == ("B", "D")
    assert one.departure_s == seconds(clock("08:05")) and one.arrival_s == seconds(clock("08:15"))
    (two,) = reasons(portal, replace(REQUEST, party=Party(seats=2)))
    assert (two.why, two.can_wait) == (WhyNot.FULL, False)  # the vehicle never has two seats
    (bag,) = reasons(portal, replace(REQUEST, party=Party(seats=0, wheelchairs=1, luggage=1)))
    assert (bag.why, bag.can_wait) == (WhyNot.LUGGAGE, False)
    rolling = Party(seats=0, wheelchairs=1)
    portal.book(portal.person("Rolf"), portal.token(portal.run_leg(full, "A", "E", rolling), party=rolling))
    (taken,) = reasons(portal, replace(REQUEST, party=rolling))
    assert (taken.why, taken.can_wait) == (WhyNot.WHEELCHAIR_TAKEN, True)
    without = portal.run("08:30")
    assert {one.ride_id: one.why for one in reasons(portal, replace(REQUEST, party=rolling))} == {
        full: WhyNot.WHEELCHAIR_TAKEN,
        without: WhyNot.NO_WHEELCHAIR,
    }


def test_closed_cancelled_or_halting_elsewhere(portal: Portal) -> None:
    closed = portal.run("08:30", bookable_before_s=17 * 3600)
    cancelled = portal.run("08:00")
    withdraw_ride(
        portal.sessions,
        portal.snapshot(),
        ride_id=cancelled,
        actor_id=portal.person("Dora", Role.DISPATCHER),
        reason="Der Bus ist kaputt.",
        now=NOW,
    )
    past, later = NOW, NOW + dt.timedelta(hours=2)
    assert [one.ride_id for one in reasons(portal, now=past)] == [cancelled]
    first, second = reasons(portal, now=later)
    assert (first.ride_id, first.why, first.reason) == (cancelled, WhyNot.CANCELLED, "Der Bus ist kaputt.")
    assert (second.ride_id, second.why) == (closed, WhyNot.DEADLINE)
    assert second.deadline_s == seconds(clock("08:30")) - 17 * 3600 and not second.can_wait
    far = place("E")
    beyond = Point(far.lat, far.lon + 0.04, "Hof")  # nearly three kilometres behind the last stop
    (elsewhere,) = reasons(portal, replace(REQUEST, destination=beyond))
    assert elsewhere.why is WhyNot.ELSEWHERE and elsewhere.ride_id == closed
    assert elsewhere.destination == "E" and 3000 < elsewhere.walk_m < 4500
    assert reasons(portal, replace(REQUEST, origin=StopRef("D"), destination=StopRef("B"))) == []


def test_a_run_with_fewer_halts_is_told_from_one_that_stops(portal: Portal) -> None:
    express = portal.run(
        "08:10",
        stops=(RunStop("A", clock("08:10"), clock("08:10")), RunStop("E", clock("08:20"), clock("08:20"))),
    )
    (one,) = reasons(portal, replace(REQUEST, origin=StopRef("A"), destination=StopRef("D")))
    assert (one.ride_id, one.why, one.destination) == (express, WhyNot.ELSEWHERE, "E")
