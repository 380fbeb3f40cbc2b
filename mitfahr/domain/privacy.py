"""What each side of a private ride may know of the other, and from when until when."""

from __future__ import annotations

from dataclasses import dataclass

from mitfahr.domain.states import LegState

CONTACT_AFTER_S = 24 * 3600
"""Phone and exact place stay visible for a day after the ride: something may have been left behind."""

EXACT_PLACES_S = 14 * 24 * 3600
"""So long after the end exact places are kept, for whoever lost something or complains."""

PEOPLE_S = 56 * 24 * 3600
"""So long after the end it is known who travelled and who drove."""

BLUR_DIGITS = 2
"""Decimals of degrees that stay: about a kilometre."""

MATCHED = frozenset({LegState.CONFIRMED, LegState.COMPLETED, LegState.NO_SHOW})


def contact_visible(state: LegState, arrival_s: int, now_s: int) -> bool:
    """Whether rider and driver of a leg may see each other's phone number and the exact places."""
    return state in MATCHED and now_s < arrival_s + CONTACT_AFTER_S


@dataclass(frozen=True, slots=True)
class LegPlace:
    """One end of a leg. `area` is what may be told to a stranger: a stop, or what a door lies near."""

    name: str
    area: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """`lat`, `lon` are None while only the area may be told."""

    name: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """`phone` and `last_name` are None until the two are matched, and again a day after the ride."""

    first_name: str
    last_name: str | None
    phone: str | None


def blurred(lat: float, lon: float) -> tuple[float, float]:
    """A place as it is kept for good: somewhere within a kilometre."""
    return round(lat, BLUR_DIGITS), round(lon, BLUR_DIGITS)


def place_seen(place: LegPlace, visible: bool) -> PlaceSeen:
    if visible:
        return PlaceSeen(place.name, place.lat, place.lon)
    return PlaceSeen(place.area, None, None)


def person_seen(first_name: str, last_name: str, phone: str | None, visible: bool) -> PersonSeen:
    return PersonSeen(first_name, last_name if visible else None, phone if visible else None)
