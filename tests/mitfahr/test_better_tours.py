"""Re-optimised tours: random ones on a line of villages, against what was promised and against every order by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mitfahr.better_tours import better_tours
from routing.journey import Place, Promise
from routing.overlay import HALT_S
from routing.query import Party
from routing.rides import BoardingRefused
from routing.tour import Request, Tour, Visit, holds, insert_in_any, schedule

HOUR = 3600
BEGINS_S, ENDS_S = 10 * HOUR, 14 * HOUR
BASE = Place("0", 0.0, 0.0)


def drive_s(here: Place, there: Place) -> int:
    """Two minutes from one village to the next."""
    return round(abs(here.lat - there.lat) * 120)


def village(number: int) -> Place:
    return Place(str(number), float(number), 0.0)


def empty(name: str, seats: int = 4) -> Tour:
    return Tour(name, "service", BASE, BEGINS_S, ENDS_S, Party(seats, 1))


def request(name: str, origin: int, destination: int, ready_s: int, slack_s: int = 1800) -> Request:
    takes_s = HALT_S + drive_s(village(origin), village(destination))
    promise = Promise(
        "service", ready_s, ready_s + slack_s, ready_s + takes_s, ready_s + slack_s + takes_s + 900
    )
    return Request(name, village(origin), village(destination), Party(1), promise)


def taken(tours: list[Tour], requests: list[Request], now_s: int = 0) -> list[Tour]:
    """The tours after everybody has asked one after the other; who finds no room has not booked."""
    for one in requests:
        try:
            tour = insert_in_any(tours, one, drive_s, now_s).tour
        except BoardingRefused:
            continue
        tours = [tour if tour.tour_id == other.tour_id else other for other in tours]
    return tours


def promises(tours: list[Tour]) -> set[tuple[str, bool, int, int]]:
    return {(v.request_id, v.is_pickup, v.from_s, v.until_s) for tour in tours for v in tour.visits}


def in_order(tour: Tour) -> bool:
    places = {(visit.request_id, visit.is_pickup): i for i, visit in enumerate(tour.visits)}
    return all(
        places[name, True] < i
        for (name, is_pickup), i in places.items()
        if not is_pickup and (name, True) in places
    )


REQUESTS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(BEGINS_S, ENDS_S - HOUR)).filter(
        lambda one: one[0] != one[1]
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REQUESTS, st.integers(1, 3), st.integers(0, ENDS_S))
def test_it_is_better_and_nobody_is_promised_less(
    asked: list[tuple[int, int, int]], vehicles: int, now_s: int
) -> None:
    requests = [request(f"r{i}", *one) for i, one in enumerate(asked)]
    before = taken([empty(f"t{i}", seats=2) for i in range(vehicles)], requests)
    found = better_tours(before, drive_s, now_s, limit_s=0.05)
    if found is None:
        return
    after = [one.tour for one in found]
    assert promises(after) == promises(before)
    assert all(holds(tour, schedule(tour, drive_s)) and in_order(tour) for tour in after)
    total = sum(schedule(tour, drive_s).driving_s for tour in before)
    assert sum(one.schedule.driving_s for one in found) < total
    for was, tour in zip(before, after, strict=True):
        planned = schedule(was, drive_s)
        driven = sum(sets_off_s < now_s for sets_off_s in planned.sets_off_s[:-1])
        assert tour.visits[:driven] == was.visits[:driven]  # what is driven already stays
        on_board = {v.request_id for v in was.visits[:driven] if v.is_pickup}
        off = {v.request_id for v in tour.visits if not v.is_pickup}
        assert on_board <= off


def test_a_cancellation_leaves_a_detour_that_is_found() -> None:
    """Two vehicles each took one of two neighbours because a third was on board; now one takes both."""
    blocker = request("x", 1, 12, BEGINS_S + 600, slack_s=60)
    neighbours = [request("a", 10, 12, BEGINS_S + 1800), request("b", 10, 12, BEGINS_S + 1800)]
    apart = [
        taken([empty("t0")], [neighbours[0]])[0],
        taken([empty("t1")], [neighbours[1]])[0],
    ]
    assert blocker.promise.pickup_from_s < neighbours[0].promise.pickup_from_s
    found = better_tours(apart, drive_s, BEGINS_S)
    assert found is not None
    assert sorted(len(one.tour.visits) for one in found) == [0, 4]
    assert sum(one.schedule.driving_s for one in found) == 2 * 12 * 120


def test_of_three_requests_it_finds_the_best_order() -> None:
    requests = [request("a", 2, 9, BEGINS_S + 900, 3600), request("b", 8, 1, BEGINS_S + 900, 3600)]
    requests.append(request("c", 3, 7, BEGINS_S + 900, 3600))
    worst = max(
        (
            tour
            for order in itertools.permutations(requests)
            for tour in [taken([empty("t", seats=3)], list(order))[0]]
            if len(tour.visits) == 6
        ),
        key=lambda tour: schedule(tour, drive_s).driving_s,
    )
    visits: tuple[Visit, ...] = worst.visits
    least_s = min(
        schedule(tour, drive_s).driving_s
        for order in itertools.permutations(visits)
        for tour in [replace(worst, visits=order)]
        if in_order(tour) and holds(tour, schedule(tour, drive_s))
    )
    found = better_tours([worst], drive_s, BEGINS_S - HOUR)
    driving_s = found[0].schedule.driving_s if found else schedule(worst, drive_s).driving_s
    assert driving_s == least_s


@pytest.mark.parametrize("visits", [0, 1])
def test_with_nothing_to_order_nothing_is_asked(visits: int) -> None:
    tour = taken([empty("t")], [request("a", 1, 2, BEGINS_S + 900)])[0]
    running = replace(tour, visits=tour.visits[:visits])
    assert better_tours([running], drive_s, BEGINS_S) is None
