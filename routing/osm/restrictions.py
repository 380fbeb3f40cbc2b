"""Turn restrictions of an extract: which ways may not be driven one after the other.

Tags as in https://wiki.openstreetmap.org/wiki/Relation:restriction. Only what binds cars at all times is used.
Bicycles do not mind: their riders may get off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle", "restriction")
_NOT_FOR_CARS = frozenset({"motorcar", "motor_vehicle", "vehicle"})
_TIMES = ("day_on", "day_off", "hour_on", "hour_off")

CONDITIONAL = "zeitweise"
INCOMPLETE = "unvollständig"
AMBIGUOUS = "mehrdeutig"
OTHERS = "nicht für Autos"
USED = "beachtet"
"""What becomes of restrictions, for counting."""


class Restriction(NamedTuple):
    """OSM ids. `is_only`: of all ways on, only the ones to `to_ways` are open; else just these are closed.

    Exactly one of `via_node` (0 without) and `via_ways` says where.
    """

    is_only: bool
    from_ways: tuple[int, ...]
    via_node: int
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


Member = tuple[str, int, str]
"""Type (n, w, r), OSM id, role."""


def restriction(
    tags: Mapping[str, str], members: Iterable[Member], outcome: Counter[str]
) -> Restriction | None:
    """The restriction for cars that a relation means; else None, and `outcome` counts why."""
    if tags.get("type", "").partition(":")[0] != "restriction":
        return None
    text = next((tags[key] for key in _KEYS if key in tags), "")
    if not text:
        is_conditional = any(f"{key}:conditional" in tags for key in _KEYS)
        outcome[CONDITIONAL if is_conditional else OTHERS] += 1
        return None
    if _NOT_FOR_CARS & set(tags.get("except", "").replace(" ", "").split(";")):
        outcome[OTHERS] += 1
        return None
    if " @" in text or any(key in tags for key in _TIMES):
        outcome[CONDITIONAL] += 1
        return None
    by_role: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
    for kind, ref, role in members:
        by_role.setdefault(role, []).append((kind, ref))
    ways = {role: tuple(ref for kind, ref in found if kind == "w") for role, found in by_role.items()}
    nodes = [ref for kind, ref in by_role["via"] if kind == "n"]
    is_whole = ways["from"] and ways["to"] and (len(nodes) == 1) != bool(ways["via"])
    if not is_whole or not text.startswith(("no_", "only_")):
        outcome[INCOMPLETE] += 1
        return None
    via_node = nodes[0] if nodes else 0
    return Restriction(text.startswith("only_"), ways["from"], via_node, ways["via"], ways["to"])
