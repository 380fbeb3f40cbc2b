"""From facts to forms: what drivers and the association would fill in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from mitfahr.demo.geometry import to_degrees
from mitfahr.demo.highways import junctions
from mitfahr.demo.places import municipalities
from mitfahr.demo.rides import BuergerBusLine, Commute
from mitfahr.demo.streets import built_up
from mitfahr.demo.trips import bus_pattern
from mitfahr.domain.times import resolve
from mitfahr.services.keep_line import LineStop
from mitfahr.services.ride_draft import RideDraft
from routing.journey import Place

_BAY_OF_LINE = "401"
"""The BürgerBus stops at the bay of this line in Lommatzsch."""


def line_stops(line: BuergerBusLine) -> tuple[LineStop, ...]:
    """The stops of a line, each with the seconds after its departure."""
    pattern = bus_pattern(line.via, _BAY_OF_LINE)
    return tuple(
        LineStop(stop.id, 60 * minutes) for stop, minutes in zip(pattern.stops, pattern.minutes, strict=True)
    )


def ride_drafts(day: dt.date, commute: Commute) -> Iterator[tuple[str, RideDraft]]:
    """(idempotency key, offer): to work and home again."""
    home, work = door(commute.origin), door(commute.destination)
    ways = (("out", home, work, commute.out), ("back", work, home, commute.back))
    for key, origin, destination, clock in ways:
        earliest = resolve(day, clock).moment
        draft = RideDraft(
            origin=origin,
            destination=destination,
            earliest=earliest,
            latest=earliest + dt.timedelta(minutes=commute.window_min),
            budget_s=60 * commute.budget_min,
            seats=commute.seats,
            rate_ct_per_km=commute.rate_ct_per_km,
            asks_first=commute.asks_first,
            vehicle=commute.vehicle,
            luggage=commute.luggage,
            bicycles=commute.bicycles,
            wheelchairs=commute.wheelchairs,
            terms=commute.terms,
        )
        yield f"demo-ride-{day}-{key}", draft


def door(name: str) -> Place:
    """A house of the place: at the far end of its first side street; the middle where no streets are drawn."""
    junction = junctions()[name]
    streets = built_up(junction)
    if streets is None or junction.place is None:
        return Place(name, *to_degrees(junction.x, junction.y))
    street = streets.side_streets[0]
    x, y = street.line[-1].tolist()
    town = municipalities()[junction.place.municipality].name
    context = name if name == town else f"{name}, {town}"
    return Place(f"{street.name} 6, {context}", *to_degrees(x, y))
