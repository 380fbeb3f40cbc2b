"""What staff say besides the feeds, in words for passengers: how to order a ride, what a stop is like, notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask import g, has_request_context

from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import FACTS, CheckedStop
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.extra_trips import ExtraTrip
from mitfahr.domain.local_entries import Content, title_of
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Notice, Period, Severity
from mitfahr.domain.times import seconds
from mitfahr.languages import _, current, lazy, ngettext
from mitfahr.languages.formats import clock, day_and_clock, day_short, near_day_and_clock
from mitfahr.local_layer import NO_LAYER, LaidNotice, LocalLayer, built_route_id
from mitfahr.network import Network
from routing.journey import Leg
from routing.query import LegKind
from routing.timetable import RouteIdx, StopIdx
from web.forms.local import CAUSE_WORDS, DAYS_BEFORE, SEVERITY_WORDS
from web.portal import portal

AHEAD = dt.timedelta(days=14)
"""So far ahead pages of lines and stops tell what is coming."""
TAG = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.SEVERE: "danger"}
SEEN_WORDS = {
    "wheelchair": lazy("Einstieg ohne Stufen"),
    "shelter": lazy("Unterstand"),
    "lighting": lazy("Beleuchtung"),
    "bench": lazy("Sitzbank"),
    "ride_bench": lazy("Mitfahrbank"),
}


@dataclass(frozen=True, slots=True)
class OrderView:
    """How a ride is ordered. `deadline` is the rule in words, `latest` the moment for one ride, "" without one."""

    phone: str
    url: str
    text: str
    deadline: str
    latest: str = ""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """`language` is the code of the language of the text where it is not that of the page, else ""."""

    entry_id: str
    tag: str
    word: str
    cause: str
    title: str
    text: str
    url: str
    language: str
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenView:
    """A stop as somebody has found it; `facts` are (name, yes or no), unknown ones left out."""

    facts: tuple[tuple[str, Known], ...]
    text: str
    checked_on: dt.date | None


def local_layer() -> LocalLayer:
    """As it is laid over what serves, looked up once in a request; empty while nothing serves."""
    if not has_request_context():
        return NO_LAYER
    if "local_layer" not in g:
        try:
            portal().live.current(dt.datetime.now(dt.UTC))
            g.local_layer = portal().live.local
        except NothingServes:
            g.local_layer = NO_LAYER
    known: LocalLayer = g.local_layer
    return known


def order_view(rule: BookingRule, latest_s: int | None = None, departure_s: int | None = None) -> OrderView:
    """`latest_s` is the last moment to order a ride that leaves at `departure_s`."""
    latest = ""
    if latest_s is not None and departure_s is not None:
        latest = near_day_and_clock(latest_s, departure_s)
    deadline = deadline_words(rule.deadline) if rule.deadline else ""
    return OrderView(rule.phone, rule.url, rule.text, deadline, latest)


def deadline_words(deadline: Deadline) -> str:
    """bis 60 Minuten vor der Abfahrt; bis 17:00 Uhr am Vortag"""
    if deadline.clock is not None:
        days = DAYS_BEFORE.get(str(deadline.days))
        before = str(days) if days else _("%(n)s Tage vorher", n=deadline.days)
        return _("bis %(time)s Uhr %(day)s", time=f"{deadline.clock:%H:%M}", day=before)
    return ngettext(
        "bis %(num)s Minute vor der Abfahrt", "bis %(num)s Minuten vor der Abfahrt", deadline.minutes
    )


def notice_views(found: Iterable[LaidNotice]) -> list[NoticeView]:
    return [notice_view(one.entry_id, one.notice) for one in found]


def notice_view(entry_id: str, notice: Notice) -> NoticeView:
    page = current().code
    language, text = notice.in_language(page)
    return NoticeView(
        entry_id,
        TAG[notice.severity],
        str(SEVERITY_WORDS[notice.severity]),
        str(CAUSE_WORDS[notice.cause]) if notice.cause.value != "unknown_cause" else "",
        text.title,
        text.text,
        notice.url,
        "" if language == page or {language, page} == {"de", "de-simple"} else language,
        tuple(_period(period) for period in notice.periods if period != (None, None)),
    )


def _period(period: Period) -> str:
    first, last = period
    if first is None:
        return _("bis %(moment)s", moment=day_and_clock(last or 0))
    if last is None:
        return _("ab %(moment)s", moment=day_and_clock(first))
    if last - first < 86_400:
        return _("%(moment)s bis %(time)s Uhr", moment=day_and_clock(first), time=clock(last))
    return _("%(first)s bis %(last)s", first=day_and_clock(first), last=day_and_clock(last))


def entry_title(content: Content) -> str:
    """What an entry is called in the list of staff."""
    if isinstance(content, BookingRule):
        return _("Linie %(line)s", line=content.line.name)
    return title_of(content)


def entry_summary(content: Content) -> str:
    """The most important of an entry in one line."""
    match content:
        case BookingRule():
            deadline = deadline_words(content.deadline) if content.deadline else _("bis zur Abfahrt")
            how = " · ".join(part for part in (content.phone, content.url) if part)
            return _("Anmelden %(deadline)s · %(how)s", deadline=deadline, how=how)
        case Notice():
            about = [target.line.name for target in content.targets if target.line]
            about += [target.stop.name for target in content.targets if target.stop]
            periods = [_period(period) for period in content.periods if period != (None, None)]
            return " · ".join([*periods, ", ".join(dict.fromkeys(about)) or _("alle Linien")])
        case ExtraTrip():
            days = ", ".join(day_short(day) for day in content.days)
            n = ngettext("%(num)s Fahrt", "%(num)s Fahrten", content.n_trips)
            return f"{n} · {days}"
        case CheckedStop():
            return (
                _("vor Ort geprüft am %(day)s", day=day_short(content.checked_on))
                if content.checked_on
                else ""
            )


def order_of_leg(layer: LocalLayer, leg: Leg) -> OrderView | None:
    """How this ride is ordered; None where nothing is said, or it need not be."""
    rule = layer.rule_of(leg.trip_id)
    if rule is None:
        return None
    planned_s = leg.departure_s if leg.planned_departure_s is None else leg.planned_departure_s
    return order_view(rule, rule.latest_s(planned_s) if rule.deadline else None, leg.departure_s)


def notices_of_leg(layer: LocalLayer, leg: Leg, route_id: str | None) -> list[NoticeView]:
    """What is said of its line, its trip and the two stops at its ends while it is under way."""
    if leg.kind is LegKind.WALK:
        return []
    stop_ids = {stop_id for stop_id in (leg.origin.stop_id, leg.destination.stop_id) if stop_id}
    routes = {route_id} if route_id else set()
    return notice_views(layer.notices_for(leg.departure_s, leg.arrival_s, routes, stop_ids, leg.trip_id))


def seen_view(checked: CheckedStop | None) -> SeenView | None:
    if checked is None:
        return None
    facts = [(str(SEEN_WORDS[fact]), getattr(checked, fact)) for fact in FACTS if fact != "wheelchair"]
    known = tuple((word, value) for word, value in facts if value is not Known.UNKNOWN)
    return SeenView(known, checked.text, checked.checked_on)


def of_stop(
    layer: LocalLayer, network: Network, stop: StopIdx, routes: Collection[RouteIdx], now: dt.datetime
) -> list[NoticeView]:
    """Notices of the next two weeks for a stop and the lines there."""
    timetable = network.timetable
    stop_ids = {timetable.stop_id[int(one)] for one in (network.stop_of[stop], *network.platforms(stop))}
    return _coming(layer, now, route_ids(network, routes), stop_ids)


def of_line(layer: LocalLayer, network: Network, line: RouteIdx, now: dt.datetime) -> list[NoticeView]:
    """Notices of the next two weeks for a line, at whichever of its stops."""
    ids = route_ids(network, [line])
    coming = layer.current_notices(seconds(now), seconds(now + AHEAD))
    return notice_views(
        one for one in coming if one.concerns(ids, ()) or any(route in ids for route, _stop in one.pairs)
    )


def route_ids(network: Network, lines: Iterable[RouteIdx]) -> set[str]:
    """All routes of the feed that these lines consist of."""
    ids = network.timetable.route_id
    return {built_route_id(ids[int(route)]) for line in lines for route in network.routes(line)}


def orders_of_line(layer: LocalLayer, network: Network, line: RouteIdx) -> list[OrderView]:
    rules = [rule for one in sorted(route_ids(network, [line])) for rule in layer.rules_of_line.get(one, ())]
    return [order_view(rule) for rule in dict.fromkeys(rules)]


def _coming(layer: LocalLayer, now: dt.datetime, route_ids: set[str], stop_ids: set[str]) -> list[NoticeView]:
    return notice_views(layer.notices_for(seconds(now), seconds(now + AHEAD), route_ids, stop_ids))
