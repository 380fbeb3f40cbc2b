"""How somebody gets about, and what the portal concludes from it."""

from __future__ import annotations

import enum
from collections.abc import Collection


class Aid(enum.StrEnum):
    """What somebody pushes along; folded, it takes the room of a large piece of luggage in a car."""

    ROLLATOR = "rollator"
    PRAM = "pram"


class Preference(enum.StrEnum):
    """What matters more than arriving a little earlier."""

    NONE = "none"
    FEWER_CHANGES = "fewer_changes"
    LESS_WALKING = "less_walking"


FASTEST_M_S = {Aid.ROLLATOR: 0.8, Aid.PRAM: 1.25}
"""Nobody walks faster with these, whatever was chosen."""
CHANGE_S = 300
"""Getting on and off with a rollator or a pram takes time: a change lasts at least this long."""
SHORT_WALK_S = 300
"""Whoever wants to walk little is also asked for with walks no longer than this."""


def walk_speed_m_s(aids: Collection[Aid], asked_m_s: float) -> float:
    return min([asked_m_s, *(FASTEST_M_S[aid] for aid in aids)])


def transfer_slack_s(aids: Collection[Aid], asked_s: int) -> int:
    return max(asked_s, CHANGE_S) if aids else asked_s


class Known(enum.StrEnum):
    """What is known of a vehicle, a stop or a way: the feeds say little, and unknown is not no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of_gtfs(cls, value: int) -> Known:
        """From `wheelchair_accessible`, `wheelchair_boarding` or `bikes_allowed`."""
        return {1: cls.YES, 2: cls.NO}.get(value, cls.UNKNOWN)


def together(parts: Collection[Known]) -> Known:
    """Of a chain: no where one part is no, yes only where all are."""
    if Known.NO in parts:
        return Known.NO
    return Known.UNKNOWN if Known.UNKNOWN in parts else Known.YES
