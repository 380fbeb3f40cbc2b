"""What may be published."""

from __future__ import annotations

import pytest

from mitfahr.domain.errors import InThePast, NoSeats, TooManySeats, WindowInvalid
from mitfahr.domain.rides import check_future, check_offer_times, check_places, check_run_times

NOW_S = 1_800_000_000


def offer(**changes: int) -> None:
    times = {"earliest_s": 1000, "latest_s": 1600, "latest_arrival_s": 4000, "budget_s": 600, "direct_s": 900}
    check_offer_times(**(times | changes))


def test_places() -> None:
    check_places(8, 0)
    check_places(0, 1)
    check_places(8, 1)
    for seats, wheelchairs in [(0, 0), (-1, 1), (1, -1)]:
        with pytest.raises(NoSeats):
            check_places(seats, wheelchairs)
    with pytest.raises(TooManySeats) as refused:
        check_places(9, 0)
    assert (refused.value.asked, refused.value.allowed) == (9, 8)


def test_only_the_future_and_not_too_far() -> None:
    check_future(NOW_S + 1, NOW_S)
    with pytest.raises(InThePast):
        check_future(NOW_S, NOW_S)
    with pytest.raises(WindowInvalid):
        check_future(NOW_S + 500 * 24 * 3600, NOW_S)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latest_s": 999}, "latest"),
        ({"latest_s": 1000 + 3 * 3600 + 1}, "latest"),
        ({"budget_s": -1}, "budget"),
        ({"budget_s": 3601}, "budget"),
        ({"latest_arrival_s": 1899}, "latest_arrival"),
    ],
)
def test_an_offer_that_contradicts_itself_names_the_field(changes: dict[str, int], field: str) -> None:
    offer()
    with pytest.raises(WindowInvalid) as refused:
        offer(**changes)
    assert refused.value.field == field


def test_the_latest_arrival_may_be_just_reachable() -> None:
    offer(latest_arrival_s=1900)


@pytest.mark.parametrize(
    ("times_s", "field"),
    [
        ([(0, 0)], "stops"),
        ([(0, 10), (5, 20)], "times"),
        ([(0, 10), (20, 15)], "times"),
        ([(5, 5), (5, 5)], "times"),
    ],
)
def test_a_run_goes_forward(times_s: list[tuple[int, int]], field: str) -> None:
    check_run_times([(0, 0), (60, 70), (120, 120)])
    with pytest.raises(WindowInvalid) as refused:
        check_run_times(times_s)
    assert refused.value.field == field
