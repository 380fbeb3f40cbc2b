"""The obvious router: every way of using every vehicle, tried one after the other.

It implements routing/README.md sentence by sentence and shares nothing with the core but the frozen
data classes. Streets are networkx graphs. Every *hop* (a vehicle from one place to another at one
time, for private rides every departure of the driver and every order of stops) is written down;
journeys are then grown vehicle by vehicle. A started journey is forgotten only when another with no
more vehicles and the same private rides is at the same stop no later and left home no earlier.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from routing.demand import DemandService
from routing.links import BEELINE_FACTOR, UNREACHABLE_S, Links
from routing.live_trips import LiveTrip
from routing.overlay import (
    DEPARTURE_STEP_S,
    HALT_S,
    PROMISE_TOLERANCE_S,
    Ride,
    RideKind,
    RideStop,
)
from routing.query import MAX_JOURNEY_S, MAX_RIDE_JOURNEY_S, LegKind, Point, Query, StopRef
from routing.roads import MAX_SNAP_M, Mode, RoadGraph
from routing.timetable import Timetable
from routing.tour import Tour
from tests.car_ways import CarWays
from tests.demand_oracle import Demand, Meeting
from tests.live_calls import Vehicle, vehicles_of

EARTH_RADIUS_M = 6_371_008.8
ORIGIN, DESTINATION = -1, -2
"""The traveller's own doors, where a hop would name a stop."""

DOOR_OFF_STREET_MM = 100_000


class Criteria(NamedTuple):
    departure_s: int
    arrival_s: int
    vehicles: int

    def beats(self, other: Criteria) -> bool:
        return (
            self != other
            and self.departure_s >= other.departure_s
            and self.arrival_s <= other.arrival_s
            and self.vehicles <= other.vehicles
        )


@dataclass(frozen=True)
class Hop:
    """One vehicle from `board` to `alight` (stops, or ORIGIN and DESTINATION)."""

    vehicle: str
    board: int
    alight: int
    departure_s: int
    arrival_s: int
    private_ride: str | None = None
    service: str | None = None
    """On demand."""


@dataclass(frozen=True)
class Start:
    """A journey so far: standing at the last hop's `alight`, having left home at `departure_s`."""

    departure_s: int
    hops: tuple[Hop, ...]

    @property
    def arrival_s(self) -> int:
        return self.hops[-1].arrival_s

    @cached_property
    def private_rides(self) -> frozenset[str]:
        return frozenset(hop.private_ride for hop in self.hops if hop.private_ride)

    @cached_property
    def only_once(self) -> frozenset[str]:
        """What no journey uses twice: private rides and on-demand services."""
        return self.private_rides | {f"service {hop.service}" for hop in self.hops if hop.service}


@dataclass(frozen=True)
class Found:
    """A whole journey; without hops it is the walk from door to door."""

    criteria: Criteria
    hops: tuple[Hop, ...]

    @property
    def uses_private_ride(self) -> bool:
        return any(hop.private_ride for hop in self.hops)

    @property
    def uses_demand(self) -> bool:
        return any(hop.service for hop in self.hops)


@dataclass(frozen=True)
class Spot:
    """A place on the streets: its ways in and out as (node, cost) and its distance from the street."""

    lat: float
    lon: float
    edge: int
    fraction: float
    off_mm: int


def best_journeys(
    timetable: Timetable,
    links: Links,
    roads: RoadGraph | None,
    rides: Iterable[Ride],
    query: Query,
    live: Iterable[LiveTrip] = (),
    services: Iterable[DemandService] = (),
    tours: Iterable[Tour] = (),
) -> list[Found]:
    """The complete Pareto sets of both classes, and what on-demand services add, one journey for each point."""
    oracle = Oracle(timetable, links, roads, rides, query, live, services=services, tours=tours)
    return [*oracle.pareto(private=False), *oracle.on_demand(), *oracle.pareto(private=True)]


