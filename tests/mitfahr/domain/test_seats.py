"""Seats per hop: the same arithmetic for private rides and runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.seats import MAX_PASSENGERS, Hop, Layout
from routing.query import Party


def layout(stops: str, seats: int, wheelchairs: int = 0) -> Layout[str]:
    return Layout(tuple(stops), tuple(Hop(seats, 0, wheelchairs) for _ in stops[1:]))


def taken(of: Layout[str]) -> list[int]:
    return [hop.taken for hop in of.hops]


def test_a_seat_freed_half_way_is_sold_again_from_there() -> None:
    run = layout("ABCD", 1).take(0, 2, Party(1))
    assert taken(run) == [1, 1, 0]
    assert run.fits(2, 3, Party(1))
    assert not run.fits(1, 3, Party(1))
    assert taken(run.take(2, 3, Party(1))) == [1, 1, 1]


def test_more_than_capacity_is_impossible_in_both_directions() -> None:
    full = layout("ABC", 2).take(0, 2, Party(2))
    with pytest.raises(ValueError, match="3 of 2 seats"):
        full.take(0, 1, Party(1))
    with pytest.raises(ValueError, match="-1 of 2 seats"):
        layout("ABC", 2).give_back(0, 1, Party(1))


def test_wheelchair_places_are_counted_apart_but_nine_people_never_fit() -> None:
    run = layout("AB", 8, 1)
    assert run.fits(0, 1, Party(8))
    assert run.fits(0, 1, Party(7, 1))
    assert not run.fits(0, 1, Party(8, 1))
    packed = run.take(0, 1, Party(7, 1))
    assert packed.hops[0].free == 0
    assert packed.hops[0].wheelchairs_free == 0
    assert run.take(0, 1, Party(8)).hops[0].wheelchairs_free == 0
    with pytest.raises(ValueError, match=str(MAX_PASSENGERS + 1)):
        packed.take(0, 1, Party(1))


def test_picking_somebody_up_cuts_a_hop_and_dropping_out_joins_it_again() -> None:
    drive = layout("AZ", 3)
    ridden = drive.with_stop_after(0, "p").with_stop_after(1, "q").take(1, 2, Party(2))
    assert ridden.stops == ("A", "p", "q", "Z")
    assert taken(ridden) == [0, 2, 0]
    with pytest.raises(ValueError, match="still needed"):
        ridden.without_stop(1)
    assert ridden.give_back(1, 2, Party(2)).without_stop(2).without_stop(1) == drive


@pytest.mark.parametrize(("first", "last"), [(1, 1), (2, 1), (-1, 1), (0, 3)])
def test_a_way_that_is_none_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="from stop"):
        layout("ABC", 1).take(first, last, Party(1))


def test_start_and_goal_stay() -> None:
    for index in (0, 2):
        with pytest.raises(ValueError, match="still needed"):
            layout("ABC", 1).without_stop(index)


@given(st.data())
def test_whoever_leaves_in_whatever_order_leaves_the_ride_as_it_was(data: st.DataObject) -> None:
    """Several riders cut the hops of a ride; the order of their leaving does not matter."""
    before = layout("AZ", 8)
    ride: Layout[str] = before
    riders: list[tuple[str, str, int]] = []
    for number in range(data.draw(st.integers(1, 4))):
        a = data.draw(st.integers(0, len(ride.stops) - 2))
        b = data.draw(st.integers(a, len(ride.stops) - 2))
        seats = data.draw(st.integers(1, 2))
        on, off = f"on{number}", f"off{number}"
        ride = ride.with_stop_after(a, on).with_stop_after(b + 1, off).take(a + 1, b + 2, Party(seats))
        riders.append((on, off, seats))
    assert sum(taken(ride)) >= len(riders)
    for on, off, seats in data.draw(st.permutations(riders)):
        first, last = ride.stops.index(on), ride.stops.index(off)
        ride = ride.give_back(first, last, Party(seats)).without_stop(last).without_stop(first)
    assert ride == before
