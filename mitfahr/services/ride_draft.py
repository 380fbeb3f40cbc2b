"""A private ride as its driver describes it, and the row it becomes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from mitfahr.db.base import new_id
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideHop, RideStop
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import NoWay, WomenOnly
from mitfahr.domain.prices import PriceLaw, check_rate, total_allowed_ct
from mitfahr.domain.ride_terms import NO_TERMS, Terms
from mitfahr.domain.rides import RideKind, check_baggage, check_future, check_offer_times, check_places
from mitfahr.domain.times import ZONE, moment, seconds
from mitfahr.languages.stored import RIDE_WITH
from mitfahr.services.ride_schedule import Way, direct_way
from routing.journey import Place
from routing.snapshot import Snapshot

BOOKABLE_BEFORE_S = 30 * 60
"""A driver is not surprised by a passenger less than this before leaving, unless the offer says otherwise."""

SPARE_S = 10 * 60
"""What a driver who names no latest arrival has to spare, beyond the budget for detours."""


@dataclass(frozen=True, slots=True)
class RideDraft:
    """What a driver fills in. Moments are aware; `latest` None means exactly at `earliest`.

    `budget_s` is the extra driving the driver accepts for passengers, `rate_ct_per_km` what one
    passenger pays per kilometre, `bookable_before_s` how long before `earliest` booking ends.
    """

    origin: Place
    destination: Place
    earliest: dt.datetime
    latest: dt.datetime | None = None
    latest_arrival: dt.datetime | None = None
    budget_s: int = 600
    seats: int = 3
    wheelchairs: int = 0
    luggage: int = 0
    bicycles: int = 0
    rate_ct_per_km: int = 0
    asks_first: bool = True
    terms: Terms = NO_TERMS
    bookable_before_s: int = BOOKABLE_BEFORE_S
    vehicle: str | None = None
    note: str | None = None

    @property
    def day(self) -> dt.date:
        """The day of the ride on the clocks of the district."""
        return self.earliest.astimezone(ZONE).date()

    def check_open_to(self, driver: Person) -> None:
        """Raises WomenOnly."""
        if self.terms.women_only and not driver.is_woman:
            raise WomenOnly


def checked_way(snapshot: Snapshot, draft: RideDraft, law: PriceLaw) -> Way:
    """The way that the draft would be driven; raises ContactInText, NoSeats, TooManySeats, TooMuchBaggage,
    PriceTooHigh, NoWay."""
    check_public_text(draft.note)
    check_places(draft.seats, draft.wheelchairs)
    check_baggage(draft.luggage, draft.bicycles)
    check_rate(draft.rate_ct_per_km, law.on(draft.day))
    way = direct_way(snapshot, draft.origin, draft.destination)
    if way is None:
        raise NoWay(draft.origin.name, draft.destination.name)
    return way


def draft_body(draft: RideDraft) -> dict[str, Any]:
    """Plain values that tell one draft from another."""
    fields = dataclasses.asdict(draft)
    return {k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in fields.items()}


def check_times(draft: RideDraft, way: Way, now: dt.datetime) -> None:
    """Raises InThePast, WindowInvalid."""
    check_future(seconds(draft.earliest), seconds(now))
    check_offer_times(
        earliest_s=seconds(draft.earliest),
        latest_s=_latest_s(draft),
        latest_arrival_s=_latest_arrival_s(draft, way.drive_s),
        budget_s=draft.budget_s,
        direct_s=way.drive_s,
    )


def ride_span_s(draft: RideDraft, drive_s: int) -> tuple[int, int]:
    """The longest time that the ride can take, from its first moment to its last (UTC seconds)."""
    return seconds(draft.earliest), _latest_arrival_s(draft, drive_s)


def _latest_s(draft: RideDraft) -> int:
    return seconds(draft.latest or draft.earliest)


def _latest_arrival_s(draft: RideDraft, drive_s: int) -> int:
    if draft.latest_arrival is None:
        return _latest_s(draft) + drive_s + draft.budget_s + SPARE_S
    return seconds(draft.latest_arrival)


def ride_row(draft: RideDraft, way: Way, driver: Person, law: PriceLaw, now: dt.datetime) -> Ride:
    """The ride, not added to any session. Raises WomenOnly."""
    draft.check_open_to(driver)
    earliest_s, latest_arrival_s = ride_span_s(draft, way.drive_s)
    return Ride(
        id=new_id(),
        kind=RideKind.PRIVATE,
        label=RIDE_WITH % {"name": driver.first_name},
        driver_id=driver.id,
        seats=draft.seats,
        wheelchairs=draft.wheelchairs,
        luggage=draft.luggage,
        bicycles=draft.bicycles,
        begins_s=earliest_s,
        ends_s=latest_arrival_s,
        bookable_until_s=earliest_s - draft.bookable_before_s,
        earliest_s=earliest_s,
        latest_s=_latest_s(draft),
        latest_arrival_s=latest_arrival_s,
        budget_s=draft.budget_s,
        direct_s=way.drive_s,
        direct_m=way.metres,
        rate_ct_per_km=draft.rate_ct_per_km,
        allowed_ct=total_allowed_ct(way.metres, law.on(draft.day)),
        asks_first=draft.asks_first,
        child_seat=draft.terms.child_seat,
        pets=draft.terms.pets,
        smoking=draft.terms.smoking,
        women_only=draft.terms.women_only,
        vehicle=draft.vehicle,
        note=draft.note,
        created_at=now,
        stops=[
            _stop(draft.origin, 0, earliest_s, earliest_s),
            _stop(draft.destination, 1, earliest_s + way.drive_s, latest_arrival_s),
        ],
        hops=[
            RideHop(
                seq=0,
                capacity=draft.seats,
                wheelchair_capacity=draft.wheelchairs,
                luggage_capacity=draft.luggage,
                bicycle_capacity=draft.bicycles,
            )
        ],
    )


def draft_like(ride: Ride) -> RideDraft:
    """The draft that would offer a private ride again as it was."""
    first, last = ride.stops[0], ride.stops[-1]
    return RideDraft(
        origin=Place(first.name, first.lat, first.lon, first.stop_id),
        destination=Place(last.name, last.lat, last.lon, last.stop_id),
        earliest=moment(ride.earliest_s),
        latest=moment(ride.latest_s),
        budget_s=ride.budget_s,
        seats=ride.seats,
        wheelchairs=ride.wheelchairs,
        luggage=ride.luggage,
        bicycles=ride.bicycles,
        rate_ct_per_km=ride.rate_ct_per_km,
        asks_first=ride.asks_first,
        terms=ride.terms,
        bookable_before_s=ride.begins_s - ride.bookable_until_s,
        vehicle=ride.vehicle,
        note=ride.note,
    )


def _stop(place: Place, seq: int, arrival_s: int, departure_s: int) -> RideStop:
    return RideStop(
        seq=seq,
        lat=place.lat,
        lon=place.lon,
        name=place.name,
        stop_id=place.stop_id,
        arrival_s=arrival_s,
        departure_s=departure_s,
    )
