"""Find the place that somebody means by a few typed words.

Stops of the timetable, names of the gazetteer and plain coordinates in one list. Words may come in any
order, be cut off ("Lomm"), carry a typing error ("Lomatzsch") or spell umlauts either way. `Places` is
the index, built once per timetable and gazetteer; `find_places` is the question.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from routing.earth import beeline_m
from routing.gazetteer import Gazetteer, Kind
from routing.query import Point, StopRef
from routing.timetable import Timetable

MAX_TEXT = 200
SAME_STOP_M = 400
SAME_PLACE_M = 1000
"""A town and its stop of the same name are one answer within this distance."""
"""Platforms of one name without a station are one entry within this distance."""

EXACT, PREFIX = 1.0, 0.8
TYPO = (0.0, 0.55, 0.45)
TYPO_IN_PREFIX = (0.0, 0.5, 0.4)
"""How well a word fits: as typed, as a beginning, with one or two typing errors, these in a beginning."""

NAME_BONUS = 0.3
"""More than the size of a place can weigh: "Meisen" is Meißen, not bigger Radebeul in its district."""

_EXPANDED = {"str": "strasse", "hbf": "hauptbahnhof", "bhf": "bahnhof", "bf": "bahnhof", "pl": "platz"}
_COORDINATES = re.compile(
    r"\s*(-?\d{1,3}(?:[.,]\d+)?)\s*(?:[;\s]|,\s|,(?=-?\d+\.))\s*(-?\d{1,3}(?:[.,]\d+)?)\s*"
)
_KIND_AT_END = re.compile(r"\s*\([^()]*\)\s*$")


class PlaceKind(enum.StrEnum):
    STOP = "stop"
    PLACE = "place"
    POI = "poi"
    STREET = "street"
    ADDRESS = "address"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """`label` is what a person recognises: "Lommatzsch, Markt (Haltestelle)".

    `is_exact`: every typed word is a word of the name, and the name has no other.
    """

    kind: PlaceKind
    label: str
    lat: float
    lon: float
    stop_id: str | None = None
    is_exact: bool = False

    @property
    def place(self) -> Point | StopRef:
        """How a query names it."""
        return StopRef(self.stop_id) if self.stop_id else Point(self.lat, self.lon, self.label)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: PlaceKind
    name: str
    word: str
    context: str
    lat: float
    lon: float
    rank: int
    stop_id: str | None = None

    def label(self) -> str:
        around = f", {self.context}" if self.context and self.context != self.name else ""
        return f"{self.name}{around}" + (f" ({self.word})" if self.word else "")


class Places:
    """An inverted index: word → entries, as arrays.

    `words` is sorted, so that a beginning is a range; word w belongs to the entries
    `posting[start[w]:start[w + 1]]`, and `in_name` says whether to their name or only to their context.
    """

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries = entries
        self.rank = np.log10(np.array([entry.rank for entry in entries], dtype=np.float64) + 1) / 8
        postings: dict[str, dict[int, bool]] = defaultdict(dict)
        self.name_words = np.zeros(len(entries), dtype=np.int16)
        for i, entry in enumerate(entries):
            own = set(words_of(entry.name))
            self.name_words[i] = len(own)
            for word in own:
                postings[word][i] = True
            for word in set(words_of(entry.context)) - own:
                postings[word][i] = False
        self.words = sorted(postings)
        lengths = [len(postings[word]) for word in self.words]
        self.start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.posting = np.array([i for word in self.words for i in postings[word]], dtype=np.int32)
        self.in_name = np.array([own for word in self.words for own in postings[word].values()], dtype=bool)

    @classmethod
    def of(cls, timetable: Timetable, gazetteer: Gazetteer | None = None) -> Places:
        """The index over a timetable's stops and a gazetteer's names; a second for 100,000 of them."""
        entries = _stop_entries(timetable)
        if gazetteer is not None:
            entries += _gazetteer_entries(gazetteer)
        return cls(entries)


def find_places(places: Places, text: str, limit: int = 8) -> list[FoundPlace]:
    """What may be meant by `text`, the likeliest first.

    The exact name comes before names that contain the words, these before beginnings and typing errors;
    among equals the bigger place and the busier stop. Nothing typed or nothing near: an empty list.
    """
    point = _coordinates(text)
    if point is not None:
        return [point]
    wanted = list(dict.fromkeys(words_of(_KIND_AT_END.sub("", text[:MAX_TEXT]))))
    if not wanted or not places.entries:
        return []
    fit = np.stack([_fit(places, word) for word in wanted])
    matched = (fit > 0).sum(axis=0)
    needed = matched.max()
    if needed == 0 or needed < len(wanted) - 1:
        return []
    hits = np.flatnonzero(matched == needed)
    worst = fit[:, hits].min(axis=0)
    exact = (worst == EXACT) & (places.name_words[hits] == len(wanted)) & _all_in_name(places, wanted, hits)
    tier = np.select([exact, worst == EXACT, worst >= PREFIX], [3, 2, 1], 0)
    if tier.max() >= 2:  # nobody who spells a name right means another one
        hits, exact, tier = hits[tier > 0], exact[tier > 0], tier[tier > 0]
    own = NAME_BONUS * np.stack([_fit(places, word, in_name=True) for word in wanted])[:, hits].astype(bool)
    order = np.lexsort((-(places.rank[hits] + (fit[:, hits] + own).mean(axis=0)), -tier))[:limit]
    found = [(places.entries[hits[i]], bool(exact[i])) for i in order]
    return _labelled(found)


def stop_label(name: str) -> str:
    """How a stop of this name is written in a list of places."""
    return f"{name} ({STOP_WORD})"


def the_one_meant(found: list[FoundPlace], text: str) -> FoundPlace | None:
    """The place that `text` names beyond doubt, or None: then the person has to choose.

    Exact names that lie close together mean the first of them.
    """
    typed = " ".join(text.split()).casefold()
    same = [place for place in found if place.label.casefold() == typed]
    exact = [place for place in found if place.is_exact]
    if len(same) == 1:
        return same[0]
    if exact and all(_is_close(exact[0], other) for other in exact[1:]):
        return exact[0]
    return None


def _is_close(one: FoundPlace, other: FoundPlace) -> bool:
    return bool(beeline_m(one.lat, one.lon, other.lat, other.lon) <= SAME_PLACE_M)


def words_of(text: str) -> list[str]:
    """Folded words: lower case, umlauts and their two-letter spellings as plain vowels, "Str." written out.

    >>> words_of("Döbelner Str. 5, Meißen")
    ['dobelner', 'strasse', '5', 'meissen']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = []
    for word in re.findall(r"\w+", plain):
        word = re.sub(r"([aou])e", r"\1", word)
        word = _EXPANDED.get(word, word)
        words.append(re.sub(r"(?<=\w)str$", "strasse", word))
    return words


