"""Take the legs of a journey that are driven on demand along in a tour, exactly, under the lock.

What was shown promises spans of time, not a vehicle: any of the service's tours may take it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.base import new_id
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.rides import Ride, RideStop
from mitfahr.db.seats import insert_stop, take_seats
from mitfahr.domain.errors import SeatTaken
from mitfahr.domain.rides import RideKind
from routing.check_demand import take
from routing.demand import DemandService
from routing.journey import Boarding, Journey, Leg, Place, Promise
from routing.overlay import HALT_S
from routing.query import Query
from routing.snapshot import Snapshot
from routing.tour import Schedule, Tour, TourInsertion


@dataclass(frozen=True, slots=True)
class Taken:
    """`leg` as it is driven by the tour that takes it, with `insertion` the tour from then on."""

    leg: Leg
    promise: Promise
    insertion: TourInsertion


def tours_for(session: Session, journeys: Iterable[Journey]) -> set[str]:
    """Ids of all tours that could keep what the journeys promise: to be locked before one of them is chosen."""
    found: set[str] = set()
    for promise in (leg.promise for journey in journeys for leg in journey.legs):
        if promise is not None:
            found |= set(
                session.scalars(
                    select(Ride.id).where(
                        Ride.demand_service_id == promise.service_id,
                        Ride.kind == RideKind.DEMAND,
                        Ride.withdrawn_at.is_(None),
                        Ride.begins_s < promise.dropoff_until_s,
                        Ride.ends_s > promise.pickup_from_s,
                    )
                )
            )
    return found


def take_request(
    snapshot: Snapshot,
    service: DemandService,
    tours: Iterable[Tour],
    query: Query,
    leg: Leg,
    promise: Promise,
    now_s: int,
) -> Taken:
    """The best way of keeping a promise in one of these tours of the service; raises BoardingRefused."""
    found = take(snapshot.streets, service, tours, leg, query, new_id(), now_s)
    boarding = Boarding(
        found.tour.tour_id,
        found.pickup_at,
        found.dropoff_at - 1,
        found.schedule.sets_off_s[found.pickup_at],
        found.added_s,
    )
    return Taken(replace(leg, boarding=boarding), promise, found)


def write_request(session: Session, ride: Ride, taken: Taken, row: BookingLeg, now_s: int) -> None:
    """Write a taken leg into the locked tour: two stops, the places, and when the tour is where from now on.

    Raises SeatTaken.
    """
    found, promise = taken.insertion, taken.promise
    first, last = found.pickup_at + 1, found.dropoff_at + 1  # the base comes before all visits
    pickup = _stop(ride, taken.leg.origin, first, (promise.pickup_from_s, promise.pickup_until_s), now_s)
    pickup.promised_pickup_s = promise.pickup_from_s
    dropoff = _stop(
        ride, taken.leg.destination, last, (promise.dropoff_from_s, promise.dropoff_until_s), now_s
    )
    dropoff.promised_dropoff_s = promise.dropoff_until_s
    insert_stop(session, pickup)
    insert_stop(session, dropoff)
    row.board_stop_id, row.alight_stop_id = pickup.id, dropoff.id
    if not take_seats(session, ride.id, first, last, row.party):
        raise SeatTaken(ride.label, row.seats, row.wheelchairs)
    write_schedule(session, ride.id, found.schedule)


def write_schedule(session: Session, ride_id: str, planned: Schedule) -> None:
    """When the locked tour is planned to be at each of its stops, in their order; the base comes first and last."""
    for seq, reached_s in enumerate(planned.reached_s, 1):
        is_last = seq == len(planned.reached_s)
        leaves_s = reached_s if is_last else max(reached_s + HALT_S, planned.sets_off_s[seq])
        _move(session, ride_id, seq, arrival_s=reached_s, departure_s=leaves_s)
    _move(session, ride_id, 0, departure_s=planned.sets_off_s[0])


def _move(session: Session, ride_id: str, seq: int, **times_s: int) -> None:
    session.execute(
        sa.update(RideStop)
        .where(RideStop.ride_id == ride_id, RideStop.seq == seq)
        .values(**times_s)
        .execution_options(synchronize_session=False)
    )


def _stop(ride: Ride, place: Place, seq: int, window_s: tuple[int, int], now_s: int) -> RideStop:
    return RideStop(
        id=new_id(),
        ride_id=ride.id,
        seq=seq,
        lat=place.lat,
        lon=place.lon,
        name=place.name,
        stop_id=place.stop_id,
        arrival_s=window_s[0],
        departure_s=window_s[0],
        earliest_s=window_s[0],
        latest_s=window_s[1],
        known_s=now_s,
    )
