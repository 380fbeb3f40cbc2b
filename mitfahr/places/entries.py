"""Stops of a timetable and names of a gazetteer as rows of one list."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import Network
from mitfahr.places.features import STOP_WORD, STREET_WORD, kind_word, searched_by
from routing.gazetteer import Gazetteer, Kind
from routing.timetable import Timetable

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
    """One entry for every stop as people call it, the busiest first."""
    visits = Network.of(timetable).visits
    heads = [int(i) for i in np.argsort(-visits, kind="stable") if visits[i]]
    around = _lying_in(np.asarray(timetable.stop_lat)[heads], np.asarray(timetable.stop_lon)[heads], named)
    return [
        Entry(
            EntryKind.STOP,
            timetable.stop_name[i],
            area,
            STOP_WORD,
            STOP_WORD,
            float(timetable.stop_lat[i]),
            float(timetable.stop_lon[i]),
            STOP_RANK + int(visits[i]),
            timetable.stop_id[i],
        )
        for i, area in zip(heads, around, strict=True)
    ]


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
            searched_by(features[feature]) if kind in (Kind.PLACE, Kind.POI) else "",
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
