"""From what the kernels found to journeys a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing import changes, sweep_state, ties
from routing.access import Reach, Walk
from routing.changes import Changes
from routing.fleet import Fleet
from routing.journey import Boarding, Journey, Leg, Place
from routing.overlay import DEPARTURE_STEP_S, Ride
from routing.query import LegKind, Point, Query
from routing.snapshot import Snapshot
from routing.ties import Columns, Settled, calls_of, least_walking
from routing.timetable import Timetable
from routing.trip_calls import expected_calls, trip_leg
from routing.window import IS_RUFBUS, Window

OwnLeg = Callable[[list[int], int | None], Leg]
"""The leg of a settled vehicle, given the spare time before it."""


@dataclass(frozen=True)
class Ends:
    """The two ends of a query as the result shows them, with the walks to and from stops."""

    query: Query
    origin: Reach
    destination: Reach


@dataclass(frozen=True)
class Used:
    """What the steps of a sweep point into; `changes` are those in the ordinary direction of time."""

    trips: Window
    runs: Window
    fleet: Fleet
    changes: Changes
    stop_ok: NDArray[np.uint8]
    base_s: int


@dataclass(frozen=True)
class _Vehicle:
    """One vehicle of a journey in the ordinary direction of time, and where it could be boarded and left.

    `columns` are (place, dep, arr, board, alight) of its calls, see `routing.ties`; `leg` makes the leg
    between two of them.
    """

    columns: Columns
    board_call: int
    alight_call: int
    leg: Callable[[int, int], Leg]

    @property
    def departure_s(self) -> int:
        return int(self.columns[1][self.board_call])

    @property
    def arrival_s(self) -> int:
        return int(self.columns[2][self.alight_call])

    @property
    def board_place(self) -> int:
        return int(self.columns[0][self.board_call])

    @property
    def alight_place(self) -> int:
        return int(self.columns[0][self.alight_call])


def ride_journey(snapshot: Snapshot, ends: Ends, used: Used, steps: list[list[int]]) -> Journey:
    """The journey of one result of `routing.sweep`, its steps in the order of travel."""
    of_fleet = {sweep_state.TRIP: _trip, sweep_state.RUN: _run, sweep_state.BY_RIDE: _ride}
    vehicles = [of_fleet[step[sweep_state.FLEET]](snapshot, ends, used, step) for step in steps]
    access_s, egress_s = ends.origin.walk_s, ends.destination.walk_s
    calls = least_walking(
        calls_of([vehicle.columns for vehicle in vehicles]),
        used.changes,
        access_s,
        egress_s,
        vehicles[0].departure_s - int(access_s[vehicles[0].board_place]),
        vehicles[-1].arrival_s + int(egress_s[vehicles[-1].alight_place]),
    )
    vehicles = [
        replace(vehicle, board_call=on, alight_call=off)
        for vehicle, (on, off) in zip(vehicles, calls, strict=True)
    ]
    return _joined(snapshot, ends, used.changes, vehicles)


def settled_journey(
    snapshot: Snapshot,
    ends: Ends,
    forwards: Changes,
    settled: Settled,
    own: tuple[int, OwnLeg] | None = None,
) -> Journey:
    """The journey of one result of `routing.ties.settled`; `own` makes the legs of vehicles of one kind (a bit of
    `Window.board`).
    """
    legs = tuple(_settled_legs(snapshot, ends, forwards, settled.vehicles, own))
    return Journey(legs, settled.departure_s, settled.arrival_s)


def _settled_legs(
    snapshot: Snapshot,
    ends: Ends,
    forwards: Changes,
    vehicles: list[list[int]],
    own: tuple[int, OwnLeg] | None,
) -> Iterator[Leg]:
    places = stop_places(snapshot)
    n_stops = snapshot.timetable.n_stops
    first, last = vehicles[0], vehicles[-1]
    if first[ties.BOARD_STOP] < n_stops and not _is_at(snapshot, ends.query.origin, first[ties.BOARD_STOP]):
        access = ends.origin.walk_to(first[ties.BOARD_STOP])
        origin = _place(snapshot, ends, n_stops)
        yield _walk_leg(access, first[ties.DEP] - access.seconds, origin, places[first[ties.BOARD_STOP]])
    before: list[int] | None = None
    for vehicle in vehicles:
        slack_s = None
        if before is not None:
            change = vehicle[ties.CHANGE]
            slack_s = vehicle[ties.DEP] - before[ties.ARR] - int(forwards.takes_s[change])
            here, there = before[ties.ALIGHT_STOP], vehicle[ties.BOARD_STOP]
            if here != there:
                yield _walk_leg(_walk_of(forwards, change), before[ties.ARR], places[here], places[there])
        if own is not None and vehicle[ties.OF_FLEET] == 1 and vehicle[ties.KIND] == own[0]:
            yield own[1](vehicle, slack_s)
        else:
            yield (_trip_leg if vehicle[ties.OF_FLEET] == 0 else _run_leg)(snapshot, places, vehicle, slack_s)
        before = vehicle
    if last[ties.ALIGHT_STOP] < n_stops and not _is_at(
        snapshot, ends.query.destination, last[ties.ALIGHT_STOP]
    ):
        egress = ends.destination.walk_to(last[ties.ALIGHT_STOP])
        goal = _place(snapshot, ends, n_stops + 1)
        yield _walk_leg(egress, last[ties.ARR], places[last[ties.ALIGHT_STOP]], goal)


def _walk_of(forwards: Changes, change: int) -> Walk:
    return Walk(int(forwards.walk_s[change]), int(forwards.metres[change]), bool(forwards.is_beeline[change]))


def _trip_leg(snapshot: Snapshot, places: _Places, vehicle: list[int], slack_s: int | None) -> Leg:
    return trip_leg(
        snapshot.live,
        (vehicle[ties.TRIP], vehicle[ties.DAY]),
        LegKind.RUFBUS if vehicle[ties.KIND] == IS_RUFBUS else LegKind.TRANSIT,
        (vehicle[ties.BOARD_POS], vehicle[ties.ALIGHT_POS]),
        (vehicle[ties.DEP], vehicle[ties.ARR]),
        (places[vehicle[ties.BOARD_STOP]], places[vehicle[ties.ALIGHT_STOP]]),
        slack_s,
    )


def _run_leg(snapshot: Snapshot, places: _Places, vehicle: list[int], slack_s: int | None) -> Leg:
    runs, first = snapshot.runs, vehicle[ties.DAY]
    positions = (
        int(runs.position[first + vehicle[ties.BOARD_POS]]),
        int(runs.position[first + vehicle[ties.ALIGHT_POS]]),
    )
    times_s = vehicle[ties.DEP], vehicle[ties.ARR]
    ends = places[vehicle[ties.BOARD_STOP]], places[vehicle[ties.ALIGHT_STOP]]
    return run_leg(runs.rides[vehicle[ties.TRIP]], positions, times_s, ends, slack_s)


def run_leg(
    run: Ride,
    positions: tuple[int, int],
    times_s: tuple[int, int],
    ends: tuple[Place, Place],
    slack_s: int | None = None,
) -> Leg:
    """A leg between two of a run's own stops."""
    planned_s = (
        (run.published_s[positions[0]][1], run.published_s[positions[1]][0]) if run.published_s else times_s
    )
    is_late = planned_s != times_s
    return Leg(
        kind=LegKind.BUERGERBUS,
        departure_s=times_s[0],
        arrival_s=times_s[1],
        origin=ends[0],
        destination=ends[1],
        route=run.label,
        boarding=Boarding(run.ride_id, *positions, run.stops[0].departure_s, 0),
        bookable_until_s=run.deadline_s,
        slack_s=slack_s,
        planned_departure_s=planned_s[0] if is_late else None,
        planned_arrival_s=planned_s[1] if is_late else None,
    )


