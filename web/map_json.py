"""A journey as GeoJSON for the pages' map: one line per leg, one point per stop."""

from __future__ import annotations

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
    for i, leg in enumerate(drawn):
        features += [_point(stop, i, "between") for stop in leg.stops]
        if leg.leg.kind is not LegKind.WALK:
            features += [_point(leg.leg.origin, i, "board"), _point(leg.leg.destination, i, "alight")]
    if drawn:
        features += [
            _point(drawn[0].leg.origin, 0, "start"),
            _point(drawn[-1].leg.destination, len(drawn) - 1, "goal"),
        ]
    return {"type": "FeatureCollection", "features": features}


def _point(place: Place, leg: int, role: str) -> dict[str, Any]:
    at = [round(place.lon, 6), round(place.lat, 6)]
    return _feature({"type": "Point", "coordinates": at}, {"leg": leg, "role": role, "name": place.name})


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
