"""Does a journey still hold? The same question at booking, after a new timetable, after a cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from routing import changes
from routing.access import Reach, direct_walk, reach
from routing.check_demand import reason_of_demand
from routing.check_trip import trip_now
from routing.journey import Boarding, Journey, Leg
from routing.ordering import latest_order_s
from routing.overlay import Ride, RideKind, RideStop
from routing.query import LegKind, Query
from routing.reasons import Reason
from routing.ride_clocks import DESTINATION_DOOR, ORIGIN_DOOR
from routing.rides import BoardingRefused, DriveTime, Insertion, board_run, insert, insertions
from routing.snapshot import Snapshot
from routing.timetable import StopIdx


def check(snapshot: Snapshot, query: Query, journey: Journey) -> list[Reason]:
    """Why the journey no longer holds in this snapshot for this query, leg by leg; empty when it does.

    Trips are judged at the times expected of them, and so are the changes between them.

    `query` says who travels (party, walking, slack, banned, `booked_at`); its moment and kinds do not matter.
    Raises UnknownStop when an end of the query is a stop that is gone.
    """
    snapshot = snapshot.without_stairs if query.avoids_stairs else snapshot
    vehicles = [leg for leg in journey.legs if leg.kind is not LegKind.WALK]
    reasons: list[Reason] = []
    now: list[Leg] = []
    for leg in vehicles:
        if leg.boarding is None:
            as_it_runs, reason = trip_now(snapshot.live, query.party, leg)
            now.append(as_it_runs)
            reasons += [reason] if reason else []
            reasons += _of_order(snapshot, query, leg)
        elif leg.promise is not None:
            now.append(leg)
            reason = reason_of_demand(snapshot, query, leg, leg.promise)
            reasons += [reason] if reason else []
        else:
            now.append(leg)
            reasons += _of_ride(snapshot, query, leg, leg.boarding)
    reasons += _of_steps(snapshot, query, vehicles)
    reasons += _of_changes(snapshot, query, now)
    reasons += _of_ends(snapshot, query, journey, vehicles)
    boarded = [leg.boarding.ride_id for leg in vehicles if leg.kind is LegKind.RIDE and leg.boarding]
    if len(set(boarded)) < len(boarded):
        reasons.append(Reason.RIDE_TWICE)
    return reasons


def insertion_of(snapshot: Snapshot, query: Query, ride: Ride, leg: Leg) -> Insertion:
    """How a private ride takes this leg now: at the stated place in its order of stops, or, when others got on
    since the search, at another that gives the same times. Raises BoardingRefused.
    """
    boarding = leg.boarding
    if boarding is None:
        raise BoardingRefused(Reason.RIDE_GONE)
    pickup, dropoff = _as_stop(leg, is_pickup=True), _as_stop(leg, is_pickup=False)
    times = leg.departure_s, leg.arrival_s
    drive_time = cache(snapshot.drive_s)  # the same few pairs are asked for in every order of stops
    found = _stated_insertion(query, ride, boarding, pickup, dropoff, drive_time)
    if isinstance(found, Insertion) and (found.pickup_s, found.dropoff_s) == times:
        return found
    for other in insertions(ride, pickup, dropoff, query.party, drive_time):
        if (other.pickup_s, other.dropoff_s) == times:
            return other
    raise BoardingRefused(found if isinstance(found, Reason) else Reason.TIMES_CHANGED)


def _stated_insertion(
    query: Query,
    ride: Ride,
    boarding: Boarding,
    pickup: RideStop,
    dropoff: RideStop,
    drive_time: DriveTime,
) -> Insertion | Reason:
    if boarding.alight_after > len(ride.stops) - 2:
        return Reason.TIMES_CHANGED
    try:
        return insert(
            ride,
            pickup,
            dropoff,
            boarding.board_after,
            boarding.alight_after,
            boarding.driver_departure_s,
            query.party,
            drive_time,
        )
    except BoardingRefused as refused:
        return refused.reason


def _as_stop(leg: Leg, is_pickup: bool) -> RideStop:
    place = leg.origin if is_pickup else leg.destination
    return RideStop(place.lat, place.lon, place.name, place.stop_id)


def _of_order(snapshot: Snapshot, query: Query, leg: Leg) -> Iterator[Reason]:
    latest_s = latest_order_s(snapshot.timetable, snapshot.orders, leg)
    if query.booked_at is not None and latest_s is not None and query.booked_at.timestamp() > latest_s:
        yield Reason.TOO_LATE_TO_BOOK


def _of_ride(snapshot: Snapshot, query: Query, leg: Leg, boarding: Boarding) -> Iterator[Reason]:
    ride = snapshot.rides.get(boarding.ride_id)
    if ride is None or {ride.ride_id, ride.driver_id} & query.banned:
        yield Reason.RIDE_GONE
        return
    if query.booked_at is not None and query.booked_at.timestamp() > ride.bookable_until_s:
        yield Reason.TOO_LATE_TO_BOOK
    try:
        if ride.kind is RideKind.PRIVATE:
            insertion_of(snapshot, query, ride, leg)
        else:
            _board_same_stops(ride, leg, boarding, query)
    except BoardingRefused as refused:
        yield refused.reason


def _board_same_stops(run: Ride, leg: Leg, boarding: Boarding, query: Query) -> None:
    """Raises BoardingRefused when the run no longer calls at the leg's stops, at the leg's times."""
    times = board_run(run, boarding.board_after, boarding.alight_after, query.party)
    called = run.stops[boarding.board_after].stop_id, run.stops[boarding.alight_after].stop_id
    if called != (leg.origin.stop_id, leg.destination.stop_id):
        raise BoardingRefused(Reason.RIDE_GONE)
    if times != (leg.departure_s, leg.arrival_s):
        raise BoardingRefused(Reason.TIMES_CHANGED)


def _of_changes(snapshot: Snapshot, query: Query, vehicles: list[Leg]) -> Iterator[Reason]:
    known = snapshot.changes(query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s, False)
    for before, after in pairwise(vehicles):
        origin, to = _stop(snapshot, before.destination.stop_id), _stop(snapshot, after.origin.stop_id)
        if origin is None or to is None:
            yield Reason.CHANGE_TOO_SHORT
            continue
        change = changes.between(known, origin, to)
        if change is None or after.departure_s - before.arrival_s < known.takes_s[change]:
            yield Reason.CHANGE_TOO_SHORT


def _of_steps(snapshot: Snapshot, query: Query, vehicles: list[Leg]) -> Iterator[Reason]:
    """Nobody gets on or off with a wheelchair where the timetable says that it cannot be done."""
    if not query.party.wheelchairs:
        return
    used = [_stop(snapshot, place.stop_id) for leg in vehicles for place in (leg.origin, leg.destination)]
    if any(stop is not None and snapshot.timetable.stop_wheelchair[stop] == 2 for stop in used):
        yield Reason.STOP_NOT_ACCESSIBLE


def _of_ends(snapshot: Snapshot, query: Query, journey: Journey, vehicles: list[Leg]) -> Iterator[Reason]:
    streets, roads = snapshot.streets, snapshot.roads
    origin = reach(streets, roads, query.origin, ORIGIN_DOOR, query)
    if not vehicles:
        walk = direct_walk(streets, roads, query, origin)
        if walk is None or walk.seconds > journey.arrival_s - journey.departure_s:
            yield Reason.NO_WAY
        return
    destination = reach(streets, roads, query.destination, DESTINATION_DOOR, query)
    for end, stop_id, spare_s in (
        (origin, vehicles[0].origin.stop_id, vehicles[0].departure_s - journey.departure_s),
        (destination, vehicles[-1].destination.stop_id, journey.arrival_s - vehicles[-1].arrival_s),
    ):
        if stop_id is not None and not _is_walkable(end, _stop(snapshot, stop_id), spare_s):
            yield Reason.NO_WAY


def _is_walkable(end: Reach, stop: StopIdx | None, spare_s: int) -> bool:
    return stop is not None and 0 <= int(end.walk_s[stop]) <= spare_s


def _stop(snapshot: Snapshot, stop_id: str | None) -> StopIdx | None:
    return snapshot.timetable.stop_by_id.get(stop_id) if stop_id is not None else None
