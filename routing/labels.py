"""When somebody is somewhere and what it took to get there, in one number.

A *label* is an int64 of three parts, so that one comparison says which of two is better:

    seconds after the base of the search | seconds left too early | vehicles | seconds walked

The earlier is better; of equals the one that left later (fewer seconds before the last moment of the search); of
those the one with fewer vehicles, then less walking. Adding the label of a walk adds its time and its walking.

A *ride label* has the row of a trip within its pattern in place of the time: trips of a pattern do not overtake,
so the smaller row is the earlier trip at every call.
"""

from __future__ import annotations

import numpy as np
from numba import njit

WALK_BITS = 21
LAG_SHIFT = WALK_BITS + 4
"""At most 15 vehicles."""
SHIFT = LAG_SHIFT + 17
"""A range is at most a day long."""
VEHICLE = np.int64(1) << np.int64(WALK_BITS)
LOW = (1 << SHIFT) - 1

INF = np.int64(1) << np.int64(62)
"""Nobody gets there."""
NEVER = -INF
"""As a bound: nothing is better, nobody may get there."""


@njit(cache=True, nogil=True, inline="always")
def label_of(time_s, walk_s):  # type: ignore[no-untyped-def]
    return (np.int64(time_s) << SHIFT) + np.int64(walk_s)


@njit(cache=True, nogil=True, inline="always")
def time_of(label):  # type: ignore[no-untyped-def]
    return label >> SHIFT


@njit(cache=True, nogil=True, inline="always")
def low_of(label):  # type: ignore[no-untyped-def]
    """What a label and the ride label of a vehicle boarded then have in common: all but the time."""
    return label & LOW
