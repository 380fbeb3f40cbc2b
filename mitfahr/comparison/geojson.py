"""Municipalities out of a GeoJSON file of the operator's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from mitfahr.comparison.municipalities import Boundary
from mitfahr.domain.errors import FileUnreadable

NAME_FIELDS = ("GEN", "gen", "name", "Name", "NAME", "gemeinde", "Gemeinde", "plz_name")
KEY_FIELDS = ("AGS", "ags", "de:amtlicher_gemeindeschluessel", "ARS", "ars", "schluessel", "key", "plz_code")
"""Properties that are looked for in this order where the operator names none."""

NOT_DEGREES = (
    "die Koordinaten sind keine Grade. Bitte speichern Sie die Datei als GeoJSON mit WGS 84 (EPSG:4326)"
)


def read_boundaries(
    path: Path, name_field: str | None = None, key_field: str | None = None
) -> list[Boundary]:
    """Every area of the file; raises FileUnreadable with what is wrong and what to do."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "das ist keine JSON-Datei in UTF-8"
        raise FileUnreadable(str(path), reason or str(error)) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise FileUnreadable(str(path), "es ist keine GeoJSON-Datei mit „features“")
    boundaries = [
        one
        for number, feature in enumerate(features, 1)
        if (one := _boundary(path, number, feature, name_field, key_field))
    ]
    if not boundaries:
        raise FileUnreadable(str(path), "es gibt darin keine Flächen (Polygon oder MultiPolygon)")
    return boundaries


def _boundary(
    path: Path, number: int, feature: Any, name_field: str | None, key_field: str | None
) -> Boundary | None:
    """None for what is no area."""
    try:
        geometry, words = feature["geometry"], feature["properties"] or {}
        if geometry is None or geometry["type"] not in ("Polygon", "MultiPolygon"):
            return None
        area = shapely.force_2d(shapely.make_valid(shape(geometry)))
        west, south, east, north = area.bounds
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise FileUnreadable(str(path), f"die Fläche Nummer {number} ist unvollständig ({error})") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise FileUnreadable(str(path), NOT_DEGREES)
    name = _property(words, name_field, NAME_FIELDS)
    if not name:
        known = ", ".join(sorted(words)) or "keine"
        raise FileUnreadable(
            str(path),
            f"die Fläche Nummer {number} hat keinen Namen. Bitte nennen Sie das Feld mit --name-field (vorhanden: {known})",
        )
    return Boundary(_property(words, key_field, KEY_FIELDS), name, area)


def _property(words: Mapping[str, Any], named: str | None, usual: tuple[str, ...]) -> str:
    fields = (named,) if named else usual
    return next((str(words[field]).strip() for field in fields if words.get(field) not in (None, "")), "")