class Streets:
    """Shortest ways by foot (whole metres, up) and by car (whole seconds, up)."""

    def __init__(self, roads: RoadGraph | None) -> None:
        self.roads = roads
        self.walks: dict[int, dict[int, int]] = {}
        self.drives: dict[int, dict[int, int]] = {}
        self.known_drives_s: dict[tuple[Spot, Spot], int | None] = {}

    def spot(self, lat: float, lon: float, mode: Mode) -> Spot:
        """The nearest place on a street of this mode; edge -1 when farther than MAX_SNAP_M."""
        best = (math.inf, -1, 0.0)
        roads = self.roads
        for edge in range(roads.n_edges if roads else 0):
            if self._lets_people_in(edge, mode):
                assert roads is not None
                off_m, fraction = _nearest_on(roads, edge, lat, lon)
                # Both directions of a street are the same place: the first edge stands for it.
                if off_m < best[0] - 1e-6:
                    best = (off_m, edge, fraction)
        if best[0] > MAX_SNAP_M:
            return Spot(lat, lon, -1, 0.0, 0)
        return Spot(lat, lon, best[1], best[2], round(best[0] * 1000))

    def _lets_people_in(self, edge: int, mode: Mode) -> bool:
        """Open to the mode in one direction at least, and to feet: nobody gets into a car on a motorway."""
        assert self.roads is not None
        back = int(self.roads.edge_reverse[edge])
        access = int(self.roads.edge_access[edge]) | (int(self.roads.edge_access[back]) if back >= 0 else 0)
        return bool(access & mode and access & Mode.FOOT)

    def walk_m(self, a: Spot, b: Spot) -> tuple[int, bool]:
        """Metres between two places and whether they are a straight line × 1.3."""
        if (a.lat, a.lon) == (b.lat, b.lon):
            return 0, False
        way_mm = self._walk_mm(a, b)
        if way_mm is None:
            return math.ceil(BEELINE_FACTOR * haversine_m(a.lat, a.lon, b.lat, b.lon)), True
        return math.ceil((a.off_mm + way_mm + b.off_mm) / 1000), False

    def drive_s(self, a: Spot, b: Spot) -> int | None:
        if (a, b) not in self.known_drives_s:
            way_ms = self._drive_ms(a, b)
            seconds = UNREACHABLE_S if way_ms is None else math.ceil(way_ms / 1000)
            self.known_drives_s[a, b] = seconds if seconds < UNREACHABLE_S else None
        return self.known_drives_s[a, b]

    def _walk_mm(self, a: Spot, b: Spot) -> int | None:
        if a.edge < 0 or b.edge < 0:
            return None
        ways = list(self._along_one_street(Mode.FOOT, a, b))
        for out_node, out_mm in self._exits(a):
            reach = self._walks_from(out_node)
            for in_node, in_mm in self._entries(b):
                if in_node in reach:
                    ways.append(out_mm + reach[in_node] + in_mm)
        return min(ways, default=None)

    def _drive_ms(self, a: Spot, b: Spot) -> int | None:
        """A halt is left in any direction that is open there."""
        if a.edge < 0 or b.edge < 0:
            return None
        ways = list(self._along_one_street(Mode.CAR, a, b))
        for edge, start in self._directions(Mode.CAR, a):
            cost = self._cost(Mode.CAR, edge)
            reach = self._drives_from(self._car.edge_state[edge])
            for to_edge, end in self._directions(Mode.CAR, b):
                part = round(end * self._cost(Mode.CAR, to_edge))
                for entry in self._car.entries_of.get(to_edge, []):
                    if entry.before in reach:
                        on_the_way = reach[entry.before] + entry.price_ms
                        ways.append(cost - round(start * cost) + on_the_way + part)
        return min(ways, default=None)

    def _directions(self, mode: Mode, spot: Spot) -> Iterator[tuple[int, float]]:
        """(edge, fraction) of the street in each direction open to this mode."""
        assert self.roads is not None
        back = int(self.roads.edge_reverse[spot.edge])
        for edge, fraction in ((spot.edge, spot.fraction), (back, 1 - spot.fraction)):
            if edge >= 0 and self._is_open(edge, mode):
                yield edge, fraction

    def _is_open(self, edge: int, mode: Mode) -> bool:
        """A street open to foot in one direction is open in both."""
        assert self.roads is not None
        back = int(self.roads.edge_reverse[edge])
        if mode is Mode.FOOT and back >= 0 and self.roads.edge_access[back] & mode:
            return True
        return bool(self.roads.edge_access[edge] & mode)

    def _along_one_street(self, mode: Mode, a: Spot, b: Spot) -> Iterator[int]:
        for edge, start in self._directions(mode, a):
            for other, end in self._directions(mode, b):
                if edge == other and end >= start:
                    yield round(end * self._cost(mode, edge)) - round(start * self._cost(mode, edge))

    def _exits(self, spot: Spot) -> Iterator[tuple[int, int]]:
        assert self.roads is not None
        for edge, fraction in self._directions(Mode.FOOT, spot):
            cost = self._cost(Mode.FOOT, edge)
            yield int(self.roads.edge_to[edge]), cost - round(fraction * cost)

    def _entries(self, spot: Spot) -> Iterator[tuple[int, int]]:
        assert self.roads is not None
        for edge, fraction in self._directions(Mode.FOOT, spot):
            yield int(self.roads.edge_from[edge]), round(fraction * self._cost(Mode.FOOT, edge))

    def _cost(self, mode: Mode, edge: int) -> int:
        assert self.roads is not None
        return int((self.roads.edge_drive_ms if mode is Mode.CAR else self.roads.edge_length_mm)[edge])

    def _walks_from(self, node: int) -> dict[int, int]:
        if node not in self.walks:
            self.walks[node] = nx.single_source_dijkstra_path_length(self._foot_graph, node)
        return self.walks[node]

    def _drives_from(self, state: int) -> dict[int, int]:
        if state not in self.drives:
            self.drives[state] = nx.single_source_dijkstra_path_length(self._car_graph, state)
        return self.drives[state]

    @cached_property
    def _car(self) -> CarWays:
        assert self.roads is not None
        return CarWays(self.roads)

    @cached_property
    def _car_graph(self) -> nx.DiGraph:
        return _cheapest(range(self._car.n_states), self._car.arcs())

    @cached_property
    def _foot_graph(self) -> nx.DiGraph:
        assert self.roads is not None
        ends = list(zip(self.roads.edge_from.tolist(), self.roads.edge_to.tolist(), strict=True))
        arcs = (
            (*ends[edge], self._cost(Mode.FOOT, edge))
            for edge in range(self.roads.n_edges)
            if self._is_open(edge, Mode.FOOT)
        )
        return _cheapest(range(self.roads.n_nodes), arcs)


