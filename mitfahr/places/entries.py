"""Stops of a timetable and names of a gazetteer as rows of one list."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mitfahr.places.features import STOP_WORD, STREET_WORD, kind_word, searched_by
from routing.earth import beeline_m
from routing.gazetteer import Gazetteer, Kind
from routing.timetable import Timetable

SAME_STOP_M = 400
"""Platforms of one name without a station are one entry within this distance."""

STOP_RANK = 50


class EntryKind(enum.IntEnum):
    """As `routing.gazetteer.Kind`, and stops."""

    PLACE = 0
    POI = 1
    STREET = 2
    ADDRESS = 3
    STOP = 4


class Entry(NamedTuple):
    """One thing that may be meant.

    `around` is the village and municipality it lies in, `word` its kind in German, `searched_by` other words
    for its kind. A larger `rank` is more important, comparable to inhabitants. `stop_id` is "" but for stops.
    """

    kind: EntryKind
    name: str
    around: str
    word: str
    searched_by: str
    lat: float
    lon: float
    rank: int
    stop_id: str = ""


def entries(timetable: Timetable, gazetteer: Gazetteer | None) -> list[Entry]:
    """All of them, in an order that depends on nothing but the two."""
    named = [] if gazetteer is None else _gazetteer_entries(gazetteer)
    return _stop_entries(timetable, named) + named


def _stop_entries(timetable: Timetable, named: Sequence[Entry]) -> list[Entry]:
    """One entry per station, and per name where platforms have no station."""
    visits = np.zeros(timetable.n_stops, dtype=np.int64)
    trips = np.diff(timetable.pattern_trip_start)
    np.add.at(visits, timetable.pattern_stops, np.repeat(trips, np.diff(timetable.pattern_stop_start)))
    parent = np.where(timetable.stop_parent >= 0, timetable.stop_parent, np.arange(timetable.n_stops))
    total = np.zeros(timetable.n_stops, dtype=np.int64)
    np.add.at(total, parent, visits)
    heads = [int(i) for i in np.argsort(-total, kind="stable") if parent[i] == i and total[i] > 0]
    around = _lying_in(np.asarray(timetable.stop_lat)[heads], np.asarray(timetable.stop_lon)[heads], named)
    found: list[Entry] = []
    kept: dict[str, list[Entry]] = defaultdict(list)
    for i, area in zip(heads, around, strict=True):
        name = timetable.stop_name[i]
        entry = Entry(
            EntryKind.STOP,
            name,
            area,
            STOP_WORD,
            STOP_WORD,
            float(timetable.stop_lat[i]),
            float(timetable.stop_lon[i]),
            STOP_RANK + int(total[i]),
            timetable.stop_id[i],
        )
        if not _is_near(entry, kept[name]):
            kept[name].append(entry)
            found.append(entry)
    return found


def _lying_in(lat: NDArray[np.float64], lon: NDArray[np.float64], named: Sequence[Entry]) -> list[str]:
    """The municipality of the place next to each point; "" where no places are known."""
    # Imported here: only builds need it.
    from scipy.spatial import cKDTree

    known = [entry for entry in named if entry.kind == EntryKind.PLACE]
    if not known or not len(lat):
        return [""] * len(lat)
    narrowing = np.cos(np.radians(51.0))
    tree = cKDTree([(entry.lat, entry.lon * narrowing) for entry in known])
    _, nearest = tree.query(np.stack([lat, lon * narrowing], axis=-1))
    return [_municipality(known[int(i)]) for i in nearest]


def _municipality(place: Entry) -> str:
    return place.name if place.word == "Stadt" or not place.around else place.around


def _is_near(entry: Entry, others: Iterable[Entry]) -> bool:
    return any(beeline_m(entry.lat, entry.lon, o.lat, o.lon) <= SAME_STOP_M for o in others)


def _gazetteer_entries(gazetteer: Gazetteer) -> list[Entry]:
    features, contexts = list(gazetteer.features), list(gazetteer.contexts)
    columns = (gazetteer.kind, gazetteer.feature, gazetteer.context, gazetteer.lat, gazetteer.lon)
    rows = zip(gazetteer.name, *(column.tolist() for column in (*columns, gazetteer.rank)), strict=True)
    return [
        Entry(
            EntryKind(kind),
            name,
            "" if contexts[context] == name else contexts[context],
            _WORDS[Kind(kind)] if kind in _WORDS else kind_word(features[feature]),
            searched_by(features[feature]) if kind == Kind.POI else "",
            lat,
            lon,
            max(0, rank),
        )
        for name, kind, feature, context, lat, lon, rank in rows
    ]


_WORDS = {Kind.STREET: STREET_WORD, Kind.ADDRESS: ""}

_IN_BRACKETS = re.compile(r"\([^()]*\)?|\b(?:b|bei)\.?\s+\w+|/\S+")


def own_name(name: str) -> tuple[str, str]:
    """The name itself, and what only tells it from namesakes.

    >>> own_name("Gröditz b Riesa Feldstraße"), own_name("Coswig (b Dresden) Bahnhof")
    (('Gröditz  Feldstraße', 'b Riesa'), ('Coswig  Bahnhof', '(b Dresden)'))
    """
    telling = " ".join(_IN_BRACKETS.findall(name))
    own = _IN_BRACKETS.sub("", name).strip()
    return (own, telling) if own else (name, "")
