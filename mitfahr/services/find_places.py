"""Find the place that somebody means by a few typed words.

Stops of the timetable, names of the gazetteer and plain coordinates in one list. Words may come in any
order, be cut off ("Lomm"), carry typing errors ("Lomatzsch", "Grosenhein"), be abbreviated ("Krkhs") or run
together, and spell umlauts either way.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

from mitfahr.languages import _
from mitfahr.places.entries import EntryKind
from mitfahr.places.features import STOP_WORD
from mitfahr.places.index import PlaceIndex
from mitfahr.places.ranking import Ranked, ranked
from mitfahr.places.words import words_of
from routing.earth import beeline_m
from routing.query import Point, StopRef

MAX_TEXT = 200
SAME_PLACE_M = 1000
"""A town and its stop of the same name are one answer within this distance."""
_SAME_THING_M = 100
"""Things of one kind and name so near each other are one thing mapped twice."""
_STATION_M = 300
"""So far a stop may lie from the station of its name."""

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

    `name`, `word` (its kind: "Haltestelle", "Krankenhaus") and `around` (village, municipality) are the parts
    of it for lists; "" where nothing is known. `is_exact`: every typed word is a word of the name, and the name
    has no other.
    """

    kind: PlaceKind
    label: str
    lat: float
    lon: float
    stop_id: str | None = None
    is_exact: bool = False
    name: str = ""
    word: str = ""
    around: str = ""

    @property
    def place(self) -> Point | StopRef:
        """How a query names it."""
        return StopRef(self.stop_id) if self.stop_id else Point(self.lat, self.lon, self.label)


_KINDS = {
    EntryKind.PLACE: PlaceKind.PLACE,
    EntryKind.POI: PlaceKind.POI,
    EntryKind.STREET: PlaceKind.STREET,
    EntryKind.ADDRESS: PlaceKind.ADDRESS,
    EntryKind.STOP: PlaceKind.STOP,
}


def find_places(
    index: PlaceIndex, text: str, limit: int = 8, near: tuple[float, float] | None = None
) -> list[FoundPlace]:
    """What may be meant by `text`, the likeliest first, by `mitfahr.places.ranking`.

    `near` is a point (lat, lon) the place should not be far from, if one is known; otherwise the middle of what
    the timetable serves counts. Nothing typed or nothing alike: an empty list.
    """
    point = _coordinates(text)
    if point is not None:
        return [point]
    found = ranked(index, _KIND_AT_END.sub("", text[:MAX_TEXT]), near)
    return _told_apart(_each_once(index, found, limit))


def stop_label(name: str) -> str:
    """How a stop of this name is written in a list of places."""
    return f"{name} ({_(STOP_WORD)})"


def the_one_meant(found: list[FoundPlace], text: str) -> FoundPlace | None:
    """The place that `text` names beyond doubt, or None: then the person has to choose.

    Exact names that lie close together mean the first of them.
    """
    typed = " ".join(text.split()).casefold()
    same = [place for place in found if place.label.casefold() == typed]
    exact = [place for place in found if place.is_exact]
    if len(same) == 1:
        return same[0]
    if exact and all(_metres(exact[0], other) <= SAME_PLACE_M for other in exact[1:]):
        return exact[0]
    return None


def _each_once(index: PlaceIndex, found: Ranked, limit: int) -> list[FoundPlace]:
    """The first `limit` of them as places; one thing that stands there twice is named once."""
    places: list[FoundPlace] = []
    for entry, is_exact in zip(found.entry.tolist(), found.is_exact.tolist(), strict=True):
        place = _place(index, entry, is_exact)
        same = next((i for i, other in enumerate(places) if _is_same(place, other)), None)
        if same is None:
            places.append(place)
        elif place.kind is PlaceKind.STOP:
            places[same] = place
        if len(places) == limit:
            break
    return places


def _place(index: PlaceIndex, entry: int, is_exact: bool) -> FoundPlace:
    kind = EntryKind(int(index.kind[entry]))
    name, around = index.name[entry], index.around[entry]
    word = index.kind_words[int(index.kind_word[entry])]
    word = _(word) if word else ""
    if kind is EntryKind.STOP:
        label = stop_label(name)
    else:
        said = "" if _says(name, around) else f", {around}"
        label = name + said + ("" if _says(name, word) else f" ({word})")
    return FoundPlace(
        kind=_KINDS[kind],
        label=label,
        lat=float(index.lat[entry]),
        lon=float(index.lon[entry]),
        stop_id=index.stop_id[entry] or None,
        is_exact=is_exact,
        name=name,
        word=word,
        around=around,
    )


def _says(name: str, more: str) -> bool:
    """Whether a name says already what stands beside it: "Apotheke Meißen" lies in Meißen."""
    return set(words_of(more)) <= set(words_of(name))


def _is_same(one: FoundPlace, other: FoundPlace) -> bool:
    """One thing mapped twice, a thing by another of its names, or a station that is a stop as well."""
    kinds = {one.kind, other.kind}
    if kinds == {PlaceKind.STOP}:
        return False
    if kinds == {PlaceKind.STOP, PlaceKind.POI}:
        return one.name == other.name and _metres(one, other) <= _STATION_M
    return len(kinds) == 1 and _metres(one, other) <= (_SAME_THING_M if one.label == other.label else 1)


def _metres(one: FoundPlace, other: FoundPlace) -> float:
    return float(beeline_m(one.lat, one.lon, other.lat, other.lon))


def _told_apart(found: list[FoundPlace]) -> list[FoundPlace]:
    """Two places of one label get their position, so that they can be told apart."""
    labels = [place.label for place in found]
    return [place if labels.count(place.label) == 1 else _with_position(place) for place in found]


def _with_position(place: FoundPlace) -> FoundPlace:
    position = _position(place.lat, place.lon)
    label = _("%(label)s, bei %(position)s", label=place.label, position=position)
    return replace(place, label=label, around=", ".join(part for part in (place.around, position) if part))


def _coordinates(text: str) -> FoundPlace | None:
    match = _COORDINATES.fullmatch(text[:MAX_TEXT])
    if match is None:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in match.groups())
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    label = _("Punkt %(position)s", position=_position(lat, lon))
    return FoundPlace(PlaceKind.POINT, label, lat, lon, is_exact=True, name=label)


def _position(lat: float, lon: float) -> str:
    return f"{lat:.5f}, {lon:.5f}"
