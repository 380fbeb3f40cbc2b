"""A larger feed out of a given one: four copies side by side, joined by trains between their busiest stops.

So a network of four regions comes about, of the size of a state: journeys within one look like those of the given
feed, journeys between them exist. The copies are invented as far as the given feed is.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Of the copies, rows to the north and columns to the east."""
JOINED = ((0, 1), (2, 3), (0, 2), (1, 3))
"""Numbers of copies that trains run between, both ways."""
GAP_DEGREES = 0.02
"""Between the outermost stops of two copies."""
FIRST_S, LAST_S, EVERY_S = 5 * 3600, 22 * 3600 + 1800, 2640
"""Trains of a joining line leave so often: with the trips of VVO the 106,090 of the published comparisons, nearly."""
JOINING_S = 1800
NAMES = ("stop_id", "parent_station", "trip_id", "route_id", "from_stop_id", "to_stop_id")
"""Columns whose values become others in each copy."""


def copy_four_times(source: Path, target: Path) -> None:
    """Write `target`; the services and the agency of `source` stay as they are."""
    with zipfile.ZipFile(source) as given:
        tables = {Path(name).stem: _read(given, name) for name in given.namelist()}
    copies = {name: _copies(table) for name, table in tables.items()}
    copies["stops"] = _side_by_side(copies["stops"], len(tables["stops"]))
    service = str(tables["trips"]["service_id"].mode().iloc[0])
    for name, rows in _joining(tables["stop_times"], service).items():
        added = pd.DataFrame(rows)
        if name == "routes":
            added["agency_id"] = tables["agency"]["agency_id"].iloc[0]
        copies[name] = pd.concat([copies[name], added]).fillna("")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
        for name, table in copies.items():
            written.writestr(f"{name}.txt", table.to_csv(index=False))


def _read(given: zipfile.ZipFile, name: str) -> pd.DataFrame:
    with given.open(name) as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _copies(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of all copies one after the other; a table without such names once."""
    named = [name for name in NAMES if name in table]
    if not named:
        return table
    return pd.concat([_renamed(table, named, number) for number in range(len(PLACES))], ignore_index=True)


def _renamed(table: pd.DataFrame, named: list[str], number: int) -> pd.DataFrame:
    # An empty parent station stays empty.
    return table.assign(
        **{name: table[name].where(table[name] == "", f"{number}:" + table[name]) for name in named}
    )


def _side_by_side(stops: pd.DataFrame, n: int) -> pd.DataFrame:
    """Every `n` stops are one copy, moved to its place."""
    moved = stops.copy()
    for number, place in enumerate(PLACES):
        rows = slice(number * n, (number + 1) * n)
        for axis, steps in zip(("stop_lat", "stop_lon"), place, strict=True):
            degrees = stops[axis].iloc[rows].astype(float)
            step = degrees.max() - degrees.min() + GAP_DEGREES
            moved.loc[stops.index[rows], axis] = (degrees + steps * step).round(6).astype(str)
    return moved


def _joining(stop_times: pd.DataFrame, service: str) -> dict[str, list[dict[str, object]]]:
    """Rows of routes, trips and stop_times for the trains between the copies."""
    busiest = stop_times["stop_id"].mode().iloc[0]
    rows: dict[str, list[dict[str, object]]] = {"routes": [], "trips": [], "stop_times": []}
    for line, (one, other) in enumerate(JOINED):
        route = f"joining {line}"
        rows["routes"].append({"route_id": route, "route_short_name": f"RE {line + 1}", "route_type": "2"})
        for ends in ((one, other), (other, one)):
            for start_s in range(FIRST_S, LAST_S, EVERY_S):
                trip = f"{route} {ends[0]} {start_s}"
                rows["trips"].append({"route_id": route, "service_id": service, "trip_id": trip})
                for sequence, (copy, moment_s) in enumerate(
                    zip(ends, (start_s, start_s + JOINING_S), strict=True)
                ):
                    clock = f"{moment_s // 3600:02}:{moment_s // 60 % 60:02}:00"
                    halt = {"arrival_time": clock, "departure_time": clock, "stop_id": f"{copy}:{busiest}"}
                    rows["stop_times"].append({"trip_id": trip, **halt, "stop_sequence": str(sequence)})
    return rows
