"""Which stops of today may be meant by the id of one that is not in the timetable any more."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.timetables import earlier_timetables
from mitfahr.network import Network
from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import PlaceKind, find_places
from routing.earth import beeline_m
from routing.errors import SnapshotUnreadable
from routing.timetable import StopIdx, Timetable

MOST = 6
LOOKED_THROUGH = 30
EARLIER_TIMETABLES = 4
NEAR_M = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suggested:
    """`name` is what the stop was called when a timetable still had it, None when none of the last ones did."""

    name: str | None
    stops: list[StopIdx]


def suggest_stops(
    reading: sessionmaker[Session], snapshots_dir: Path, known: Network, places: PlaceIndex, stop_id: str
) -> Suggested:
    """What is called or lies like the stop that an earlier timetable had; else what has an id or a name like this.

    At most a few, the likeliest first.
    """
    was = _as_it_was(reading, snapshots_dir, stop_id)
    if was is None:
        stops = [*_related(known.timetable, stop_id), *_named(known, places, stop_id)]
        return Suggested(None, _first(known, stops))
    name, lat, lon = was
    same = [stop for other, stop in known.stops if other == name]
    return Suggested(name, _first(known, [*same, *_near(known, lat, lon), *_named(known, places, name)]))


def _as_it_was(
    reading: sessionmaker[Session], snapshots_dir: Path, stop_id: str
) -> tuple[str, float, float] | None:
    """Name and place."""
    with reading() as session:
        folders = earlier_timetables(session, EARLIER_TIMETABLES)
    for folder in folders:
        try:
            timetable = Timetable.open(snapshots_dir / folder)
        except SnapshotUnreadable:
            log.warning("earlier timetable %s cannot be read", folder)
            continue
        stop = timetable.stop_by_id.get(stop_id)
        if stop is not None:
            return timetable.stop_name[stop], float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
    return None


def _related(timetable: Timetable, stop_id: str) -> Iterator[StopIdx]:
    """Another platform, or the station itself."""
    whole = stop_id.casefold()
    for other_id, stop in timetable.stop_by_id.items():
        other = other_id.casefold()
        if _is_part(whole, other) or _is_part(other, whole):
            yield stop


def _is_part(inner: str, outer: str) -> bool:
    """de:14627:4000 is part of de:14627:4000:1; de:14627 alone is a whole district and no stop."""
    return inner.count(":") >= 2 and outer.startswith(f"{inner}:")


def _named(known: Network, places: PlaceIndex, text: str) -> Iterator[StopIdx]:
    words = text.replace(":", " ").replace("_", " ")
    for place in find_places(places, words, LOOKED_THROUGH):
        if place.kind is PlaceKind.STOP and place.stop_id in known.timetable.stop_by_id:
            yield known.timetable.stop_by_id[place.stop_id]


def _near(known: Network, lat: float, lon: float) -> list[StopIdx]:
    timetable = known.timetable
    metres = beeline_m(timetable.stop_lat, timetable.stop_lon, lat, lon)
    near = np.flatnonzero((metres <= NEAR_M) & (known.visits > 0))
    return [StopIdx(i) for i in near[np.argsort(metres[near])].tolist()]


def _first(known: Network, stops: list[StopIdx]) -> list[StopIdx]:
    """Served ones, each once."""
    heads = dict.fromkeys(StopIdx(int(known.stop_of[stop])) for stop in stops)
    return [stop for stop in heads if known.visits[stop]][:MOST]
