"""What the tags of an OSM way say: who may go which way, and how fast one really drives.

Defaults follow the access table for Germany (https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions#Germany);
only tracks are stricter: no cars without a word that they may.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from routing.osm.speeds import Speeds, default_speeds
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

_OTHER_KMH = 40.0
"""Limit and highest speed of classes that the table does not name."""

_LIMIT_KEYS = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")
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

    `_kmh` is by car, `_cycle_kmh` by bicycle. `name` is the road number where there is no name; then `has_own_name` is false.
    """

    forward: int
    backward: int
    forward_kmh: float
    backward_kmh: float
    forward_cycle_kmh: float
    backward_cycle_kmh: float
    name: str
    has_own_name: bool
    street_class: str


def way(tags: Tags, speeds: Speeds | None = None) -> Way | None:
    """The street these tags describe; None if nobody may use it or it is none."""
    speeds = speeds or default_speeds()
    street_class = _street_class(tags)
    if street_class is None:
        return None
    forward, backward = (_access(tags, street_class, direction) for direction in ("forward", "backward"))
    if not forward | backward:
        return None
    cycle_kmh = _cycling_kmh(tags, street_class, speeds)
    return Way(
        forward,
        backward,
        _real_kmh(tags, street_class, "forward", speeds),
        _real_kmh(tags, street_class, "backward", speeds),
        cycle_kmh,
        cycle_kmh,
        tags.get("name") or tags.get("ref") or "",
        bool(tags.get("name")),
        street_class,
    )


def ferry(tags: Tags, length_m: float, speeds: Speeds) -> Way | None:
    """The car ferry these tags describe, as a street as slow as waiting and crossing; None if it is none.

    Only for cars and only with a duration: a walk is measured in metres, which says nothing about a boat.
    """
    duration_s = _duration_s(tags.get("duration", ""))
    is_wanted = tags.get("route") == "ferry" and speeds.ferry["use"]
    if not is_wanted or not duration_s or _stated(tags, Mode.CAR, "forward") not in _OPEN:
        return None
    kmh = max(length_m, 1.0) / (duration_s + speeds.ferry["wait_s"]) * 3.6
    backward = 0 if tags.get("oneway") in _YES else Mode.CAR
    name = tags.get("name") or ""
    return Way(Mode.CAR, backward, kmh, kmh, kmh, kmh, name, False, "ferry")


def halt_s(tags: Tags, speeds: Speeds) -> tuple[float, float]:
    """What passing a node with these tags costs a car on average, along its way and against it."""
    found = (speeds.halt_s.get(f"{key}={value}", 0.0) for key, value in tags.items())
    seconds = max(found, default=0.0)
    direction = tags.get("traffic_signals:direction") or tags.get("direction")
    return (0.0 if direction == "backward" else seconds), (0.0 if direction == "forward" else seconds)


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


def _real_kmh(tags: Tags, street_class: str, direction: str, speeds: Speeds) -> float:
    """What one drives on average: below the limit, because of bends and others; turns and halts cost extra.

    A part of the limit that differs in town and country, at most the highest of the class, less on bad
    surfaces. Streets open to residents' visitors only are so slow that nobody drives through.
    """
    real = speeds.real
    limit = _limit_kmh(tags, street_class, direction, speeds)
    factor = real["town_factor"] if limit <= real["town_up_to_kmh"] else real["country_factor"]
    kmh = min(
        limit * factor,
        speeds.highest_kmh.get(street_class, _OTHER_KMH),
        speeds.surface_kmh.get(tags.get("surface", ""), math.inf),
        speeds.smoothness_kmh.get(tags.get("smoothness", ""), math.inf),
        speeds.tracktype_kmh.get(tags.get("tracktype", ""), math.inf),
    )
    if _stated(tags, Mode.CAR, direction) in _ONLY_TO_THE_DOOR:
        kmh = min(kmh, real["to_the_door_kmh"])
    return max(kmh, real["least_kmh"])


def _cycling_kmh(tags: Tags, street_class: str, speeds: Speeds) -> float:
    kmh = min(
        speeds.bicycle_kmh.get(street_class, speeds.bicycle["usual_kmh"]),
        speeds.bicycle_surface_kmh.get(tags.get("surface", ""), math.inf),
    )
    return max(kmh, speeds.bicycle["least_kmh"])


def _limit_kmh(tags: Tags, street_class: str, direction: str, speeds: Speeds) -> float:
    for key in (f"maxspeed:{direction}", *_LIMIT_KEYS):
        limit = _parsed_limit_kmh(tags.get(key, ""), speeds)
        if limit is not None:
            return limit
    default = speeds.limit_kmh.get(street_class, _OTHER_KMH)
    in_place = tags.get("lit") == "yes" or tags.get("sidewalk") in _SIDEWALKS
    urban = speeds.countries["DE"]["urban"]
    return min(default, urban) if in_place and not street_class.startswith("motorway") else default


def _parsed_limit_kmh(text: str, speeds: Speeds) -> float | None:
    """`50`, `30 mph`, `50;30` (the lower), `DE:urban`, `DE:zone:30`, `walk`, `none`; None if unreadable."""
    text = text.strip().lower()
    home = speeds.countries["DE"]
    if text == "none":
        return home["motorway"]
    country, _, word = text.rpartition(":")
    limits = {**home, **speeds.countries.get(country.upper(), {})}
    if word in limits:
        return limits[word]
    if zone := re.fullmatch(r"(?:[a-z]{2}:)?(?:zone:?)?(\d{1,2})", text):
        return float(zone[1])
    values = [_number_kmh(part) for part in text.split(";")]
    known = [value for value in values if value]
    return min(known) if known else None


def _number_kmh(text: str) -> float | None:
    number = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?\s*", text)
    if number is None:
        return None
    return float(number[1]) * (_KMH_PER_MPH if number[2] == "mph" else 1.0)


def _duration_s(text: str) -> int | None:
    """`5`, `00:05`, `00:05:00`, `PT5M`; None if unreadable."""
    if iso := re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text):
        hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return 3600 * hours + 60 * minutes + seconds
    parts = text.split(":")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    if len(parts) == 1:
        return 60 * int(text)
    hours, minutes, seconds = (*map(int, parts), 0, 0)[:3]
    return 3600 * hours + 60 * minutes + seconds
