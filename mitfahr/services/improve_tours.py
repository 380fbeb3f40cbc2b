"""Drive the tours of on-demand services in a better order, at fixed moments; nobody is promised anything else.

Vehicles of one service with the same hours are looked at together: whoever has not been set off for may be taken by
another of them. Passengers know the service and the promise, not the vehicle, so nothing that they see changes.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.better_tours import Planned, better_tours
from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import BookingLeg, holding_legs, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideHop, RideStop, lock_rides
from mitfahr.domain.times import seconds
from mitfahr.itinerary import journey_from_json, journey_json
from mitfahr.services.live_tours import router_tours
from mitfahr.services.take_request import write_schedule
from routing.demand_fleet import drive_table
from routing.journey import Leg
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import PlaceDriveTime, Tour, holds, loads, schedule

AHEAD_S = 24 * 3600
"""What begins later will still change: many book on the day before."""
LIMIT_S = 1.0
_UNSYNCHRONISED = {"synchronize_session": False}


def improve_tours(
    sessions: sessionmaker[Session], snapshot: Snapshot, *, now: dt.datetime, limit_s: float = LIMIT_S
) -> int:
    """Every tour that runs or begins within a day; commits group by group; returns how many are driven otherwise.

    The solver works without any lock, `limit_s` for each question. What it found is written only if nobody has booked, cancelled or driven on
    meanwhile; otherwise the next time comes.
    """
    now_s = seconds(now)
    coming = [tour for _, tour in sorted(snapshot.on_demand.tours.items()) if tour.begins_s < now_s + AHEAD_S]
    return sum(_improve(sessions, snapshot, group, now, limit_s) for group in _groups(coming))


def _groups(tours: Iterable[Tour]) -> list[list[Tour]]:
    """Tours that may take each other's passengers: nobody is moved to a vehicle for which a driver is still missing."""
    groups: dict[tuple[object, ...], list[Tour]] = defaultdict(list)
    for tour in tours:
        groups[tour.service_id, tour.begins_s, tour.ends_s, tour.driver_id != ""].append(tour)
    return [group for group in groups.values() if any(tour.visits for tour in group)]


def _improve(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    tours: Sequence[Tour],
    now: dt.datetime,
    limit_s: float,
) -> int:
    """Together where that is possible, else each by itself, else only with the time that cancellations have left."""
    places = [place for tour in tours for place in (tour.base, *(visit.place for visit in tour.visits))]
    drive_time = drive_table(snapshot.streets, places)
    found = better_tours(tours, drive_time, seconds(now), limit_s)
    if found is not None:
        return _write(sessions, tours, found, now)
    if len(tours) > 1:
        return sum(_improve(sessions, snapshot, [tour], now, limit_s) for tour in tours if tour.visits)
    planned = _as_it_is(tours[0], drive_time)
    if planned is not None:
        with sessions.begin() as session:
            if _locked(session, tours) is not None:
                write_schedule(session, planned.tour.tour_id, planned.schedule)
    return 0


def _write(
    sessions: sessionmaker[Session], before: Sequence[Tour], after: Sequence[Planned], now: dt.datetime
) -> int:
    """How many tours have changed: none where somebody was faster, or would meet whom they keep away from."""
    changed = [one for tour, one in zip(before, after, strict=True) if one.tour != tour]
    with sessions.begin() as session:
        rides = _locked(session, before)
        if rides is None:
            return 0
        legs = {leg.id: leg for leg in holding_legs(session, rides)}
        if any(_is_kept_apart(session, legs[leg_id], ride) for leg_id, ride in _moved(changed, legs, rides)):
            return 0
        for one in changed:
            rides[one.tour.tour_id].reordered_at = now  # who drives sees it on the sheet
        write_orders(session, [rides[one.tour.tour_id] for one in changed], changed)
        mark_changed(session, [one.tour.tour_id for one in changed])
    return len(changed)


def _locked(session: Session, tours: Collection[Tour]) -> dict[str, Ride] | None:
    """The tours under their locks; None if one of them is not as it was any more."""
    rides = lock_rides(session, [tour.tour_id for tour in tours])
    now = router_tours(session, rides.values())
    is_same = all(rides[one.tour_id].withdrawn_at is None and now[one.tour_id] == one for one in tours)
    return rides if is_same else None


