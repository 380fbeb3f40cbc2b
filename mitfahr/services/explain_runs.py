"""Why runs of associations that go at the time asked for are not among the answers: each by its own reason.

Which runs would take somebody there is searched for in a world where every run is empty and none has closed; then
the run is looked at as it is.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.rides import Ride, RideStop, cancelled_runs, rides_without_stops
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.closed_rides import closed_to
from routing import overlay
from routing.earth import beeline_m
from routing.journey import Boarding, Leg
from routing.legs import stop_place
from routing.links import BEELINE_FACTOR
from routing.overlay import ALWAYS_OPEN_S
from routing.query import LegKind, Party, Point, StopRef
from routing.search import search
from routing.snapshot import Snapshot

NEAR_M = 4000.0
"""A run that halts no farther away goes somebody's way, though they may not be able to walk there."""
MOST = 5
PLENTY = 99
Position = tuple[float, float]
Halts = Sequence[overlay.RideStop] | Sequence[RideStop]


class WhyNot(enum.StrEnum):
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    FULL = "full"
    WHEELCHAIR_TAKEN = "wheelchair_taken"
    NO_WHEELCHAIR = "no_wheelchair"
    LUGGAGE = "luggage"
    BICYCLES = "bicycles"
    ELSEWHERE = "elsewhere"
    """It halts too far from the start or from the goal."""


WORTH_WAITING = frozenset({WhyNot.FULL, WhyNot.WHEELCHAIR_TAKEN, WhyNot.LUGGAGE, WhyNot.BICYCLES})
"""What may change when somebody else cancels."""


@dataclass(frozen=True, slots=True)
class RunNot:
    """A run that does not fit. It leaves `origin` at `departure_s` and is at `destination` at `arrival_s`.

    `free` is how many seats are left on its fullest hop between them (FULL), `deadline_s` until when it could be
    booked (DEADLINE), `walk_m` how far away its farther halt is (ELSEWHERE), `reason` what was said when it was
    cancelled. `can_wait`: somebody else may still give places back.
    """

    ride_id: str
    label: str
    why: WhyNot
    origin: str
    destination: str
    departure_s: int
    arrival_s: int
    free: int = 0
    deadline_s: int | None = None
    walk_m: int = 0
    reason: str | None = None
    can_wait: bool = False


def explain_runs(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    *,
    used: Collection[str],
    now: dt.datetime,
    person_id: str | None = None,
) -> list[RunNot]:
    """Runs within the hours of a request that go its way and are not among `used` (ids of rides), soonest first.

    Searches twice, and not at all where no other run goes in these hours. Raises QueryInvalid, UnknownStop.
    """
    if LegKind.BUERGERBUS not in request.kinds:
        return []
    from_s, until_s = _hours(request)
    others = {
        ride_id: ride
        for ride_id, ride in snapshot.rides.items()
        if ride.kind is overlay.RideKind.RUN
        and ride_id not in used
        and ride.stops[0].departure_s <= until_s
        and ride.stops[-1].arrival_s >= from_s
    }
    with readers() as session:
        cancelled = cancelled_runs(session, from_s, until_s)
        rows = rides_without_stops(session, others)
        banned = closed_to(session, person_id, request.needs, now)
    ends = _position(snapshot, request.origin), _position(snapshot, request.destination)
    legs = _legs(snapshot, request, others, banned) if others else {}
    found = [
        _as_it_is(rows[ride_id], others[ride_id], *used_so, request.party, now)
        for ride_id, used_so in legs.items()
        if ride_id in rows
    ]
    walk_m = request.max_walk_s * request.walk_speed_m_s / BEELINE_FACTOR
    for ride in (ride for ride_id, ride in others.items() if ride_id not in legs):
        passing = _passing(ride.ride_id, ride.label, ride.stops, ends)
        found.append(passing if passing is not None and passing.walk_m > walk_m else None)
    for row in cancelled:
        passing = _passing(row.id, row.label, row.stops, ends)
        if passing is not None and passing.walk_m <= walk_m:
            found.append(replace(passing, why=WhyNot.CANCELLED, reason=row.withdrawn_reason))
    timely = [one for one in found if one is not None and from_s <= _moment_s(request, one) <= until_s]
    return sorted(timely, key=lambda one: (one.departure_s, one.ride_id))[:MOST]


def _hours(request: TripRequest) -> tuple[int, int]:
    """When a run would have to leave, or with `arrive_by` arrive; the walk to it comes on top."""
    when_s = seconds(request.when)
    if request.arrive_by:
        return when_s - request.window_s - request.max_walk_s, when_s
    return when_s, when_s + request.window_s + request.max_walk_s


