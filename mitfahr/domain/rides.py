"""What may be published: the rules of private offers and BürgerBus runs, side by side.

Both are one thing afterwards (stops, hops, seats); only these rules differ.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence

from mitfahr.domain.errors import InThePast, NoSeats, TooManySeats, TooMuchBaggage, WindowInvalid
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import moment

MAX_WINDOW_S = 3 * 3600
"""A driver who would leave "some time in the day" cannot be waited for."""

MAX_BUDGET_S = 3600
MAX_BAGGAGE = 20
"""More pieces or bicycles than this are a slip of the finger: a van with a trailer takes fewer."""

MAX_AHEAD_S = 400 * 24 * 3600


class RideKind(enum.StrEnum):
    PRIVATE = "private"
    RUN = "run"
    DEMAND = "demand"
    """A tour of an on-demand service: one vehicle's service hours of one day."""

    @property
    def keeps_stops(self) -> bool:
        """Whether its stops are published; otherwise they come and go with whoever gets on and off there."""
        return self is RideKind.RUN


def check_places(seats: int, wheelchairs: int) -> None:
    """Places for others in one vehicle. Raises NoSeats or TooManySeats."""
    if seats < 0 or wheelchairs < 0 or seats + wheelchairs == 0:
        raise NoSeats()
    for asked in (seats, wheelchairs):
        if asked > MAX_PASSENGERS:
            raise TooManySeats(asked, MAX_PASSENGERS)


def check_baggage(luggage: int, bicycles: int) -> None:
    """Places for large luggage and for bicycles in one vehicle. Raises TooMuchBaggage."""
    for asked in (luggage, bicycles):
        if not 0 <= asked <= MAX_BAGGAGE:
            raise TooMuchBaggage(asked, MAX_BAGGAGE)


def check_future(begins_s: int, now_s: int) -> None:
    """Raises InThePast, or WindowInvalid for a day more than a year ahead."""
    if begins_s <= now_s:
        raise InThePast(moment(begins_s))
    if begins_s > now_s + MAX_AHEAD_S:
        raise WindowInvalid("earliest")


def check_offer_times(
    *, earliest_s: int, latest_s: int, latest_arrival_s: int, budget_s: int, direct_s: int
) -> None:
    """A private offer's departure window, latest arrival and detour. Raises WindowInvalid.

    `direct_s` is the driving time of the direct way; `latest_arrival_s` must be reachable with it.
    """
    if not 0 <= latest_s - earliest_s <= MAX_WINDOW_S:
        raise WindowInvalid("latest")
    if not 0 <= budget_s <= MAX_BUDGET_S:
        raise WindowInvalid("budget")
    if latest_arrival_s < earliest_s + direct_s:
        raise WindowInvalid("latest_arrival")


def check_run_times(times_s: Sequence[tuple[int, int]]) -> None:
    """Arrival and departure at each stop of a run, in order. Raises WindowInvalid."""
    if len(times_s) < 2:
        raise WindowInvalid("stops")
    flat = [time_s for pair in times_s for time_s in pair]
    if any(later < earlier for earlier, later in itertools.pairwise(flat)):
        raise WindowInvalid("times")
    if flat[-1] == flat[0]:
        raise WindowInvalid("times")
