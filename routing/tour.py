"""The tour of an on-demand vehicle: what it has promised, and whether one request more fits in.

A *service* carries people between its stops, or anywhere in its area, whenever somebody asks for it. Each of
its vehicles drives one *tour* a service day: from its base to the places where people get on and off, in an
order that may change, and back. Whoever is promised a ride is promised two spans of time, for getting on and
for getting off; between what is promised the vehicle waits where it is.

This is the readable rule, used wherever a request is really taken; `routing.demand_kernels` tries the same
for thousands of places and moments. The specification is the section "On demand" of routing/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise

from routing.journey import Place, Promise
from routing.overlay import HALT_S
from routing.query import Party
from routing.reasons import Reason
from routing.rides import BoardingRefused

PlaceDriveTime = Callable[[Place, Place], int | None]
"""Seconds by car from one place to another; None where no road leads there."""


@dataclass(frozen=True, slots=True)
class Request:
    """One party that wants to be taken from one place to another within a promise.

    `request_id` is any name that no other request of the tour has.
    """

    request_id: str
    pickup: Place
    dropoff: Place
    party: Party
    promise: Promise


@dataclass(frozen=True, slots=True)
class Visit:
    """A halt for one party, which gets on or off; two parties at one place are two visits with no drive between.

    The vehicle arrives within [`from_s`, `until_s`], both promised (UTC seconds); it waits if it is too early.
    `known_s` is when this was decided: nobody sets off before that for a place that nobody knew of.
    `reached_s` is when the vehicle was there or, where it is late, will be as far as is known; None where that follows
    from the rest. Only the first visits of a tour have it.
    """

    request_id: str
    is_pickup: bool
    place: Place
    party: Party
    from_s: int
    until_s: int
    known_s: int = 0
    reached_s: int | None = None


@dataclass(frozen=True, slots=True)
class Tour:
    """One vehicle on one service day, its visits in driving order.

    `tour_id` is the id of the ride that people book. The vehicle leaves `base` at `begins_s` at the earliest and is
    back at `ends_s` at the latest (UTC seconds). `room` is the largest party that it takes. `driver_id` lets a
    query ban a person. Nobody is taken any more after `bookable_until_s` (None: as long as there is time).
    """

    tour_id: str
    service_id: str
    base: Place
    begins_s: int
    ends_s: int
    room: Party
    visits: tuple[Visit, ...] = ()
    driver_id: str = ""
    bookable_until_s: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a tour is driven: as soon as promises allow, setting off no sooner than needed.

    `sets_off_s` and `reached_s` are by visit, with the way back to the base behind them; `driving_s` is all the
    driving from the base to the base.
    """

    sets_off_s: tuple[int, ...]
    reached_s: tuple[int, ...]
    driving_s: int

    @property
    def back_s(self) -> int:
        return self.reached_s[-1]


@dataclass(frozen=True, slots=True)
class TourInsertion:
    """A request in a tour: the pick-up is visit number `pickup_at` of the new `tour`, the drop-off `dropoff_at`.

    `pickup_s` and `dropoff_s` are when the vehicle is planned to be there, `added_s` is the driving this adds.
    """

    tour: Tour
    schedule: Schedule
    pickup_at: int
    dropoff_at: int
    added_s: int

    @property
    def pickup_s(self) -> int:
        return self.schedule.reached_s[self.pickup_at]

    @property
    def dropoff_s(self) -> int:
        return self.schedule.reached_s[self.dropoff_at]


def schedule(tour: Tour, drive_time: PlaceDriveTime) -> Schedule:
    """When the vehicle is where, whether or not promises hold. Raises BoardingRefused where no road leads."""
    sets_off: list[int] = []
    reached: list[int] = []
    free_s, driving_s = tour.begins_s, 0
    places = [tour.base, *(visit.place for visit in tour.visits), tour.base]
    for (here, there), visit in zip(pairwise(places), (*tour.visits, None), strict=True):
        drive_s = _drive_s(drive_time, here, there)
        driving_s += drive_s
        arrives_s = _arrival_s(free_s, drive_s, visit)
        sets_off.append(arrives_s - drive_s)
        reached.append(arrives_s)
        free_s = arrives_s + HALT_S
    return Schedule(tuple(sets_off), tuple(reached), driving_s)


def holds(tour: Tour, planned: Schedule) -> bool:
    """Whether a tour that is driven like this keeps every promise that is still open, its hours and its room."""
    in_time = all(
        visit.reached_s is not None or reached_s <= visit.until_s
        for visit, reached_s in zip(tour.visits, planned.reached_s[:-1], strict=True)
    )
    return (
        in_time and planned.back_s <= tour.ends_s and not any(_lacks_room(tour, load) for load in loads(tour))
    )


def loads(tour: Tour) -> list[tuple[int, ...]]:
    """Seats, wheelchair places, luggage and bicycles taken on each drive, from the base on."""

    def changed(load: tuple[int, ...], visit: Visit) -> tuple[int, ...]:
        sign = 1 if visit.is_pickup else -1
        return tuple(taken + sign * more for taken, more in zip(load, _places(visit.party), strict=True))

    empty: tuple[int, ...] = (0, 0, 0, 0)
    return list(accumulate(tour.visits, changed, initial=empty))


def n_fixed(tour: Tour, planned: Schedule, now_s: int) -> int:
    """How many of the first visits are done, or being driven to, at a moment: nothing comes before them any more."""
    fixed = 0
    for visit, sets_off_s in zip(tour.visits, planned.sets_off_s[:-1], strict=True):
        if visit.reached_s is None and sets_off_s >= now_s:
            break
        fixed += 1
    return fixed


