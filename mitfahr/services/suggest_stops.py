"""Which stops of today may be meant by the id of one that is not in the timetable any more."""

from __future__ import annotations

from mitfahr.network import Network
from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import PlaceKind, find_places
from routing.timetable import StopIdx

MOST = 6
LOOKED_THROUGH = 30


def suggest_stops(known: Network, places: PlaceIndex, stop_id: str) -> list[StopIdx]:
    """Stops whose id begins like it (another platform, or the station itself), then stops whose name is like it."""
    timetable = known.timetable
    whole = stop_id.casefold()
    related = [
        stop
        for other_id, stop in timetable.stop_by_id.items()
        if _is_part(whole, other_id.casefold()) or _is_part(other_id.casefold(), whole)
    ]
    named = [
        timetable.stop_by_id[place.stop_id]
        for place in find_places(places, stop_id.replace(":", " ").replace("_", " "), LOOKED_THROUGH)
        if place.kind is PlaceKind.STOP and place.stop_id in timetable.stop_by_id
    ]
    heads = dict.fromkeys(StopIdx(int(known.stop_of[stop])) for stop in [*related, *named])
    return [stop for stop in heads if known.visits[stop]][:MOST]


def _is_part(inner: str, outer: str) -> bool:
    """de:14627:4000 is part of de:14627:4000:1; de:14627 alone is a whole district and no stop."""
    return inner.count(":") >= 2 and outer.startswith(f"{inner}:")
