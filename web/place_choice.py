"""From what is typed into a form to the place that is meant.

Where several may be meant, the person chooses on a page of its own. A chosen place travels as a hidden
form value, so that a choice made once need not be made again. It carries nothing but what the page
shows anyway, and whoever changes it asks for another place.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from wtforms import HiddenField, StringField

from mitfahr.languages import lazy
from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import FoundPlace, PlaceKind, find_places, stop_label, the_one_meant
from routing.journey import Place
from routing.timetable import Timetable

MAX_LENGTH = 600
CHOICES = 12
LOOKED_THROUGH = 60
"""So many places are found before those of other kinds are left out."""

UNKNOWN_PLACE = lazy(
    "Diesen Ort haben wir nicht gefunden. Bitte prüfen Sie die Schreibweise oder nennen Sie "
    "eine Haltestelle oder Adresse in der Nähe."
)


Position = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Several places may be meant by what was typed; `field` takes the value of the one chosen."""

    field: str
    label: str
    typed: str
    options: list[tuple[str, FoundPlace]]


def meant(
    places: PlaceIndex,
    text: StringField,
    choice: HiddenField,
    choices: list[Choice],
    kinds: Collection[PlaceKind] = tuple(PlaceKind),
    near: Position | None = None,
) -> FoundPlace | None:
    """The place of one of these kinds that a field means; it is likely to lie `near` a known point.

    None leaves an error at the field, or a choice to be made in `choices`; that a field may not stay
    empty is for the form to say.
    """
    chosen = decode(choice.data or "")
    if not (text.data or "").strip():
        return None
    if chosen is not None and chosen.label == text.data.strip() and chosen.kind in kinds:
        return chosen
    found = found_of(places, text.data, kinds, near)
    the_one = the_one_meant(found, text.data)
    if the_one is not None:
        text.data, choice.data = the_one.label, encode(the_one)
    elif found:
        options = [(encode(place), place) for place in found]
        choices.append(Choice(choice.name, text.label.text, text.data, options))
    else:
        text.errors = [*text.errors, UNKNOWN_PLACE]
    return the_one


def found_of(
    places: PlaceIndex, typed: str, kinds: Collection[PlaceKind], near: Position | None
) -> list[FoundPlace]:
    """Places of these kinds that may be meant, the likeliest first."""
    most = CHOICES if set(kinds) == set(PlaceKind) else LOOKED_THROUGH
    return [place for place in find_places(places, typed, most, near) if place.kind in kinds][:CHOICES]


def fill_in_place(text: StringField, choice: HiddenField, place: Place) -> None:
    """The field as if the person had chosen this place."""
    found = FoundPlace(PlaceKind.POINT, place.name, place.lat, place.lon, is_exact=True)
    if place.stop_id is not None:
        found = stop_chosen(place.name, place.lat, place.lon, place.stop_id)
    text.data, choice.data = found.label, encode(found)


def as_place(found: FoundPlace, timetable: Timetable) -> Place:
    """The place as it is stored: a stop under the name that the timetable has for it. Raises UnknownStop."""
    name = timetable.stop_name[timetable.stop(found.stop_id)] if found.stop_id else found.label
    return Place(name, found.lat, found.lon, found.stop_id)


def stop_chosen(name: str, lat: float, lon: float, stop_id: str | None) -> FoundPlace:
    """A stop as if the person had chosen it."""
    return FoundPlace(PlaceKind.STOP, stop_label(name), lat, lon, stop_id, is_exact=True)


def take_chosen(text: StringField, choice: HiddenField) -> None:
    """A choice from the list of places brings its own name."""
    chosen = decode(choice.data or "")
    if chosen is not None:
        text.data = chosen.label
        text.raw_data = [chosen.label]


def position(value: str | None) -> Position | None:
    """Where the place lies that was chosen in a field, None if none was."""
    chosen = decode(value or "")
    return (chosen.lat, chosen.lon) if chosen is not None else None


def encode(place: FoundPlace) -> str:
    return json.dumps(
        [place.kind, place.label, round(place.lat, 6), round(place.lon, 6), place.stop_id], ensure_ascii=False
    )


def decode(value: str) -> FoundPlace | None:
    """The place, or None for anything that `encode` has not written."""
    try:
        kind, label, lat, lon, stop_id = json.loads(value[:MAX_LENGTH])
        if not (isinstance(label, str) and isinstance(stop_id, str | None)):
            return None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return None
        return FoundPlace(PlaceKind(kind), label, float(lat), float(lon), stop_id, is_exact=True)
    except (ValueError, TypeError):
        return None
