"""What a page of results shows first; nothing is ever dropped."""

from __future__ import annotations

from dataclasses import replace

from routing.journey import Promise
from routing.query import LegKind
from web.journeys_view import JourneyView, LegView
from web.shown_first import SHOWN, gathered, lines_first, rides_first


def leg(kind: LegKind, departure: int, arrival: int, ride_id: str | None = None) -> LegView:
    return LegView(
        kind=kind,
        icon="bus",
        title="Bus",
        headsign=None,
        departure_s=departure * 60,
        arrival_s=arrival * 60,
        origin="A",
        destination="B",
        distance_m=None,
        is_beeline=False,
        stops_between=(),
        bookable_until_s=None,
        asks_first=False,
        price_ct=None,
        operator="",
        phone="",
        note=None,
        is_tight=False,
        ride_id=ride_id,
    )


def journey(*legs: LegView) -> JourneyView:
    return JourneyView(legs[0].departure_s, legs[-1].arrival_s, legs, "token", None)


def bus(departure: int, arrival: int) -> JourneyView:
    return journey(leg(LegKind.TRANSIT, departure, arrival))


def car(ride_id: str, departure: int, arrival: int) -> JourneyView:
    return journey(leg(LegKind.RIDE, departure, arrival, ride_id))


def on_demand(service: str, departure: int) -> JourneyView:
    promised = Promise(service, departure * 60, departure * 60, departure * 60, departure * 60)
    return journey(replace(leg(LegKind.DEMAND, departure, departure + 20), promise=promised))


def test_the_same_of_one_service_by_other_times_is_one_entry() -> None:
    times = [on_demand("north", start) for start in (0, 5, 10)]
    other, between = on_demand("south", 5), bus(7, 30)
    onward = journey(*on_demand("north", 12).legs, leg(LegKind.TRANSIT, 40, 50))
    found = [times[0], times[1], other, between, times[2], onward]
    first = gathered(found, arrive_by=False)
    assert first == [replace(times[0], again=(times[1], times[2])), other, between, onward]
    assert first[0].again_every_min == 5
    last = gathered(found, arrive_by=True)
    assert last == [other, between, replace(times[2], again=(times[0], times[1])), onward]
    uneven = gathered([*times, on_demand("north", 30)], arrive_by=False)
    assert len(uneven) == 1 and uneven[0].again_every_min is None
    assert gathered(times[:2], arrive_by=False)[0].again_every_min is None


def test_few_are_shown_and_the_rest_is_folded() -> None:
    buses = [bus(start, start + 30) for start in range(0, 70, 10)]
    shelf = lines_first(buses, arrive_by=False)
    assert shelf.first == buses[:SHOWN] and shelf.folded == buses[SHOWN:]


def test_who_wants_to_arrive_by_a_time_sees_the_latest() -> None:
    buses = [bus(start, start + 30) for start in range(0, 70, 10)]
    assert lines_first(buses, arrive_by=True).first == buses[-SHOWN:]


def test_the_buergerbus_is_always_seen() -> None:
    buses = [bus(start, start + 30) for start in range(0, 70, 10)]
    slow = journey(leg(LegKind.BUERGERBUS, 60, 200))
    shelf = lines_first([*buses, slow], arrive_by=False)
    assert slow in shelf.first and len(shelf.first) == SHOWN


def test_a_ride_that_a_bus_beats_is_folded() -> None:
    useful, useless = car("useful", 5, 25), car("useless", 5, 240)
    shelf = rides_first([useful, useless], [bus(10, 40)], arrive_by=False)
    assert shelf.first == [useful] and shelf.folded == [useless]


def test_seconds_do_not_count() -> None:
    ride = JourneyView(30, 1200, (leg(LegKind.RIDE, 0, 20, "ride"),), "token", None)
    line = JourneyView(0, 1230, (leg(LegKind.TRANSIT, 0, 20),), "token", None)
    assert rides_first([ride], [line], arrive_by=False).folded == [ride]


def test_a_ride_that_takes_longer_than_walking_is_folded() -> None:
    walk = journey(leg(LegKind.WALK, 0, 10))
    ride = car("ride", 100, 130)
    assert rides_first([ride], [walk], arrive_by=False).folded == [ride]


def test_a_change_weighs_as_much_as_ten_minutes() -> None:
    changing = [
        journey(leg(LegKind.TRANSIT, start, start + 10), leg(LegKind.TRANSIT, start + 10, start + 20))
        for start in range(SHOWN)
    ]
    direct = bus(0, 28)
    assert direct in lines_first([*changing, direct], arrive_by=False).first


def test_each_car_is_shown_once() -> None:
    rides = [car("petra", 0, 20), car("petra", 5, 25), car("anna", 7, 27)]
    shelf = rides_first(rides, [], arrive_by=False)
    assert shelf.first == [rides[0], rides[2]] and shelf.folded == [rides[1]]


def test_the_length_is_what_a_reader_subtracts() -> None:
    odd = JourneyView(59, 121, (leg(LegKind.TRANSIT, 0, 2),), None, None)
    assert odd.duration_s == 120
