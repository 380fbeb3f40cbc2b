"""Offer places that have become free to those who wait for them, who came first first.

An offer is a booking of the whole way whose places on runs are held until the person has answered: nobody else gets
them in the meantime, and without an answer they lapse as every request does.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import live_revision, mark_changed
from mitfahr.db.session import one_view
from mitfahr.db.waiting import WaitEntry, open_entries, wait_entry_of
from mitfahr.domain.errors import BookingRefused, NothingServes
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import FALLEN, LegState
from mitfahr.domain.times import seconds
from mitfahr.domain.waiting import Outcome, answer_until_s
from mitfahr.messages import tell_place_free, tell_waited_in_vain
from mitfahr.offered import Offered, expiry_s
from mitfahr.services.book_journey import (
    bare_booking,
    check_rides,
    lock_for_booking,
    seats_or_refusal,
    write_booking,
)
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import possible_journeys, ride_ids_in
from mitfahr.services.ride_schedule import measured
from routing.errors import RoutingError
from routing.journey import Journey
from routing.query import LegKind
from routing.snapshot import Snapshot

OFFERED_WITH = frozenset({LegKind.BUERGERBUS, LegKind.TRANSIT, LegKind.RUFBUS})
"""A private ride on the way would have to be asked for as well: too much for one yes."""

log = logging.getLogger(__name__)


def offer_places(
    sessions: sessionmaker[Session],
    current: Callable[[], Snapshot],
    *,
    law: PriceLaw,
    now: dt.datetime,
) -> int:
    """Offer what is free and end waiting that is over, each entry in a transaction of its own; returns the offers.

    Only runs that have changed since are looked at; `current` gives the snapshot with the rides as they are, and is not
    asked where there are none.
    """
    with one_view(sessions) as session:
        revision = live_revision(session)
        entries = open_entries(session)
        endings = {entry.id: _ending(entry, now) for entry in entries}
    offered = 0
    for entry in entries:
        outcome = endings[entry.id]
        if outcome is not None:
            _end(sessions, entry.id, outcome, now)
        elif entry.booking_id is None and entry.looked_revision < max(entry.ride.changed_revision, 1):
            offered += _offer(sessions, current(), entry, law, now, revision)
    return offered


def _ending(entry: WaitEntry, now: dt.datetime) -> Outcome | None:
    """How the waiting has ended; None while it goes on."""
    if entry.booking is not None:
        of_run = [leg.state for leg in entry.booking.legs if leg.ride_id == entry.ride_id]
        if all(state in FALLEN for state in of_run):
            return Outcome.NOT_TAKEN
        return None if LegState.REQUESTED in of_run else Outcome.TAKEN
    over = entry.ride.withdrawn_at is not None or entry.ride.bookable_until_s < seconds(now)
    return Outcome.OVER if over else None


def _end(sessions: sessionmaker[Session], entry_id: str, outcome: Outcome, now: dt.datetime) -> None:
    with sessions.begin() as session:
        entry = wait_entry_of(session, entry_id, lock=True)
        if entry.ended_at is not None:
            return
        entry.ended_at, entry.outcome = now, outcome
        if outcome is Outcome.OVER:
            tell_waited_in_vain(session, entry, now)


def _offer(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    entry: WaitEntry,
    law: PriceLaw,
    now: dt.datetime,
    revision: int,
) -> bool:
    """Hold the places and tell the person, if there are enough."""
    journey = _way(sessions, snapshot, entry, now)
    is_held = False
    if journey is not None:
        try:
            is_held = _hold(sessions, snapshot, entry, journey, law, now)
        except (BookingRefused, NothingServes) as refused:
            log.info("wait entry %s: no offer (%s)", entry.id, type(refused).__name__)
    if not is_held:
        with sessions.begin() as session:
            kept = wait_entry_of(session, entry.id, lock=True)
            kept.looked_revision = max(kept.looked_revision, revision)
    return is_held


def _way(
    sessions: sessionmaker[Session], snapshot: Snapshot, entry: WaitEntry, now: dt.datetime
) -> Journey | None:
    """The quickest way with the run that the router finds now."""
    request = entry.request
    with one_view(sessions) as session:
        banned = closed_to(session, entry.person_id, request.needs, now)
    # every run but this one is left out, so that none that is a little better hides it
    others = {key for key, ride in snapshot.rides.items() if key != entry.ride_id}
    try:
        found = possible_journeys(snapshot, request, now, banned | others)
    except RoutingError:  # a stop that the serving timetable does not know
        return None
    ways = [one for one in found if entry.ride_id in ride_ids_in([one]) and _is_plain(one)]
    best = min(ways, key=lambda one: one.arrival_s - one.departure_s, default=None)
    return None if best is None else measured(snapshot, best)


def _is_plain(journey: Journey) -> bool:
    return all(leg.kind in OFFERED_WITH or leg.kind is LegKind.WALK for leg in journey.legs)


def _hold(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    entry: WaitEntry,
    journey: Journey,
    law: PriceLaw,
    now: dt.datetime,
) -> bool:
    request = entry.request
    prices: Sequence[None] = (None,) * len(journey.legs)
    offered = Offered(journey, request, tuple(prices), snapshot.timetable.version, expiry_s(now))
    with seats_or_refusal(request.party), sessions.begin() as session:
        rides = lock_for_booking(session, ride_ids_in([journey]))
        kept = wait_entry_of(session, entry.id, lock=True)
        if kept.ended_at is not None or kept.booking_id is not None:
            return False
        check_rides(session, rides, kept.person, now)
        booking = bare_booking(offered, kept.person, kept.created_by_id, now)
        write_booking(session, snapshot, booking, offered, law=law, now=now)
        until_s = answer_until_s(seconds(now), booking.departure_s)
        for leg in booking.legs:
            if leg.state is LegState.CONFIRMED and leg.ride and leg.ride.kind is RideKind.RUN:
                leg.state, leg.hold_until_s = LegState.REQUESTED, until_s
        kept.booking_id = booking.id
        tell_place_free(session, booking, until_s, now)
        mark_changed(session, rides)
    return True