def walk_journey(snapshot: Snapshot, ends: Ends, walk: Walk) -> Journey:
    """The walk from door to door, at the moment asked for."""
    moment_s = int(ends.query.when.timestamp())
    departure_s = moment_s - walk.seconds if ends.query.arrive_by else moment_s
    n_stops = snapshot.timetable.n_stops
    leg = _walk_leg(walk, departure_s, _place(snapshot, ends, n_stops), _place(snapshot, ends, n_stops + 1))
    return Journey((leg,), leg.departure_s, leg.arrival_s)


def _trip(snapshot: Snapshot, _ends: Ends, used: Used, step: list[int]) -> _Vehicle:
    live, window = snapshot.live, used.trips
    row = int(window.trip[step[sweep_state.REF]]), int(window.day[step[sweep_state.REF]])
    board_pos, alight_pos = _positions(window, step)
    calls = expected_calls(live, row, board_pos)
    stops, board, alight = calls.face
    stop_ok = used.stop_ok[stops] == 1
    columns = (
        stops.astype(np.int64),
        calls.dep,
        calls.arr,
        # of the same kind, so that changing elsewhere does not turn a bus into one that must be ordered
        ((board == board[board_pos]) & stop_ok).astype(np.uint8),
        ((alight > 0) & stop_ok).astype(np.uint8),
    )

    def leg(on: int, off: int) -> Leg:
        kind = LegKind.RUFBUS if board[on] == IS_RUFBUS else LegKind.TRANSIT
        places = stop_place(snapshot, int(stops[on])), stop_place(snapshot, int(stops[off]))
        return trip_leg(live, row, kind, (on, off), (int(calls.dep[on]), int(calls.arr[off])), places)

    return _Vehicle(columns, board_pos, alight_pos, leg)


