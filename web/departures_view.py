"""Departures as pages show them: words and colours. Nothing here decides anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from mitfahr.db.rides import Ride
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import local
from mitfahr.services.next_departures import Departure, Said
from routing.query import LegKind
from routing.timetable import Timetable
from web.journeys_view import OF_KIND
from web.lines_view import line_title
from web.local_view import OrderView, local_layer, order_view


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in words, with the colour and icon of its kind: info, success, warning, danger."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class DepartureView:
    """`left_s` is when it leaves, or would have; `planned_s` None where nobody has planned another time."""

    left_s: int
    planned_s: int | None
    icon: str
    title: str
    line_id: str | None
    destination: str
    platform: str
    tag: Tag | None
    is_off: bool
    must_ask: bool
    phone: str
    bookable_until_s: int | None
    is_full: bool
    order: OrderView | None = None
    """How it is ordered, where somebody has said so."""
    is_too_late: bool = False
    """It can no longer be ordered."""
    run_line_id: str | None = None
    """The page of the association's line, see `web.views.lines.run_line`."""
    boards_freely: bool = False
    """A run that one can get on without having booked."""

    @property
    def platform_words(self) -> str:
        """Gleis 3; a bare number or letter is a Steig."""
        bare = len(self.platform) <= 2
        return _("Steig %(name)s", name=self.platform) if bare else self.platform


@dataclass(frozen=True, slots=True)
class DayOfDepartures:
    day: dt.date
    is_today: bool
    departures: tuple[DepartureView, ...]


def by_day(
    departures: Iterable[Departure],
    timetable: Timetable,
    now_s: int,
    rides: Mapping[str, Ride] = MappingProxyType({}),
) -> list[DayOfDepartures]:
    """Departures under their days, as calendars count them; `rides` by id says more of runs."""
    today = local(now_s).date()
    views = [
        departure_view(one, timetable, now_s, rides.get(one.run.ride_id) if one.run else None)
        for one in departures
    ]
    return [
        DayOfDepartures(day, day == today, tuple(own))
        for day, own in groupby(views, key=lambda view: local(view.left_s).date())
    ]


def departure_view(
    departure: Departure, timetable: Timetable, now_s: int, ride: Ride | None = None
) -> DepartureView:
    icon, title = line_title(departure.route_type, departure.route)
    if departure.run is not None:
        icon, title = OF_KIND[LegKind.BUERGERBUS][0], departure.route
    is_off = departure.said in (Said.CANCELLED, Said.LEFT_OUT)
    rule = local_layer().rule_of(departure.trip_id) if departure.must_ask else None
    latest_s = rule.latest_s(departure.planned_s) if rule is not None and rule.deadline else None
    has_other_time = departure.expected_s // 60 != departure.planned_s // 60
    return DepartureView(
        left_s=departure.expected_s,
        planned_s=departure.planned_s if has_other_time else None,
        icon=icon,
        title=title,
        line_id=timetable.route_id[departure.line] if departure.line is not None else None,
        destination=departure.destination,
        platform=departure.platform,
        tag=_tag(departure),
        is_off=is_off,
        must_ask=departure.must_ask,
        phone=departure.phone,
        bookable_until_s=_bookable_until_s(departure, ride, now_s),
        is_full=departure.run is not None and not departure.run.has_room,
        order=order_view(rule, latest_s, departure.planned_s) if rule is not None else None,
        is_too_late=latest_s is not None and latest_s < now_s,
        run_line_id=ride.run_line_id if ride else None,
        boards_freely=departure.run is not None and departure.run.bookable_until_s is None,
    )


def _bookable_until_s(departure: Departure, ride: Ride | None, now_s: int) -> int | None:
    if ride is None:
        return departure.run.bookable_until_s if departure.run else None
    until_s = ride.bookable_until_s
    return until_s if ride.booking.keeps_places(until_s, now_s) else None


def _tag(departure: Departure) -> Tag | None:
    minutes = departure.expected_s // 60 - departure.planned_s // 60
    match departure.said:
        case Said.CANCELLED:
            return Tag("danger", _("fällt aus"))
        case Said.LEFT_OUT:
            return Tag("danger", _("hält heute nicht hier"))
        case Said.ADDED:
            return Tag("info", _("zusätzliche Fahrt"))
        case Said.RUNS if minutes > 0:
            return Tag("danger", ngettext("%(num)s Minute später", "%(num)s Minuten später", minutes))
        case Said.RUNS if minutes < 0:
            return Tag("warning", ngettext("%(num)s Minute früher", "%(num)s Minuten früher", -minutes))
        case Said.RUNS:
            return Tag("success", _("pünktlich"))
        case _:
            return None
