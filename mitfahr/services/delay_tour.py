"""Whoever drives a tour on demand says when they will be at their next stop: the rest of the tour is reckoned from there.

Nothing was promised to the minute, so nobody hears of a delay that stays within their promise. Whoever can no longer be
met or brought as promised is told by when; that counts as their promise from then on, so nobody who books later
makes them wait longer.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import BookingLeg, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideStop, lock_rides
from mitfahr.domain.errors import NotAllowed, WindowInvalid
from mitfahr.domain.rides import RideKind
from mitfahr.domain.run_progress import check_late
from mitfahr.domain.states import LIVE
from mitfahr.domain.times import seconds
from mitfahr.messages import tell_tour_delay
from mitfahr.services.drive_run import check_drivable, require_driving
from mitfahr.services.live_tours import router_tours
from mitfahr.services.say_delay import COMING, TOLD_FROM_S, expected_bookings, write_expected
from mitfahr.services.take_request import write_schedule
from routing.demand_fleet import drive_table
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import Schedule, schedule


def delay_tour(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    ride_id: str,
    actor_id: str,
    stop_id: str,
    reached_s: int | None,
    now: dt.datetime,
    said_at: dt.datetime | None = None,
) -> int:
    """The vehicle reaches this stop of the tour at a moment (UTC seconds; None: as planned); commits.

    Returns how many were told. `said_at` is when it was said, if it was sent later: a newer word stays. Said again, it
    changes nothing. The worker looks at the later legs of the passengers. Raises Unknown, NotAllowed, RunNotNow,
    WindowInvalid (the tour does not come to this stop any more, or later than anybody waits).
    """
    said_at = min(said_at or now, now)
    with sessions.begin() as session:
        ride = lock_rides(session, [ride_id])[ride_id]
        require_driving(session, ride, actor_id)
        check_drivable(ride, now)
        if ride.kind is not RideKind.DEMAND:
            raise NotAllowed("delay_tour")
        if ride.late_at is not None and ride.late_at > said_at:
            return 0
        ride.late_at = said_at
        _reckon(session, snapshot, ride, stop_id, None if reached_s is None else max(reached_s, seconds(now)))
        told = sum(_follow(session, ride, booking_id, now) for booking_id in expected_bookings(session, ride))
        mark_changed(session, [ride_id])
    return told


def _reckon(session: Session, snapshot: Snapshot, ride: Ride, stop_id: str, reached_s: int | None) -> None:
    """Write when the locked tour is where from now on, and what has become of its promises."""
    visits = ride.stops[1:-1]
    late = next((stop for stop in visits if stop.id == stop_id and stop.seq >= ride.stops_done), None)
    if late is None:
        raise WindowInvalid("stops")
    for stop in visits[late.seq - 1 :]:
        stop.said_s = None
    planned = _planned(session, snapshot, ride)
    planned_s = planned.reached_s[late.seq - 1]
    if reached_s is not None and reached_s > planned_s:
        check_late(reached_s - planned_s)
        late.said_s = reached_s
        planned = _planned(session, snapshot, ride)
    for stop, expected_s in zip(visits, planned.reached_s, strict=False):
        if stop.seq >= late.seq:
            stop.told_s = expected_s if expected_s > (stop.latest_s or 0) else None
    session.flush()
    write_schedule(session, ride.id, planned)


def _planned(session: Session, snapshot: Snapshot, ride: Ride) -> Schedule:
    session.flush()
    tour = router_tours(session, [ride])[ride.id]
    drive_time = drive_table(snapshot.streets, [tour.base, *(visit.place for visit in tour.visits)])
    try:
        return schedule(tour, drive_time)
    except BoardingRefused as refused:
        raise WindowInvalid("stops") from refused  # no road leads there any more


def _follow(session: Session, ride: Ride, booking_id: str, now: dt.datetime) -> bool:
    """Write what can be kept into a booking; whether its rider is told."""
    booking = lock_booking(session, booking_id)
    leg = next((leg for leg in booking.legs if leg.ride_id == ride.id and leg.state in COMING), None)
    ends = None if leg is None else _ends(ride, leg)
    if leg is None or ends is None:
        return False  # cancelled in this very moment
    on, off = ends
    before_s = leg.departure_s, leg.arrival_s
    is_waiting = on.seq >= ride.stops_done
    if is_waiting:
        leg.departure_s = on.told_s or on.earliest_s or leg.departure_s
    leg.arrival_s = off.held_until_s
    if (leg.departure_s, leg.arrival_s) == before_s:
        return False
    write_expected(booking, leg, (on.earliest_s or leg.departure_s, off.latest_s or leg.arrival_s))
    moved_s = max(abs(leg.departure_s - before_s[0]), abs(leg.arrival_s - before_s[1]))
    if leg.state not in LIVE or not is_waiting or moved_s < TOLD_FROM_S:
        return False
    booking.shifted_at = now
    tell_tour_delay(session, leg, now, is_later=leg.departure_s > before_s[0] or leg.arrival_s > before_s[1])
    return True


def _ends(ride: Ride, leg: BookingLeg) -> tuple[RideStop, RideStop] | None:
    stops = {stop.id: stop for stop in ride.stops}
    on, off = stops.get(leg.board_stop_id or ""), stops.get(leg.alight_stop_id or "")
    return None if on is None or off is None else (on, off)
