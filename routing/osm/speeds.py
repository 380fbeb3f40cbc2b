"""The table of speeds, halts and turns: `speeds.toml`, and what an operator's own file changes in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from routing.errors import RoadsRefused
from routing.roads import TURN_ROUND_S

Table = Mapping[str, float]

_OPEN = frozenset(
    {
        *("limit_kmh", "highest_kmh", "surface_kmh", "smoothness_kmh", "tracktype_kmh", "halt_s"),
        *("bicycle_kmh", "bicycle_surface_kmh", "countries"),
    }
)
"""Tables that take values of OpenStreetMap as further keys; the others know all of theirs."""

_MOST = 1000.0


@dataclass(frozen=True)
class Speeds:
    """The tables of `speeds.toml` by name; units are in the names, of the tables or of their keys."""

    limit_kmh: Table
    countries: Mapping[str, Table]
    real: Table
    highest_kmh: Table
    surface_kmh: Table
    smoothness_kmh: Table
    tracktype_kmh: Table
    halt_s: Table
    turn: Table
    ferry: Table
    bicycle: Table
    bicycle_kmh: Table
    bicycle_surface_kmh: Table


@cache
def default_speeds() -> Speeds:
    return Speeds(**tomllib.loads(Path(__file__).with_name("speeds.toml").read_text(encoding="utf-8")))


def read_speeds(path: Path) -> Speeds:
    """The defaults with the changes of this file; raises RoadsRefused naming what is not understood."""
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RoadsRefused(f"{path.name}: Geschwindigkeiten nicht lesbar: {error}") from error
    known = default_speeds()
    tables = {field.name: getattr(known, field.name) for field in fields(Speeds)}
    for name, changes in own.items():
        tables[name] = _changed(path, name, tables.get(name), changes)
    turn = tables["turn"]
    dearest_s = max(turn["left_s"], turn["right_s"]) + turn["sharp_s"] + turn["give_way_s"]
    if dearest_s > TURN_ROUND_S:
        raise RoadsRefused(f"{path.name}: [turn] eine Abbiegung kostet höchstens {TURN_ROUND_S} s")
    return Speeds(**tables)


def _changed(path: Path, name: str, table: Any, changes: Any) -> dict[str, Any]:
    if table is None or not isinstance(changes, dict):
        raise RoadsRefused(f"{path.name}: [{name}] ist keine bekannte Tabelle")
    merged = dict(table)
    for key, value in changes.items():
        if key not in table and name.partition(".")[0] not in _OPEN:
            raise RoadsRefused(f"{path.name}: [{name}] kennt „{key}“ nicht")
        if name == "countries":
            merged[key] = _changed(path, f"{name}.{key}", table.get(key, {}), value)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
            raise RoadsRefused(f"{path.name}: [{name}] {key}: erwartet eine Zahl von 0 bis {_MOST:.0f}")
        else:
            merged[key] = value
    return merged
