"""Whoever drives a run says how late it is: searches know at once, passengers are told, their journeys follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.run_progress import check_late, next_stop
from mitfahr.domain.states import HOLDING, LIVE, LegState
from mitfahr.domain.times import seconds
from mitfahr.itinerary import journey_from_json, journey_json, leg_from_json
from mitfahr.legs_now import journey_with
from mitfahr.messages import tell_delay
from mitfahr.services.drive_run import check_drivable, require_driving
from routing.journey import Leg

TOLD_FROM_S = 60
"""A shorter change is not worth a message."""
COMING = (HOLDING | {LegState.NOTED}) - {LegState.NO_SHOW}
"""Who is expected or in the vehicle, with a booking or without."""


def say_delay(
    sessions: sessionmaker[Session],
    *,
    ride_id: str,
    actor_id: str,
    late_s: int,
    now: dt.datetime,
    said_at: dt.datetime | None = None,
) -> int:
    """The run reaches its next stop by `late_s` too late (0: on time); commits. Returns how many were told.

    `said_at` is when it was said, if it was sent later: a newer word stays. Said again, it changes nothing. The worker
    looks at the later legs of the passengers (`recheck_bookings`): whoever misses one is offered another way. Raises
    Unknown, NotAllowed, WindowInvalid (later than anybody waits), RunNotNow.
    """
    check_late(late_s)
    said_at = min(said_at or now, now)
    with sessions.begin() as session:
        ride = lock_rides(session, [ride_id])[ride_id]
        require_driving(session, ride, actor_id)
        check_drivable(ride, now)
        if not ride.kind.keeps_stops:  # `delay_tour`
            raise NotAllowed("say_delay")
        if ride.late_at is not None and ride.late_at > said_at:
            return 0
        first = next_stop(ride.published_s, ride.stops_done, late_s, seconds(now))
        ride.late_from, ride.late_s, ride.late_at = first, late_s, said_at
        told = sum(
            _follow(session, ride, booking_id, first, now) for booking_id in expected_bookings(session, ride)
        )
        mark_changed(session, [ride_id])
    return told


def expected_bookings(session: Session, ride: Ride) -> list[str]:
    """Ids of bookings of who is expected or in the vehicle, in the order in which they are locked."""
    rows = select(BookingLeg.booking_id).where(BookingLeg.ride_id == ride.id, BookingLeg.state.in_(COMING))
    return sorted(session.scalars(rows))


def _follow(session: Session, ride: Ride, booking_id: str, first: int, now: dt.datetime) -> bool:
    """Write the expected times into a booking; whether its rider is told."""
    booking = lock_booking(session, booking_id)
    leg = next((leg for leg in booking.legs if leg.ride_id == ride.id and leg.state in COMING), None)
    boarding = leg_from_json(leg.shown).boarding if leg is not None else None  # type: ignore[arg-type]
    if leg is None or boarding is None:
        return False  # cancelled in this very moment
    board, alight = boarding.board_after, boarding.alight_after
    before_s = leg.departure_s, leg.arrival_s
    if board >= first:
        leg.departure_s = ride.expected_s[board][1]
    if alight >= first:
        leg.arrival_s = ride.expected_s[alight][0]
    if (leg.departure_s, leg.arrival_s) == before_s:
        return False
    planned_s = ride.published_s[board][1], ride.published_s[alight][0]
    write_expected(booking, leg, planned_s)
    moved_s = max(abs(leg.departure_s - before_s[0]), abs(leg.arrival_s - before_s[1]))
    if leg.state not in LIVE or board < first or moved_s < TOLD_FROM_S:
        return False
    booking.shifted_at = now
    tell_delay(session, leg, before_s, now)
    return True


def write_expected(booking: Booking, row: BookingLeg, planned_s: tuple[int, int]) -> None:
    """The journey with this leg as it is expected now, and what was published beside it; to be looked at anew."""

    def as_expected(leg: Leg) -> Leg:
        if leg.boarding is None or leg.boarding.ride_id != row.ride_id:
            return leg
        is_late = planned_s != (row.departure_s, row.arrival_s)
        return replace(
            leg,
            departure_s=row.departure_s,
            arrival_s=row.arrival_s,
            planned_departure_s=planned_s[0] if is_late else None,
            planned_arrival_s=planned_s[1] if is_late else None,
        )

    journey = journey_with(journey_from_json(booking.journey), as_expected)  # type: ignore[arg-type]
    booking.journey = dict(journey_json(journey))
    booking.departure_s, booking.arrival_s = journey.departure_s, journey.arrival_s
    booking.checked_against = None
