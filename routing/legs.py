"""From what the kernels found to journeys a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing import kernels
from routing.access import Reach, Walk
from routing.changes import Changes
from routing.journey import Boarding, Journey, Leg, Place
from routing.overlay import Ride, RideKind
from routing.query import LegKind, Point, Query
from routing.raptor import Problem, RawJourney
from routing.snapshot import Snapshot


@dataclass(frozen=True)
class Ends:
    """The two ends of a query as the result shows them, with the walks to and from stops."""

    query: Query
    origin: Reach
    destination: Reach


@dataclass(frozen=True)
class _Vehicle:
    """One vehicle leg in the ordinary direction of time; places as in RideNet, clocks in UTC seconds."""

    leg: Leg
    board_place: int
    alight_place: int


def journey_of(
    snapshot: Snapshot,
    ends: Ends,
    problem: Problem,
    rides: Sequence[Ride],
    forwards: Changes,
    raw: RawJourney,
) -> Journey:
    """The journey of one raw result; `rides` are those of the problem's RideNet, `forwards` its changes unmirrored."""
    vehicles = []
    for row in raw.vehicles:
        columns = [int(value) for value in row]
        if columns[kernels.KIND] == kernels.TRIP:
            vehicles.append(_trip(snapshot, problem, columns))
        else:
            vehicles.append(_ride(snapshot, ends, problem, rides, columns))
    return _joined(snapshot, ends, forwards, vehicles)


def walk_journey(snapshot: Snapshot, ends: Ends, walk: Walk) -> Journey:
    """The walk from door to door, at the moment asked for."""
    moment_s = int(ends.query.when.timestamp())
    departure_s = moment_s - walk.seconds if ends.query.arrive_by else moment_s
    n_stops = snapshot.timetable.n_stops
    leg = _walk_leg(walk, departure_s, _place(snapshot, ends, n_stops), _place(snapshot, ends, n_stops + 1))
    return Journey((leg,), leg.departure_s, leg.arrival_s)


def _trip(snapshot: Snapshot, problem: Problem, row: list[int]) -> _Vehicle:
    timetable, window = snapshot.timetable, problem.window
    ends = [
        (row[kernels.BOARD_PLACE], row[kernels.BOARD_AT], row[kernels.BOARD_S]),
        (row[kernels.ALIGHT_PLACE], row[kernels.ALIGHT_AT], row[kernels.ALIGHT_S]),
    ]
    trip = int(window.trip[row[kernels.REF]])
    pattern = int(timetable.trip_pattern[trip])
    first_call = int(timetable.pattern_stop_start[pattern])
    n_calls = int(timetable.pattern_stop_start[pattern + 1]) - first_call
    if problem.is_mirrored:
        ends = [(place, n_calls - 1 - pos, -time_s) for place, pos, time_s in reversed(ends)]
    (board_place, board_pos, board_s), (alight_place, alight_pos, alight_s) = ends
    section = int(timetable.trip_section_start[trip])
    last_section = int(timetable.trip_section_start[trip + 1]) - 1
    while section < last_section and timetable.section_first_pos[section + 1] <= board_pos:
        section += 1
    route = int(timetable.section_route[section])
    is_phone = timetable.pattern_board[first_call + board_pos] == 2
    is_on_demand = timetable.route_type[route] == 715
    leg = Leg(
        kind=LegKind.RUFBUS if is_phone or is_on_demand else LegKind.TRANSIT,
        departure_s=problem.base_s + board_s,
        arrival_s=problem.base_s + alight_s,
        origin=stop_place(snapshot, board_place),
        destination=stop_place(snapshot, alight_place),
        route=timetable.route_short_name[route] or timetable.route_long_name[route],
        headsign=timetable.section_headsign[section],
        trip_id=timetable.section_trip_id[section],
        service_date=snapshot.service_date(int(window.day[row[kernels.REF]])),
        board_pos=board_pos,
        alight_pos=alight_pos,
    )
    return _Vehicle(leg, board_place, alight_place)


