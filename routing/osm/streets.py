"""What the tags of an OSM way say: who may go which way, and how fast one really drives.

Defaults follow the access table for Germany (https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions#Germany);
only tracks are stricter: no cars without a word that they may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from routing.roads import Mode

Tags = Mapping[str, str]

_ALL = Mode.CAR | Mode.FOOT | Mode.BICYCLE

DEFAULT_ACCESS: dict[str, int] = {
    "motorway": Mode.CAR,
    "motorway_link": Mode.CAR,
    "trunk": _ALL,
    "trunk_link": _ALL,
    "primary": _ALL,
    "primary_link": _ALL,
    "secondary": _ALL,
    "secondary_link": _ALL,
    "tertiary": _ALL,
    "tertiary_link": _ALL,
    "unclassified": _ALL,
    "residential": _ALL,
    "living_street": _ALL,
    "service": _ALL,
    "road": _ALL,
    "track": Mode.FOOT | Mode.BICYCLE,
    "path": Mode.FOOT | Mode.BICYCLE,
    "cycleway": Mode.BICYCLE,
    "pedestrian": Mode.FOOT,
    "footway": Mode.FOOT,
    "steps": Mode.FOOT,
    "corridor": Mode.FOOT,
    "elevator": Mode.FOOT,
    "platform": Mode.FOOT,
    "bridleway": 0,
}
"""Classes that are streets at all; construction, proposed, raceway, busway, … are not here."""

_ACCESS_KEYS: dict[Mode, tuple[str, ...]] = {
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.FOOT: ("foot", "access"),
    Mode.BICYCLE: ("bicycle", "vehicle", "access"),
}
_OPEN = frozenset({"yes", "designated", "permissive", "official", "destination", "customers", "use_sidepath"})
_CLOSED = frozenset(
    {
        *("no", "private", "agricultural", "forestry", "agricultural;forestry", "delivery", "military"),
        *("permit", "residents", "emergency", "dismount", "restricted", "employees", "staff"),
    }
)
_ONLY_TO_THE_DOOR = frozenset({"destination", "customers"})
_YES = frozenset({"yes", "true", "1"})
_SIDEWALKS = frozenset({"both", "left", "right", "yes", "separate"})

DEFAULT_LIMIT_KMH: dict[str, float] = {
    "motorway": 130,
    "motorway_link": 80,
    "trunk": 100,
    "trunk_link": 70,
    "primary": 80,
    "secondary": 80,
    "tertiary": 70,
    "primary_link": 50,
    "secondary_link": 50,
    "tertiary_link": 50,
    "unclassified": 50,
    "residential": 40,
    "road": 40,
}
"""Where no limit is tagged. Roads with street lamps or a sidewalk lie in a place: at most 50."""

HIGHEST_REAL_KMH: dict[str, float] = {
    "motorway": 115,
    "motorway_link": 60,
    "trunk": 90,
    "trunk_link": 55,
    "primary": 80,
    "secondary": 75,
    "tertiary": 65,
    "unclassified": 50,
    "residential": 30,
    "living_street": 8,
    "service": 12,
    "track": 15,
    "road": 30,
    "pedestrian": 6,
}
"""What one reaches on average, bends and villages included, however high the limit."""

_OTHER_REAL_KMH = 40.0
_LIMIT_BY_SUFFIX = {
    "urban": 50.0,
    "rural": 100.0,
    "motorway": 130.0,
    "trunk": 100.0,
    "living_street": 7.0,
    "walk": 7.0,
    "bicycle_road": 30.0,
}
_LIMIT_KEYS = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")
_URBAN_FACTOR = 0.7
_RURAL_FACTOR = 0.85
_URBAN_UP_TO_KMH = 59.0
_UNPAVED = frozenset({"unpaved", "gravel", "ground", "dirt", "grass", "earth", "sand", "mud", "pebblestone"})
_ROUGH = frozenset({"cobblestone", "unhewn_cobblestone", "grass_paver", "sett", "compacted", "fine_gravel"})
_UNPAVED_KMH = 20.0
_ROUGH_KMH = 30.0
_TO_THE_DOOR_KMH = 10.0
_LEAST_KMH = 4.0
_KMH_PER_MPH = 1.609344

_PASSABLE_BARRIERS = frozenset(
    {
        "entrance",
        "border_control",
        "toll_booth",
        "sally_port",
        "cattle_grid",
        "kerb",
        "height_restrictor",
        "no",
    }
)
_GATES = frozenset({"gate", "lift_gate", "swing_gate", "sliding_gate", "hampshire_gate", "chain"})


class Way(NamedTuple):
    """One OSM way as a street: permissions (bits of Mode) and real speeds, along and against its nodes.

    `name` is the road number where there is no name; then `has_own_name` is false.
    """

    forward: int
    backward: int
    forward_kmh: float
    backward_kmh: float
    name: str
    has_own_name: bool
    street_class: str


def way(tags: Tags) -> Way | None:
    """The street these tags describe; None if nobody may use it or it is none."""
    street_class = _street_class(tags)
    if street_class is None:
        return None
    forward, backward = (_access(tags, street_class, direction) for direction in ("forward", "backward"))
    if not forward | backward:
        return None
    return Way(
        forward,
        backward,
        _real_kmh(tags, street_class, "forward"),
        _real_kmh(tags, street_class, "backward"),
        tags.get("name") or tags.get("ref") or "",
        bool(tags.get("name")),
        street_class,
    )


def stops_cars(tags: Tags) -> bool:
    """Whether a node with these tags keeps cars out (bollards, locked gates, …)."""
    barrier = tags.get("barrier")
    if barrier is None or barrier in _PASSABLE_BARRIERS:
        return False
    stated = _stated(tags, Mode.CAR, "forward")
    if stated is not None:
        return stated in _CLOSED
    return barrier not in _GATES


def _street_class(tags: Tags) -> str | None:
    highway = tags.get("highway")
    if highway is None and "platform" in (tags.get("railway"), tags.get("public_transport")):
        return "platform"
    if highway is None or highway not in DEFAULT_ACCESS or tags.get("service") == "emergency_access":
        return None
    return highway


def _access(tags: Tags, street_class: str, direction: str) -> int:
    bits = 0
    for mode in Mode:
        if _is_open(tags, street_class, mode, direction) and _runs(tags, street_class, mode, direction):
            bits |= mode
    return bits


def _is_open(tags: Tags, street_class: str, mode: Mode, direction: str) -> bool:
    if tags.get("motorroad") == "yes" and mode != Mode.CAR:
        return False
    stated = _stated(tags, mode, direction)
    if stated in _CLOSED:
        return False
    default = DEFAULT_ACCESS[street_class]
    if stated in _OPEN:
        # `access=yes` on a footway does not let cars in: only a word about the mode itself widens the default.
        own = any(tags.get(key) in _OPEN for key in _ACCESS_KEYS[mode][:-1])
        return own or bool(default & mode)
    return bool(default & mode)


def _stated(tags: Tags, mode: Mode, direction: str) -> str | None:
    """The most particular word about this mode, in this direction before in both; None without one."""
    for key in _ACCESS_KEYS[mode]:
        for full_key in (f"{key}:{direction}", key):
            value = tags.get(full_key)
            if value in _OPEN or value in _CLOSED:
                return value
    return None


def _runs(tags: Tags, street_class: str, mode: Mode, direction: str) -> bool:
    """Whether one-way rules let this mode go in this direction."""
    if mode == Mode.FOOT:
        oneway = tags.get("oneway:foot", "no")
    elif mode == Mode.BICYCLE:
        oneway = tags.get("oneway:bicycle") or _oneway_of_bicycles(tags, street_class)
    else:
        oneway = tags.get("oneway:motor_vehicle") or _oneway(tags, street_class)
    if oneway in _YES:
        return direction == "forward"
    if oneway in ("-1", "reverse"):
        return direction == "backward"
    return oneway != "reversible"


def _oneway(tags: Tags, street_class: str) -> str:
    implied = street_class in ("motorway", "motorway_link") or tags.get("junction") in (
        "roundabout",
        "circular",
    )
    return tags.get("oneway") or ("yes" if implied else "no")


def _oneway_of_bicycles(tags: Tags, street_class: str) -> str:
    cycleways = [
        tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    ]
    if any(value.startswith("opposite") for value in cycleways):
        return "no"
    return _oneway(tags, street_class)


def _real_kmh(tags: Tags, street_class: str, direction: str) -> float:
    """What one drives on average: below the limit, because of bends, crossings, lights and others.

    limit × 0.7 in places (up to 50 km/h), × 0.85 outside, at most HIGHEST_REAL_KMH of the class, less on
    bad surfaces. Streets open to residents' visitors only are so slow that nobody drives through.
    """
    limit = _limit_kmh(tags, street_class, direction)
    factor = _URBAN_FACTOR if limit <= _URBAN_UP_TO_KMH else _RURAL_FACTOR
    kmh = min(limit * factor, HIGHEST_REAL_KMH.get(street_class, _OTHER_REAL_KMH))
    if tags.get("surface") in _UNPAVED:
        kmh = min(kmh, _UNPAVED_KMH)
    elif tags.get("surface") in _ROUGH:
        kmh = min(kmh, _ROUGH_KMH)
    if _stated(tags, Mode.CAR, direction) in _ONLY_TO_THE_DOOR:
        kmh = min(kmh, _TO_THE_DOOR_KMH)
    return max(kmh, _LEAST_KMH)


def _limit_kmh(tags: Tags, street_class: str, direction: str) -> float:
    for key in (f"maxspeed:{direction}", *_LIMIT_KEYS):
        limit = _parsed_limit_kmh(tags.get(key, ""))
        if limit is not None:
            return limit
    default = DEFAULT_LIMIT_KMH.get(street_class, _OTHER_REAL_KMH)
    in_place = tags.get("lit") == "yes" or tags.get("sidewalk") in _SIDEWALKS
    return min(default, 50.0) if in_place and not street_class.startswith("motorway") else default


def _parsed_limit_kmh(text: str) -> float | None:
    """`50`, `30 mph`, `50;30` (the lower), `DE:urban`, `DE:zone:30`, `walk`, `none`; None if unreadable."""
    text = text.strip().lower()
    if text == "none":
        return _LIMIT_BY_SUFFIX["motorway"]
    suffix = text.rpartition(":")[2]
    if suffix in _LIMIT_BY_SUFFIX:
        return _LIMIT_BY_SUFFIX[suffix]
    if zone := re.fullmatch(r"(?:[a-z]{2}:)?zone:?(\d{1,2})", text):
        return float(zone[1])
    values = [_number_kmh(part) for part in text.split(";")]
    known = [value for value in values if value]
    return min(known) if known else None


def _number_kmh(text: str) -> float | None:
    number = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?\s*", text)
    if number is None:
        return None
    return float(number[1]) * (_KMH_PER_MPH if number[2] == "mph" else 1.0)