def _fit(places: Places, word: str, in_name: bool = False) -> NDArray[np.float64]:
    """(n_entries,) how well the best word of each entry (of its name only) fits `word`, 0 = not at all."""
    quality = _word_quality(places.words, word)
    best = np.zeros(len(places.entries))
    for index, value in quality.items():
        span = slice(places.start[index], places.start[index + 1])
        entries = places.posting[span][places.in_name[span]] if in_name else places.posting[span]
        best[entries] = np.maximum(best[entries], value)
    return best


def _word_quality(vocabulary: list[str], word: str) -> dict[int, float]:
    """Index into the vocabulary → how well that word fits."""
    quality: dict[int, float] = {}
    edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if edits:
        for length in (len(word), len(word) + 1):  # a letter forgotten, or typed twice
            beginnings = [known[:length] for known in vocabulary]
            quality |= _typos(beginnings, word, edits, TYPO_IN_PREFIX)
        quality |= _typos(vocabulary, word, edits, TYPO)
    first, last = bisect_left(vocabulary, word), bisect_left(vocabulary, word + "\U0010ffff")
    quality |= dict.fromkeys(range(first, last), PREFIX)
    if first < len(vocabulary) and vocabulary[first] == word:
        quality[first] = EXACT
    return quality


def _typos(words: list[str], word: str, edits: int, worth: tuple[float, ...]) -> dict[int, float]:
    near = process.extract(word, words, scorer=Levenshtein.distance, score_cutoff=edits, limit=40)
    return {index: worth[distance] for _, distance, index in near}


