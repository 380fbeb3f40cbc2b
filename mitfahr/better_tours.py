"""Tours of one service and one day, driven in a better order: less driving, and every promise as it was given.

OR-tools looks for it (docs/decisions); whether it is better is decided here by the router's own rule, never by the
solver. What is driven already at the moment stays, and whoever is on board stays in that vehicle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mitfahr.domain.seats import MAX_PASSENGERS
from routing.journey import Place
from routing.overlay import HALT_S
from routing.rides import BoardingRefused
from routing.tour import PlaceDriveTime, Schedule, Tour, Visit, holds, loads, n_fixed, schedule

FOREVER_S = 10**7
"""Where no road leads; longer than any tour."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A tour and how it is driven."""

    tour: Tour
    schedule: Schedule


def better_tours(
    tours: Sequence[Tour], drive_time: PlaceDriveTime, now_s: int, limit_s: float = 1.0
) -> list[Planned] | None:
    """The same requests in tours with less driving in all; None where none was found in that time.

    All tours are of one service and have the same hours. A tour whose promises do not hold is nobody's to change.
    """
    try:
        before = [Planned(tour, schedule(tour, drive_time)) for tour in tours]
    except BoardingRefused:
        return None
    if not all(holds(one.tour, one.schedule) for one in before):
        return None
    problem = _Problem(before, drive_time, now_s)
    if len(problem.open_visits) < 2:
        return None
    orders = _solved(problem, limit_s)
    if orders is None:
        return None
    try:
        after = [
            Planned(tour, schedule(tour, drive_time))
            for tour in (problem.tour_with(v, order) for v, order in enumerate(orders))
        ]
    except BoardingRefused:
        return None
    is_less = sum(one.schedule.driving_s for one in after) < sum(one.schedule.driving_s for one in before)
    return after if is_less and all(_keeps(one) for one in after) else None


@dataclass(frozen=True)
class _Problem:
    """What can still be ordered: nodes are first the starts of the vehicles, then their bases, then open visits."""

    before: Sequence[Planned]
    drive_time: PlaceDriveTime
    now_s: int

    @cached_property
    def fixed(self) -> list[int]:
        """How many visits of each tour stay as they are."""
        return [n_fixed(one.tour, one.schedule, self.now_s) for one in self.before]

    @cached_property
    def open_visits(self) -> list[tuple[int, Visit]]:
        """With the number of the vehicle that has it now."""
        return [
            (v, visit)
            for v, (one, fixed) in enumerate(zip(self.before, self.fixed, strict=True))
            for visit in one.tour.visits[fixed:]
        ]

    @cached_property
    def places(self) -> list[Place]:
        starts = [
            one.tour.visits[fixed - 1].place if fixed else one.tour.base
            for one, fixed in zip(self.before, self.fixed, strict=True)
        ]
        return [
            *starts,
            *(one.tour.base for one in self.before),
            *(visit.place for _, visit in self.open_visits),
        ]

    @property
    def n_vehicles(self) -> int:
        return len(self.before)

    @property
    def first_visit(self) -> int:
        return 2 * self.n_vehicles

    def free_s(self, v: int) -> int:
        """When the vehicle can set off for what is open: nobody sets off in the past."""
        one, fixed = self.before[v], self.fixed[v]
        free_s = one.schedule.reached_s[fixed - 1] + HALT_S if fixed else one.tour.begins_s
        return max(free_s, self.now_s)

    def driving_s(self, i: int, j: int) -> int:
        found = self.drive_time(self.places[i], self.places[j])
        return FOREVER_S if found is None else found

    def takes_s(self, i: int, j: int) -> int:
        return self.driving_s(i, j) + (HALT_S if i >= self.first_visit else 0)

    def tour_with(self, v: int, order: Sequence[int]) -> Tour:
        """The tour of a vehicle with its open visits in this order of nodes.

        From the first that has changed on they are decided now: nobody has set off for them before.
        """
        tour = self.before[v].tour
        visits = list(tour.visits[: self.fixed[v]])
        has_changed = False
        for node in order:
            visit = self.open_visits[node - self.first_visit][1]
            at = len(visits)
            has_changed |= at >= len(tour.visits) or tour.visits[at] != visit
            visits.append(replace(visit, known_s=max(visit.known_s, self.now_s)) if has_changed else visit)
        return replace(tour, visits=tuple(visits))


def _keeps(one: Planned) -> bool:
    """All promises, hours and room, and nobody more than the law allows."""
    people = max(load[0] + load[1] for load in loads(one.tour))
    return holds(one.tour, one.schedule) and people <= MAX_PASSENGERS


