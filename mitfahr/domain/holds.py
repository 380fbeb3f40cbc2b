"""How long a request keeps its seats while the driver thinks it over."""

from __future__ import annotations

LONGEST_HOLD_S = 12 * 3600
SHORTEST_HOLD_S = 10 * 60
QUIET_BEFORE_PICKUP_S = 60 * 60
"""An answer that comes later than this before the pick-up leaves the rider no time for another way."""


def hold_until_s(now_s: int, pickup_s: int) -> int:
    """When a request made at `now_s` for a pick-up at `pickup_s` lapses without an answer.

    An hour before the pick-up and after twelve hours at the latest; a request for a ride that leaves
    very soon gives the driver ten minutes, but never beyond the pick-up.
    """
    in_time = max(pickup_s - QUIET_BEFORE_PICKUP_S, now_s + SHORTEST_HOLD_S)
    return min(now_s + LONGEST_HOLD_S, in_time, pickup_s)
