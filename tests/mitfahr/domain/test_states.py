"""The state table, exhaustively: every pair of states and every side."""

from __future__ import annotations

import itertools

import pytest

from mitfahr.domain.errors import StateForbids
from mitfahr.domain.states import (
    FALLEN,
    HOLDING,
    LIVE,
    BookingState,
    LegState,
    Side,
    booking_state,
    holds_seats,
    may_move,
    move,
)

ALLOWED = """
requested confirmed  rider driver operator
requested declined   driver operator
requested lapsed     clock
requested cancelled  rider driver operator chain
confirmed cancelled  rider driver operator chain
confirmed completed  driver operator clock
confirmed no_show    driver operator
noted     cancelled  rider operator chain
noted     completed  clock
no_show   completed  driver operator
completed no_show    driver operator
"""


def test_every_move_of_every_side_is_as_the_table_above_says() -> None:
    allowed = {
        (LegState(row[0]), LegState(row[1]), Side(side))
        for row in (line.split() for line in ALLOWED.strip().splitlines())
        for side in row[2:]
    }
    for state, wanted, side in itertools.product(LegState, LegState, Side):
        expected = (state, wanted, side) in allowed
        assert may_move(state, wanted, side) is expected, (state, wanted, side)
        if expected:
            assert move(state, wanted, side) is wanted
        else:
            with pytest.raises(StateForbids) as refused:
                move(state, wanted, side)
            assert (refused.value.state, refused.value.wanted) == (state, wanted)


def test_nothing_comes_back_from_where_seats_have_been_given_away() -> None:
    for state, wanted, side in itertools.product(FALLEN, LegState, Side):
        assert not may_move(state, wanted, side)


def test_every_state_is_in_exactly_one_of_the_groups_that_say_whether_it_occupies_seats() -> None:
    assert HOLDING | FALLEN | {LegState.NOTED} == set(LegState)
    assert not HOLDING & FALLEN
    assert HOLDING | {LegState.NOTED} >= LIVE


@pytest.mark.parametrize(
    ("state", "hold_until_s", "now_s", "expected"),
    [
        (LegState.REQUESTED, 100, 99, True),
        (LegState.REQUESTED, 100, 100, False),
        (LegState.REQUESTED, None, 100, True),
        (LegState.CONFIRMED, 100, 200, True),
        (LegState.COMPLETED, None, 200, True),
        (LegState.NO_SHOW, None, 200, True),
        (LegState.NOTED, None, 0, False),
        (LegState.CANCELLED, 100, 0, False),
        (LegState.LAPSED, 100, 0, False),
        (LegState.DECLINED, 100, 0, False),
    ],
)
def test_a_hold_ends_at_its_second(
    state: LegState, hold_until_s: int | None, now_s: int, expected: bool
) -> None:
    assert holds_seats(state, hold_until_s, now_s) is expected


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ("confirmed noted", BookingState.BOOKED),
        ("noted", BookingState.BOOKED),
        ("confirmed requested", BookingState.WAITING),
        ("confirmed declined", BookingState.BROKEN),
        ("requested cancelled", BookingState.BROKEN),
        ("cancelled declined lapsed", BookingState.ENDED),
        ("completed", BookingState.TRAVELLED),
        ("completed cancelled", BookingState.TRAVELLED),
        ("completed confirmed", BookingState.BOOKED),
    ],
)
def test_a_booking_is_what_its_legs_are(legs: str, expected: BookingState) -> None:
    assert booking_state(LegState(leg) for leg in legs.split()) is expected
