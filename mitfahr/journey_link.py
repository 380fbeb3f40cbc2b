"""A journey as a link: which vehicles, from which stop to which, on which day; readable, and without a person in it.

One text for each vehicle, fields separated by commas:

    transit,2026-06-02,09:00,Lommatzsch,09:40,Meißen,416,t1,0-2

kind, day, departure, stop id, arrival, stop id, line, id of the trip (ride), positions of getting on and off. Times are
those of the timetable and count from the start of the service day, so they may go beyond 24:00; a private ride also says
when its driver sets out. Walks are not in it, nor who travels, nor any door: a link begins and ends at stops.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mitfahr.domain.errors import LinkUnreadable
from mitfahr.domain.times import ZONE, local, seconds
from routing.journey import Boarding, Journey, Leg, Place
from routing.query import LegKind

MAX_VEHICLES = 8
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""No portal has timetables of other years, and clocks need not reckon with them."""
_CLOCK = re.compile(r"(\d{2,3}):([0-5]\d)(?::([0-5]\d))?")
_POSITIONS = re.compile(r"(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class LinkedLeg:
    """One vehicle of a link. Times are UTC seconds as they were planned; `ref` is the id of the trip or ride."""

    kind: LegKind
    day: dt.date
    departure_s: int
    origin_id: str
    arrival_s: int
    destination_id: str
    route: str
    ref: str
    board: int
    alight: int
    driver_departure_s: int | None = None

    def leg(self, origin: Place, destination: Place) -> Leg:
        """As it was when the link was made, between these places."""
        is_trip = self.kind in (LegKind.TRANSIT, LegKind.RUFBUS)
        boarding = Boarding(self.ref, self.board, self.alight, self.driver_departure_s or 0, 0)
        return Leg(
            kind=self.kind,
            departure_s=self.departure_s,
            arrival_s=self.arrival_s,
            origin=origin,
            destination=destination,
            route=self.route or None,
            trip_id=self.ref if is_trip else None,
            service_date=self.day if is_trip else None,
            board_pos=self.board if is_trip else None,
            alight_pos=self.alight if is_trip else None,
            boarding=None if is_trip else boarding,
        )


def can_be_linked(journey: Journey) -> bool:
    """Whether all of its vehicles are boarded and left at stops: a door is in no link.

    Nor is what a service on demand promises: minutes later it would promise something else.
    """
    return 0 < journey.vehicles <= MAX_VEHICLES and all(
        leg.origin.stop_id and leg.destination.stop_id and leg.promise is None for leg in _vehicles(journey)
    )


def link_texts(journey: Journey) -> list[str]:
    """The texts of a journey that `can_be_linked`."""
    return [_written(leg) for leg in _vehicles(journey)]


def read_link(texts: Sequence[str]) -> tuple[LinkedLeg, ...]:
    """What `link_texts` wrote; raises LinkUnreadable."""
    if not 0 < len(texts) <= MAX_VEHICLES:
        raise LinkUnreadable()
    try:
        legs = tuple(_read(text) for text in texts)
    except (ValueError, OverflowError, csv.Error):
        raise LinkUnreadable() from None
    return legs


def _vehicles(journey: Journey) -> list[Leg]:
    return [leg for leg in journey.legs if leg.kind is not LegKind.WALK]


def _written(leg: Leg) -> str:
    departure_s = leg.departure_s if leg.planned_departure_s is None else leg.planned_departure_s
    arrival_s = leg.arrival_s if leg.planned_arrival_s is None else leg.planned_arrival_s
    day = leg.service_date or local(departure_s).date()
    boarding = leg.boarding
    ref, board, alight = (
        (boarding.ride_id, boarding.board_after, boarding.alight_after)
        if boarding
        else (leg.trip_id, leg.board_pos, leg.alight_pos)
    )
    fields: list[object] = [leg.kind.value, day.isoformat(), _clock(day, departure_s), leg.origin.stop_id]
    fields += [_clock(day, arrival_s), leg.destination.stop_id, leg.route or "", ref, f"{board}-{alight}"]
    if boarding and leg.kind is LegKind.RIDE:
        fields.append(_clock(day, boarding.driver_departure_s))
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def _read(text: str) -> LinkedLeg:
    """Raises ValueError, csv.Error."""
    (fields,) = csv.reader([text])
    kind, day_text, departs, origin_id, arrives, destination_id, route, ref, positions, *more = fields
    day = dt.date.fromisoformat(day_text)
    found = _POSITIONS.fullmatch(positions)
    if kind in (LegKind.WALK, LegKind.DEMAND) or found is None or not (origin_id and destination_id and ref):
        raise ValueError(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    linked = LinkedLeg(
        kind=LegKind(kind),
        day=day,
        departure_s=_moment_s(day, departs),
        origin_id=origin_id,
        arrival_s=_moment_s(day, arrives),
        destination_id=destination_id,
        route=route,
        ref=ref,
        board=int(found[1]),
        alight=int(found[2]),
        driver_departure_s=_moment_s(day, more[0]) if more else None,
    )
    if linked.arrival_s < linked.departure_s or len(more) > 1:
        raise ValueError(text)
    return linked


def _start_s(day: dt.date) -> int:
    """Noon minus twelve hours: the start of the service day, as timetables count."""
    return seconds(dt.datetime.combine(day, dt.time(12), ZONE)) - 12 * 3600


def _clock(day: dt.date, moment_s: int) -> str:
    minutes, rest_s = divmod(moment_s - _start_s(day), 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest_s:02d}" if rest_s else text


def _moment_s(day: dt.date, text: str) -> int:
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise ValueError(text)
    return _start_s(day) + int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
