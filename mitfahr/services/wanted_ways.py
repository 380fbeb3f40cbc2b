"""What drivers may know of the wishes along their usual way: how many people, between which places, on which day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.rides import Ride, rides_of_driver
from mitfahr.db.wishes import open_wishes
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local, seconds
from mitfahr.domain.wishes import K_ANONYMITY, leads_along
from mitfahr.services.match_wishes import reach_m

LOOKED_BACK = dt.timedelta(days=28)
"""Rides of the last weeks belong to the usual way too."""

HOURS_APART_S = 2 * 3600
"""A driver may leave this much earlier or later for somebody."""

MOST = 8


@dataclass(frozen=True, slots=True)
class WantedWay:
    """`people` different persons look for a way between two localities on `weekday` (0 = Monday)."""

    origin_area: str
    destination_area: str
    weekday: int
    people: int


def wanted_ways(session: Session, driver_id: str, now: dt.datetime) -> list[WantedWay]:
    """Ways along the driver's rides that enough people look for that none of them can be guessed.

    The driver's own wishes and those of people kept apart from the driver are not counted. Most wanted first.
    """
    ways = _usual_ways(session, driver_id, now)
    if not ways:
        return []
    strangers = kept_apart_from(session, driver_id) | {driver_id}
    people: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for wish in open_wishes(session, local(seconds(now)).date()):
        if wish.person_id in strangers or wish.origin_area == wish.destination_area:
            continue
        weekdays = wish.days.weekdays or {wish.first_day.weekday()}
        for ride in ways:
            weekday = local(ride.begins_s).weekday()
            if weekday not in weekdays or not _same_hours(
                ride, wish.days.window(local(ride.begins_s).date())
            ):
                continue
            way = [(ride.stops[0].lat, ride.stops[0].lon), (ride.stops[-1].lat, ride.stops[-1].lon)]
            if leads_along(way, reach_m(ride), wish.origin, wish.destination):
                people[wish.origin_area, wish.destination_area, weekday].add(wish.person_id)
    told = [
        WantedWay(origin, destination, weekday, len(who))
        for (origin, destination, weekday), who in people.items()
        if len(who) >= K_ANONYMITY
    ]
    return sorted(told, key=lambda way: (-way.people, way.weekday, way.origin_area))[:MOST]


def _usual_ways(session: Session, driver_id: str, now: dt.datetime) -> list[Ride]:
    """One ride for each way, weekday and time of day that the person drives."""
    rides: dict[tuple[object, ...], Ride] = {}
    for ride in rides_of_driver(session, driver_id, seconds(now - LOOKED_BACK)):
        if ride.kind is RideKind.PRIVATE and ride.withdrawn_at is None:
            begins = local(ride.begins_s)
            ends = ride.stops[0], ride.stops[-1]
            rides[(begins.weekday(), begins.time(), *((s.lat, s.lon) for s in ends))] = ride
    return list(rides.values())


def _same_hours(ride: Ride, window: tuple[int, int]) -> bool:
    return ride.begins_s - HOURS_APART_S < window[1] and ride.ends_s + HOURS_APART_S > window[0]
