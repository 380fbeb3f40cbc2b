"""Nothing was found: why, and what is the nearest thing that works. Every reason is searched for, none is guessed."""

from __future__ import annotations

import datetime as dt
import enum
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.domain.mobility import Known
from mitfahr.domain.times import ZONE, local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import possible_journeys
from mitfahr.trip_facts import stop_is_accessible, trip_facts
from mitfahr.walk_ways import goes_over_stairs, walk_ways
from routing.access import reach
from routing.journey import Journey, Leg
from routing.query import VEHICLE_KINDS, LegKind, Party, StopRef
from routing.ride_clocks import DESTINATION_DOOR, ORIGIN_DOOR
from routing.search import search
from routing.snapshot import Snapshot

DAY_S = 24 * 3600
DAYS_AHEAD = 7
ENOUGH_S = 0.5
"""After so long no further day is looked at: nobody waits for a better apology."""
REASONS = 2
FARTHEST_WALK_S = 7200
"""To the nearest stop, however far that is to walk; the router allows no more."""


class Why(enum.StrEnum):
    NO_TIMETABLE = "no_timetable"
    """The day lies outside the timetable."""
    ORIGIN_FAR = "origin_far"
    DESTINATION_FAR = "destination_far"
    """No stop within the longest walk."""
    KIND_OFF = "kind_off"
    """It would go with something that was switched off."""
    DEADLINE = "deadline"
    """It would go, but could only be booked until a while ago."""
    NOT_ACCESSIBLE = "not_accessible"
    """It would go, but is known to be impossible with a wheelchair, or over stairs (without `leg`)."""
    NO_BICYCLES = "no_bicycles"
    """It would go, but is known to take no bicycles."""
    NO_ROOM = "no_room"
    """It would go for one person without luggage."""
    OVER_TODAY = "over_today"
    """On this day it went, but earlier."""
    NOT_YET = "not_yet"
    """On this day one arrives later at the earliest."""
    NOT_TODAY = "not_today"
    """On this day nothing goes there."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`leg` is the vehicle that it would take. `moment_s` (UTC) is the deadline, the last departure of the day or the
    first arrival; `stop` the id of the nearest one, `walk_s` away (None: farther than two hours)."""

    why: Why
    leg: Leg | None = None
    moment_s: int | None = None
    stop: str = ""
    walk_s: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would work, with the question that finds it."""

    request: TripRequest
    journey: Journey


@dataclass(frozen=True, slots=True)
class Nothing:
    obstacles: tuple[Obstacle, ...]
    proposal: Proposal | None


def explain_nothing(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    *,
    now: dt.datetime,
    person_id: str | None = None,
    propose: bool = True,
) -> Nothing:
    """For a request that `find_itineraries` finds nothing for within its window.

    Searches once without the person's wishes and once over the whole day; `propose` looks for what was switched off,
    for another stop or another of the next days as well, the days for half a second at most. Raises QueryInvalid, UnknownStop.
    """
    with readers() as session:
        banned = closed_to(session, person_id, request.needs, now)
    obstacles = list(_outside(snapshot, request))
    far = list(_far(snapshot, request))
    obstacles += far
    if not far:
        obstacles += _refused(snapshot, request, now, banned)
    if not obstacles:
        obstacles.append(_of_the_day(snapshot, request, banned))
    proposal = None
    if propose:
        proposal = _with_what_is_off(snapshot, request, obstacles, now, banned)
        proposal = proposal or _proposal(snapshot, request, far, now, banned)
    return Nothing(tuple(obstacles), proposal)


def _outside(snapshot: Snapshot, request: TripRequest) -> Iterator[Obstacle]:
    timetable = snapshot.timetable
    if not timetable.first_day <= request.when.astimezone(ZONE).date() <= timetable.last_day:
        yield Obstacle(Why.NO_TIMETABLE)


def _far(snapshot: Snapshot, request: TripRequest) -> Iterator[Obstacle]:
    """Doors without a stop within the longest walk, each with the nearest stop there is."""
    for why, end, door in (
        (Why.ORIGIN_FAR, request.origin, ORIGIN_DOOR),
        (Why.DESTINATION_FAR, request.destination, DESTINATION_DOOR),
    ):
        if isinstance(end, StopRef):
            continue
        asked = replace(request, max_walk_s=FARTHEST_WALK_S).query()
        reached = reach(snapshot.streets, snapshot.roads, end, door, asked)
        walk_s = reached.walk_s[: snapshot.timetable.n_stops]
        near = np.flatnonzero(walk_s >= 0)
        if not len(near):
            yield Obstacle(why)
            continue
        nearest = int(near[np.argmin(walk_s[near])])
        if walk_s[nearest] > request.max_walk_s:
            yield Obstacle(why, stop=snapshot.timetable.stop_id[nearest], walk_s=int(walk_s[nearest]))


def _refused(
    snapshot: Snapshot, request: TripRequest, now: dt.datetime, banned: frozenset[str]
) -> list[Obstacle]:
    """What stands in the way of the journeys that the fewest things stand in the way of, one for each reason.

    What was switched off on purpose comes last.
    """
    anybody = replace(request, kinds=VEHICLE_KINDS, party=Party(), aids=frozenset())
    found = [one for one in search(snapshot, anybody.query(banned=banned)) if one.vehicles]
    chains = [_in_the_way(snapshot, request, journey, now) for journey in found]
    told: dict[Why, list[Obstacle]] = {}
    for chain in sorted((chain for chain in chains if chain), key=_weight):
        told.setdefault(chain[0].why, chain)
    return [obstacle for chain in list(told.values())[:REASONS] for obstacle in chain]


def _weight(chain: Sequence[Obstacle]) -> tuple[int, int]:
    return len(chain), sum(obstacle.why is Why.KIND_OFF for obstacle in chain)


def _in_the_way(
    snapshot: Snapshot, request: TripRequest, journey: Journey, now: dt.datetime
) -> list[Obstacle]:
    vehicles = [leg for leg in journey.legs if leg.kind is not LegKind.WALK]
    if vehicles[0].departure_s < seconds(now):
        return []  # it has left: no wish of anybody's is the reason
    off = {leg.kind: leg for leg in reversed(vehicles) if leg.kind not in request.kinds}
    obstacles = [Obstacle(Why.KIND_OFF, leg) for leg in off.values()]
    obstacles += [
        Obstacle(Why.DEADLINE, leg, leg.bookable_until_s)
        for leg in vehicles
        if leg.bookable_until_s is not None and leg.bookable_until_s < seconds(now)
    ]
    if request.party.wheelchairs:
        obstacles += [Obstacle(Why.NOT_ACCESSIBLE, leg) for leg in vehicles if _is_impossible(snapshot, leg)]
    if request.party.bicycles:
        obstacles += [Obstacle(Why.NO_BICYCLES, leg) for leg in vehicles if _refuses_bicycles(snapshot, leg)]
    if request.avoids_steps and goes_over_stairs(
        journey, walk_ways(snapshot, [journey], avoids_stairs=False)
    ):
        obstacles.append(Obstacle(Why.NOT_ACCESSIBLE))
    if not obstacles and request.party != Party():
        obstacles += [Obstacle(Why.NO_ROOM, leg) for leg in vehicles if leg.boarding is not None]
    return obstacles


def _is_impossible(snapshot: Snapshot, leg: Leg) -> bool:
    timetable = snapshot.timetable
    facts = trip_facts(timetable, leg)
    known = [stop_is_accessible(timetable, place.stop_id) for place in (leg.origin, leg.destination)]
    return Known.NO in known or (facts is not None and facts.wheelchair is Known.NO)


def _refuses_bicycles(snapshot: Snapshot, leg: Leg) -> bool:
    facts = trip_facts(snapshot.timetable, leg)
    return facts is not None and facts.bicycles is Known.NO


def _of_the_day(snapshot: Snapshot, request: TripRequest, banned: frozenset[str]) -> Obstacle:
    """Whether something goes on this day at all."""
    day = request.when.astimezone(ZONE).date()
    found = [one for one in search(snapshot, _on(request, day).query(banned=banned)) if one.vehicles]
    that_day = [one for one in found if local(one.departure_s).date() == day]
    if not that_day:
        return Obstacle(Why.NOT_TODAY)
    if request.arrive_by:
        return Obstacle(Why.NOT_YET, moment_s=min(one.arrival_s for one in that_day))
    return Obstacle(Why.OVER_TODAY, moment_s=max(one.departure_s for one in that_day))


def _with_what_is_off(
    snapshot: Snapshot,
    request: TripRequest,
    obstacles: Sequence[Obstacle],
    now: dt.datetime,
    banned: frozenset[str],
) -> Proposal | None:
    """The same question with the kinds of vehicles that were switched off and would help."""
    off = {one.leg.kind for one in obstacles if one.why is Why.KIND_OFF and one.leg}
    if not off:
        return None
    asked = replace(request, kinds=request.kinds | off)
    found = _soonest(possible_journeys(snapshot, asked, now, banned))
    return Proposal(asked, found) if found else None


def _proposal(
    snapshot: Snapshot,
    request: TripRequest,
    far: Sequence[Obstacle],
    now: dt.datetime,
    banned: frozenset[str],
) -> Proposal | None:
    asked = request
    for obstacle in far:
        if not obstacle.stop:
            return None
        end = {"origin" if obstacle.why is Why.ORIGIN_FAR else "destination": StopRef(obstacle.stop)}
        asked = replace(asked, **end)  # type: ignore[arg-type]
    begun_s = time.monotonic()
    day = max(request.when, now).astimezone(ZONE).date()
    last_day = snapshot.timetable.last_day
    if far:
        found = _soonest(possible_journeys(snapshot, replace(asked, window_s=0), now, banned))
        if found is not None:
            return Proposal(asked, found)
    for ahead in range(1, DAYS_AHEAD + 1):
        if day + dt.timedelta(days=ahead) > last_day or time.monotonic() - begun_s > ENOUGH_S:
            break
        whole = _on(asked, day + dt.timedelta(days=ahead))
        found = _soonest(possible_journeys(snapshot, whole, now, banned))
        if found is not None:
            at = dt.datetime.fromtimestamp(found.departure_s // 60 * 60, dt.UTC)
            return Proposal(replace(asked, when=at, arrive_by=False, window_s=request.window_s), found)
    return None


def _soonest(found: Sequence[Journey]) -> Journey | None:
    in_vehicles = [one for one in found if one.vehicles]
    return min(in_vehicles, key=lambda one: (one.arrival_s, -one.departure_s), default=None)


def _on(request: TripRequest, day: dt.date) -> TripRequest:
    """The same question for a whole day."""
    begins = dt.datetime.combine(day, dt.time(), ZONE)
    return replace(request, when=begins, arrive_by=False, window_s=DAY_S)
