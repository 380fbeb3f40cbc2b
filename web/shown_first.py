"""Which journeys of an answer a page shows first, and which it folds away; none is dropped.

`static/results.js` sorts and sieves the same page without asking again, by the numbers that stand at each journey.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from mitfahr.domain.mobility import Known, Preference
from routing.query import LegKind
from web.journeys_view import JourneyView

SHOWN = 4
CHANGE_MIN = {Preference.NONE: 10, Preference.FEWER_CHANGES: 30, Preference.LESS_WALKING: 10}
"""A change counts as so many minutes when the best are picked."""
WALKED_MIN = {Preference.NONE: 0, Preference.FEWER_CHANGES: 0, Preference.LESS_WALKING: 3}
"""And so many more each minute on foot."""


class Order(enum.StrEnum):
    BEST = "beste"
    DEPARTURE = "abfahrt"
    ARRIVAL = "ankunft"
    DURATION = "dauer"
    CHANGES = "umstiege"
    PRICE = "preis"
    WALKING = "fussweg"


class Sieve(enum.StrEnum):
    UNBOOKED = "ohne-buchung"
    ACCESSIBLE = "stufenfrei"


ANY_KIND = "alle"

SORT_KEYS: dict[Order, Callable[[JourneyView], tuple[float, ...]]] = {
    Order.DEPARTURE: lambda one: (one.departure_s, one.arrival_s),
    Order.ARRIVAL: lambda one: (one.arrival_s, -one.departure_s),
    Order.DURATION: lambda one: (one.duration_s, one.departure_s),
    Order.CHANGES: lambda one: (one.changes, one.departure_s),
    Order.PRICE: lambda one: (math.inf if one.price_ct is None else one.price_ct, one.departure_s),
    Order.WALKING: lambda one: (one.walk_s, one.departure_s),
}


def passes(journey: JourneyView, kind: str, sieves: Collection[str]) -> bool:
    """Whether a journey is of the kind (or ANY_KIND) and nothing of it falls through the sieves."""
    if Sieve.UNBOOKED in sieves and journey.needs_booking:
        return False
    if Sieve.ACCESSIBLE in sieves and journey.accessible is not Known.YES:
        return False
    kinds = {leg.kind for leg in journey.vehicles}
    if kind == LegKind.TRANSIT:
        return kinds <= {LegKind.TRANSIT}
    return kind == ANY_KIND or kind in kinds


def gathered(journeys: Sequence[JourneyView], arrive_by: bool) -> list[JourneyView]:
    """One entry for what a service on demand offers every few minutes on the same way: the first, or the last for
    whoever wants to arrive by a time; the other times stand in its `again`."""
    same = dict[tuple[object, ...], list[JourneyView]]()
    for one in journeys:
        same.setdefault(_on_demand_alone(one) or (id(one),), []).append(one)
    again = dict[int, tuple[JourneyView, ...]]()
    for group in same.values():
        group.sort(key=lambda one: one.departure_s, reverse=arrive_by)
        again[id(group[0])] = tuple(sorted(group[1:], key=lambda one: one.departure_s))
    return [replace(one, again=again[id(one)]) for one in journeys if id(one) in again]


def _on_demand_alone(journey: JourneyView) -> tuple[object, ...] | None:
    """What a journey must share with another to be the same by another time: the service, where one gets on and off,
    and whether a wheelchair does; None where there is more to it than one leg on demand."""
    match journey.vehicles:
        case [leg] if leg.promise is not None and journey.token:
            ends = leg.origin_stop_id or leg.origin, leg.destination_stop_id or leg.destination
            return leg.promise.service_id, *ends, journey.accessible
    return None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Journeys of one class; both lists keep the order in which they came."""

    first: list[JourneyView]
    folded: list[JourneyView]


def lines_first(
    journeys: Sequence[JourneyView],
    arrive_by: bool,
    order: Order = Order.BEST,
    prefers: Preference = Preference.NONE,
) -> Shelf:
    """Journeys without a private ride: the best, and the best by BürgerBus where there is one."""
    if order is not Order.BEST:
        return _sorted(journeys, order)
    best = _best_first(journeys, arrive_by, prefers)
    by_buergerbus = [one for one in best if any(leg.kind is LegKind.BUERGERBUS for leg in one.legs)]
    chosen = best[:SHOWN]
    if by_buergerbus and by_buergerbus[0] not in chosen:
        chosen[-1] = by_buergerbus[0]
    return _shelf(journeys, chosen)


def rides_first(
    rides: Sequence[JourneyView],
    lines: Sequence[JourneyView],
    arrive_by: bool,
    order: Order = Order.BEST,
    prefers: Preference = Preference.NONE,
) -> Shelf:
    """Journeys with private rides: the best with each car, unless one without a car is as good."""
    if order is not Order.BEST:
        return _sorted(rides, order)
    chosen: dict[frozenset[str], JourneyView] = {}
    for ride in _best_first(rides, arrive_by, prefers):
        if not any(_is_as_good(line, ride) for line in lines):
            chosen.setdefault(ride.private_ride_ids, ride)
    return _shelf(rides, list(chosen.values())[:SHOWN])


def _sorted(journeys: Sequence[JourneyView], order: Order) -> Shelf:
    """Whoever asks for an order gets the first of it, and the rest behind them."""
    ordered = sorted(journeys, key=SORT_KEYS[order])
    return Shelf(ordered[:SHOWN], ordered[SHOWN:])


def _best_first(journeys: Sequence[JourneyView], arrive_by: bool, prefers: Preference) -> list[JourneyView]:
    def trouble_min(one: JourneyView) -> int:
        return CHANGE_MIN[prefers] * one.changes + WALKED_MIN[prefers] * (one.walk_s // 60)

    if arrive_by:
        return sorted(journeys, key=lambda one: (trouble_min(one) - _minute(one.departure_s), one.arrival_s))
    return sorted(journeys, key=lambda one: (trouble_min(one) + _minute(one.arrival_s), -one.departure_s))


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
