"""Inserting a request into a vehicle's tour, held against trying every order by other code."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from routing.journey import Place, Promise
from routing.overlay import HALT_S
from routing.query import Party
from routing.reasons import Reason
from routing.rides import BoardingRefused
from routing.tour import Request, Tour, Visit, holds, insert, insert_in_any, n_fixed, schedule

PLACES = [Place(f"P{i}", 51.0 + i / 100, 13.0) for i in range(5)]
BASE, A, B, C, D = PLACES
EIGHT = 8 * 3600
ONE = Party()


def minutes_apart(here: Place, there: Place) -> int:
    """All places on one road, five minutes between neighbours."""
    return 300 * abs(PLACES.index(here) - PLACES.index(there))


def asked(name: str, pickup: Place, dropoff: Place, at_s: int, party: Party = ONE) -> Request:
    direct_s = minutes_apart(pickup, dropoff) + HALT_S
    promise = Promise("service", at_s, at_s + 600, at_s + direct_s, at_s + 600 + direct_s + 900)
    return Request(name, pickup, dropoff, party, promise)


def tour(**changes: object) -> Tour:
    return replace(Tour("tour", "service", BASE, EIGHT - 7200, EIGHT + 7200, Party(2, 1, 2, 0)), **changes)  # type: ignore[arg-type]


def taken(*requests: Request) -> Tour:
    on_tour = tour()
    for request in requests:
        on_tour = insert(on_tour, request, minutes_apart, 0).tour
    return on_tour


def test_the_first_request_leaves_the_base_as_late_as_will_do() -> None:
    found = insert(tour(), asked("r", B, D, EIGHT), minutes_apart, 0)
    assert found.schedule.sets_off_s == (EIGHT - 600, EIGHT + HALT_S, EIGHT + 600 + 2 * HALT_S)
    assert found.schedule.reached_s == (EIGHT, EIGHT + 660, EIGHT + 600 + 1200 + 2 * HALT_S)
    assert (found.pickup_at, found.dropoff_at, found.added_s) == (0, 1, 2400)


def test_two_who_go_the_same_way_share_the_drive() -> None:
    on_tour = taken(asked("r", A, D, EIGHT))
    found = insert(on_tour, asked("s", B, C, EIGHT + 300), minutes_apart, 0)
    assert [(v.request_id, v.is_pickup) for v in found.tour.visits] == [
        ("r", True),
        ("s", True),
        ("s", False),
        ("r", False),
    ]
    assert found.added_s == 0


def test_what_is_driven_already_stays() -> None:
    on_tour = taken(asked("r", A, B, EIGHT), asked("s", C, D, EIGHT + 1800))
    planned = schedule(on_tour, minutes_apart)
    assert n_fixed(on_tour, planned, EIGHT - 300) == 0, "it stands at the base until it has to leave"
    assert n_fixed(on_tour, planned, EIGHT - 299) == 1
    assert n_fixed(on_tour, planned, planned.sets_off_s[2]) == 2, "it waits at B"
    late = insert(on_tour, asked("t", A, B, EIGHT), minutes_apart, EIGHT - 300)
    assert late.pickup_s == EIGHT, "before the other or after"
    with pytest.raises(BoardingRefused) as refused:
        insert(on_tour, asked("t", A, B, EIGHT - 600), minutes_apart, EIGHT + 301)
    assert refused.value.reason is Reason.NO_VEHICLE_FREE


def test_nobody_sets_off_before_the_request_is_known() -> None:
    found = insert(tour(), asked("r", B, D, EIGHT), minutes_apart, EIGHT - 120)
    assert found.pickup_s == EIGHT + 480
    assert schedule(found.tour, minutes_apart) == found.schedule, "nor when it is looked at again"


def test_a_vehicle_that_was_late_takes_nobody_who_would_wait_longer() -> None:
    on_tour = taken(asked("r", A, B, EIGHT))
    on_tour = replace(on_tour, visits=(replace(on_tour.visits[0], reached_s=EIGHT + 2400), on_tour.visits[1]))
    assert schedule(on_tour, minutes_apart).reached_s[1] == EIGHT + 2400 + HALT_S + 300
    with pytest.raises(BoardingRefused):
        insert(on_tour, asked("s", B, C, EIGHT + 2400), minutes_apart, EIGHT + 2400)


@pytest.mark.parametrize(
    ("party", "at_s", "now_s", "reason"),
    [
        (Party(3), EIGHT, 0, Reason.SEATS_TAKEN),
        (Party(2), EIGHT, 0, Reason.SEATS_TAKEN),
        (Party(1), EIGHT, EIGHT, Reason.TOO_LATE_TO_BOOK),
        (Party(1), EIGHT + 6600, 0, Reason.NO_VEHICLE_FREE),
    ],
)
def test_why_a_request_does_not_fit(party: Party, at_s: int, now_s: int, reason: Reason) -> None:
    on_tour = replace(taken(asked("r", A, D, EIGHT)), bookable_until_s=EIGHT - 1)
    with pytest.raises(BoardingRefused) as refused:
        insert(on_tour, asked("s", B, C, at_s, party), minutes_apart, now_s)
    assert refused.value.reason is reason


def test_of_several_vehicles_the_one_that_drives_least_more() -> None:
    busy = taken(asked("r", A, D, EIGHT))
    found = insert_in_any([tour(tour_id="idle"), busy], asked("s", B, C, EIGHT + 300), minutes_apart, 0)
    assert found.tour.tour_id == "tour"


@st.composite
def drives(draw: st.DrawFn) -> dict[tuple[Place, Place], int | None]:
    """Any times at all: a way round may be faster, and some places have no way at all."""
    seconds = st.integers(0, 40).map(lambda n: n * 30)
    return {
        (a, b): 0 if a is b else draw(st.one_of(seconds, seconds, seconds, st.none()))
        for a in PLACES
        for b in PLACES
    }


@st.composite
def requests(draw: st.DrawFn, name: str) -> Request:
    pickup, dropoff = (draw(st.sampled_from(PLACES)) for _ in range(2))
    at_s = EIGHT + 300 * draw(st.integers(-6, 12))
    width_s, way_s, longer_s = (300 * draw(st.integers(0, 4)) for _ in range(3))
    promise = Promise("service", at_s, at_s + width_s, at_s + way_s, at_s + width_s + way_s + longer_s)
    return Request(name, pickup, dropoff, Party(draw(st.integers(1, 2)), draw(st.integers(0, 1))), promise)


def orders(visits: tuple[Visit, ...], new: tuple[Visit, Visit]) -> list[tuple[Visit, ...]]:
    """All orders of all visits in which the old ones follow each other as before and the new ones as they must."""
    everything = (*visits, *new)
    return [
        order
        for order in set(permutations(everything))
        if [v for v in order if v in visits] == list(visits) and order.index(new[0]) < order.index(new[1])
    ]


def driven(
    tour: Tour, order: tuple[Visit, ...], way: dict[tuple[Place, Place], int | None]
) -> tuple[list[int], list[int], int] | None:
    """(setting off, reaching) by visit and all driving, None where something does not hold; written anew."""
    here, clock_s, driving_s = tour.base, tour.begins_s, 0
    left, reached = [], []
    on_board: list[Visit] = []
    for visit in order:
        drive_s = way[here, visit.place]
        if drive_s is None:
            return None
        ready_s = clock_s if clock_s > visit.known_s else visit.known_s
        arrival_s = ready_s + drive_s if ready_s + drive_s > visit.from_s else visit.from_s
        if arrival_s > visit.until_s:
            return None
        on_board = (
            [*on_board, visit]
            if visit.is_pickup
            else [other for other in on_board if other.request_id != visit.request_id]
        )
        if sum(v.party.seats for v in on_board) > tour.room.seats:
            return None
        if sum(v.party.wheelchairs for v in on_board) > tour.room.wheelchairs:
            return None
        left.append(arrival_s - drive_s)
        reached.append(arrival_s)
        clock_s, here, driving_s = arrival_s + 60, visit.place, driving_s + drive_s
    home_s = way[here, tour.base]
    if home_s is None or clock_s + home_s > tour.ends_s:
        return None
    return left, reached, driving_s + home_s


@given(st.data())
def test_insertion_is_the_best_of_all_orders(data: st.DataObject) -> None:
    way = data.draw(drives())
    on_tour = tour()
    for i in range(data.draw(st.integers(0, 2))):
        try:
            on_tour = insert(on_tour, data.draw(requests(f"old {i}")), lambda a, b: way[a, b], 0).tour
        except BoardingRefused:
            continue
    before = driven(on_tour, on_tour.visits, way)
    assert before is not None
    new, now_s = data.draw(requests("new")), EIGHT + 300 * data.draw(st.integers(-12, 6))
    visits = tuple(
        Visit("new", is_pickup, place, new.party, from_s, until_s, now_s)
        for is_pickup, place, from_s, until_s in (
            (True, new.pickup, new.promise.pickup_from_s, new.promise.pickup_until_s),
            (False, new.dropoff, new.promise.dropoff_from_s, new.promise.dropoff_until_s),
        )
    )
    possible: list[tuple[int, int, int]] = []
    for order in orders(on_tour.visits, (visits[0], visits[1])):
        times = driven(on_tour, order, way)
        if times is None or way[new.pickup, new.dropoff] is None:
            continue
        begun = [v for v, left_s in zip(on_tour.visits, before[0], strict=True) if left_s < now_s]
        if order[: len(begun)] == tuple(begun):
            reached = times[1]
            possible.append(
                (times[2] - before[2], reached[order.index(visits[0])], reached[order.index(visits[1])])
            )
    event(f"{len(on_tour.visits)} visits, {'possible' if possible else 'impossible'}")
    try:
        found = insert(on_tour, new, lambda a, b: way[a, b], now_s)
    except BoardingRefused:
        assert not possible
        return
    assert holds(found.tour, found.schedule)
    assert (found.added_s, found.pickup_s, found.dropoff_s) == min(possible)