def _solved(problem: _Problem, limit_s: float) -> list[list[int]] | None:
    """Per vehicle the nodes of its open visits in a good order; None where the solver gives up."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # slow to import, and only here

    n, first = problem.n_vehicles, problem.first_visit
    nodes = range(len(problem.places))
    manager = pywrapcp.RoutingIndexManager(len(problem.places), n, list(range(n)), list(range(n, 2 * n)))
    model = pywrapcp.RoutingModel(manager)
    driving = [[problem.driving_s(i, j) for j in nodes] for i in nodes]
    takes = [[problem.takes_s(i, j) for j in nodes] for i in nodes]

    def by_nodes(table: list[list[int]]) -> Callable[[int, int], int]:
        return lambda i, j: table[manager.IndexToNode(i)][manager.IndexToNode(j)]

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(by_nodes(driving)))
    begins_s = min(problem.free_s(v) for v in range(n))
    ends_s = max(one.tour.ends_s for one in problem.before)
    span_s = max(1, ends_s - begins_s)
    model.AddDimension(model.RegisterTransitCallback(by_nodes(takes)), span_s, span_s, False, "time")
    time = model.GetDimensionOrDie("time")
    for v, one in enumerate(problem.before):
        starts_s = problem.free_s(v) - begins_s
        time.CumulVar(model.Start(v)).SetRange(starts_s, max(starts_s, span_s))
        time.CumulVar(model.End(v)).SetMax(max(0, one.tour.ends_s - begins_s))
    for node, (_, visit) in enumerate(problem.open_visits, first):
        earliest_s = max(0, visit.from_s - begins_s)
        if visit.until_s - begins_s < earliest_s:
            return None
        time.CumulVar(manager.NodeToIndex(node)).SetRange(earliest_s, visit.until_s - begins_s)
    _add_room(problem, model, manager)
    _add_pairs(problem, model, manager, time)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(limit_s * 1000))
    model.CloseModelWithParameters(parameters)
    now = [[node for node, (has, _) in enumerate(problem.open_visits, first) if has == v] for v in range(n)]
    start = model.ReadAssignmentFromRoutes(now, True)
    found = (
        model.SolveFromAssignmentWithParameters(start, parameters)
        if start is not None
        else model.SolveWithParameters(parameters)
    )
    if found is None:
        return None
    return [list(_route(model, manager, found, v)) for v in range(n)]


def _add_room(problem: _Problem, model: Any, manager: Any) -> None:
    """Each kind of place, and heads."""
    first = problem.first_visit
    kinds: list[tuple[str, Callable[[tuple[int, ...]], int]]] = [
        ("seats", lambda load: load[0]),
        ("wheelchairs", lambda load: load[1]),
        ("luggage", lambda load: load[2]),
        ("bicycles", lambda load: load[3]),
        ("people", lambda load: load[0] + load[1]),
    ]
    for name, count in kinds:
        there, taken = [], []
        for one, fixed in zip(problem.before, problem.fixed, strict=True):
            room = one.tour.room
            places = (room.seats, room.wheelchairs, room.luggage, room.bicycles)
            there.append(MAX_PASSENGERS if name == "people" else count(places))
            taken.append(count(loads(one.tour)[fixed]))
        change = [0] * first
        for _, visit in problem.open_visits:
            party = visit.party
            places = (party.seats, party.wheelchairs, party.luggage, party.bicycles)
            change.append(count(places) if visit.is_pickup else -count(places))
        transit = model.RegisterUnaryTransitCallback(
            lambda index, change=change: change[manager.IndexToNode(index)]
        )
        model.AddDimensionWithVehicleCapacity(transit, 0, there, False, name)
        dimension = model.GetDimensionOrDie(name)
        for v, load in enumerate(taken):
            dimension.CumulVar(model.Start(v)).SetValue(load)


def _add_pairs(problem: _Problem, model: Any, manager: Any, time: Any) -> None:
    """Who is picked up is dropped off by the same vehicle later; who is on board stays there."""
    first = problem.first_visit
    pickups = {
        visit.request_id: node
        for node, (_, visit) in enumerate(problem.open_visits, first)
        if visit.is_pickup
    }
    for node, (v, visit) in enumerate(problem.open_visits, first):
        if visit.is_pickup:
            continue
        off = manager.NodeToIndex(node)
        pickup = pickups.get(visit.request_id)
        if pickup is None:
            model.VehicleVar(off).SetValues([v])
            continue
        on = manager.NodeToIndex(pickup)
        model.AddPickupAndDelivery(on, off)
        model.solver().Add(model.VehicleVar(on) == model.VehicleVar(off))
        model.solver().Add(time.CumulVar(on) <= time.CumulVar(off))


def _route(model: Any, manager: Any, found: Any, vehicle: int) -> Iterator[int]:
    index = found.Value(model.NextVar(model.Start(vehicle)))
    while not model.IsEnd(index):
        yield manager.IndexToNode(index)
        index = found.Value(model.NextVar(index))
