"""The states of a booked leg and who may move them: one table, the only place that knows."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from mitfahr.domain.errors import StateForbids


class LegState(enum.StrEnum):
    """NOTED is a leg of the timetable, a Rufbus or a run that people board without a booking: part of the journey,
    but nothing that we hold a place on."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    NOTED = "noted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


class Side(enum.StrEnum):
    """Who makes a move. OPERATOR: driver's association or staff; CLOCK: time itself."""

    RIDER = "rider"
    DRIVER = "driver"
    OPERATOR = "operator"
    CLOCK = "clock"
    CHAIN = "chain"
    """Another leg of the same booking has fallen away."""


_R, _D, _O, _T, _C = Side.RIDER, Side.DRIVER, Side.OPERATOR, Side.CLOCK, Side.CHAIN

MOVES: dict[tuple[LegState, LegState], frozenset[Side]] = {
    (LegState.REQUESTED, LegState.CONFIRMED): frozenset({_D, _O, _R}),
    (LegState.REQUESTED, LegState.DECLINED): frozenset({_D, _O}),
    (LegState.REQUESTED, LegState.LAPSED): frozenset({_T}),
    (LegState.REQUESTED, LegState.CANCELLED): frozenset({_R, _D, _O, _C}),
    (LegState.CONFIRMED, LegState.CANCELLED): frozenset({_R, _D, _O, _C}),
    (LegState.CONFIRMED, LegState.COMPLETED): frozenset({_D, _O, _T}),
    (LegState.CONFIRMED, LegState.NO_SHOW): frozenset({_D, _O}),
    (LegState.NOTED, LegState.CANCELLED): frozenset({_R, _O, _C}),
    (LegState.NOTED, LegState.COMPLETED): frozenset({_T}),
    (LegState.NO_SHOW, LegState.COMPLETED): frozenset({_D, _O}),
    (LegState.COMPLETED, LegState.NO_SHOW): frozenset({_D, _O}),
}
"""Every move there is. A rider confirms what was held for their own yes: a place from a waiting list. COMPLETED ⇄ NO_SHOW lets a driver correct a slip of the finger."""

HOLDING = frozenset({LegState.REQUESTED, LegState.CONFIRMED, LegState.COMPLETED, LegState.NO_SHOW})
"""States in which a leg of a ride occupies its seats (a request only until its hold expires)."""

LIVE = frozenset({LegState.REQUESTED, LegState.CONFIRMED, LegState.NOTED})
"""States of a leg that is still going to be travelled."""

FALLEN = frozenset({LegState.DECLINED, LegState.LAPSED, LegState.CANCELLED})


NOT_THE_RIDER = frozenset({Side.DRIVER, Side.OPERATOR, Side.CLOCK})
"""A leg that one of these let fall is a loss to its rider, who needs another way."""


class BookingState(enum.StrEnum):
    """What a whole booking is, said by its legs."""

    WAITING = "waiting"
    """At least one driver has not answered yet."""
    BOOKED = "booked"
    """Every leg holds."""
    BROKEN = "broken"
    """A leg has fallen away and the rider kept the others."""
    ENDED = "ended"
    """No leg is left: declined, lapsed or cancelled."""
    TRAVELLED = "travelled"


def may_move(state: LegState, wanted: LegState, side: Side) -> bool:
    return side in MOVES.get((state, wanted), frozenset())


def move(state: LegState, wanted: LegState, side: Side) -> LegState:
    """`wanted`, if `side` may move a leg there from `state`; raises StateForbids."""
    if not may_move(state, wanted, side):
        raise StateForbids(state, wanted)
    return wanted


def is_reachable(state: LegState, moved_by: Side | None, on_ride: bool) -> bool:
    """Whether a leg can have come to `state` by a last move of `moved_by` (None: it was booked so).

    `on_ride`: it is a leg of a ride of ours; all others are only noted down, as runs may be.
    """
    if moved_by is None:
        return state in _first_states(on_ride)
    reached = _reached(on_ride)
    return any(
        end is state and start in reached and moved_by in sides for (start, end), sides in MOVES.items()
    )


def holds_seats(state: LegState, hold_until_s: int | None, now_s: int) -> bool:
    """Whether a leg occupies its seats now: an expired request does not, even before a job lapses it."""
    expired = state is LegState.REQUESTED and hold_until_s is not None and hold_until_s <= now_s
    return state in HOLDING and not expired


def booking_state(legs: Iterable[LegState]) -> BookingState:
    """The state of a booking with legs in these states (at least one)."""
    states = set(legs)
    if not states & LIVE:
        return BookingState.ENDED if states <= FALLEN else BookingState.TRAVELLED
    if states & FALLEN:
        return BookingState.BROKEN
    return BookingState.WAITING if LegState.REQUESTED in states else BookingState.BOOKED


def _first_states(on_ride: bool) -> frozenset[LegState]:
    held = {LegState.REQUESTED, LegState.CONFIRMED} if on_ride else set()
    return frozenset({LegState.NOTED, *held})


def _reached(on_ride: bool) -> set[LegState]:
    """Every state that some row of moves leads to."""
    reached = set(_first_states(on_ride))
    while new := {end for start, end in MOVES if start in reached} - reached:
        reached |= new
    return reached
