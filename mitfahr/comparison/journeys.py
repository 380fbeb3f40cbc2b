"""Sample journeys: searched on both timetables, so that staff see what a change means for somebody who travels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.result import Found, JourneyChange
from mitfahr.comparison.stops import ServedStops
from mitfahr.domain.comparable_days import ComparableDays
from mitfahr.domain.day_types import Kind
from mitfahr.network import Network
from routing.earth import beeline_m
from routing.gazetteer import Gazetteer
from routing.gazetteer import Kind as Named
from routing.query import LegKind, Point, Query
from routing.search import search
from routing.snapshot import Snapshot

N_DEFAULT = 20
NEAR_A_STOP_M = 1000
APART_M, STOPS_APART_M = 1500, 5000
"""Parts of one town are no places of their own, and its stops still less."""

SETTLEMENTS = frozenset({"city", "town", "village"})
_MORNING, _NOON, _AFTERNOON = 7 * 3600, 10 * 3600, 16 * 3600
_TUESDAY = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """One sample journey; `clock_s` is the local time from which one may leave."""

    origin: Point
    destination: Point
    kind: Kind
    clock_s: int


@dataclass(frozen=True)
class _Places:
    """Candidates, the biggest first, (n,) each."""

    names: Sequence[str]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]


def default_journeys(network: Network, gazetteer: Gazetteer | None) -> list[Wanted]:
    """From each of the biggest places to the nearest bigger one: to school or work, back home, and on other days.

    Without names of places, the stops with most trips stand for them.
    """
    stops = ServedStops.of(network)
    places, apart_m = _settlements(stops, gazetteer) if gazetteer is not None else None, APART_M
    if places is None or len(places.names) < 2:
        apart_m = STOPS_APART_M
        order = np.argsort(-network.visits[stops.index], kind="stable")
        places = _Places([stops.names[i] for i in order.tolist()], stops.lat[order], stops.lon[order])
    chosen = _apart(places, N_DEFAULT + 1, apart_m)
    points = [Point(float(places.lat[i]), float(places.lon[i]), places.names[i]) for i in chosen]
    wanted = []
    for i, point in enumerate(points[1:], 1):
        bigger = min(points[:i], key=lambda other: beeline_m(point.lat, point.lon, other.lat, other.lon))
        forms = (
            Wanted(point, bigger, Kind.SCHOOL, _MORNING),
            Wanted(bigger, point, Kind.SCHOOL, _AFTERNOON),
            Wanted(point, bigger, Kind.VACATION, _NOON),
            Wanted(point, bigger, Kind.SUNDAY, _NOON),
        )
        wanted.append(forms[(i - 1) % len(forms)])
    return wanted


def affected_journeys(
    network: Network, areas: Municipalities, keys: Sequence[str], known: Sequence[Wanted]
) -> list[Wanted]:
    """One out of each of these municipalities, from its most important stop to the nearest end of a known journey."""
    stops = ServedStops.of(network)
    located, visits = areas.locate(stops.lat, stops.lon), network.visits[stops.index]
    own_keys = [key or name for key, name in zip(areas.key, areas.name, strict=True)]
    ends = {end.name: end for one in known for end in (one.origin, one.destination)}
    found = []
    for key in keys:
        here = np.flatnonzero(located == own_keys.index(key)) if key in own_keys else np.empty(0, np.int64)
        if not len(here):
            continue
        at = int(here[np.argmax(visits[here])])
        start = Point(float(stops.lat[at]), float(stops.lon[at]), stops.names[at])
        metres = {end: float(beeline_m(start.lat, start.lon, end.lat, end.lon)) for end in ends.values()}
        goals = [end for end in metres if metres[end] >= APART_M]
        if goals:
            found.append(Wanted(start, min(goals, key=metres.__getitem__), Kind.SCHOOL, _MORNING))
    return found


def look_up(before: Snapshot, after: Snapshot, one: Wanted, days: ComparableDays) -> JourneyChange | None:
    """The best way in both; on another kind of day where its own is not compared, None where no day is."""
    pairs = sorted(
        days.cells.items(), key=lambda item: (item[0][0] is not one.kind, item[0][1] != _TUESDAY, item[0])
    )
    if not pairs:
        return None
    (kind, _), pair = pairs[0]
    day_before, day_after = pair.before[0], pair.after[0]
    return JourneyChange(
        origin=one.origin.name,
        destination=one.destination.name,
        kind=int(kind),
        clock_s=one.clock_s,
        day_before=day_before,
        day_after=day_after,
        before=_best(before, one, day_before),
        after=_best(after, one, day_after),
    )


def _best(snapshot: Snapshot, one: Wanted, day: dt.date) -> Found | None:
    """Who arrives first, with few changes; walking all the way is no answer."""
    zone = ZoneInfo(snapshot.timetable.timezone)
    when = dt.datetime.combine(day, dt.time(one.clock_s // 3600, one.clock_s % 3600 // 60), zone)
    journeys = search(snapshot, Query(one.origin, one.destination, when, window_s=0))
    ridden = [journey for journey in journeys if journey.vehicles]
    if not ridden:
        return None
    best = min(ridden, key=lambda journey: (journey.arrival_s, journey.vehicles, -journey.departure_s))
    return Found(
        departure_s=_wall_s(best.departure_s, day, zone),
        arrival_s=_wall_s(best.arrival_s, day, zone),
        vehicles=best.vehicles,
        lines=tuple(leg.route or "" for leg in best.legs if leg.kind is not LegKind.WALK),
    )


def _wall_s(utc_s: int, day: dt.date, zone: ZoneInfo) -> int:
    """What clocks show, as seconds after the day's midnight: beyond 24 hours on the following day."""
    there = dt.datetime.fromtimestamp(utc_s, zone).replace(tzinfo=None)
    return int((there - dt.datetime.combine(day, dt.time())).total_seconds())


def _settlements(stops: ServedStops, gazetteer: Gazetteer) -> _Places:
    """Places with a stop nearby; the gazetteer has the most important first."""
    features = list(gazetteer.features)
    meant = [i for i, feature in enumerate(features) if feature in SETTLEMENTS]
    found = np.flatnonzero((gazetteer.kind == Named.PLACE) & np.isin(gazetteer.feature, meant))
    found = np.array([i for i in found.tolist() if _is_served(stops, gazetteer, i)], np.int64)
    names = [gazetteer.name[i] for i in found.tolist()]
    return _Places(names, np.asarray(gazetteer.lat)[found], np.asarray(gazetteer.lon)[found])


def _is_served(stops: ServedStops, gazetteer: Gazetteer, i: int) -> bool:
    return bool(np.any(beeline_m(stops.lat, stops.lon, gazetteer.lat[i], gazetteer.lon[i]) <= NEAR_A_STOP_M))


def _apart(places: _Places, number: int, apart_m: int) -> list[int]:
    """The first ones of which none lies too near to another."""
    chosen: list[int] = []
    for i in range(len(places.names)):
        if len(chosen) == number:
            break
        metres = beeline_m(places.lat[chosen], places.lon[chosen], places.lat[i], places.lon[i])
        if np.all(metres >= apart_m):
            chosen.append(i)
    return chosen
