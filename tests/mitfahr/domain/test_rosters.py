"""Who is proposed for which shift."""

from __future__ import annotations

from mitfahr.domain.duty import Availability
from mitfahr.domain.rosters import OpenShift, propose

YES, MAYBE, NO = Availability.YES, Availability.MAYBE, Availability.NO
HOUR_S = 3600


def shift(number: int, begins_h: int, ends_h: int, **said: Availability) -> OpenShift:
    return OpenShift(f"s{number}", begins_h * HOUR_S, ends_h * HOUR_S, said)


def test_shifts_are_spread_evenly() -> None:
    shifts = [shift(number, 24 * number, 24 * number + 4, anna=YES, ben=YES) for number in range(4)]
    proposed = propose(shifts, {})
    assert sorted(proposed.values()) == ["anna", "anna", "ben", "ben"]
    with_work = propose(shifts[:2], {"anna": [(-20, -10), (-10, 0)]})
    assert set(with_work.values()) == {"ben"}


def test_who_says_yes_goes_before_who_would_if_need_be() -> None:
    shifts = [shift(1, 0, 4, anna=YES, ben=MAYBE), shift(2, 24, 28, anna=YES, ben=MAYBE)]
    assert propose(shifts, {}) == {"s1": "anna", "s2": "anna"}
    assert propose([shift(3, 0, 4, anna=NO, ben=MAYBE)], {}) == {"s3": "ben"}
    assert propose([shift(4, 0, 4, anna=NO)], {}) == {}


def test_nobody_is_in_two_shifts_at_a_time_and_who_can_little_goes_first() -> None:
    morning, noon = shift(1, 8, 12, anna=YES, ben=YES), shift(2, 11, 15, anna=YES)
    assert propose([morning, noon], {}) == {"s1": "ben", "s2": "anna"}
    assert propose([morning], {"anna": [(11 * HOUR_S, 13 * HOUR_S)], "ben": []}) == {"s1": "ben"}
    assert propose([noon], {"anna": [(11 * HOUR_S, 13 * HOUR_S)]}) == {}
