"""Judgements on answers that need no second router; for drawn worlds and for real ones."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from itertools import pairwise

from routing import Query, Snapshot, search
from routing.journey import Journey, Leg, Place
from routing.query import MAX_JOURNEY_S, MAX_RIDE_JOURNEY_S, LegKind, Point, StopRef
from routing.timetable import Timetable

Best = tuple[int, int, int]
"""Departure (negative), arrival, vehicles: less is better everywhere."""


def assert_legs_join(timetable: Timetable, query: Query, journey: Journey) -> None:
    assert journey.legs
    ends_s = journey.legs[0].departure_s, journey.legs[-1].arrival_s
    assert ends_s == (journey.departure_s, journey.arrival_s)
    assert _is_at(timetable, query.origin, journey.legs[0].origin)
    assert _is_at(timetable, query.destination, journey.legs[-1].destination)
    assert all(leg.departure_s <= leg.arrival_s for leg in journey.legs)
    for before, after in pairwise(journey.legs):
        assert before.destination == after.origin
        assert before.arrival_s <= after.departure_s
        assert LegKind.WALK in (before.kind, after.kind) or before.destination.stop_id
        assert not before.kind is after.kind is LegKind.WALK
    _assert_walks_last_as_long_as_they_should(timetable, query, journey)


def _is_at(timetable: Timetable, asked: Point | StopRef, place: Place) -> bool:
    if isinstance(asked, Point):
        return (place.lat, place.lon, place.stop_id) == (asked.lat, asked.lon, None)
    if place.stop_id is None:
        return False
    parent = timetable.stop_parent[timetable.stop(place.stop_id)]
    return place.stop_id == asked.stop_id or (parent >= 0 and timetable.stop_id[int(parent)] == asked.stop_id)


def _assert_walks_last_as_long_as_they_should(timetable: Timetable, query: Query, journey: Journey) -> None:
    for leg in journey.legs:
        if leg.kind is LegKind.WALK and not _is_stated_minimum(timetable, leg):
            assert leg.distance_m is not None
            assert leg.arrival_s - leg.departure_s == math.ceil(leg.distance_m / query.walk_speed_m_s)
            assert leg.arrival_s - leg.departure_s <= query.max_walk_s


def _is_stated_minimum(timetable: Timetable, leg: Leg) -> bool:
    """transfers.txt states this change's time: then the walk is no longer than that, whatever its metres."""
    stated = zip(
        timetable.transfer_from.tolist(),
        timetable.transfer_to.tolist(),
        timetable.transfer_type.tolist(),
        strict=True,
    )
    known = {(timetable.stop_id[a], timetable.stop_id[b]) for a, b, kind in stated if kind == 2}
    return (leg.origin.stop_id, leg.destination.stop_id) in known


def assert_none_beats_another(query: Query, journeys: list[Journey]) -> None:
    for private in (False, True):
        best = [best_of(query, j) for j in journeys if j.uses_private_ride is private]
        for i, one in enumerate(best):
            assert not any(is_as_good(other, one) for j, other in enumerate(best) if i != j)


def assert_range_is_its_moments(snapshot: Snapshot, query: Query) -> None:
    in_range = search(snapshot, query)
    for moment in _moments(query, in_range):
        singly = replace(query, when=moment, window_s=0)
        _agree_at(query, in_range, singly, search(snapshot, singly))


def _moments(query: Query, journeys: list[Journey]) -> set[dt.datetime]:
    """When each journey leaves (arrives), a second off, and both ends of the window."""
    sign = -1 if query.arrive_by else 1
    first = query.when
    last = query.when + sign * dt.timedelta(seconds=query.window_s)
    vehicles = [j for j in journeys if j.vehicles]
    ends = [
        dt.datetime.fromtimestamp(j.arrival_s if query.arrive_by else j.departure_s, dt.UTC) for j in vehicles
    ]
    later = [end + sign * dt.timedelta(seconds=1) for end in ends]
    return {first, last, *(m for m in [*ends, *later] if min(first, last) <= m <= max(first, last))}


def _agree_at(query: Query, in_range: list[Journey], singly: Query, at_once: list[Journey]) -> None:
    """At each moment the range has what one then gets, except what leaves (arrives) beyond its end."""
    edge_s = int(query.when.timestamp()) + (-query.window_s if query.arrive_by else query.window_s)

    def is_beyond(journey: Journey) -> bool:
        return journey.arrival_s < edge_s if query.arrive_by else journey.departure_s > edge_s

    known = {(j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride) for j in in_range}
    for journey in at_once:
        if journey.vehicles and not is_beyond(journey):
            facts = (journey.departure_s, journey.arrival_s, journey.vehicles, journey.uses_private_ride)
            assert facts in known
    moment_s = int(singly.when.timestamp())
    for journey in in_range:
        if journey.vehicles and _is_possible_at(moment_s, singly, journey):
            mine = best_of(singly, journey)
            others = [best_of(singly, j) for j in at_once if j.uses_private_ride is journey.uses_private_ride]
            assert any(is_as_good(other, mine) for other in others)


def _is_possible_at(moment_s: int, singly: Query, journey: Journey) -> bool:
    """A range looks further than each of its moments: journeys may end later."""
    limit_s = MAX_RIDE_JOURNEY_S if journey.uses_private_ride else MAX_JOURNEY_S
    if singly.arrive_by:
        return journey.arrival_s <= moment_s and journey.departure_s >= moment_s - limit_s
    return journey.departure_s >= moment_s and journey.arrival_s <= moment_s + limit_s


def assert_still_as_good(query: Query, rich: list[Journey], poor: list[Journey]) -> None:
    """For every journey of the poorer world the richer one has one as good, of the same class, or the walk."""
    for journey in poor:
        mine = best_of(query, journey)
        same_class = [j for j in rich if j.uses_private_ride is journey.uses_private_ride]
        assert any(is_as_good(best_of(query, j), mine) for j in same_class) or _outdone_on_foot(rich, journey)


def _outdone_on_foot(journeys: list[Journey], journey: Journey) -> bool:
    walks = [j for j in journeys if not j.vehicles]
    duration_s = journey.arrival_s - journey.departure_s
    return bool(walks) and walks[0].arrival_s - walks[0].departure_s <= duration_s


def criteria(journeys: list[Journey]) -> list[tuple[int, int, int, bool]]:
    """(departure, arrival, vehicles, with a private ride) of each, sorted."""
    return sorted((j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride) for j in journeys)


def best_of(query: Query, journey: Journey) -> Best:
    """For one departure (arrival) the other end and the vehicles count."""
    departure_s, arrival_s = -journey.departure_s, journey.arrival_s
    if not query.window_s:
        departure_s, arrival_s = (departure_s, 0) if query.arrive_by else (0, arrival_s)
    return departure_s, arrival_s, journey.vehicles


def is_as_good(one: Best, other: Best) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