def _moment_s(request: TripRequest, one: RunNot) -> int:
    return one.arrival_s if request.arrive_by else one.departure_s


def _position(snapshot: Snapshot, end: Point | StopRef) -> Position:
    if isinstance(end, Point):
        return end.lat, end.lon
    place = stop_place(snapshot, snapshot.timetable.stop(end.stop_id))
    return place.lat, place.lon


def _legs(
    snapshot: Snapshot, request: TripRequest, others: Mapping[str, overlay.Ride], banned: frozenset[str]
) -> dict[str, tuple[Leg, Boarding]]:
    """How these runs would be used if they were empty: by themselves, else as a part of a chain."""
    empty = snapshot.with_rides(_emptied(ride) for ride in others.values())
    found: dict[str, tuple[Leg, Boarding]] = {}
    for kinds in (frozenset({LegKind.BUERGERBUS}), request.kinds - {LegKind.RIDE}):
        for journey in search(empty, replace(request, kinds=kinds).query(banned=banned)):
            for leg in journey.legs:
                if leg.boarding is not None and leg.boarding.ride_id in others:
                    found.setdefault(leg.boarding.ride_id, (leg, leg.boarding))
    return found


def _emptied(ride: overlay.Ride) -> overlay.Ride:
    hops = len(ride.seats_free)
    return replace(
        ride,
        seats_free=(MAX_PASSENGERS,) * hops,
        wheelchairs_free=(MAX_PASSENGERS,) * hops,
        luggage_free=(PLENTY,) * hops,
        bicycles_free=(PLENTY,) * hops,
        bookable_until_s=ALWAYS_OPEN_S,
    )


def _as_it_is(
    row: Ride, ride: overlay.Ride, leg: Leg, boarding: Boarding, party: Party, now: dt.datetime
) -> RunNot | None:
    """Why the run cannot be used so; None if it can, and was only worse than the answers."""
    on_way = slice(boarding.board_after, boarding.alight_after)
    free = min(ride.seats_free[on_way])
    why = None
    if ride.deadline_s is not None and ride.deadline_s < seconds(now):
        why = WhyNot.DEADLINE
    elif row.wheelchairs < party.wheelchairs:
        why = WhyNot.NO_WHEELCHAIR
    elif min(ride.wheelchairs_free[on_way]) < party.wheelchairs:
        why = WhyNot.WHEELCHAIR_TAKEN
    elif free < party.seats:
        why = WhyNot.FULL
    elif min(ride.luggage_free[on_way]) < party.luggage:
        why = WhyNot.LUGGAGE
    elif min(ride.bicycles_free[on_way]) < party.bicycles:
        why = WhyNot.BICYCLES
    if why is None:
        return None
    return RunNot(
        ride.ride_id,
        ride.label,
        why,
        leg.origin.name,
        leg.destination.name,
        leg.departure_s,
        leg.arrival_s,
        free=free,
        deadline_s=ride.deadline_s,
        can_wait=why in WORTH_WAITING and _has_room_for(row, party),
    )


def _has_room_for(row: Ride, party: Party) -> bool:
    """Whether the vehicle could take the party if nobody else were in it."""
    return (
        row.seats >= party.seats
        and row.wheelchairs >= party.wheelchairs
        and row.luggage >= party.luggage
        and row.bicycles >= party.bicycles
    )


def _passing(ride_id: str, label: str, stops: Halts, ends: tuple[Position, Position]) -> RunNot | None:
    """The run by its halts nearest to both ends in its order; None if it does not go that way."""
    lat, lon = (np.array([getattr(stop, name) for stop in stops]) for name in ("lat", "lon"))
    from_origin_m, to_destination_m = (beeline_m(lat, lon, *end) for end in ends)
    board = int(np.argmin(from_origin_m[:-1]))
    alight = board + 1 + int(np.argmin(to_destination_m[board + 1 :]))
    far_m = float(max(from_origin_m[board], to_destination_m[alight]))
    saved_m = float(beeline_m(*ends[0], *ends[1])) - float(from_origin_m[board] + to_destination_m[alight])
    if far_m > NEAR_M or saved_m <= 0:
        return None
    first, last = stops[board], stops[alight]
    return RunNot(
        ride_id,
        label,
        WhyNot.ELSEWHERE,
        first.name,
        last.name,
        first.departure_s,
        last.arrival_s,
        walk_m=round(far_m * BEELINE_FACTOR),
    )