def _all_in_name(places: Places, wanted: list[str], hits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n_hits,) whether every wanted word is a word of the name, not only of what lies around it."""
    count = np.zeros(len(places.entries), dtype=np.int16)
    for word in wanted:
        index = bisect_left(places.words, word)
        if index < len(places.words) and places.words[index] == word:
            span = slice(places.start[index], places.start[index + 1])
            count[places.posting[span][places.in_name[span]]] += 1
    complete: NDArray[np.bool_] = count[hits] == len(wanted)
    return complete


def _labelled(found: list[tuple[_Entry, bool]]) -> list[FoundPlace]:
    """Two places of one label get their position, so that they can be told apart."""
    labels = [entry.label() for entry, _ in found]
    return [
        FoundPlace(
            kind=entry.kind,
            label=label if labels.count(label) == 1 else f"{label}, bei {_position(entry.lat, entry.lon)}",
            lat=entry.lat,
            lon=entry.lon,
            stop_id=entry.stop_id,
            is_exact=is_exact,
        )
        for (entry, is_exact), label in zip(found, labels, strict=True)
    ]


def _coordinates(text: str) -> FoundPlace | None:
    match = _COORDINATES.fullmatch(text[:MAX_TEXT])
    if match is None:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in match.groups())
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return FoundPlace(PlaceKind.POINT, f"Punkt {_position(lat, lon)}", lat, lon, is_exact=True)


def _position(lat: float, lon: float) -> str:
    return f"{lat:.5f}, {lon:.5f}"


def _stop_entries(timetable: Timetable) -> list[_Entry]:
    """One entry per station, and per name where platforms have no station."""
    visits = np.zeros(timetable.n_stops, dtype=np.int64)
    trips = np.diff(timetable.pattern_trip_start)
    np.add.at(visits, timetable.pattern_stops, np.repeat(trips, np.diff(timetable.pattern_stop_start)))
    parent = np.where(timetable.stop_parent >= 0, timetable.stop_parent, np.arange(timetable.n_stops))
    total = np.zeros(timetable.n_stops, dtype=np.int64)
    np.add.at(total, parent, visits)
    heads = [int(i) for i in np.argsort(-total, kind="stable") if parent[i] == i and total[i] > 0]
    entries: list[_Entry] = []
    kept: dict[str, list[_Entry]] = defaultdict(list)
    for i in heads:
        entry = _Entry(
            PlaceKind.STOP,
            timetable.stop_name[i],
            STOP_WORD,
            "",
            float(timetable.stop_lat[i]),
            float(timetable.stop_lon[i]),
            50 + int(total[i]),
            timetable.stop_id[i],
        )
        if not _is_near(entry, kept[entry.name]):
            kept[entry.name].append(entry)
            entries.append(entry)
    return entries


def _is_near(entry: _Entry, others: Iterable[_Entry]) -> bool:
    return any(beeline_m(entry.lat, entry.lon, o.lat, o.lon) <= SAME_STOP_M for o in others)


def _gazetteer_entries(gazetteer: Gazetteer) -> list[_Entry]:
    words = [PLACE_WORDS.get(feature, "") for feature in gazetteer.features]
    contexts = list(gazetteer.contexts)
    kinds = {
        Kind.PLACE: PlaceKind.PLACE,
        Kind.POI: PlaceKind.POI,
        Kind.STREET: PlaceKind.STREET,
        Kind.ADDRESS: PlaceKind.ADDRESS,
    }
    spoken = {Kind.STREET: "Straße", Kind.ADDRESS: ""}
    return [
        _Entry(
            kinds[Kind(kind)],
            name,
            spoken.get(Kind(kind), words[feature]),
            contexts[context],
            float(lat),
            float(lon),
            max(0, int(rank)),
        )
        for name, kind, feature, context, lat, lon, rank in zip(
            gazetteer.name,
            gazetteer.kind,
            gazetteer.feature,
            gazetteer.context,
            gazetteer.lat,
            gazetteer.lon,
            gazetteer.rank,
            strict=True,
        )
    ]


STOP_WORD = "Haltestelle"

PLACE_WORDS = {
    "city": "Stadt",
    "town": "Stadt",
    "village": "Ort",
    "hamlet": "Ort",
    "isolated_dwelling": "Ort",
    "farm": "Hof",
    "suburb": "Ortsteil",
    "quarter": "Ortsteil",
    "neighbourhood": "Ortsteil",
    "hospital": "Krankenhaus",
    "clinic": "Klinik",
    "doctors": "Arztpraxis",
    "dentist": "Zahnarzt",
    "pharmacy": "Apotheke",
    "supermarket": "Supermarkt",
    "school": "Schule",
    "kindergarten": "Kindergarten",
    "townhall": "Rathaus",
    "community_centre": "Bürgerhaus",
    "library": "Bibliothek",
    "bank": "Bank",
    "post_office": "Post",
    "place_of_worship": "Kirche",
    "museum": "Museum",
    "castle": "Schloss",
    "cemetery": "Friedhof",
    "restaurant": "Gaststätte",
    "station": "Bahnhof",
    "swimming_pool": "Schwimmbad",
    "water_park": "Schwimmbad",
    "halt": "Bahnhof",
    "bus_station": "Busbahnhof",
    "university": "Hochschule",
    "doctor": "Arztpraxis",
    "nursing_home": "Pflegeheim",
    "social_facility": "soziale Einrichtung",
    "employment_agency": "Arbeitsagentur",
    "government": "Behörde",
    "courthouse": "Gericht",
    "police": "Polizei",
    "theatre": "Theater",
    "cinema": "Kino",
    "hotel": "Hotel",
    "cafe": "Café",
    "bakery": "Bäckerei",
    "attraction": "Sehenswürdigkeit",
    "mall": "Einkaufszentrum",
    "sports_centre": "Sportplatz",
}
"""OSM value → the word in brackets behind a name; what is missing gets none."""
