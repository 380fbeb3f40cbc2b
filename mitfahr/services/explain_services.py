"""Why services on demand that drive where somebody wants to go are not among the answers: each by its own reason.

What is looked at are the moments for which a pick-up could be promised within the time asked for, by the router's own
rule; a service that could take somebody then, and was only worse than the answers, needs no excuse.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db import demand_services
from mitfahr.db.demand_services import services_by_id
from mitfahr.domain.demand_plans import DemandPlan
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.closed_rides import closed_to
from routing.demand_fleet import ServiceFleet, drive_table
from routing.earth import beeline_m
from routing.journey import Place
from routing.legs import stop_place
from routing.links import BEELINE_FACTOR
from routing.query import LegKind, Party, Point, StopRef
from routing.reasons import Reason
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import PlaceDriveTime, Request, Tour, insert_in_any

NEAR_M = 4000.0
"""A service that ends no farther away could have been meant."""


class NotServed(enum.StrEnum):
    OUTSIDE = "outside"
    """It comes to one of both ends, and not to the other."""
    CANCELLED = "cancelled"
    HOURS = "hours"
    LEAD = "lead"
    NO_WHEELCHAIR = "no_wheelchair"
    WHEELCHAIR_TAKEN = "wheelchair_taken"
    FULL = "full"
    BUSY = "busy"
    """Others were promised something that leaves no time."""


@dataclass(frozen=True, slots=True)
class ServiceNot:
    """A service that does not fit. `place` is the end that it does not come to and `far_m` how far away it ends (OUTSIDE),
    `span_s` when it drives on that day (HOURS; None: not at all), `moment_s` the first pick-up for which there is still
    time to book (LEAD). `phone` is where to ask, by `phone_hours`.
    """

    service_id: str
    label: str
    why: NotServed
    place: str = ""
    far_m: int = 0
    span_s: tuple[int, int] | None = None
    moment_s: int = 0
    phone: str | None = None
    phone_hours: str | None = None


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the question, and where the service meets it: None if that is `far_m` away, too far to walk."""

    name: str
    place: Place | None
    far_m: float


def explain_services(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    *,
    used: Collection[str],
    now: dt.datetime,
    person_id: str | None = None,
) -> list[ServiceNot]:
    """Services that come to where somebody starts or wants to go and that no ride of `used` (ids) belongs to, by name.

    Raises UnknownStop.
    """
    if LegKind.DEMAND not in request.kinds:
        return []
    tours = snapshot.on_demand.tours
    known = {tours[ride_id].service_id for ride_id in used if ride_id in tours}
    fleets = {key: one for key, one in snapshot.on_demand.fleets.items() if key not in known}
    if not fleets:
        return []
    with readers() as session:
        stored = services_by_id(session, fleets)
        banned = closed_to(session, person_id, request.needs, now)
        found = [
            _explained(snapshot, request, fleets[key], one, banned, seconds(now))
            for key, one in sorted(stored.items(), key=lambda item: (item[1].name, item[0]))
        ]
        return [one for one in found if one is not None]


def _explained(
    snapshot: Snapshot,
    request: TripRequest,
    fleet: ServiceFleet,
    stored: demand_services.DemandService,
    banned: Collection[str],
    now_s: int,
) -> ServiceNot | None:
    origin, destination = (
        _end(snapshot, request, fleet, end) for end in (request.origin, request.destination)
    )
    why = ServiceNot(
        stored.id,
        stored.name,
        NotServed.OUTSIDE,
        phone=stored.phone or stored.organisation.phone,
        phone_hours=stored.phone_hours if stored.phone else None,
    )
    if origin.place is None or destination.place is None:
        missed, other = (origin, destination) if origin.place is None else (destination, origin)
        if other.place is None or missed.far_m > NEAR_M:
            return None  # not for them, or the way to or from a train: the search knows better
        return replace(why, place=missed.name, far_m=round(missed.far_m))
    if origin.place == destination.place:
        return None
    return _by_time(snapshot, request, fleet, stored, banned, now_s, (origin.place, destination.place), why)


