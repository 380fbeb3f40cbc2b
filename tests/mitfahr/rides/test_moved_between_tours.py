"""Two vehicles of one service: passengers are moved to the other one where that means less driving, and see nothing of it.

The service of `test_tours` with two vehicles; A to E lie two minutes from each other, both stand at A.
"""

from __future__ import annotations

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from mitfahr.db.blocks import PersonBlock
from mitfahr.db.bookings import Booking
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.rides import Ride
from mitfahr.domain.errors import BookingRefused
from mitfahr.domain.states import LegState
from mitfahr.services.improve_tours import improve_tours
from routing.query import Party
from tests.mitfahr.rides.portal import NOW
from tests.mitfahr.rides.test_tours import Club, _van, club

__all__ = ["club"]

TOMORROW_S = int((NOW + dt.timedelta(days=1)).timestamp())
WAYS = [("A", "B"), ("B", "D"), ("C", "E"), ("E", "A"), ("D", "C"), ("B", "E")]


def two_vans(club: Club, flex_s: int = 150) -> None:
    second = _van(club.portal, club.id, club.planner, "Zweiter Bus")
    club.keep(vehicle_ids=(club.van, second), flex_s=flex_s)


def improve(club: Club) -> int:
    return improve_tours(club.portal.sessions, club.portal.snapshot(), now=NOW, limit_s=0.05)


def ride_of(club: Club, booking_id: str) -> str:
    ride_id = club.portal.booking(booking_id).legs[0].ride_id
    assert ride_id is not None and ride_id == club.portal.booked_leg(booking_id, 0).boarding.ride_id  # type: ignore[union-attr]
    return ride_id


def seen(club: Club, booking_ids: list[str]) -> list[tuple[object, ...]]:
    """What passengers were told."""
    return [
        (leg.departure_s, leg.arrival_s, leg.state, leg.shown["promise"])
        for booking_id in booking_ids
        for leg in club.portal.booking(booking_id).legs
    ]


def one_in_each(club: Club) -> list[str]:
    """Two bookings in two vehicles of which one could drive both: others, who have cancelled, were in the way."""
    early = [club.book(club.leg("09:00", "A", "C"), party=Party(n)) for n in (3, 1)]
    late = [club.book(club.leg("10:00", "C", "E"), party=Party(n)) for n in (3, 1)]
    kept = [early[1], late[0]] if ride_of(club, early[0]) == ride_of(club, late[0]) else [early[0], late[0]]
    for one in {*early, *late} - {*kept}:
        club.cancel(one)
    assert len({ride_of(club, one) for one in kept}) == 2
    return kept


def messages(club: Club) -> int:
    with club.portal.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) or 0


def test_one_vehicle_takes_the_passengers_of_the_other(club: Club) -> None:
    two_vans(club)
    kept = one_in_each(club)
    before, told = seen(club, kept), messages(club)
    assert improve(club) == 2
    assert len({ride_of(club, one) for one in kept}) == 1
    assert (seen(club, kept), messages(club)) == (before, told)
    assert {
        club.portal.ride(tour.tour_id).reordered_at
        for tour in club.portal.snapshot().on_demand.tours.values()
        if tour.begins_s < TOMORROW_S
    } == {NOW}
    assert club.portal.contradictions() == []
    assert improve(club) == 0
    with club.portal.sessions.begin() as session:
        booking = session.get_one(Booking, kept[0])
        journey = booking.journey
        booking.journey = journey | {"legs": [leg | {"ride_id": "another"} for leg in journey["legs"]]}
    assert any("einem anderen Fahrzeug" in one for one in club.portal.contradictions())
    with club.portal.sessions.begin() as session:
        session.get_one(Booking, kept[0]).journey = journey
    for one in kept:
        club.cancel(one)
        assert club.portal.contradictions() == []
    assert {len(tour.visits) for tour in club.tours().values()} == {0}


def test_nobody_is_moved_to_whom_they_avoid_or_where_nobody_drives(club: Club) -> None:
    two_vans(club)
    kept = one_in_each(club)
    rides = [ride_of(club, one) for one in kept]
    drivers = [club.portal.person("Anna"), club.portal.person("Bodo")]

    def drives(ride_id: str, driver_id: str | None) -> None:
        with club.portal.sessions.begin() as session:
            session.get_one(Ride, ride_id).driver_id = driver_id

    drives(rides[0], drivers[0])
    assert improve(club) == 0
    drives(rides[1], drivers[1])
    with club.portal.sessions.begin() as session:
        for one, other in zip(kept, reversed(drivers), strict=True):
            rider_id = club.portal.booking(one).rider_id
            session.add(PersonBlock(blocker_id=rider_id, blocked_id=other, created_at=NOW))
    assert improve(club) == 0 and [ride_of(club, one) for one in kept] == rides
    with club.portal.sessions.begin() as session:
        session.execute(sa.delete(PersonBlock))
    assert improve(club) == 2 and club.portal.contradictions() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_booked_and_cancelled_nobody_is_promised_less(club: Club, seed: int) -> None:
    two_vans(club, flex_s=450)
    dice = random.Random(seed)
    booked: list[str] = []
    for _ in range(14):
        if booked and dice.random() < 0.35:
            club.cancel(booked.pop(dice.randrange(len(booked))))
        else:
            at = f"{dice.choice(['09', '10'])}:{dice.randrange(0, 60, 5):02}"
            party = Party(dice.randint(1, 2), wheelchairs=dice.randint(0, 1))
            try:
                booked.append(club.book(club.leg(at, *dice.choice(WAYS)), party=party))
            except BookingRefused:
                continue
        before = seen(club, booked)
        improve(club)
        assert seen(club, booked) == before and club.portal.contradictions() == []
    for one in booked:
        ride_of(club, one)


def test_who_cancels_while_passengers_are_moved_frees_the_right_places(club: Club) -> None:
    two_vans(club)
    booked = [
        club.book(club.leg(f"{hour}:{minute}", *way))
        for (hour, minute), way in zip(
            [("09", "00"), ("09", "05"), ("09", "30"), ("10", "00")] * 2, WAYS + WAYS[:2], strict=True
        )
    ]
    snapshot = club.portal.snapshot()
    with ThreadPoolExecutor(4) as pool:
        moving = [
            pool.submit(improve_tours, club.portal.sessions, snapshot, now=NOW, limit_s=0.05)
            for _ in range(2)
        ]
        cancelled = list(pool.map(club.cancel, booked[:4]))
        assert len(cancelled) == 4 and all(one.result() >= 0 for one in moving)
    improve(club)
    states = [club.portal.booking(one).legs[0].state for one in booked]
    assert states == [LegState.CANCELLED] * 4 + [LegState.CONFIRMED] * 4
    assert club.portal.contradictions() == []
