"""Offering rides and publishing runs, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.db.base import new_id
from mitfahr.domain.errors import (
    IdempotencyConflict,
    InThePast,
    NoWay,
    OverlapsOtherRide,
    PriceTooHigh,
    StopUnknown,
    TooManySeats,
    Unknown,
    WindowInvalid,
)
from mitfahr.domain.roles import Role
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from routing.journey import Place
from tests.mitfahr.rides.portal import NOW, VACATIONS, Portal, clock, district


def test_an_offer_is_there_for_the_next_search(portal: Portal) -> None:
    anna = portal.person("Anna")
    ride_id = portal.offer(anna, rate_ct_per_km=10, seats=2)
    live = portal.snapshot().rides[ride_id]
    assert [stop.name for stop in live.stops] == ["A", "E"]
    assert live.seats_free == (2,)
    assert (live.driver_id, live.label) == (anna, "Fahrt mit Anna")
    assert live.bookable_until_s == int(clock("07:30").timestamp())
    row = portal.ride(ride_id)
    assert (row.direct_s, row.direct_m) == (480, 8000)
    assert portal.contradictions() == []


def test_the_same_form_sent_twice_is_one_offer(portal: Portal) -> None:
    anna = portal.person("Anna")
    assert portal.offer(anna, key="k") == portal.offer(anna, key="k")
    with pytest.raises(IdempotencyConflict):
        portal.offer(anna, key="k", seats=1)
    assert len(portal.snapshot().rides) == 1


def test_nobody_drives_two_cars_at_once(portal: Portal) -> None:
    anna = portal.person("Anna")
    portal.offer(anna, at="08:00")
    with pytest.raises(OverlapsOtherRide) as refused:
        portal.offer(anna, at="08:05")
    assert refused.value.other_label == "Fahrt mit Anna"
    portal.offer(anna, "E", "A", at="10:00")
    portal.offer(portal.person("Bert"), at="08:05")


def test_what_the_law_and_the_clock_refuse(portal: Portal) -> None:
    anna = portal.person("Anna")
    with pytest.raises(PriceTooHigh):
        portal.offer(anna, rate_ct_per_km=31)
    with pytest.raises(TooManySeats):
        portal.offer(anna, seats=9)
    with pytest.raises(InThePast):
        portal.offer(anna, earliest=NOW - dt.timedelta(minutes=1))
    with pytest.raises(WindowInvalid):
        portal.offer(anna, latest_arrival=clock("08:07"))
    with pytest.raises(WindowInvalid):
        portal.offer(anna, latest=clock("07:59"))
    assert portal.snapshot().rides == {}


def test_where_no_street_leads_nobody_drives(portal: Portal) -> None:
    with pytest.raises(NoWay) as refused:
        portal.offer(portal.person("Anna"), destination=Place("Insel", 54.0, 13.0))
    assert refused.value.destination == "Insel"


def test_a_run_has_its_stops_times_and_places(portal: Portal) -> None:
    ride_id = portal.run(seats=8, wheelchairs=1)
    live = portal.snapshot().rides[ride_id]
    assert "".join(stop.stop_id or "?" for stop in live.stops) == "ABCDE"
    assert live.stops[1].departure_s == int(clock("08:05").timestamp())
    assert (live.seats_free, live.wheelchairs_free) == ((8,) * 4, (1,) * 4)
    assert live.label == "BürgerBus 500"


def test_only_those_who_may_publish_runs_and_only_for_their_association(portal: Portal) -> None:
    organisation_id = portal.organisation()
    draft = RunDraft(
        organisation_id,
        "500",
        (RunStop("A", clock("08:00"), clock("08:00")), RunStop("B", clock("08:05"), clock("08:05"))),
    )

    def publish(actor_id: str, draft: RunDraft = draft) -> str:
        return publish_run(
            portal.sessions,
            district()[0].timetable,
            draft,
            actor_id=actor_id,
            idempotency_key=new_id(),
            vacations=VACATIONS,
            now=NOW,
        )

    for stranger in (portal.person("Resi"), portal.person("Vera", Role.VOLUNTEER)):
        with pytest.raises(Unknown):
            publish(stranger)
    assert publish(portal.person("Dispo", Role.DISPATCHER))
    unknown = RunDraft(
        organisation_id, "500", (draft.stops[0], RunStop("nowhere", clock("08:05"), clock("08:05")))
    )
    with pytest.raises(StopUnknown):
        publish(portal.person("Dispo", Role.DISPATCHER), unknown)


def test_a_run_and_a_ride_of_one_driver_do_not_overlap(portal: Portal) -> None:
    vera = portal.person("Vera", Role.VOLUNTEER)
    portal.run(driver_id=vera)
    with pytest.raises(OverlapsOtherRide) as refused:
        portal.offer(vera, at="08:10")
    assert refused.value.other_label == "BürgerBus 500"