def _is_in(service: DemandService, lat: float, lon: float) -> bool:
    """Areas are drawn as rectangles here."""
    return any(
        min(x for x, _ in ring) < lat < max(x for x, _ in ring)
        and min(y for _, y in ring) < lon < max(y for _, y in ring)
        for ring in service.area
    )


def _cheapest(nodes: Iterable[int], arcs: Iterable[tuple[int, int, int]]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    for a, b, cost in arcs:
        if not graph.has_edge(a, b) or graph[a][b]["weight"] > cost:
            graph.add_edge(a, b, weight=cost)
    return graph


class Oracle:
    """One query against one world."""

    def __init__(
        self,
        timetable: Timetable,
        links: Links,
        roads: RoadGraph | None,
        rides: Iterable[Ride],
        query: Query,
        live: Iterable[LiveTrip] = (),
        streets: Streets | None = None,
        services: Iterable[DemandService] = (),
        tours: Iterable[Tour] = (),
    ) -> None:
        """`streets` for several queries to share; else made of `roads`."""
        self.timetable = timetable
        self.links = links
        self.query = query
        self.live = tuple(live)
        self.streets = streets or Streets(roads)
        self.rides = [ride for ride in rides if self._is_offered(ride)]
        self.services, self.tours = tuple(services), tuple(tours)
        when = int(query.when.timestamp())
        if query.arrive_by:
            self.leave_from_s, self.leave_until_s = when - query.window_s - MAX_JOURNEY_S, when
            self.arrive_from_s = when - query.window_s if query.window_s else self.leave_from_s
            self.arrive_until_s = when
        else:
            self.arrive_from_s = self.leave_from_s = when
            self.arrive_until_s = when + query.window_s + MAX_JOURNEY_S
            self.leave_until_s = when + query.window_s if query.window_s else self.arrive_until_s

    def _is_offered(self, ride: Ride) -> bool:
        booked_at = self.query.booked_at
        kind = LegKind.BUERGERBUS if ride.kind is RideKind.RUN else LegKind.RIDE
        return (
            kind in self.query.kinds
            and not {ride.ride_id, ride.driver_id} & self.query.banned
            and (booked_at is None or booked_at.timestamp() <= ride.bookable_until_s)
        )

    # --- the answer -------------------------------------------------------------------------------

    def pareto(self, private: bool) -> list[Found]:
        """Without vehicles on demand."""
        found = [
            one
            for one in self._all_found
            if one.uses_private_ride == private and not one.uses_demand and not self.lasts_too_long(one)
        ]
        walk = None if private else self.walk_from_door_to_door
        return [*([walk.found] if walk else []), *self._best_of(found, walk)]

    def on_demand(self) -> list[Found]:
        """What is best with vehicles on demand, and neither with a private ride nor had without them."""
        without = {one.criteria for one in self.pareto(private=False)}
        found = [one for one in self._all_found if not one.uses_private_ride]
        return [
            one for one in self._best_of(found, self.walk_from_door_to_door) if one.criteria not in without
        ]

    def _best_of(self, journeys: list[Found], walk: _Walk | None) -> list[Found]:
        one_each = {one.criteria: one for one in reversed(journeys)}
        criteria = [c for c in one_each if not (walk and self._walking_beats(c, walk.duration_s))]
        best = [one_each[c] for c in self.optimal(criteria) if c.arrival_s >= self.arrive_from_s]
        return sorted(best, key=lambda found: found.criteria)

    def lasts_too_long(self, found: Found) -> bool:
        """Nobody waits half a day for a neighbour's car; for one departure (arrival) the wait at home counts."""
        if not found.uses_private_ride:
            return False
        when = int(self.query.when.timestamp())
        departure_s, arrival_s = found.criteria[:2]
        if not self.query.window_s:
            departure_s, arrival_s = (departure_s, when) if self.query.arrive_by else (when, arrival_s)
        return arrival_s - departure_s > MAX_RIDE_JOURNEY_S

    def optimal(self, criteria: list[Criteria]) -> list[Criteria]:
        """For one departure (arrival) only the other end and the vehicles count, then the least waiting."""
        if self.query.window_s:
            return [c for c in criteria if not any(other.beats(c) for other in criteria)]
        if self.query.arrive_by:
            keys = {c: Criteria(c.departure_s, 0, c.vehicles) for c in criteria}
        else:
            keys = {c: Criteria(0, c.arrival_s, c.vehicles) for c in criteria}
        best = [c for c in criteria if not any(keys[other].beats(keys[c]) for other in criteria)]
        return [c for c in best if not any(other.beats(c) for other in best)]

    def _walking_beats(self, criteria: Criteria, walk_s: int) -> bool:
        """Walking is possible at every moment; for one departure (arrival) it starts (ends) at `when`."""
        when = int(self.query.when.timestamp())
        if self.query.window_s:
            return criteria.arrival_s - criteria.departure_s >= walk_s
        if self.query.arrive_by:
            return criteria.departure_s <= when - walk_s
        return criteria.arrival_s >= when + walk_s

    @dataclass(frozen=True)
    class _Walk:
        duration_s: int
        found: Found

    @cached_property
    def walk_from_door_to_door(self) -> _Walk | None:
        duration_s = self._door_to_door_s()
        if duration_s is None:
            return None
        when = int(self.query.when.timestamp())
        departure_s = when - duration_s if self.query.arrive_by else when
        return self._Walk(duration_s, Found(Criteria(departure_s, departure_s + duration_s, 0), ()))

    @cached_property
    def _all_found(self) -> list[Found]:
        return [
            Found(Criteria(start.departure_s, arrival_s, len(start.hops)), start.hops)
            for start in self._started_journeys()
            for arrival_s in self._arrivals(start)
        ]

    def _arrivals(self, start: Start) -> Iterator[int]:
        egress_s = self._egress_s(start.hops[-1].alight)
        if egress_s is None:
            return
        arrival_s = start.arrival_s + egress_s
        # Whoever is there by private ride before the window begins beats those who dawdle to arrive within it.
        is_early = arrival_s < self.arrive_from_s and not start.private_rides
        if arrival_s <= self.arrive_until_s and not is_early:
            yield arrival_s

    # --- growing journeys vehicle by vehicle -------------------------------------------------------

    def _started_journeys(self) -> Iterator[Start]:
        waiting: dict[tuple[int, frozenset[str]], list[Start]] = defaultdict(list)
        newest = [start for hop in self.hops for start in self._first(hop)]
        for vehicles in range(1, self.query.max_vehicles + 1):
            yield from newest
            for start in newest:
                waiting[start.hops[-1].alight, start.only_once].append(start)
            for key, starts in waiting.items():
                waiting[key] = _unbeaten(starts)
            if vehicles < self.query.max_vehicles:
                grown = [start for hop in self.hops for start in self._next(waiting, hop, vehicles)]
                newest = grown

    def _first(self, hop: Hop) -> Iterator[Start]:
        access_s = self._access_s(hop.board)
        if access_s is not None:
            departure_s = hop.departure_s - access_s
            if self.leave_from_s <= departure_s <= self.leave_until_s:
                yield Start(departure_s, (hop,))

    def _next(
        self, waiting: dict[tuple[int, frozenset[str]], list[Start]], hop: Hop, vehicles: int
    ) -> Iterator[Start]:
        """For each set of private rides used before, the journey that left home last."""
        best: dict[frozenset[str], Start] = {}
        for (stop, used), starts in waiting.items():
            change_s = self.change_s(stop, hop.board)
            if change_s is None or hop.private_ride in used or f"service {hop.service}" in used:
                continue
            if (hop.private_ride and any(one.startswith("service ") for one in used)) or (
                hop.service and any(not one.startswith("service ") for one in used)
            ):
                continue
            in_time = bisect_right(starts, hop.departure_s - change_s, key=lambda start: start.arrival_s)
            # `starts` is sorted by arrival and an unbeaten later one left home later.
            for start in starts[:in_time][-1:]:
                if len(start.hops) == vehicles and (
                    used not in best or best[used].departure_s < start.departure_s
                ):
                    best[used] = start
        for start in best.values():
            yield Start(start.departure_s, (*start.hops, hop))

    def _access_s(self, board: int) -> int | None:
        if board in self._own_walks:
            return self._own_walks[board]
        return 0 if board == ORIGIN else self.access_s.get(board)

    def _egress_s(self, alight: int) -> int | None:
        if alight in self._own_walks:
            return self._own_walks[alight]
        return 0 if alight == DESTINATION else self.egress_s.get(alight)

    def change_s(self, alight: int, board: int) -> int | None:
        """Least time between getting off at one stop and on at another; None when not possible."""
        if alight < 0 or board < 0:
            return None
        return self.changes[alight].get(board)

    @cached_property
    def changes(self) -> dict[int, dict[int, int]]:
        slack_s = self.query.transfer_slack_s
        changes = {
            s: {t: walk_s + slack_s for t, walk_s in self._walks_from(s).items()}
            for s in range(self.timetable.n_stops)
        }
        for a, b, kind, minimum_s in self._stated:
            walk_s = self._walks_from(a).get(b)
            changes[a].pop(b, None)
            if kind == 0 and walk_s is not None:
                changes[a][b] = walk_s + slack_s
            elif kind == 1 and walk_s is not None:
                changes[a][b] = walk_s
            elif kind == 2:
                changes[a][b] = minimum_s
        return changes

    @cached_property
    def _stated(self) -> list[tuple[int, int, int, int]]:
        t = self.timetable
        columns = (t.transfer_from, t.transfer_to, t.transfer_type, t.transfer_min_s)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    # --- walking -----------------------------------------------------------------------------------

    def _seconds(self, metres: int) -> int | None:
        seconds = math.ceil(metres / self.query.walk_speed_m_s)
        return seconds if seconds <= self.query.max_walk_s else None

    def _walks_from(self, stop: int) -> dict[int, int]:
        """Stops within one walk of a stop, the stop itself included."""
        first, last = int(self.links.walk_start[stop]), int(self.links.walk_start[stop + 1])
        reach = {stop: 0}
        for to, metres in zip(
            self.links.walk_to[first:last].tolist(), self.links.walk_m[first:last].tolist(), strict=True
        ):
            seconds = self._seconds(metres)
            if seconds is not None:
                reach[to] = seconds
        return reach

    @cached_property
    def access_s(self) -> dict[int, int]:
        return self._walks_from_door(self.query.origin)

    @cached_property
    def egress_s(self) -> dict[int, int]:
        return self._walks_from_door(self.query.destination)

    def _walks_from_door(self, door: Point | StopRef) -> dict[int, int]:
        if isinstance(door, StopRef):
            reach: dict[int, int] = {}
            for stop in self._platforms(door):
                for to, seconds in self._walks_from(stop).items():
                    reach[to] = min(seconds, reach.get(to, seconds))
            return reach
        walks = {stop: self._seconds(self._metres_to_stop(door, stop)) for stop in self._vehicle_stops}
        return {stop: seconds for stop, seconds in walks.items() if seconds is not None}

    def _metres_to_stop(self, door: Point, stop: int) -> int:
        return self.streets.walk_m(self._foot_spot(door), self._stop_spot(stop))[0]

    def _door_to_door_s(self) -> int | None:
        a, b = self.query.origin, self.query.destination
        if isinstance(a, Point) and isinstance(b, Point):
            return self._seconds(self.streets.walk_m(self._foot_spot(a), self._foot_spot(b))[0])
        if isinstance(a, StopRef):
            reach = self._walks_from_door(b)
            return min((reach[stop] for stop in self._platforms(a) if stop in reach), default=None)
        assert isinstance(b, StopRef)
        reach = self._walks_from_door(a)
        return min((reach[stop] for stop in self._platforms(b) if stop in reach), default=None)

    @cached_property
    def _vehicle_stops(self) -> list[int]:
        return [stop for stop in range(self.timetable.n_stops) if not self.timetable.stop_is_station[stop]]

    def _platforms(self, ref: StopRef) -> list[int]:
        stop = self.timetable.stop(ref.stop_id)
        if not self.timetable.stop_is_station[stop]:
            return [stop]
        return [s for s in self._vehicle_stops if self.timetable.stop_parent[s] == stop]

    def _foot_spot(self, point: Point) -> Spot:
        return self.streets.spot(point.lat, point.lon, Mode.FOOT)

    def _stop_spot(self, stop: int) -> Spot:
        lat, lon = float(self.timetable.stop_lat[stop]), float(self.timetable.stop_lon[stop])
        links = self.links
        edge, fraction = int(links.foot_edge[stop]), float(links.foot_fraction[stop])
        return Spot(lat, lon, edge, fraction, int(links.foot_off_mm[stop]))

    # --- hops --------------------------------------------------------------------------------------

    @cached_property
    def hops(self) -> list[Hop]:
        """Every use of every vehicle within the query's time, once."""
        found: dict[Hop, None] = {}
        for hop in (*self._trip_hops(), *self._run_hops(), *self._ride_hops(), *self._demand_hops()):
            if self.leave_from_s <= hop.departure_s and hop.arrival_s <= self.arrive_until_s:
                found[hop] = None
        return list(found)

    def is_usable(self, stop: int) -> bool:
        if self.timetable.stop_is_station[stop]:
            return False
        return not (self.query.party.wheelchairs and self.timetable.stop_wheelchair[stop] == 2)

    def _trip_hops(self) -> Iterator[Hop]:
        for vehicle in vehicles_of(self.timetable, self.live):
            party = self.query.party
            no_way_in = party.wheelchairs and vehicle.wheelchair == 2
            if not no_way_in and not (party.bicycles and vehicle.bikes == 2):
                yield from self._hops_of_vehicle(vehicle)

    def _hops_of_vehicle(self, vehicle: Vehicle) -> Iterator[Hop]:
        for i, on in enumerate(vehicle.calls):
            if not on.can_board or not self.is_usable(on.stop) or on.kind not in self.query.kinds:
                continue
            for before, off in pairwise(vehicle.calls[i:]):
                if not before.goes_on:
                    break
                if off.can_alight and self.is_usable(off.stop):
                    yield Hop(vehicle.name, on.stop, off.stop, on.departure_s, off.arrival_s)

    def _run_hops(self) -> Iterator[Hop]:
        for run in self.rides:
            if run.kind is not RideKind.RUN:
                continue
            for i, board in enumerate(run.stops):
                for j in range(i + 1, len(run.stops)):
                    alight = run.stops[j]
                    free = self.has_room(run, i, j - 1)
                    known = self._known(board), self._known(alight)
                    if free and known[0] is not None and known[1] is not None:
                        yield Hop(
                            f"run {run.ride_id}", known[0], known[1], board.departure_s, alight.arrival_s
                        )

    def _known(self, run_stop: RideStop) -> int | None:
        stop = self.timetable.stop_by_id.get(run_stop.stop_id or "")
        return stop if stop is not None and self.is_usable(stop) else None

    # --- private rides -----------------------------------------------------------------------------

    def _ride_hops(self) -> Iterator[Hop]:
        for ride in self.rides:
            if ride.kind is RideKind.PRIVATE:
                own = [self._car_spot(stop) for stop in ride.stops]
                for p, p_spot in self._pickups.items():
                    for q, q_spot in self._dropoffs.items():
                        if not self._is_same_place(p, q):
                            yield from self._hops_of_ride(ride, own, (p, p_spot), (q, q_spot))

    @cached_property
    def _all_meeting_points(self) -> dict[int, Spot]:
        links, t = self.links, self.timetable
        spots = {}
        for stop in self._vehicle_stops:
            meeting = int(links.stop_meeting[stop])
            if meeting >= 0:
                edge, fraction = int(links.meeting_edge[meeting]), float(links.meeting_fraction[meeting])
                lat, lon = float(t.stop_lat[stop]), float(t.stop_lon[stop])
                spots[stop] = Spot(lat, lon, edge, fraction, int(links.meeting_off_mm[meeting]))
        return spots

    @cached_property
    def _meeting_points(self) -> dict[int, Spot]:
        return {stop: spot for stop, spot in self._all_meeting_points.items() if self.is_usable(stop)}

    def _car_spot(self, place: RideStop) -> Spot:
        """Where the driver stops: a known stop's meeting point, else the nearest street."""
        stop = self.timetable.stop_by_id.get(place.stop_id or "")
        at_meeting = None if stop is None else self._all_meeting_points.get(stop)
        return at_meeting or self.streets.spot(place.lat, place.lon, Mode.CAR)

    @cached_property
    def _pickups(self) -> dict[int, Spot]:
        return self._meeting_points | self._door(self.query.origin, ORIGIN)

    @cached_property
    def _dropoffs(self) -> dict[int, Spot]:
        return self._meeting_points | self._door(self.query.destination, DESTINATION)

    def _door(self, door: Point | StopRef, name: int) -> dict[int, Spot]:
        if isinstance(door, StopRef):
            return {}
        spot = self.streets.spot(door.lat, door.lon, Mode.CAR)
        return {name: spot} if spot.edge >= 0 and spot.off_mm <= DOOR_OFF_STREET_MM else {}

    def _is_same_place(self, p: int, q: int) -> bool:
        if p >= 0 and q >= 0:
            return bool(self.links.stop_meeting[p] == self.links.stop_meeting[q])
        if p == ORIGIN and q == DESTINATION:
            a, b = self.query.origin, self.query.destination
            assert isinstance(a, Point) and isinstance(b, Point)
            return (a.lat, a.lon) == (b.lat, b.lon)
        return False

    # --- vehicles on demand ------------------------------------------------------------------------

    @cached_property
    def _own_walks(self) -> dict[int, int]:
        """Walks between an end of the query and the halts near it, by the name they have where nobody changes."""
        return {}

    def _demand_hops(self) -> Iterator[Hop]:
        if LegKind.DEMAND not in self.query.kinds:
            return
        for service in self.services:
            halts = [
                Meeting(stop, stop, spot)
                for stop, spot in self._meeting_points.items()
                if self._halts_at(service, stop)
            ]
            begins = self._meetings(service, self.query.origin, ORIGIN, self.access_s, halts)
            ends = self._meetings(service, self.query.destination, DESTINATION, self.egress_s, halts)
            self._own_walks.update((one.name, one.walk_s) for one in [*begins, *ends] if one.stop is not None)
            tours = tuple(tour for tour in self.tours if tour.service_id == service.service_id)
            demand = Demand(service, tours, self.query, self.streets.drive_s, self._car_spot)
            for one in demand.promised(begins, ends, halts, self._is_one_place):
                yield Hop(
                    f"demand {service.service_id}",
                    one.board,
                    one.alight,
                    one.from_s,
                    one.until_s,
                    service=service.service_id,
                )

    def _halts_at(self, service: DemandService, stop: int) -> bool:
        t = self.timetable
        parent = int(t.stop_parent[stop])
        ids = {t.stop_id[stop], t.stop_id[parent] if parent >= 0 else t.stop_id[stop]}
        return bool(ids & service.stop_ids) or _is_in(
            service, float(t.stop_lat[stop]), float(t.stop_lon[stop])
        )

    def _meetings(
        self,
        service: DemandService,
        end: Point | StopRef,
        door: int,
        walks_s: dict[int, int],
        halts: list[Meeting],
    ) -> list[Meeting]:
        """The own door where the vehicle comes there, else the three meeting points nearest on foot."""
        if isinstance(end, Point) and _is_in(service, end.lat, end.lon):
            for name, spot in self._door(end, door).items():
                return [Meeting(name, None, spot)]
        near = sorted((walks_s[one.name], one.name, one.place) for one in halts if one.name in walks_s)
        chosen: dict[int, Meeting] = {}
        for walk_s, stop, spot in near:
            name = -10 - 2 * stop + (1 if door == DESTINATION else 0)
            chosen.setdefault(int(self.links.stop_meeting[stop]), Meeting(name, stop, spot, walk_s))
        return list(chosen.values())[:3]

    def _is_one_place(self, a: Meeting, b: Meeting) -> bool:
        return self._is_same_place(a.name if a.stop is None else a.stop, b.name if b.stop is None else b.stop)

    def _hops_of_ride(
        self, ride: Ride, own: list[Spot], pickup: tuple[int, Spot], dropoff: tuple[int, Spot]
    ) -> Iterator[Hop]:
        direct_s = self.streets.drive_s(own[0], own[-1])
        if any(self.streets.drive_s(x, y) is None for x, y in pairwise(own)):
            return
        if direct_s is None:
            return
        for a in range(len(own) - 1):
            for b in range(a, len(own) - 1):
                if not self.has_room(ride, a, b):
                    continue
                stops = [
                    *ride.stops[: a + 1],
                    "pickup",
                    *ride.stops[a + 1 : b + 1],
                    "dropoff",
                    *ride.stops[b + 1 :],
                ]
                spots = [*own[: a + 1], pickup[1], *own[a + 1 : b + 1], dropoff[1], *own[b + 1 :]]
                if not (self._can_stop_at(pickup[1], own, a) and self._can_stop_at(dropoff[1], own, b)):
                    continue
                drives = [self.streets.drive_s(x, y) for x, y in pairwise(spots)]
                driving = [d for d in drives if d is not None]
                if len(driving) < len(drives) or sum(driving) > direct_s + ride.budget_s:
                    continue
                for leaves_s in range(ride.earliest_s, ride.latest_s + 1, DEPARTURE_STEP_S):
                    times = self._drive(ride, stops, driving, leaves_s)
                    if times:
                        yield Hop(f"ride {ride.ride_id}", pickup[0], dropoff[0], *times, ride.ride_id)

    def _can_stop_at(self, place: Spot, own: list[Spot], after: int) -> bool:
        """Without another halt; one may open a turn that is closed."""
        ways = (own[after], place), (place, own[after + 1])
        return all(self.streets.drive_s(*way) is not None for way in ways)

    def has_room(self, ride: Ride, a: int, b: int) -> bool:
        """Seats and places for wheelchairs, luggage and bicycles on the hops a … b."""
        party = self.query.party
        return (
            min(ride.seats_free[a : b + 1]) >= party.seats
            and min(ride.wheelchairs_free[a : b + 1]) >= party.wheelchairs
            and min(ride.luggage_free[a : b + 1]) >= party.luggage
            and min(ride.bicycles_free[a : b + 1]) >= party.bicycles
        )

    def _drive(
        self, ride: Ride, stops: list[RideStop | str], driving: list[int], leaves_s: int
    ) -> tuple[int, int] | None:
        """Pick-up and drop-off time of the rider, or None when a promise breaks."""
        now_s, pickup_s, dropoff_s = leaves_s, 0, 0
        for stop, drive_s in zip(stops[1:], driving, strict=True):
            now_s += drive_s
            if stop == "pickup":
                pickup_s = now_s
            elif stop == "dropoff":
                dropoff_s = now_s
            elif isinstance(stop, RideStop):
                for promised_s in (stop.promised_pickup_s, stop.promised_dropoff_s):
                    if promised_s is not None and now_s > promised_s + PROMISE_TOLERANCE_S:
                        return None
                if stop is stops[-1]:
                    return (pickup_s, dropoff_s) if now_s <= ride.latest_arrival_s else None
                now_s = max(now_s, stop.promised_pickup_s or now_s)
            now_s += HALT_S
        raise AssertionError("the driver's goal is the last stop")


def _unbeaten(starts: list[Start]) -> list[Start]:
    """Sorted by arrival; each one left home later than all that arrive no later."""
    kept: list[Start] = []
    for start in sorted(starts, key=lambda s: (s.arrival_s, -s.departure_s, len(s.hops))):
        if not kept or start.departure_s > kept[-1].departure_s:
            kept.append(start)
    return kept


def haversine_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    phi, to_phi = math.radians(lat), math.radians(to_lat)
    square = (
        math.sin((to_phi - phi) / 2) ** 2
        + math.cos(phi) * math.cos(to_phi) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(square))


def _nearest_on(roads: RoadGraph, edge: int, lat: float, lon: float) -> tuple[float, float]:
    """Distance in metres to a street's line and the fraction of its length where it is nearest."""
    first, last = int(roads.edge_shape_start[edge]), int(roads.edge_shape_start[edge + 1])
    scale = math.radians(1) * EARTH_RADIUS_M
    east = math.cos(math.radians(lat)) * scale
    line = [
        ((float(roads.shape_lon[i]) - lon) * east, (float(roads.shape_lat[i]) - lat) * scale)
        for i in range(first, last)
    ]
    pieces = [math.dist(a, b) for a, b in pairwise(line)]
    best, before = (math.inf, 0.0), 0.0
    for (x, y), (to_x, to_y), length in zip(line, line[1:], pieces, strict=False):
        dx, dy = to_x - x, to_y - y
        t = min(1.0, max(0.0, -(x * dx + y * dy) / length**2)) if length else 0.0
        off = math.hypot(x + t * dx, y + t * dy)
        best = min(best, (off, (before + t * length) / (sum(pieces) or 1.0)))
        before += length
    return best
