"""An answer: one journey of legs that join in time and place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from routing.query import LegKind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg begins or ends. `stop_id` is None at the traveller's own door or a meeting place."""

    name: str
    lat: float
    lon: float
    stop_id: str | None = None


@dataclass(frozen=True, slots=True)
class Boarding:
    """How a leg uses a ride: all that is needed to book it or to check it again.

    Fixed runs: the rider gets on at stop `board_after` and off at stop `alight_after` of the ride's
    own stops. Private rides: the pick-up is driven to after the ride's stop number `board_after`, the
    drop-off after number `alight_after` (0 = the driver's start; both numbers count the stops as they
    were when the search ran), and the driver leaves the start at `driver_departure_s`. On-demand tours: the
    pick-up comes after that many visits of the tour, and the drop-off (0 = from the base); `driver_departure_s` is
    when the vehicle sets off for the pick-up. That is a plan and no promise: another vehicle of the service may come.
    """

    ride_id: str
    board_after: int
    alight_after: int
    driver_departure_s: int
    detour_s: int
    """Extra driving that this boarding causes; 0 on a fixed run."""


@dataclass(frozen=True, slots=True)
class Promise:
    """When a vehicle of an on-demand service comes for a party and when it has brought them there.

    UTC seconds, both ends included. Whoever books is promised these spans, whichever vehicle comes.
    """

    service_id: str
    pickup_from_s: int
    pickup_until_s: int
    dropoff_from_s: int
    dropoff_until_s: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One walk or one vehicle. Times are UTC seconds; `distance_m` is None where nobody measured it."""

    kind: LegKind
    departure_s: int
    arrival_s: int
    origin: Place
    destination: Place
    distance_m: int | None = None
    is_beeline: bool = False
    """A walk that no street confirms: straight line × 1.3."""
    route: str | None = None
    headsign: str | None = None
    trip_id: str | None = None
    service_date: dt.date | None = None
    board_pos: int | None = None
    alight_pos: int | None = None
    """Positions in the trip's stop sequence, from 0."""
    boarding: Boarding | None = None
    bookable_until_s: int | None = None
    slack_s: int | None = None
    """Spare time at the change before this vehicle, beyond walking and the asked-for transfer slack."""
    planned_departure_s: int | None = None
    planned_arrival_s: int | None = None
    """What the timetable says where live data says something about the trip; the leg's own times are the expected ones."""
    is_added: bool = False
    """A trip that the timetable does not have."""
    promise: Promise | None = None
    """On demand: what is promised. The leg leaves when the first span begins, and arrives when the last one ends."""


@dataclass(frozen=True, slots=True)
class Journey:
    legs: tuple[Leg, ...]
    departure_s: int
    arrival_s: int

    @property
    def vehicles(self) -> int:
        return sum(leg.kind is not LegKind.WALK for leg in self.legs)

    @property
    def walk_s(self) -> int:
        return sum(leg.arrival_s - leg.departure_s for leg in self.legs if leg.kind is LegKind.WALK)

    @property
    def uses_demand(self) -> bool:
        return any(leg.kind is LegKind.DEMAND for leg in self.legs)

    @property
    def uses_private_ride(self) -> bool:
        return any(leg.kind is LegKind.RIDE for leg in self.legs)