def _run(snapshot: Snapshot, _ends: Ends, used: Used, step: list[int]) -> _Vehicle:
    window, runs = used.runs, snapshot.runs
    ride, first = runs.rides[window.trip[step[sweep_state.REF]]], int(window.day[step[sweep_state.REF]])
    board_pos, alight_pos = _positions(window, step)
    begin = step[sweep_state.BOARD_AT] - board_pos
    pattern = int(np.searchsorted(window.stop_start, begin))
    piece = slice(first, first + int(window.stop_start[pattern + 1]) - begin)
    stops = runs.stop[piece]
    stop_ok = (used.stop_ok[stops] == 1).astype(np.uint8)
    columns = (stops.astype(np.int64), runs.dep[piece], runs.arr[piece], stop_ok, stop_ok)

    def leg(on: int, off: int) -> Leg:
        places = stop_place(snapshot, int(stops[on])), stop_place(snapshot, int(stops[off]))
        positions = int(runs.position[first + on]), int(runs.position[first + off])
        return run_leg(ride, positions, (int(columns[1][on]), int(columns[2][off])), places)

    return _Vehicle(columns, board_pos, alight_pos, leg)


def _positions(window: Window, step: list[int]) -> tuple[int, int]:
    """Where in its pattern a trip is boarded and left."""
    pattern = int(np.searchsorted(window.stop_start, step[sweep_state.BOARD_AT], side="right")) - 1
    first = int(window.stop_start[pattern])
    return step[sweep_state.BOARD_AT] - first, step[sweep_state.ALIGHT_AT] - first