def _ride(
    snapshot: Snapshot, ends: Ends, problem: Problem, rides: Sequence[Ride], row: list[int]
) -> _Vehicle:
    ride, net = rides[row[kernels.REF]], problem.rides
    board, alight = row[kernels.BOARD_AT], row[kernels.ALIGHT_AT]
    board_place, alight_place = int(net.place[board]), int(net.place[alight])
    clocks = [row[kernels.BOARD_S], row[kernels.ALIGHT_S]]
    if problem.is_mirrored:
        clocks = [-clock for clock in reversed(clocks)]
    a, b = int(net.gap[board]), int(net.gap[alight])
    detour_s = 0
    if ride.kind is RideKind.PRIVATE:
        first = int(net.stop_start[row[kernels.REF]])
        leg_s = net.leg_s[first:]
        if a == b:
            between_s = kernels.driving_between(net, board_place, alight_place, problem.n_stops)
            detour_s = int(net.into_s[board] + between_s + net.out_s[alight] - leg_s[a])
        else:
            detour_s = int(net.into_s[board] + net.out_s[board] - leg_s[a])
            detour_s += int(net.into_s[alight] + net.out_s[alight] - leg_s[b])
    leg = Leg(
        kind=LegKind.RIDE if ride.kind is RideKind.PRIVATE else LegKind.BUERGERBUS,
        departure_s=problem.base_s + clocks[0],
        arrival_s=problem.base_s + clocks[1],
        origin=_place(snapshot, ends, board_place),
        destination=_place(snapshot, ends, alight_place),
        route=ride.label,
        boarding=Boarding(ride.ride_id, a, b, problem.base_s + row[kernels.DRIVER_S], detour_s),
        bookable_until_s=ride.bookable_until_s,
    )
    return _Vehicle(leg, board_place, alight_place)


def _joined(snapshot: Snapshot, ends: Ends, forwards: Changes, vehicles: list[_Vehicle]) -> Journey:
    first, last = vehicles[0], vehicles[-1]
    access = ends.origin.walk_to(first.board_place)
    egress = ends.destination.walk_to(last.alight_place)
    n_stops = snapshot.timetable.n_stops
    legs: list[Leg] = []
    departure_s = first.leg.departure_s - access.seconds
    if first.board_place < n_stops and not _is_at(snapshot, ends.query.origin, first.board_place):
        legs.append(_walk_leg(access, departure_s, _place(snapshot, ends, n_stops), first.leg.origin))
    legs.append(first.leg)
    for before, after in pairwise(vehicles):
        change = _change(forwards, before.alight_place, after.board_place)
        walk = Walk(
            int(forwards.walk_s[change]), int(forwards.metres[change]), bool(forwards.is_beeline[change])
        )
        if before.alight_place != after.board_place:
            legs.append(_walk_leg(walk, before.leg.arrival_s, before.leg.destination, after.leg.origin))
        spare_s = after.leg.departure_s - before.leg.arrival_s - int(forwards.takes_s[change])
        legs.append(replace(after.leg, slack_s=spare_s))
    if last.alight_place < n_stops and not _is_at(snapshot, ends.query.destination, last.alight_place):
        goal = _place(snapshot, ends, n_stops + 1)
        legs.append(_walk_leg(egress, last.leg.arrival_s, last.leg.destination, goal))
    return Journey(tuple(legs), departure_s, last.leg.arrival_s + egress.seconds)


def _change(forwards: Changes, origin: int, to: int) -> int:
    for change in range(forwards.start[origin], forwards.start[origin + 1]):
        if forwards.to[change] == to:
            return change
    raise LookupError(f"no change from stop {origin} to stop {to}")


def _walk_leg(walk: Walk, departure_s: int, origin: Place, destination: Place) -> Leg:
    return Leg(
        kind=LegKind.WALK,
        departure_s=departure_s,
        arrival_s=departure_s + walk.seconds,
        origin=origin,
        destination=destination,
        distance_m=walk.metres,
        is_beeline=walk.is_beeline,
    )


def _is_at(snapshot: Snapshot, end: object, stop: int) -> bool:
    """Whether an end of the query is this very stop, or the station it belongs to."""
    stop_id = getattr(end, "stop_id", None)
    if stop_id is None:
        return False
    parent = int(snapshot.timetable.stop_parent[stop])
    return stop_id == snapshot.timetable.stop_id[stop] or (
        parent >= 0 and stop_id == snapshot.timetable.stop_id[parent]
    )


def stop_place(snapshot: Snapshot, stop: int) -> Place:
    timetable = snapshot.timetable
    return Place(
        timetable.stop_name[stop],
        float(timetable.stop_lat[stop]),
        float(timetable.stop_lon[stop]),
        timetable.stop_id[stop],
    )


def _place(snapshot: Snapshot, ends: Ends, place: int) -> Place:
    n_stops = snapshot.timetable.n_stops
    if place < n_stops:
        return stop_place(snapshot, place)
    end = ends.query.origin if place == n_stops else ends.query.destination
    if isinstance(end, Point):
        return Place(end.name, end.lat, end.lon)
    return stop_place(snapshot, snapshot.timetable.stop(end.stop_id))
