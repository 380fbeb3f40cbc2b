"""A chosen place as a hidden form value, so that a choice made once need not be made again.

It carries nothing but what the page shows anyway, and whoever changes it asks for another place.
"""

from __future__ import annotations

import json

from mitfahr.services.find_places import FoundPlace, PlaceKind

MAX_LENGTH = 600


def encode(place: FoundPlace) -> str:
    return json.dumps(
        [place.kind, place.label, round(place.lat, 6), round(place.lon, 6), place.stop_id], ensure_ascii=False
    )


def decode(value: str) -> FoundPlace | None:
    """The place, or None for anything that `encode` has not written."""
    try:
        kind, label, lat, lon, stop_id = json.loads(value[:MAX_LENGTH])
        if not (isinstance(label, str) and isinstance(stop_id, str | None)):
            return None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return None
        return FoundPlace(PlaceKind(kind), label, float(lat), float(lon), stop_id, is_exact=True)
    except (ValueError, TypeError):
        return None
