"""What a person asks: one immutable value."""

from __future__ import annotations

import datetime as dt
import enum
import math
from dataclasses import dataclass
from typing import NamedTuple

from routing.errors import QueryInvalid

MAX_JOURNEY_S = 24 * 3600
"""A journey that would take longer than a day is not an answer."""
MAX_RIDE_JOURNEY_S = 4 * 3600
"""With a private ride in it, a journey that would take longer than this is not an answer: nobody waits half
a day for a neighbour's car, and without this limit every ride of the day would have to be tried."""

MAX_DEMAND_AHEAD_S = 4 * 3600
"""Vehicles on demand come and have arrived at most this long after the window of a query (arrive-by: before it)."""


class LegKind(enum.StrEnum):
    WALK = "walk"
    TRANSIT = "transit"
    BUERGERBUS = "buergerbus"
    RUFBUS = "rufbus"
    RIDE = "ride"
    DEMAND = "demand"


VEHICLE_KINDS = frozenset(LegKind) - {LegKind.WALK}


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, WGS84 degrees; `name` is only carried along."""

    lat: float
    lon: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class StopRef:
    """A stop or station of the timetable by its id; a station means all of its platforms."""

    stop_id: str


class Needs(NamedTuple):
    """What a trip of the timetable must not be known to refuse; what the feed does not say is no refusal."""

    wheelchair: bool = False
    bicycle: bool = False

    def refused_by(self, wheelchair: int, bikes: int) -> bool:
        """By a trip of which the timetable says this: see `Timetable.trip_wheelchair`."""
        return (self.wheelchair and wheelchair == 2) or (self.bicycle and bikes == 2)


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels together and what they bring."""

    seats: int = 1
    wheelchairs: int = 0
    """Wheelchair places needed; they are counted besides `seats`."""
    luggage: int = 0
    """Large pieces that no lap holds: suitcases, folded prams, walkers. Timetable trips are not asked."""
    bicycles: int = 0

    @property
    def people(self) -> int:
        return self.seats + self.wheelchairs

    @property
    def needs(self) -> Needs:
        return Needs(self.wheelchairs > 0, self.bicycles > 0)


@dataclass(frozen=True, slots=True)
class Query:
    """One question to `search`.

    `window_s` > 0 asks for the whole Pareto set (departure later, arrival earlier, fewer vehicles)
    of journeys that leave within [when, when + window_s], or with `arrive_by` arrive within
    [when - window_s, when]. `window_s` = 0 asks for the best journeys of one departure (arrival)
    time: waiting at the start (end) then costs nothing but time. No journey takes longer than 24 h
    beyond the window. `booked_at` is the moment of asking: what can no longer be booked then is not
    offered; None offers everything. `banned` are ride ids and driver ids never to be matched.
    """

    origin: Point | StopRef
    destination: Point | StopRef
    when: dt.datetime
    arrive_by: bool = False
    window_s: int = 7200
    max_vehicles: int = 7
    walk_speed_m_s: float = 1.25
    max_walk_s: int = 1200
    """Longest single walk, on the way to, from and between vehicles."""
    transfer_slack_s: int = 120
    """Time to change from one vehicle to another, besides walking."""
    party: Party = Party()
    kinds: frozenset[LegKind] = VEHICLE_KINDS
    booked_at: dt.datetime | None = None
    banned: frozenset[str] = frozenset()
    avoids_stairs: bool = False
    """Walks then lead round the stairs that the map knows."""

    @property
    def asked_s(self) -> int:
        """The second at which `booked_at` has passed; 0 where everything is offered."""
        return 0 if self.booked_at is None else math.ceil(self.booked_at.timestamp())

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise QueryInvalid("when must carry a UTC offset")
        if not 0 <= self.window_s <= 24 * 3600:
            raise QueryInvalid("window_s must be between 0 and 86,400")
        if not 1 <= self.max_vehicles <= 15:
            raise QueryInvalid("max_vehicles must be between 1 and 15")
        if not 0.2 <= self.walk_speed_m_s <= 5:
            raise QueryInvalid("walk_speed_m_s must be between 0.2 and 5")
        if not 0 <= self.max_walk_s <= 7200:
            raise QueryInvalid("max_walk_s must be between 0 and 7,200")
        if not 0 <= self.transfer_slack_s <= 3600:
            raise QueryInvalid("transfer_slack_s must be between 0 and 3,600")
        if (
            self.party.seats < 0
            or self.party.wheelchairs < 0
            or not (self.party.seats or self.party.wheelchairs)
        ):
            raise QueryInvalid("the party must have at least one person")
        if self.party.luggage < 0 or self.party.bicycles < 0:
            raise QueryInvalid("luggage and bicycles must not be negative")
        for place in (self.origin, self.destination):
            if isinstance(place, Point) and not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
                raise QueryInvalid("latitude or longitude out of range")
