"""Services on demand that do not fit, each with its reason; the service is that of `test_tours`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.explain_services import NotServed, ServiceNot, explain_services
from mitfahr.services.find_itineraries import ride_ids_in
from mitfahr.services.keep_demand import cancel_service_day
from routing.query import Party, Point, StopRef
from routing.search import search
from tests.mitfahr.rides.portal import NOW, clock, place
from tests.mitfahr.rides.test_tours import TUESDAY, Club, club

__all__ = ["club"]

REQUEST = TripRequest(StopRef("B"), StopRef("D"), clock("09:00"), window_s=1800)


def reasons(club: Club, request: TripRequest = REQUEST, now: dt.datetime = NOW) -> list[ServiceNot]:
    """What is said beside the answers that the router gives."""
    snapshot = club.portal.snapshot(now)
    used = ride_ids_in(search(snapshot, request.query(booked_at=now)))
    return explain_services(club.portal.readers, snapshot, request, used=used, now=now)


def why(club: Club, request: TripRequest = REQUEST, now: dt.datetime = NOW) -> NotServed | None:
    found = reasons(club, request, now)
    return found[0].why if found else None


def test_a_service_among_the_answers_needs_no_excuse(club: Club) -> None:
    club.keep()
    assert reasons(club) == []


def test_hours_lead_time_and_area(club: Club) -> None:
    service_id = club.keep(phone="03525 77", phone_hours="Mo–Fr 8–16 Uhr")
    (early,) = reasons(club, replace(REQUEST, when=clock("02:00")))
    assert (early.why, early.phone, early.phone_hours) == (NotServed.HOURS, "03525 77", "Mo–Fr 8–16 Uhr")
    assert early.span_s is not None and early.span_s[0] == int(clock("08:00").timestamp())
    (late,) = reasons(club, now=clock("08:45"))
    assert (late.why, late.moment_s) == (NotServed.LEAD, int(clock("09:45").timestamp()))
    assert why(club, replace(REQUEST, when=clock("09:00"), arrive_by=True), clock("07:50")) is NotServed.LEAD
    far = place("E")
    farm = Point(far.lat, far.lon + 0.04, "Hof")  # nearly three kilometres behind the last stop
    (outside,) = reasons(club, replace(REQUEST, destination=farm))
    assert (outside.why, outside.place) == (NotServed.OUTSIDE, "Hof") and 2500 < outside.far_m < 3500
    beyond = Point(far.lat, far.lon + 0.4, "Ausland")
    assert reasons(club, replace(REQUEST, destination=beyond)) == []
    cancel_service_day(
        club.portal.sessions,
        club.portal.snapshot(),
        organisation_id=club.id,
        service_id=service_id,
        day=TUESDAY,
        reason=None,
        actor_id=club.planner,
        now=NOW,
    )
    assert why(club) is NotServed.CANCELLED


def test_full_busy_and_no_place_for_a_wheelchair(club: Club) -> None:
    """At one moment; what the search finds at a later one does not count here."""

    def why(club: Club, request: TripRequest) -> NotServed | None:
        found = explain_services(club.portal.readers, club.portal.snapshot(), request, used=(), now=NOW)
        return found[0].why if found else None

    club.keep(flex_s=150, detour_s=0)
    rolling = Party(0, wheelchairs=1)
    ask = replace(REQUEST, window_s=0)
    club.book(club.leg("09:00", "B", "D"), party=Party(3))
    assert why(club, ask) is NotServed.FULL
    assert why(club, replace(ask, party=rolling)) is None
    assert why(club, replace(ask, party=Party(0, wheelchairs=2))) is NotServed.NO_WHEELCHAIR
    assert why(club, replace(ask, origin=StopRef("E"), destination=StopRef("A"))) is NotServed.BUSY
    club.book(club.leg("10:00", "B", "D"), party=rolling)
    ten = replace(ask, when=clock("10:00"), party=rolling)
    assert why(club, ten) is NotServed.WHEELCHAIR_TAKEN