def _by_time(
    snapshot: Snapshot,
    request: TripRequest,
    fleet: ServiceFleet,
    stored: demand_services.DemandService,
    banned: Collection[str],
    now_s: int,
    ends: tuple[Place, Place],
    why: ServiceNot,
) -> ServiceNot | None:
    own = [tour for tour in snapshot.on_demand.tours_of(stored.id) if tour.driver_id not in banned]
    direct_s = drive_table(snapshot.streets, ends)(*ends)
    if direct_s is None:
        return None
    moments = _moments(request, fleet, direct_s)
    day = local(seconds(request.when)).date()
    driving = [tour for tour in own if any(_drives(tour, at_s, direct_s) for at_s in moments)]
    if not driving:
        if day in DemandPlan.from_json(stored.plan).exceptions:
            return replace(why, why=NotServed.CANCELLED)
        spans = [(tour.begins_s, tour.ends_s) for tour in own if local(tour.begins_s).date() == day]
        return replace(why, why=NotServed.HOURS, span_s=_nearest(spans, seconds(request.when)))
    in_time = [at_s for at_s in moments if at_s - stored.lead_s >= now_s]
    if not in_time:
        return replace(why, why=NotServed.LEAD, moment_s=now_s + stored.lead_s)
    if max(tour.room.wheelchairs for tour in driving) < request.party.wheelchairs:
        return replace(why, why=NotServed.NO_WHEELCHAIR)
    places = [place for tour in driving for place in (tour.base, *(visit.place for visit in tour.visits))]
    drive_time = drive_table(snapshot.streets, [*ends, *places])
    reason = _refusal(fleet, driving, ends, request.party, drive_time, in_time, direct_s, now_s)
    if reason is None:
        return None
    if reason is not Reason.SEATS_TAKEN:
        return replace(why, why=NotServed.BUSY)
    on_foot = replace(request.party, seats=request.party.people, wheelchairs=0)
    is_wheelchair = request.party.wheelchairs and (
        _refusal(fleet, driving, ends, on_foot, drive_time, in_time, direct_s, now_s) is None
    )
    return replace(why, why=NotServed.WHEELCHAIR_TAKEN if is_wheelchair else NotServed.FULL)


def _refusal(
    fleet: ServiceFleet,
    tours: Sequence[Tour],
    ends: tuple[Place, Place],
    party: Party,
    drive_time: PlaceDriveTime,
    moments: Sequence[int],
    direct_s: int,
    now_s: int,
) -> Reason | None:
    """None if one of the tours takes the party from one of these moments on, else why at least one does not."""
    reasons = set()
    for at_s in moments:
        asked = Request("", *ends, party, fleet.service.promise(at_s, direct_s))
        try:
            insert_in_any(tours, asked, drive_time, now_s)
            return None
        except BoardingRefused as refused:
            reasons.add(refused.reason)
    return Reason.SEATS_TAKEN if Reason.SEATS_TAKEN in reasons else reasons.pop()


def _moments(request: TripRequest, fleet: ServiceFleet, direct_s: int) -> list[int]:
    """From when a pick-up could be promised within the time asked for (UTC seconds)."""
    step_s, when_s = fleet.service.step_s, seconds(request.when)
    last_s = when_s + request.window_s
    if request.arrive_by:
        last_s = when_s - fleet.service.longest_s(direct_s)
        when_s = last_s - request.window_s
    return list(range(-(-when_s // step_s) * step_s, last_s + 1, step_s))


def _drives(tour: Tour, at_s: int, direct_s: int) -> bool:
    return tour.begins_s <= at_s and at_s + direct_s <= tour.ends_s


def _nearest(spans: Collection[tuple[int, int]], moment_s: int) -> tuple[int, int] | None:
    return min(
        spans,
        key=lambda span: max(span[0] - moment_s, moment_s - span[1]),
        default=None,
    )


def _end(snapshot: Snapshot, request: TripRequest, fleet: ServiceFleet, end: Point | StopRef) -> _End:
    """Its door where the service comes there, else the nearest of the service's halts."""
    if isinstance(end, Point):
        here = Place(end.name, end.lat, end.lon)
    else:
        here = stop_place(snapshot, snapshot.timetable.stop(end.stop_id))
    if fleet.service.halts_at(here):
        return _End(here.name, here, 0.0)
    if not len(fleet.stops):
        return _End(here.name, None, float("inf"))
    timetable = snapshot.timetable
    far_m = beeline_m(timetable.stop_lat[fleet.stops], timetable.stop_lon[fleet.stops], here.lat, here.lon)
    nearest = int(np.argmin(far_m))
    walk_m = float(far_m[nearest]) * BEELINE_FACTOR
    can_walk = walk_m <= request.max_walk_s * request.walk_speed_m_s
    return _End(
        here.name, stop_place(snapshot, fleet.stops[nearest]) if can_walk else None, float(far_m[nearest])
    )
