"""Journeys as plain JSON: the shape of the API, of the command line, and of what is stored with a booking.

Times are ISO 8601 in the timetable's zone with their offset, dates ISO, distances metres; what does
not apply is null. Nothing is lost on the way: `journey_from_json(journey_json(j)) == j`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from mitfahr.domain.times import ZONE, local
from routing.journey import Boarding, Journey, Leg, Place, Promise
from routing.query import LegKind
from routing.timetable import Timetable


class PlaceJson(TypedDict):
    name: str
    lat: float
    lon: float
    stop_id: str | None


class BoardingJson(TypedDict):
    """How a leg uses a ride, see `routing.journey.Boarding`."""

    board_after: int
    alight_after: int
    driver_departure_s: int
    detour_s: int


class PromiseJson(TypedDict):
    """What an on-demand service promises, see `routing.journey.Promise`."""

    service_id: str
    pickup_from_s: int
    pickup_until_s: int
    dropoff_from_s: int
    dropoff_until_s: int


LegJson = TypedDict(
    "LegJson",
    {
        "kind": str,
        "departure": str,
        "arrival": str,
        "from": PlaceJson,
        "to": PlaceJson,
        "route": str | None,
        "headsign": str | None,
        "trip_id": str | None,
        "service_date": str | None,
        "board_pos": int | None,
        "alight_pos": int | None,
        "ride_id": str | None,
        "boarding": BoardingJson | None,
        "bookable_until": str | None,
        "distance_m": int | None,
        "is_beeline": bool,
        "slack_s": int | None,
        # absent from journeys that were stored before there was live data
        "planned_departure": NotRequired[str | None],
        "planned_arrival": NotRequired[str | None],
        "is_added": NotRequired[bool],
        # absent where nothing on demand is used
        "promise": NotRequired[PromiseJson],
    },
)


class JourneyJson(TypedDict):
    departure: str
    arrival: str
    vehicles: int
    walk_s: int
    legs: list[LegJson]


def answer_json(timetable: Timetable, journeys: Sequence[Any]) -> dict[str, Any]:
    """The whole answer to one question; `journeys` as `journey_json` (or with more fields) gives them."""
    return {
        "timetable": {
            "version": timetable.version,
            "valid_from": timetable.first_day.isoformat(),
            "valid_to": timetable.last_day.isoformat(),
        },
        "journeys": list(journeys),
    }


def journey_json(journey: Journey, zone: ZoneInfo = ZONE) -> JourneyJson:
    return {
        "departure": local(journey.departure_s, zone).isoformat(),
        "arrival": local(journey.arrival_s, zone).isoformat(),
        "vehicles": journey.vehicles,
        "walk_s": journey.walk_s,
        "legs": [leg_json(leg, zone) for leg in journey.legs],
    }


def leg_json(leg: Leg, zone: ZoneInfo = ZONE) -> LegJson:
    data: LegJson = {
        "kind": leg.kind.value,
        "departure": local(leg.departure_s, zone).isoformat(),
        "arrival": local(leg.arrival_s, zone).isoformat(),
        "from": _place_json(leg.origin),
        "to": _place_json(leg.destination),
        "route": leg.route,
        "headsign": leg.headsign,
        "trip_id": leg.trip_id,
        "service_date": leg.service_date.isoformat() if leg.service_date else None,
        "board_pos": leg.board_pos,
        "alight_pos": leg.alight_pos,
        "ride_id": leg.boarding.ride_id if leg.boarding else None,
        "boarding": _boarding_json(leg.boarding) if leg.boarding else None,
        "bookable_until": _moment(leg.bookable_until_s, zone),
        "distance_m": leg.distance_m,
        "is_beeline": leg.is_beeline,
        "slack_s": leg.slack_s,
        "planned_departure": _moment(leg.planned_departure_s, zone),
        "planned_arrival": _moment(leg.planned_arrival_s, zone),
        "is_added": leg.is_added,
    }
    if leg.promise is not None:
        data["promise"] = _promise_json(leg.promise)
    return data


def journey_from_json(data: JourneyJson) -> Journey:
    """The journey that `journey_json` was given."""
    return Journey(
        legs=tuple(leg_from_json(leg) for leg in data["legs"]),
        departure_s=_seconds(data["departure"]),
        arrival_s=_seconds(data["arrival"]),
    )


def leg_from_json(data: LegJson) -> Leg:
    return Leg(
        kind=LegKind(data["kind"]),
        departure_s=_seconds(data["departure"]),
        arrival_s=_seconds(data["arrival"]),
        origin=Place(**data["from"]),
        destination=Place(**data["to"]),
        distance_m=data["distance_m"],
        is_beeline=data["is_beeline"],
        route=data["route"],
        headsign=data["headsign"],
        trip_id=data["trip_id"],
        service_date=dt.date.fromisoformat(data["service_date"]) if data["service_date"] else None,
        board_pos=data["board_pos"],
        alight_pos=data["alight_pos"],
        boarding=_boarding_from_json(data),
        bookable_until_s=_seconds_or_none(data["bookable_until"]),
        slack_s=data["slack_s"],
        planned_departure_s=_seconds_or_none(data.get("planned_departure")),
        planned_arrival_s=_seconds_or_none(data.get("planned_arrival")),
        is_added=data.get("is_added", False),
        promise=Promise(**data["promise"]) if "promise" in data else None,
    )


def _place_json(place: Place) -> PlaceJson:
    return {"name": place.name, "lat": place.lat, "lon": place.lon, "stop_id": place.stop_id}


def _boarding_json(boarding: Boarding) -> BoardingJson:
    return {
        "board_after": boarding.board_after,
        "alight_after": boarding.alight_after,
        "driver_departure_s": boarding.driver_departure_s,
        "detour_s": boarding.detour_s,
    }


def _promise_json(promise: Promise) -> PromiseJson:
    return {
        "service_id": promise.service_id,
        "pickup_from_s": promise.pickup_from_s,
        "pickup_until_s": promise.pickup_until_s,
        "dropoff_from_s": promise.dropoff_from_s,
        "dropoff_until_s": promise.dropoff_until_s,
    }


def _boarding_from_json(data: LegJson) -> Boarding | None:
    boarding, ride_id = data["boarding"], data["ride_id"]
    if boarding is None or ride_id is None:
        return None
    return Boarding(ride_id=ride_id, **boarding)


def _moment(moment_s: int | None, zone: ZoneInfo) -> str | None:
    return None if moment_s is None else local(moment_s, zone).isoformat()


def _seconds_or_none(text: str | None) -> int | None:
    return None if text is None else _seconds(text)


def _seconds(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())