def _ride(snapshot: Snapshot, ends: Ends, used: Used, step: list[int]) -> _Vehicle:
    i = step[sweep_state.REF]
    ride = snapshot.overlay.table.rides[int(used.fleet.row[i])]
    places = step[sweep_state.BOARD_PLACE], step[sweep_state.ALIGHT_PLACE]
    departure_s, arrival_s = used.base_s + step[sweep_state.BOARD_S], used.base_s + step[sweep_state.ALIGHT_S]
    driver_s = ride.earliest_s + step[sweep_state.DEPARTURE] * DEPARTURE_STEP_S
    leg = Leg(
        kind=LegKind.RIDE,
        departure_s=departure_s,
        arrival_s=arrival_s,
        origin=_place(snapshot, ends, places[0]),
        destination=_place(snapshot, ends, places[1]),
        route=ride.label,
        boarding=Boarding(
            ride.ride_id,
            step[sweep_state.BOARD_AT],
            step[sweep_state.ALIGHT_AT],
            driver_s,
            step[sweep_state.DETOUR_S],
        ),
        bookable_until_s=ride.bookable_until_s,
    )
    columns = (
        np.array(places, np.int64),
        np.array([departure_s, arrival_s], np.int64),
        np.array([departure_s, arrival_s], np.int64),
        np.array([1, 0], np.uint8),
        np.array([0, 1], np.uint8),
    )
    return _Vehicle(columns, 0, 1, lambda _board, _alight: leg)


def _joined(snapshot: Snapshot, ends: Ends, forwards: Changes, vehicles: list[_Vehicle]) -> Journey:
    first, last = vehicles[0], vehicles[-1]
    access, egress = ends.origin.walk_to(first.board_place), ends.destination.walk_to(last.alight_place)
    n_stops = snapshot.timetable.n_stops
    vehicle_legs = [vehicle.leg(vehicle.board_call, vehicle.alight_call) for vehicle in vehicles]
    legs: list[Leg] = []
    departure_s = first.departure_s - access.seconds
    if first.board_place < n_stops and not _is_at(snapshot, ends.query.origin, first.board_place):
        origin = _place(snapshot, ends, n_stops)
        legs.append(_walk_leg(access, departure_s, origin, vehicle_legs[0].origin))
    legs.append(vehicle_legs[0])
    for i, (before, after) in enumerate(pairwise(vehicles)):
        change = changes.between(forwards, before.alight_place, after.board_place)
        if change is None:
            raise LookupError(f"no change from stop {before.alight_place} to stop {after.board_place}")
        walk = Walk(
            int(forwards.walk_s[change]), int(forwards.metres[change]), bool(forwards.is_beeline[change])
        )
        here, there = vehicle_legs[i].destination, vehicle_legs[i + 1].origin
        if before.alight_place != after.board_place:
            legs.append(_walk_leg(walk, before.arrival_s, here, there))
        spare_s = after.departure_s - before.arrival_s - int(forwards.takes_s[change])
        legs.append(replace(vehicle_legs[i + 1], slack_s=spare_s))
    if last.alight_place < n_stops and not _is_at(snapshot, ends.query.destination, last.alight_place):
        goal = _place(snapshot, ends, n_stops + 1)
        legs.append(_walk_leg(egress, last.arrival_s, vehicle_legs[-1].destination, goal))
    return Journey(tuple(legs), departure_s, last.arrival_s + egress.seconds)


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


class _Places(dict[int, Place]):
    """The stops of a timetable as journeys show them, each made once."""

    def __init__(self, timetable: Timetable) -> None:
        super().__init__()
        self._timetable = timetable

    def __missing__(self, stop: int) -> Place:
        timetable = self._timetable
        place = self[stop] = Place(
            timetable.stop_name[stop],
            float(timetable.stop_lat[stop]),
            float(timetable.stop_lon[stop]),
            timetable.stop_id[stop],
        )
        return place


def stop_places(snapshot: Snapshot) -> _Places:
    """Places by StopIdx."""
    return snapshot.kept.get("places", lambda: _Places(snapshot.timetable))


def stop_place(snapshot: Snapshot, stop: int) -> Place:
    return stop_places(snapshot)[stop]


def _place(snapshot: Snapshot, ends: Ends, place: int) -> Place:
    n_stops = snapshot.timetable.n_stops
    if place < n_stops:
        return stop_place(snapshot, place)
    end = ends.query.origin if place == n_stops else ends.query.destination
    if isinstance(end, Point):
        return Place(end.name, end.lat, end.lon)
    return stop_place(snapshot, snapshot.timetable.stop(end.stop_id))
