"""Seats in the database do what the arithmetic of the domain does, and the constraints hold by themselves."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mitfahr.db.rides import RideHop, lock_rides
from mitfahr.db.seats import delete_stop, give_back_seats, insert_stop, take_seats
from mitfahr.db.session import sessions
from mitfahr.domain.errors import Unknown
from mitfahr.domain.seats import Hop, Layout
from routing.query import Party
from tests.mitfahr.rides.rows import bare_stop, ride


def names_and_taken(session: Session, ride_id: str) -> tuple[str, list[tuple[int, int]]]:
    layout = lock_rides(session, [ride_id])[ride_id].layout
    return "".join(stop.name for stop in layout.stops), [
        (hop.taken, hop.wheelchair_taken) for hop in layout.hops
    ]


def test_a_stop_in_between_cuts_a_hop_and_goes_again(database: Engine) -> None:
    with sessions(database).begin() as session:
        ride_id = ride(session, "AMZ", seats=3).id
        assert take_seats(session, ride_id, 0, 2, Party(1))
        pickup = bare_stop("p", 1, ride_id)
        insert_stop(session, pickup)
        assert names_and_taken(session, ride_id) == ("ApMZ", [(1, 0), (1, 0), (1, 0)])
        assert take_seats(session, ride_id, 1, 3, Party(2))
        assert names_and_taken(session, ride_id) == ("ApMZ", [(1, 0), (3, 0), (3, 0)])
        give_back_seats(session, ride_id, 1, 3, Party(2))
        delete_stop(session, ride_id, pickup.id)
        assert names_and_taken(session, ride_id) == ("AMZ", [(1, 0), (1, 0)])


def test_no_room_on_one_hop_is_said(database: Engine) -> None:
    with sessions(database).begin() as session:
        ride_id = ride(session, "ABCD", seats=8, wheelchairs=1).id
        assert take_seats(session, ride_id, 1, 2, Party(7, 1))
        assert not take_seats(session, ride_id, 0, 3, Party(1))  # a ninth person on B → C
    with sessions(database).begin() as session:
        ride_id = ride(session, "AB", seats=2).id
        assert not take_seats(session, ride_id, 0, 1, Party(3))
        assert not take_seats(session, ride_id, 0, 1, Party(0, 1))


def test_luggage_and_bicycles_have_places_of_their_own(database: Engine) -> None:
    with sessions(database).begin() as session:
        ride_id = ride(session, "ABC", seats=3).id
        session.execute(sa.update(RideHop).values(luggage_capacity=2, bicycle_capacity=1))
        assert take_seats(session, ride_id, 0, 1, Party(1, 0, 2, 0))
        assert take_seats(session, ride_id, 1, 2, Party(1, 0, 1, 1))
        give_back_seats(session, ride_id, 0, 1, Party(1, 0, 1, 0))
    with sessions(database).begin() as session:
        hops = lock_rides(session, [ride_id])[ride_id].hops
        assert [(hop.luggage_taken, hop.bicycle_taken) for hop in hops] == [(1, 0), (1, 1)]
        assert not take_seats(session, ride_id, 0, 2, Party(1, 0, 0, 1))


@pytest.mark.parametrize(
    "change",
    [
        "taken = taken + 3",
        "taken = taken - 1",
        "wheelchair_taken = 1",
        "luggage_taken = 1",
        "luggage_taken = -1",
        "bicycle_taken = 1",
        "bicycle_capacity = -1",
        "wheelchair_capacity = -1",
        "capacity = -1",
    ],
)
def test_the_database_itself_refuses_overbooking(database: Engine, change: str) -> None:
    with sessions(database).begin() as session:
        ride_id = ride(session, "AB", seats=2).id
    with pytest.raises(IntegrityError, match="ck_ride_hop"), database.begin() as connection:
        connection.execute(sa.text(f"UPDATE ride_hop SET {change} WHERE ride_id = :id"), {"id": ride_id})


def test_nine_people_are_refused_by_the_database(database: Engine) -> None:
    with sessions(database).begin() as session:
        ride_id = ride(session, "AB", seats=8, wheelchairs=2).id
    with pytest.raises(IntegrityError, match="ck_ride_hop_people"), database.begin() as connection:
        connection.execute(
            sa.update(RideHop).where(RideHop.ride_id == ride_id).values(taken=8, wheelchair_taken=1)
        )


def test_locking_a_ride_that_is_gone_says_so(database: Engine) -> None:
    with pytest.raises(Unknown), sessions(database).begin() as session:
        lock_rides(session, ["nothing"])


@settings(max_examples=15)
@given(data=st.data())
def test_rows_and_arithmetic_agree(sqlite_rides: Engine, data: DataObject) -> None:
    """Any row of boardings and leavings gives the same stops and counts in both."""
    with sessions(sqlite_rides).begin() as session:
        ride_id = ride(session, "AZ", seats=8).id
        model: Layout[str] = Layout(("A", "Z"), (Hop(8),))
        on_board: list[tuple[str, str, str, str, int]] = []
        for number in range(data.draw(st.integers(1, 6))):
            if on_board and data.draw(st.booleans()):
                on, off, on_id, off_id, seats = on_board.pop(data.draw(st.integers(0, len(on_board) - 1)))
                first, last = model.stops.index(on), model.stops.index(off)
                model = model.give_back(first, last, Party(seats)).without_stop(last).without_stop(first)
                give_back_seats(session, ride_id, first, last, Party(seats))
                delete_stop(session, ride_id, off_id)
                delete_stop(session, ride_id, on_id)
                continue
            a = data.draw(st.integers(0, len(model.stops) - 2))
            b = data.draw(st.integers(a, len(model.stops) - 2))
            seats = data.draw(st.integers(1, 3))
            cut = model.with_stop_after(a, f"<{number}").with_stop_after(b + 1, f">{number}")
            if not cut.fits(a + 1, b + 2, Party(seats)):
                continue
            model = cut.take(a + 1, b + 2, Party(seats))
            pickup, dropoff = bare_stop(f"<{number}", a + 1, ride_id), bare_stop(f">{number}", b + 2, ride_id)
            insert_stop(session, pickup)
            insert_stop(session, dropoff)
            assert take_seats(session, ride_id, a + 1, b + 2, Party(seats))
            on_board.append((pickup.name, dropoff.name, pickup.id, dropoff.id, seats))
        rows = lock_rides(session, [ride_id])[ride_id].layout
        assert tuple(stop.name for stop in rows.stops) == model.stops
        assert rows.hops == model.hops
