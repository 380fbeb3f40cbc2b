"""What the tags of an OSM object name: a place, an address, a point of interest."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.gazetteer import Kind

Tags = Mapping[str, str]

PLACE_RANK: dict[str, int] = {
    "city": 100_000,
    "town": 15_000,
    "borough": 5_000,
    "suburb": 2_000,
    "village": 800,
    "quarter": 500,
    "neighbourhood": 200,
    "hamlet": 80,
    "island": 20,
    "square": 20,
    "locality": 8,
    "farm": 6,
    "isolated_dwelling": 5,
}
"""Importance of places without a tagged population: what is usual for their class."""

_POI_RANK: dict[str, int] = {
    "hospital": 5_000,
    "station": 4_000,
    "townhall": 3_000,
    "bus_station": 2_000,
    "university": 2_000,
    "castle": 1_500,
    "college": 1_000,
    "halt": 1_000,
    "courthouse": 800,
    "government": 800,
    "employment_agency": 800,
    "museum": 700,
    "attraction": 700,
    "theatre": 700,
    "school": 600,
    "clinic": 600,
    "mall": 600,
    "police": 500,
    "library": 400,
    "cinema": 400,
    "water_park": 400,
    "stadium": 400,
    "nursing_home": 300,
    "social_facility": 300,
    "doctors": 300,
    "doctor": 300,
    "pharmacy": 250,
    "kindergarten": 250,
    "ferry_terminal": 250,
    "place_of_worship": 250,
    "post_office": 250,
    "community_centre": 250,
    "sports_centre": 250,
    "swimming_pool": 250,
    "public_bath": 400,
    "swimming_area": 200,
    "zoo": 600,
    "monastery": 400,
    "manor": 200,
    "cemetery": 200,
    "grave_yard": 150,
    "fire_station": 150,
    "marketplace": 150,
    "public_building": 300,
    "supermarket": 200,
    "dentist": 200,
    "bank": 150,
    "hotel": 150,
    "restaurant": 100,
}
_OTHER_POI_RANK = 50
STREET_RANK = 30
_ADDRESS_RANK = 1
_LONGEST_LINE = 200
"""A line of house numbers that leaps farther is a slip of whoever drew it."""

_POI_KEYS = (
    *(
        "amenity",
        "healthcare",
        "railway",
        "public_transport",
        "tourism",
        "historic",
        "leisure",
        "office",
        "shop",
        "landuse",
    ),
)
_ONLY: dict[str, frozenset[str]] = {
    "railway": frozenset({"station", "halt"}),
    "public_transport": frozenset({"station"}),
    "office": frozenset({"government", "employment_agency"}),
    "landuse": frozenset({"cemetery"}),
    "historic": frozenset({"castle", "monastery", "manor", "city_gate", "church"}),
}
_NOT = frozenset(
    {
        *("no", "yes", "vacant", "bench", "waste_basket", "waste_disposal", "vending_machine", "recycling"),
        *("bicycle_parking", "motorcycle_parking", "parking_space", "parking_entrance", "atm", "post_box"),
        *("telephone", "hunting_stand", "shelter", "clock", "drinking_water", "grit_bin", "bbq", "fountain"),
        *(
            "water_point",
            "charging_station",
            "loading_dock",
            "information",
            "pitch",
            "picnic_table",
            "firepit",
        ),
        *("picnic_site", "slipway", "wlan", "outdoor_seating", "artwork", "common"),
    }
)
_NAMED_BY_KIND: dict[str, str] = {
    **dict.fromkeys(("cemetery", "grave_yard"), "Friedhof"),
    "townhall": "Rathaus",
    "police": "Polizei",
    "fire_station": "Feuerwehr",
    "post_office": "Post",
    "library": "Bibliothek",
    "community_centre": "Gemeindehaus",
    "swimming_area": "Badestelle",
    "water_park": "Freibad",
}
"""What people call a thing that has no name on the map. A school without one is one of its buildings, a swimming pool
is in a garden."""

_OTHER_NAMES = ("alt_name", "short_name", "loc_name", "official_name", "old_name", "name:de")
OTHER_NAME = "other_name"
"""The feature of a place by another of its names: it is searched by it, and gives context to nothing."""

KEYS = ("place", "addr:housenumber", *_POI_KEYS)
"""An object without any of these names nothing."""


class Entry(NamedTuple):
    """A named thing; `stated_context` is what its own tags say about where it lies, "" if nothing."""

    kind: Kind
    feature: str
    name: str
    lat: float
    lon: float
    rank: int
    stated_context: str


class Boundary(NamedTuple):
    """A district (admin_level 6) or municipality (8): its outline as unordered lines of (lat[], lon[])."""

    name: str
    admin_level: int
    lines: list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def is_named_thing(tags: Tags) -> bool:
    return bool(entries(tags, 0.0, 0.0))


def entries(tags: Tags, lat: float, lon: float) -> list[Entry]:
    """Everything an object names, by all its names; a shop with a house number is a point of interest and an address."""
    found = [_place(tags, lat, lon), _point_of_interest(tags, lat, lon), _address(tags, lat, lon)]
    named = [entry for entry in found if entry is not None]
    return named + [other for entry in named for other in _by_other_names(entry, tags)]


def _by_other_names(entry: Entry, tags: Tags) -> Iterator[Entry]:
    if entry.kind == Kind.ADDRESS:
        return
    listed = [name.strip() for key in _OTHER_NAMES for name in tags.get(key, "").split(";")]
    for name in dict.fromkeys(listed):
        if name not in ("", entry.name):
            feature = OTHER_NAME if entry.kind == Kind.PLACE else entry.feature
            yield entry._replace(name=name, feature=feature)


def houses_between(
    tags: Tags,
    houses: Sequence[tuple[str, str, str] | None],
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
) -> Iterator[Entry]:
    """The houses that a line of house numbers stands for, evenly spread between those that are drawn.

    `houses` are (street, number, context) of its nodes, None for a node that is no house. Only plain numbers of
    one street, every second one or (`addr:interpolation=all`) every one.
    """
    step = {"odd": 2, "even": 2, "all": 1}.get(tags.get("addr:interpolation", ""))
    drawn = [i for i, house in enumerate(houses) if house is not None and house[1].isdecimal()]
    if step is None:
        return
    for first, last in itertools.pairwise(drawn):
        one, other = houses[first], houses[last]
        if one is None or other is None or one[0] != other[0]:
            continue
        low, high = int(one[1]), int(other[1])
        if not 0 < abs(high - low) <= _LONGEST_LINE:
            continue
        direction = step if high > low else -step
        for number in range(low + direction, high, direction):
            at = first + (last - first) * (number - low) / (high - low)
            where = (
                float(np.interp(at, np.arange(len(lat)), lat)),
                float(np.interp(at, np.arange(len(lon)), lon)),
            )
            yield Entry(Kind.ADDRESS, "address", f"{one[0]} {number}", *where, _ADDRESS_RANK, one[2])


def house(tags: Tags) -> tuple[str, str, str] | None:
    """(street, number, context) of a house, None for anything else."""
    street = tags.get("addr:street") or tags.get("addr:place", "")
    number = tags.get("addr:housenumber", "")
    return (street, number, _addressed_in(tags)) if street and number else None


def _place(tags: Tags, lat: float, lon: float) -> Entry | None:
    place, name = tags.get("place", ""), tags.get("name", "")
    if place not in PLACE_RANK or not name:
        return None
    digits = re.sub(r"[.\s]", "", tags.get("population", ""))
    rank = int(digits) if re.fullmatch(r"[0-9]{1,8}", digits) else PLACE_RANK[place]
    return Entry(Kind.PLACE, place, name, lat, lon, rank, _is_in(tags, name))


def _is_in(tags: Tags, name: str) -> str:
    values = [tags.get(key, "") for key in ("is_in:municipality", "is_in:city", "is_in:town")]
    values += re.split(r"[,;]", tags.get("is_in", ""))
    return next((value.strip() for value in values if value.strip() not in ("", name)), "")


def _point_of_interest(tags: Tags, lat: float, lon: float) -> Entry | None:
    for key in _POI_KEYS:
        value = tags.get(key, "")
        if value and value not in _NOT and (key not in _ONLY or value in _ONLY[key]):
            feature = (
                "public_bath" if value == "sports_centre" and "swimming" in tags.get("sport", "") else value
            )
            name = tags.get("name") or tags.get("brand") or _NAMED_BY_KIND.get(feature, "")
            if not name:
                return None
            rank = _POI_RANK.get(feature, _OTHER_POI_RANK)
            return Entry(Kind.POI, feature, name, lat, lon, rank, _addressed_in(tags))
    return None


def _address(tags: Tags, lat: float, lon: float) -> Entry | None:
    found = house(tags)
    if found is None:
        return None
    street, number, context = found
    return Entry(Kind.ADDRESS, "address", f"{street} {number}", lat, lon, _ADDRESS_RANK, context)


def _addressed_in(tags: Tags) -> str:
    city = tags.get("addr:city", "")
    suburb = tags.get("addr:suburb", "") or tags.get("addr:hamlet", "")
    if city and suburb and suburb != city:
        return f"{suburb}, {city}"
    return city