def insert(tour: Tour, request: Request, drive_time: PlaceDriveTime, now_s: int) -> TourInsertion:
    """The best way of taking a request along, of all positions of its pick-up and its drop-off; the others keep
    their order, everybody's promises hold, and what is driven already at `now_s` stays.

    Best is the least added driving, then the earliest pick-up, then the earliest drop-off, then the first position.
    Raises BoardingRefused: TOO_LATE_TO_BOOK, SEATS_TAKEN (the vehicle has no room, now or ever), NO_WAY, or
    NO_VEHICLE_FREE (no time between what is promised to others, or not within its hours).
    """
    if tour.bookable_until_s is not None and now_s > tour.bookable_until_s:
        raise BoardingRefused(Reason.TOO_LATE_TO_BOOK)
    if _lacks_room(tour, _places(request.party)):
        raise BoardingRefused(Reason.SEATS_TAKEN)
    drive_time = cache(drive_time)
    before = schedule(tour, drive_time)
    _drive_s(drive_time, request.pickup, request.dropoff)
    found = list(_insertions(tour, before, request, drive_time, now_s))
    fitting = [one for one in found if holds(one.tour, one.schedule)]
    if not fitting:
        in_time = any(holds(replace(one.tour, room=_ENDLESS), one.schedule) for one in found)
        raise BoardingRefused(Reason.SEATS_TAKEN if in_time else Reason.NO_VEHICLE_FREE)
    return min(
        fitting, key=lambda one: (one.added_s, one.pickup_s, one.dropoff_s, one.pickup_at, one.dropoff_at)
    )


def insert_in_any(
    tours: Iterable[Tour], request: Request, drive_time: PlaceDriveTime, now_s: int
) -> TourInsertion:
    """The best of what several vehicles of a service offer, of equal ones the first. Raises BoardingRefused with
    the reason that is nearest to a yes.
    """
    best: TourInsertion | None = None
    refused: list[BoardingRefused] = []
    for tour in tours:
        try:
            found = insert(tour, request, drive_time, now_s)
        except BoardingRefused as reason:
            refused.append(reason)
            continue
        if best is None or found.added_s < best.added_s:
            best = found
    if best is None:
        raise min(
            refused, key=lambda one: _NEAREST.index(one.reason), default=BoardingRefused(Reason.RIDE_GONE)
        )
    return best


_NEAREST = (Reason.SEATS_TAKEN, Reason.NO_VEHICLE_FREE, Reason.TOO_LATE_TO_BOOK, Reason.NO_WAY)
_ENDLESS = Party(10**6, 10**6, 10**6, 10**6)


def _insertions(
    tour: Tour, before: Schedule, request: Request, drive_time: PlaceDriveTime, now_s: int
) -> Iterator[TourInsertion]:
    """All positions to which roads lead and that are not plainly too late, whether or not everything holds."""
    pickup, dropoff = _visits_of(request, now_s)
    visits, open_until_s = tour.visits, _open_until_s(tour)
    for on in range(n_fixed(tour, before, now_s), len(visits) + 1):
        if on and before.reached_s[on - 1] > pickup.until_s:
            return
        if pickup.from_s + HALT_S > open_until_s[on]:
            continue
        for off in range(on, len(visits) + 1):
            if dropoff.from_s + HALT_S > open_until_s[off]:
                continue
            order = (*visits[:on], pickup, *visits[on:off], dropoff, *visits[off:])
            new = replace(tour, visits=order)
            try:
                planned = schedule(new, drive_time)
            except BoardingRefused:
                continue
            if planned.reached_s[off] > dropoff.until_s:
                break
            yield TourInsertion(new, planned, on, off + 1, planned.driving_s - before.driving_s)


def _open_until_s(tour: Tour) -> list[int]:
    """For each position by when whoever comes there has to be done: then a promise behind it ends, or the hours do."""
    ends = (visit.until_s if visit.reached_s is None else tour.ends_s for visit in reversed(tour.visits))
    return list(accumulate(ends, min, initial=tour.ends_s))[::-1]


def _visits_of(request: Request, now_s: int) -> tuple[Visit, Visit]:
    promise = request.promise
    return (
        Visit(
            request.request_id,
            True,
            request.pickup,
            request.party,
            promise.pickup_from_s,
            promise.pickup_until_s,
            now_s,
        ),
        Visit(
            request.request_id,
            False,
            request.dropoff,
            request.party,
            promise.dropoff_from_s,
            promise.dropoff_until_s,
            now_s,
        ),
    )


def _arrival_s(free_s: int, drive_s: int, visit: Visit | None) -> int:
    """When a vehicle that is free from a moment on reaches a visit (None: its base)."""
    if visit is None:
        return free_s + drive_s
    if visit.reached_s is not None:
        return visit.reached_s
    return max(max(free_s, visit.known_s) + drive_s, visit.from_s)


def _drive_s(drive_time: PlaceDriveTime, here: Place, there: Place) -> int:
    drive_s = drive_time(here, there)
    if drive_s is None:
        raise BoardingRefused(Reason.NO_WAY)
    return drive_s


def _lacks_room(tour: Tour, load: tuple[int, ...]) -> bool:
    return any(taken > there for taken, there in zip(load, _places(tour.room), strict=True))


def _places(party: Party) -> tuple[int, ...]:
    return party.seats, party.wheelchairs, party.luggage, party.bicycles
