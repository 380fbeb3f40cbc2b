"""What staff say besides the feeds, as plain JSON for programs; times as in `mitfahr.itinerary`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mitfahr.domain.booking_rules import BookingRule
from mitfahr.domain.times import local
from mitfahr.itinerary import answer_json
from mitfahr.local_layer import LaidNotice, LocalLayer
from mitfahr.services.find_fallbacks import Fallback, found_json
from routing.journey import Journey, Leg
from routing.timetable import Timetable


def plan_json(
    layer: LocalLayer,
    timetable: Timetable,
    journeys: Sequence[Journey],
    fallbacks: Sequence[Fallback | None],
) -> dict[str, Any]:
    """The whole answer to one question, with the notices that concern it."""
    found = [
        _with_local(layer, timetable, journey, found_json(journey, fallback))
        for journey, fallback in zip(journeys, fallbacks, strict=True)
    ]
    told = {one for journey in found for leg in journey["legs"] for one in leg["notices"]}
    notices = [notice_json(one) for one in layer.notices if one.entry_id in told]
    return {**answer_json(timetable, found), "notices": notices}


def _with_local(
    layer: LocalLayer, timetable: Timetable, journey: Journey, data: Mapping[str, Any]
) -> dict[str, Any]:
    """The JSON of a journey, each leg with how it is ordered and which notices concern it."""
    legs = [
        leg_json | {"order": _order_of(layer, leg), "notices": _notices_of(layer, timetable, leg)}
        for leg, leg_json in zip(journey.legs, data["legs"], strict=True)
    ]
    return {**data, "legs": legs}


def order_json(rule: BookingRule) -> dict[str, Any]:
    deadline = rule.deadline
    return {
        "phone": rule.phone or None,
        "url": rule.url or None,
        "text": rule.text or None,
        "minutes_before": deadline.minutes if deadline and deadline.clock is None else None,
        "days_before": deadline.days if deadline and deadline.clock else None,
        "until": f"{deadline.clock:%H:%M}" if deadline and deadline.clock else None,
    }


def notice_json(one: LaidNotice) -> dict[str, Any]:
    notice = one.notice
    return {
        "id": one.entry_id,
        "severity": notice.severity.value,
        "cause": notice.cause.value,
        "texts": {code: {"title": text.title, "text": text.text} for code, text in notice.texts.items()},
        "url": notice.url or None,
        "periods": [{"from": _moment(first), "to": _moment(last)} for first, last in notice.periods],
        "route_ids": sorted(one.route_ids | {route for route, _stop in one.pairs}),
        "stop_ids": sorted(one.stop_ids | {stop for _route, stop in one.pairs}),
        "trip_ids": sorted(one.trip_ids),
    }


def _order_of(layer: LocalLayer, leg: Leg) -> dict[str, Any] | None:
    rule = layer.rule_of(leg.trip_id)
    return order_json(rule) if rule is not None else None


def _notices_of(layer: LocalLayer, timetable: Timetable, leg: Leg) -> list[str]:
    if leg.trip_id is None:
        return []
    section = next(iter(timetable.sections_by_trip_id.get(leg.trip_id, ())), None)
    routes = {timetable.route_id[int(timetable.section_route[section])]} if section is not None else set()
    stop_ids = {stop_id for stop_id in (leg.origin.stop_id, leg.destination.stop_id) if stop_id}
    found = layer.notices_for(leg.departure_s, leg.arrival_s, routes, stop_ids, leg.trip_id)
    return [one.entry_id for one in found]


def _moment(utc_s: int | None) -> str | None:
    return local(utc_s).isoformat() if utc_s is not None else None