def _moved(
    planned: Iterable[Planned], legs: Mapping[str, BookingLeg], rides: Mapping[str, Ride]
) -> list[tuple[str, Ride]]:
    """(leg, the ride that takes it now) of who comes into another vehicle."""
    return [
        (visit.request_id, rides[one.tour.tour_id])
        for one in planned
        for visit in one.tour.visits
        if visit.is_pickup and legs[visit.request_id].ride_id != one.tour.tour_id
    ]


def _is_kept_apart(session: Session, leg: BookingLeg, ride: Ride) -> bool:
    rider_id = leg.booking.rider_id
    return ride.driver_id == rider_id or ride.driver_id in kept_apart_from(session, rider_id)


def _as_it_is(tour: Tour, drive_time: PlaceDriveTime) -> Planned | None:
    """The times of the tour once more: who has cancelled has left time behind. None where it cannot be driven."""
    try:
        planned = schedule(tour, drive_time)
    except BoardingRefused:
        return None
    return Planned(tour, planned) if holds(tour, planned) else None


def write_orders(session: Session, rides: Sequence[Ride], planned: Sequence[Planned]) -> None:
    """The stops of locked tours in another order, also from one to another, with the places taken between them.

    `planned` is by ride, and has all visits that the rides have had.
    """
    legs = {leg.id: leg for leg in holding_legs(session, [ride.id for ride in rides])}
    ends = {
        (leg.id, is_pickup): leg.board_stop_id if is_pickup else leg.alight_stop_id
        for leg in legs.values()
        for is_pickup in (True, False)
    }
    last_stops = [ride.stops[-1].id for ride in rides]
    by_id = {ride.id: ride for ride in rides}
    moved = _moved(planned, legs, by_id)
    for leg_id, ride in sorted(moved, key=lambda one: legs[one[0]].booking_id):  # the order of locks
        _move(session, legs[leg_id], ride)
    session.flush()
    session.execute(  # out of the way: both databases check uniqueness row by row
        update(RideStop)
        .where(RideStop.ride_id.in_(by_id), RideStop.seq > 0)
        .values(seq=-RideStop.seq)
        .execution_options(**_UNSYNCHRONISED)
    )
    for ride, one, last_stop in zip(rides, planned, last_stops, strict=True):
        visits = one.tour.visits
        for seq, visit in enumerate(visits, 1):
            stop_id = ends[visit.request_id, visit.is_pickup]
            _place(session, stop_id, ride_id=ride.id, seq=seq, known_s=visit.known_s)
        _place(session, last_stop, seq=len(visits) + 1)
        session.execute(
            delete(RideHop).where(RideHop.ride_id == ride.id).execution_options(**_UNSYNCHRONISED)
        )
        session.execute(
            sa.insert(RideHop), [_hop(ride, seq, load) for seq, load in enumerate(loads(one.tour))]
        )
        write_schedule(session, ride.id, one.schedule)
    session.expire_all()


def _place(session: Session, stop_id: str | None, **values: object) -> None:
    session.execute(
        update(RideStop).where(RideStop.id == stop_id).values(**values).execution_options(**_UNSYNCHRONISED)
    )


def _move(session: Session, leg: BookingLeg, ride: Ride) -> None:
    """The leg is driven by another tour; what its passenger sees stays."""
    before_id, leg.ride_id = leg.ride_id, ride.id
    booking = lock_booking(session, leg.booking_id)

    def moved(shown: Leg) -> Leg:
        boarding = shown.boarding
        if boarding is None or boarding.ride_id != before_id or shown.promise is None:
            return shown
        return replace(shown, boarding=replace(boarding, ride_id=ride.id))

    journey = journey_from_json(booking.journey)  # type: ignore[arg-type]
    booking.journey = dict(journey_json(replace(journey, legs=tuple(map(moved, journey.legs)))))


def _hop(ride: Ride, seq: int, load: tuple[int, ...]) -> dict[str, object]:
    seats, wheelchairs, luggage, bicycles = load
    return {
        "ride_id": ride.id,
        "seq": seq,
        "capacity": ride.seats,
        "taken": seats,
        "wheelchair_capacity": ride.wheelchairs,
        "wheelchair_taken": wheelchairs,
        "luggage_capacity": ride.luggage,
        "luggage_taken": luggage,
        "bicycle_capacity": ride.bicycles,
        "bicycle_taken": bicycles,
    }
