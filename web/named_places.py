"""Places typed as text, one a line, where a page with choices would be too long: each names one place, or the error
says what else could have been meant."""

from __future__ import annotations

import re
from collections.abc import Collection

from mitfahr.languages import _
from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import FoundPlace, PlaceKind, find_places, stop_label, the_one_meant
from routing.timetable import Timetable

TOLD = 4
LOOKED_THROUGH = 60
_WITH_ID = re.compile(r".*\[(.+)\]")
_CORNER = re.compile(r"\s*(-?\d{1,2}[.,]\d+)\s*[;,\s]\s*(-?\d{1,3}[.,]\d+)\s*")


def lines_of(text: str | None) -> list[str]:
    """What is written in the lines of a text, empty ones left out."""
    return [line for line in (" ".join(one.split()) for one in (text or "").splitlines()) if line]


def stop_named(places: PlaceIndex, timetable: Timetable, typed: str) -> FoundPlace:
    """The stop of this name, or of the id in brackets behind it; ValueError in words for who typed it."""
    given = _WITH_ID.fullmatch(typed)
    index = timetable.stop_by_id.get(given[1] if given else typed)
    if index is not None:
        lat, lon = float(timetable.stop_lat[index]), float(timetable.stop_lon[index])
        name = stop_label(timetable.stop_name[index])
        return FoundPlace(PlaceKind.STOP, name, lat, lon, timetable.stop_id[index], is_exact=True)
    try:
        return place_named(places, typed, (PlaceKind.STOP,))
    except ValueError:
        if (unserved := _unserved(timetable, typed)) is None:
            raise
        return unserved


def _unserved(timetable: Timetable, typed: str) -> FoundPlace | None:
    """A stop of exactly this name that no line serves: the index leaves it out, a service on demand may halt there."""
    for index, name in enumerate(timetable.stop_name):
        if typed in (name, stop_label(name)):
            lat, lon = float(timetable.stop_lat[index]), float(timetable.stop_lon[index])
            return FoundPlace(
                PlaceKind.STOP, stop_label(name), lat, lon, timetable.stop_id[index], is_exact=True
            )
    return None


def place_named(
    places: PlaceIndex, typed: str, kinds: Collection[PlaceKind] = tuple(PlaceKind)
) -> FoundPlace:
    """The one place that the words mean; ValueError in words for who typed them."""
    found = [place for place in find_places(places, typed, LOOKED_THROUGH) if place.kind in kinds]
    the_one = the_one_meant(found, typed)
    if the_one is not None:
        return the_one
    if not found:
        raise ValueError(
            _("„%(name)s“ haben wir nicht gefunden. Bitte prüfen Sie die Schreibweise.", name=typed)
        )
    options = " – ".join(place.label for place in found[:TOLD])
    raise ValueError(
        _(
            "„%(name)s“ kann mehreres heißen. Bitte schreiben Sie eines davon: %(options)s",
            name=typed,
            options=options,
        )
    )


def corner(places: PlaceIndex, timetable: Timetable, typed: str) -> tuple[float, float]:
    """Latitude and longitude as maps write them: 51.2345, 13.4567, or those of the stop or place of this name.

    ValueError in words for who typed it.
    """
    match = _CORNER.fullmatch(typed)
    if match is None:
        place = (
            stop_named(places, timetable, typed) if _WITH_ID.fullmatch(typed) else place_named(places, typed)
        )
        return place.lat, place.lon
    lat, lon = (float(part.replace(",", ".")) for part in match.groups())
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(
            _("Bitte schreiben Sie jede Ecke wie 51.2345, 13.4567. Nicht gelesen: %(line)s", line=typed)
        )
    return lat, lon
