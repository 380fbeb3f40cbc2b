"""Three proposals for somebody on the telephone: more than three ways nobody can keep in mind while they are read out."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST = 3


class Merit(enum.StrEnum):
    """What one way is better at than all others."""

    TIME = "time"
    """There first; for whoever wants to arrive by a time: can stay at home longest."""
    QUICKEST = "quickest"
    EASIEST = "easiest"
    """Fewest changes, and of those the least walking."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way as far as it matters here; times are UTC seconds. `is_sure`: nobody has to say yes to it first."""

    departure_s: int
    arrival_s: int
    changes: int
    walk_s: int
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """`number` is the place of the way among those that were found."""

    number: int
    merits: tuple[Merit, ...]


def three_proposals(ways: Sequence[Way], arrive_by: bool) -> list[Proposal]:
    """At most three of the ways, the best in time first: for each merit the one that has most of it.

    Where one way has several merits, those that are next best in time fill up, unless another is better in everything.
    One of the three at least is sure, where any is.
    """

    def by_time(way: Way) -> tuple[int, ...]:
        return (-way.departure_s, way.arrival_s) if arrive_by else (way.arrival_s, -way.departure_s)

    ranks: dict[Merit, Callable[[Way], tuple[int, ...]]] = {
        Merit.TIME: lambda way: (*by_time(way), way.changes, way.walk_s, not way.is_sure),
        Merit.QUICKEST: lambda way: (
            way.arrival_s - way.departure_s,
            way.changes,
            *by_time(way),
            not way.is_sure,
        ),
        Merit.EASIEST: lambda way: (way.changes, way.walk_s, *by_time(way), not way.is_sure),
    }
    merits: dict[int, list[Merit]] = {}
    for merit, rank in ranks.items():
        if ways:
            best = min(range(len(ways)), key=lambda i: (rank(ways[i]), i))
            merits.setdefault(best, []).append(merit)
    in_time = sorted(range(len(ways)), key=lambda i: (ranks[Merit.TIME](ways[i]), i))
    for number in in_time:
        if len(merits) < MOST and not any(_is_beaten(ways[number], other) for other in ways):
            merits.setdefault(number, [])
    sure = next((number for number in in_time if ways[number].is_sure), None)
    if sure is not None and not any(ways[number].is_sure for number in merits):
        del merits[max(merits, key=lambda number: (-len(merits[number]), in_time.index(number)))]
        merits[sure] = []
    return [Proposal(number, tuple(merits[number])) for number in in_time if number in merits]


def _is_beaten(way: Way, other: Way) -> bool:
    """Whether nobody would take the way who could have the other."""
    is_as_good = (
        other.departure_s >= way.departure_s
        and other.arrival_s <= way.arrival_s
        and other.changes <= way.changes
        and other.walk_s <= way.walk_s
        and other.is_sure >= way.is_sure
    )
    return is_as_good and other != way
