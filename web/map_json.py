"""A journey as GeoJSON for the pages' map: one line per leg, one point per stop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mitfahr.services.draw_journey import DrawnLeg
from routing.journey import Place
from routing.query import LegKind
from web.journeys_view import LegView


def journey_json(drawn: list[DrawnLeg], shown: tuple[LegView, ...]) -> dict[str, Any]:
    """A FeatureCollection; `leg` counts as the list beside the map does, `role` says what a point is."""
    features: list[dict[str, Any]] = []
    for i, (leg, view) in enumerate(zip(drawn, shown, strict=True)):
        line = [[round(lon, 6), round(lat, 6)] for lat, lon in leg.line]
        words = {"leg": i, "kind": leg.leg.kind.value, "title": view.title, "exact": leg.is_exact}
        features.append(_feature({"type": "LineString", "coordinates": line}, words))
    points = [
        *((stop, i, "between") for i, leg in enumerate(drawn) for stop in leg.stops),
        *((end, i, role) for i, leg in enumerate(drawn) for end, role in _ends(leg)),
    ]
    if drawn:
        points.append((drawn[0].leg.origin, 0, "start"))
        points.append((drawn[-1].leg.destination, len(drawn) - 1, "goal"))
    named: set[str] = set()
    for place, leg_index, role in points:
        features.append(_point(place, leg_index, role, role != "between" and place.name not in named))
        named.add(place.name if role != "between" else "")
    return {"type": "FeatureCollection", "features": features}


def stops_json(stops: Sequence[Place]) -> dict[str, Any]:
    """The way of a line as a FeatureCollection, straight from each stop to the next."""
    features: list[dict[str, Any]] = []
    for i, (before, after) in enumerate(pairwise(stops)):
        ends = [[round(stop.lon, 6), round(stop.lat, 6)] for stop in (before, after)]
        title = f"{before.name} → {after.name}"
        words = {"leg": i, "kind": LegKind.BUERGERBUS.value, "title": title, "exact": False}
        features.append(_feature({"type": "LineString", "coordinates": ends}, words))
    last = max(0, len(stops) - 1)
    for i, stop in enumerate(stops):
        role = {0: "start", last: "goal"}.get(i, "board")
        features.append(_point(stop, max(0, min(i, last - 1)), role, True))
    return {"type": "FeatureCollection", "features": features}


def area_json(stops: Sequence[Place], corners: Sequence[Place]) -> dict[str, Any]:
    """Where an on-demand service halts as a FeatureCollection: its stops, and a line around its area."""
    features: list[dict[str, Any]] = []
    if corners:
        around = [[round(one.lon, 6), round(one.lat, 6)] for one in (*corners, corners[0])]
        words = {"leg": 0, "kind": LegKind.BUERGERBUS.value, "title": corners[0].name, "exact": True}
        features.append(_feature({"type": "LineString", "coordinates": around}, words))
    features += [_point(stop, 0, "board", True) for stop in stops]
    return {"type": "FeatureCollection", "features": features}


def _ends(drawn: DrawnLeg) -> list[tuple[Place, str]]:
    if drawn.leg.kind is LegKind.WALK:
        return []
    return [(drawn.leg.origin, "board"), (drawn.leg.destination, "alight")]


def _point(place: Place, leg: int, role: str, is_named: bool) -> dict[str, Any]:
    """`named`: its name is written beside it; of several platforms of one stop, beside one of them."""
    at = [round(place.lon, 6), round(place.lat, 6)]
    words = {"leg": leg, "role": role, "name": place.name, "named": is_named}
    return _feature({"type": "Point", "coordinates": at}, words)


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
