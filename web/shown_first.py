"""Which journeys of an answer a page shows first, and which it folds away; none is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.query import LegKind
from web.journeys_view import JourneyView

SHOWN = 4
CHANGE_MIN = 10
"""A change counts as so many minutes when the best are picked."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Journeys of one class; both lists keep the order in which they came."""

    first: list[JourneyView]
    folded: list[JourneyView]


def lines_first(journeys: Sequence[JourneyView], arrive_by: bool) -> Shelf:
    """Journeys without a private ride: the best, and the best by BürgerBus where there is one."""
    best = _best_first(journeys, arrive_by)
    by_buergerbus = [one for one in best if any(leg.kind is LegKind.BUERGERBUS for leg in one.legs)]
    chosen = best[:SHOWN]
    if by_buergerbus and by_buergerbus[0] not in chosen:
        chosen[-1] = by_buergerbus[0]
    return _shelf(journeys, chosen)


def rides_first(rides: Sequence[JourneyView], lines: Sequence[JourneyView], arrive_by: bool) -> Shelf:
    """Journeys with private rides: the best with each car, unless one without a car is as good."""
    chosen: dict[frozenset[str], JourneyView] = {}
    for ride in _best_first(rides, arrive_by):
        if not any(_is_as_good(line, ride) for line in lines):
            chosen.setdefault(ride.private_ride_ids, ride)
    return _shelf(rides, list(chosen.values())[:SHOWN])


def _best_first(journeys: Sequence[JourneyView], arrive_by: bool) -> list[JourneyView]:
    if arrive_by:
        return sorted(
            journeys, key=lambda one: (CHANGE_MIN * one.changes - _minute(one.departure_s), one.arrival_s)
        )
    return sorted(
        journeys, key=lambda one: (CHANGE_MIN * one.changes + _minute(one.arrival_s), -one.departure_s)
    )


def _is_as_good(line: JourneyView, ride: JourneyView) -> bool:
    """In departure, arrival and changes; a walk can begin at any time."""
    if not line.vehicles:
        return line.duration_s <= ride.duration_s
    return (
        _minute(line.departure_s) >= _minute(ride.departure_s)
        and _minute(line.arrival_s) <= _minute(ride.arrival_s)
        and line.changes <= ride.changes
    )


def _minute(moment_s: int) -> int:
    """What a page writes of a time: nobody plans by the second."""
    return moment_s // 60


def _shelf(journeys: Sequence[JourneyView], chosen: Sequence[JourneyView]) -> Shelf:
    kept = {id(one) for one in chosen}
    return Shelf(
        first=[one for one in journeys if id(one) in kept],
        folded=[one for one in journeys if id(one) not in kept],
    )
