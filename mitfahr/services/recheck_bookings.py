"""Look at the booked journeys again: after a switch of the timetable, after going back, when delays change.

What is booked stands in the database as it was last found to hold, with the name of the arrays it was held
against. So it does not matter who calls this how often, or who was killed in between: a journey that was carried over
is as the timetable says and nothing is to do; legs that were let fall are not looked at any more; and a booking made
against the old arrays in the very second of a switch is one that was not checked against the new ones.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.carry_over import Booked, Carried, Fate, World, carry_over
from mitfahr.db.bookings import (
    Booking,
    BookingLeg,
    StoredJourney,
    booking_of,
    journeys_to_come,
    lock_booking,
    mark_checked,
)
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.session import one_view
from mitfahr.db.timetables import serving_folders
from mitfahr.domain.states import FALLEN, LegState, Side
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json, journey_json
from mitfahr.messages import tell_drivers_freed, tell_fallen, tell_shifted
from mitfahr.services.find_replacement import find_replacement
from mitfahr.services.release_legs import legs_to_come, lock_booked, release_leg, release_others, rides_of
from mitfahr.services.told_areas import told_area
from routing.journey import Journey
from routing.query import LegKind
from routing.snapshot import Snapshot

DELAYS_AHEAD_S = 36 * 3600
"""Live data speaks of today, and of the night after it."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Rechecked:
    """How many bookings were looked at, by what became of them."""

    unchanged: int = 0
    shifted: int = 0
    broken: int = 0
    stop_gone: int = 0
    not_yet: int = 0

    @classmethod
    def of(cls, fates: Counter[Fate]) -> Rechecked:
        return cls(**{fate.value: fates[fate] for fate in Fate})

    @property
    def looked_at(self) -> int:
        return self.unchanged + self.shifted + self.broken + self.stop_gone + self.not_yet


def recheck_bookings(
    sessions: sessionmaker[Session], snapshot: Snapshot, *, now: dt.datetime, only_new: bool = False
) -> Rechecked:
    """Hold bookings against `snapshot`, which must be of what serves, with what is known of today's trips.

    Looked at are journeys that were not held against these arrays yet and (but for `only_new`), while live data says
    anything, those of today. Each booking that changes is a transaction of its own: shifted ones get their new times and their riders a
    mail; those that broke lose the leg and what hangs on it, and their riders get the reason and the best new way.
    """
    world = World(snapshot)
    ahead_s = DELAYS_AHEAD_S if snapshot.live.expected and not only_new else None
    with one_view(sessions) as session:
        if not _serves(session, world):
            return Rechecked()
        waiting = journeys_to_come(session, seconds(now), unless_checked=world.name, ahead_s=ahead_s)
    fates: Counter[Fate] = Counter()
    same: list[str] = []
    for stored in waiting:
        booked = _stored(stored)
        carried = carry_over(world, booked)
        if _is_same(booked, carried):
            fates[carried.fate] += 1
            same.append(stored.booking_id)
        else:
            fates.update(_carry(sessions, world, stored.booking_id, now))
    for part in _parts(same):
        with sessions.begin() as session:
            if _serves(session, world):
                mark_checked(session, part, world.name)
    return Rechecked.of(fates)


def foresee_recheck(session: Session, snapshot: Snapshot, *, now: dt.datetime) -> Rechecked:
    """What `recheck_bookings` would find if `snapshot` served; changes nothing."""
    world = World(snapshot)
    stored = journeys_to_come(session, seconds(now))
    return Rechecked.of(Counter(carry_over(world, _stored(one)).fate for one in stored))


