"""Seats and stops of a locked ride, changed in place.

Every function here expects the caller to hold the ride's lock (`mitfahr.db.rides.lock_rides`). The
conditional UPDATE and the CHECK constraints are the net below the lock, not a replacement for it.
Rows that the session has read before are stale afterwards: read them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mitfahr.db.rides import RideHop, RideStop
from mitfahr.domain.seats import MAX_PASSENGERS
from routing.query import Party


def take_seats(session: Session, ride_id: str, first: int, last: int, party: Party) -> bool:
    """Take the party's places on every hop from stop `first` to stop `last`; False if one has no room.

    After False some hops may be taken and others not: the caller must roll back.
    """
    taken = session.execute(
        update(RideHop)
        .where(
            RideHop.ride_id == ride_id,
            RideHop.seq >= first,
            RideHop.seq < last,
            RideHop.taken + party.seats <= RideHop.capacity,
            RideHop.wheelchair_taken + party.wheelchairs <= RideHop.wheelchair_capacity,
            RideHop.luggage_taken + party.luggage <= RideHop.luggage_capacity,
            RideHop.bicycle_taken + party.bicycles <= RideHop.bicycle_capacity,
            RideHop.taken + RideHop.wheelchair_taken + party.people <= MAX_PASSENGERS,
        )
        .values(
            taken=RideHop.taken + party.seats,
            wheelchair_taken=RideHop.wheelchair_taken + party.wheelchairs,
            luggage_taken=RideHop.luggage_taken + party.luggage,
            bicycle_taken=RideHop.bicycle_taken + party.bicycles,
        )
        .returning(RideHop.seq)
        .execution_options(synchronize_session=False)
    )
    return len(taken.all()) == last - first


def give_back_seats(session: Session, ride_id: str, first: int, last: int, party: Party) -> None:
    """Free the party's places on every hop from stop `first` to stop `last`."""
    session.execute(
        update(RideHop)
        .where(RideHop.ride_id == ride_id, RideHop.seq >= first, RideHop.seq < last)
        .values(
            taken=RideHop.taken - party.seats,
            wheelchair_taken=RideHop.wheelchair_taken - party.wheelchairs,
            luggage_taken=RideHop.luggage_taken - party.luggage,
            bicycle_taken=RideHop.bicycle_taken - party.bicycles,
        )
        .execution_options(synchronize_session=False)
    )


def insert_stop(session: Session, stop: RideStop) -> None:
    """Put `stop` at its `seq`: later stops and hops move on, the hop it lies on is cut in two alike."""
    _shift(session, RideStop, stop.ride_id, stop.seq, +1)
    _shift(session, RideHop, stop.ride_id, stop.seq, +1)
    columns = [column.name for column in RideHop.__table__.columns if not column.primary_key]
    session.execute(
        insert(RideHop).from_select(
            ["ride_id", "seq", *columns],
            select(
                RideHop.ride_id, sa.literal(stop.seq), *(getattr(RideHop, name) for name in columns)
            ).where(RideHop.ride_id == stop.ride_id, RideHop.seq == stop.seq - 1),
        )
    )
    session.add(stop)
    session.flush()


def delete_stop(session: Session, ride_id: str, stop_id: str) -> None:
    """Take a stop out again, once nobody gets on or off there: its two hops become one."""
    seq = session.execute(delete(RideStop).where(RideStop.id == stop_id).returning(RideStop.seq)).scalar_one()
    session.execute(delete(RideHop).where(RideHop.ride_id == ride_id, RideHop.seq == seq))
    _shift(session, RideStop, ride_id, seq, -1)
    _shift(session, RideHop, ride_id, seq, -1)


def _shift(session: Session, row: type[RideStop] | type[RideHop], ride_id: str, seq: int, by: int) -> None:
    """Add `by` to every `seq` from `seq` on.

    In two steps through negative numbers: both databases check uniqueness row by row while they go.
    """
    unsynchronised = {"synchronize_session": False}
    session.execute(
        update(row)
        .where(row.ride_id == ride_id, row.seq >= seq)
        .values(seq=-(row.seq + by) - 1)
        .execution_options(**unsynchronised)
    )
    session.execute(
        update(row)
        .where(row.ride_id == ride_id, row.seq < 0)
        .values(seq=-row.seq - 1)
        .execution_options(**unsynchronised)
    )
