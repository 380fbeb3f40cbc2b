"""Drive the tours of on-demand services in a better order, at fixed moments; nobody is promised anything else."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.better_tours import Planned, better_tours
from mitfahr.db.bookings import holding_legs
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideHop, RideStop, lock_rides
from mitfahr.domain.times import seconds
from mitfahr.services.live_tours import router_tours
from mitfahr.services.take_request import write_schedule
from routing.demand_fleet import drive_table
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import PlaceDriveTime, Tour, holds, loads, schedule

AHEAD_S = 24 * 3600
"""What begins later will still change: many book on the day before."""


def improve_tours(sessions: sessionmaker[Session], snapshot: Snapshot, *, now: dt.datetime) -> int:
    """Every tour that runs or begins within a day; commits tour by tour; returns how many are driven otherwise.

    The solver works without any lock. What it found is written only if nobody has booked, cancelled or driven on
    meanwhile; otherwise the next time comes.
    """
    now_s = seconds(now)
    return sum(
        _improve(sessions, snapshot, tour, now_s)
        for _, tour in sorted(snapshot.on_demand.tours.items())
        if tour.visits and tour.begins_s < now_s + AHEAD_S
    )


def _improve(sessions: sessionmaker[Session], snapshot: Snapshot, tour: Tour, now_s: int) -> bool:
    places = [tour.base, *(visit.place for visit in tour.visits)]
    drive_time = drive_table(snapshot.streets, places)
    found = better_tours([tour], drive_time, now_s)
    planned = found[0] if found is not None else _as_it_is(tour, drive_time)
    if planned is None:
        return False
    with sessions.begin() as session:
        ride = lock_rides(session, [tour.tour_id])[tour.tour_id]
        if ride.withdrawn_at is not None or router_tours(session, [ride])[ride.id] != tour:
            return False
        if found is None:
            write_schedule(session, ride.id, planned.schedule)
            return False
        write_order(session, ride, planned)
        mark_changed(session, [ride.id])
    return True


def _as_it_is(tour: Tour, drive_time: PlaceDriveTime) -> Planned | None:
    """The times of the tour once more: who has cancelled has left time behind. None where it cannot be driven."""
    try:
        planned = schedule(tour, drive_time)
    except BoardingRefused:
        return None
    return Planned(tour, planned) if holds(tour, planned) else None


def write_order(session: Session, ride: Ride, planned: Planned) -> None:
    """The stops of the locked tour in another order, with the places taken between them."""
    stop_of = {
        (leg.id, is_pickup): leg.board_stop_id if is_pickup else leg.alight_stop_id
        for leg in holding_legs(session, [ride.id])
        for is_pickup in (True, False)
    }
    visits = planned.tour.visits
    unsynchronised = {"synchronize_session": False}
    session.execute(  # out of the way: both databases check uniqueness row by row
        update(RideStop)
        .where(RideStop.ride_id == ride.id, RideStop.seq > 0, RideStop.seq <= len(visits))
        .values(seq=-RideStop.seq)
        .execution_options(**unsynchronised)
    )
    for seq, visit in enumerate(visits, 1):
        session.execute(
            update(RideStop)
            .where(RideStop.id == stop_of[visit.request_id, visit.is_pickup])
            .values(seq=seq, known_s=visit.known_s)
            .execution_options(**unsynchronised)
        )
    session.execute(delete(RideHop).where(RideHop.ride_id == ride.id).execution_options(**unsynchronised))
    session.execute(
        sa.insert(RideHop), [_hop(ride, seq, load) for seq, load in enumerate(loads(planned.tour))]
    )
    write_schedule(session, ride.id, planned.schedule)
    session.expire_all()


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