def _carry(sessions: sessionmaker[Session], world: World, booking_id: str, now: dt.datetime) -> list[Fate]:
    """Write down what has become of one booking; its fate, or nothing where there is no more to do."""
    with sessions.begin() as session:
        locked = _locked(session, world, booking_id, now)
        if locked is None:
            return []
        booking, carried = locked
        before = [(leg.departure_s, leg.origin_name, leg.arrival_s) for leg in booking.legs]
        _write(booking, carried, world)
        if not carried.lost:
            booking.checked_against = world.name
            if carried.fate is Fate.SHIFTED:
                booking.shifted_at = now
                tell_shifted(session, booking, before, now)
            return [carried.fate]
        missed = frozenset(ride_id for i in carried.lost if (ride_id := booking.legs[i].ride_id) is not None)
    # A second transaction: the search for another way reads what the first one wrote, and takes its time.
    way = find_replacement(sessions, world.snapshot, booking_id=booking_id, without_rides=missed, now=now)
    with sessions.begin() as session:
        locked = _locked(session, world, booking_id, now)
        if locked is None:
            return []
        booking, carried = locked
        if not carried.lost:
            return []  # live data took it back meanwhile: the next call sees to it
        _let_fall(session, booking, carried, now, way)
        booking.checked_against = world.name
    return [carried.fate]


def _locked(
    session: Session, world: World, booking_id: str, now: dt.datetime
) -> tuple[Booking, Carried] | None:
    """The booking under the locks of its rides and its own, looked at again; None if nothing of it is to come."""
    if not _serves(session, world):
        return None
    lock_booked(session, booking_of(session, booking_id))
    booking = lock_booking(session, booking_id)
    to_come = legs_to_come(booking, now)
    if not to_come:
        return None
    standing = [leg.seq for leg in booking.legs if leg.state not in FALLEN]
    booked = Booked(
        journey_from_json(booking.journey),  # type: ignore[arg-type]
        TripRequest.from_json(booking.question),
        frozenset(leg.seq for leg in to_come),
        frozenset(standing),
    )
    return booking, carry_over(world, booked)


def _write(booking: Booking, carried: Carried, world: World) -> None:
    """The journey as it is now; prices and places on rides stay as they are."""
    timetable = world.snapshot.timetable
    journey = carried.journey
    booking.journey = dict(journey_json(journey))
    booking.question = carried.request.as_json()
    booking.timetable_version = timetable.version
    booking.departure_s, booking.arrival_s = journey.departure_s, journey.arrival_s
    vehicles = [leg for leg in journey.legs if leg.kind is not LegKind.WALK]
    for row, leg in zip(booking.legs, vehicles, strict=True):
        if row.ride_id is not None or row.seq in carried.lost:
            continue
        row.kind = leg.kind
        row.departure_s, row.arrival_s = leg.departure_s, leg.arrival_s
        row.origin_name, row.destination_name = leg.origin.name, leg.destination.name
        row.origin_area, row.destination_area = (
            told_area(timetable, place) for place in (leg.origin, leg.destination)
        )
        row.origin_lat, row.origin_lon = leg.origin.lat, leg.origin.lon
        row.destination_lat, row.destination_lon = leg.destination.lat, leg.destination.lon


def _let_fall(
    session: Session, booking: Booking, carried: Carried, now: dt.datetime, way: Journey | None
) -> None:
    lost: list[BookingLeg] = []
    for seq, reason in carried.lost.items():
        leg = booking.legs[seq]
        release_leg(session, leg, LegState.CANCELLED, Side.OPERATOR, now, reason)
        lost.append(leg)
    others = release_others(session, booking, lost, now)
    tell_fallen(session, lost, others, now, way)
    tell_drivers_freed(session, lost, now)
    rides = rides_of(booking)
    if rides:
        mark_changed(session, rides)


def _stored(stored: StoredJourney) -> Booked:
    return Booked(
        journey_from_json(stored.journey),  # type: ignore[arg-type]
        TripRequest.from_json(stored.question),
        stored.to_come,
        stored.standing,
    )


def _is_same(booked: Booked, carried: Carried) -> bool:
    """Whether nothing is to be written, not even another id."""
    return not carried.lost and (carried.journey, carried.request) == (booked.journey, booked.request)


def _serves(session: Session, world: World) -> bool:
    """Whether these arrays are still the serving ones: a process that is late must not take anybody back."""
    serving = serving_folders(session)
    return serving is None or not world.snapshot.links.timetable or serving.timetable == world.name


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]
