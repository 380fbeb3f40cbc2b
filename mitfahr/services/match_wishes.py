"""Look whether new rides fit what people wish for, and tell each of them once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import live_revision
from mitfahr.db.rides import Ride
from mitfahr.db.session import one_view
from mitfahr.db.wishes import Wish, WishFit, mark_looked_at, open_wishes, rides_since
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local, seconds
from mitfahr.domain.wishes import helps, request_on
from mitfahr.messages import tell_wish_fits
from mitfahr.services.closed_rides import closed_to
from routing.errors import RoutingError
from routing.journey import Journey
from routing.search import search
from routing.snapshot import Snapshot

WALK_M = 1500.0
ROADS_BEND_M = 2000.0
"""How far a road may lead away from the straight line between two stops."""

DETOUR_M_S = 10.0
"""Metres to one side for each second of a detour's budget: out and back at 72 km/h."""


@dataclass(frozen=True, slots=True)
class _Found:
    ride_id: str
    day: dt.date
    departure_s: int
    arrival_s: int


def match_wishes(
    sessions: sessionmaker[Session], current: Callable[[], Snapshot], *, now: dt.datetime
) -> int:
    """Match open wishes with rides that have changed since they were last looked at; returns the mails sent.

    Each wish commits by itself. `current` gives the snapshot with the rides as they are; it is taken after the
    revision was read, so that no ride is passed over, and not at all where nothing has changed. A ride counts
    for a wish once, a series of rides too, however often they change.
    """
    with one_view(sessions) as session:
        revision = live_revision(session)
        wishes = [
            w for w in open_wishes(session, local(seconds(now)).date()) if w.matched_revision < revision
        ]
        if not wishes:
            return 0
        rides = rides_since(session, min(wish.matched_revision for wish in wishes), seconds(now))
    snapshot = current() if rides else None
    told = 0
    for wish in wishes:
        changed = [ride for ride in rides if ride.changed_revision > wish.matched_revision]
        by_day = _possible(wish, changed)
        found = _found(sessions, snapshot, wish, by_day, now) if snapshot is not None and by_day else {}
        told += _keep(sessions, wish.id, found, revision, now)
    return told


def reach_m(ride: Ride) -> float:
    """How far from the straight lines between its stops a ride may take people up."""
    return WALK_M if ride.kind is RideKind.RUN else WALK_M + ROADS_BEND_M + ride.budget_s * DETOUR_M_S


def _possible(wish: Wish, rides: list[Ride]) -> dict[dt.date, set[str]]:
    """Rides worth asking the router about, by day of the wish."""
    by_day: dict[dt.date, set[str]] = defaultdict(set)
    party, known = wish.request.party, {fit.ride_id for fit in wish.fits}
    for ride in rides:
        if ride.id in known or not any(
            hop.capacity - hop.taken >= party.seats
            and hop.wheelchair_capacity - hop.wheelchair_taken >= party.wheelchairs
            for hop in ride.hops
        ):
            continue
        days = wish.days.meets(ride.begins_s, ride.ends_s)
        way = [(stop.lat, stop.lon) for stop in ride.stops]
        if days and helps(way, reach_m(ride), wish.origin, wish.destination):
            for day in days:
                by_day[day].add(ride.id)
    return by_day


def _found(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    wish: Wish,
    by_day: Mapping[dt.date, set[str]],
    now: dt.datetime,
) -> dict[str, _Found]:
    """What the router finds with these rides, by ride id: of several journeys with a ride the quickest."""
    request, found = wish.request, dict[str, _Found]()
    with one_view(sessions) as session:
        banned = closed_to(session, wish.person_id, request.needs, now)
    for day, ride_ids in sorted(by_day.items()):
        asked = request_on(request, wish.days, day)
        try:
            journeys = search(snapshot, asked.query(booked_at=now, banned=banned))
        except RoutingError:  # a stop that the serving timetable does not know
            continue
        for journey in sorted(journeys, key=lambda one: one.arrival_s - one.departure_s):
            for ride_id in _rides_in(journey) & ride_ids - found.keys():
                found[ride_id] = _Found(ride_id, day, journey.departure_s, journey.arrival_s)
    return found


def _rides_in(journey: Journey) -> set[str]:
    return {leg.boarding.ride_id for leg in journey.legs if leg.boarding is not None}


def _keep(
    sessions: sessionmaker[Session],
    wish_id: str,
    found: Mapping[str, _Found],
    revision: int,
    now: dt.datetime,
) -> int:
    """Write what is new and tell it in one mail, if mails are wanted; 1 if one was written."""
    with sessions.begin() as session:
        wish = session.scalar(select(Wish).where(Wish.id == wish_id).with_for_update(of=Wish))
        if wish is None:
            return 0
        mark_looked_at(session, [wish_id], revision)
        if wish.ended_at is not None or wish.matched_revision >= revision:
            return 0
        known_rides = {fit.ride_id for fit in wish.fits}
        known_offers = {fit.offer_id for fit in wish.fits}
        fits = []
        for one in found.values():
            ride = session.get(Ride, one.ride_id)
            if ride is None or ride.withdrawn_at is not None or ride.id in known_rides:
                continue
            fits.append(
                WishFit(
                    wish_id=wish_id,
                    ride=ride,
                    offer_id=_offer_id(ride),
                    day=one.day,
                    departure_s=one.departure_s,
                    arrival_s=one.arrival_s,
                    found_at=now,
                )
            )
        wish.fits.extend(fits)
        news = {fit.offer_id: fit for fit in reversed(fits) if fit.offer_id not in known_offers}
        if not news or OptionalMail.WISH_FITS not in wish.person.wanted_mails:
            return 0
        tell_wish_fits(session, wish, sorted(news.values(), key=lambda fit: fit.departure_s), now)
    return 1


def _offer_id(ride: Ride) -> str:
    return ride.id if ride.series_id is None else f"{ride.series_id}-{ride.series_direction}"
