"""Does a journey that somebody kept still hold, and if not: why, and how does one get on?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.journey_link import LinkedLeg
from mitfahr.legs_now import leg_now
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import Answer, answer_of
from mitfahr.services.ride_schedule import measured
from mitfahr.walk_ways import walk_ways
from routing import changes
from routing.check import check
from routing.errors import UnknownStop
from routing.journey import Journey, Leg, Place
from routing.legs import stop_place
from routing.query import LegKind, Query, StopRef
from routing.reasons import Reason
from routing.search import search
from routing.snapshot import Snapshot

LONGEST_WALK_S = 1800
"""As long as anybody may ask for: a link does not say how far its maker walks."""
WINDOW_S = 2 * 3600


@dataclass(frozen=True, slots=True)
class Recheck:
    """`now` is the kept journey at the times that are expected of it, with its token where it can still be booked.

    `reasons` are those of its vehicles by number, from 0; of a change that is missed: of the vehicle that is missed.
    `gone_stops` are ids that the timetable no longer has. `other` is the next way, from the place where the
    kept one ends early (`other_from`, None: from its beginning); None where nothing is wrong or nothing else goes.
    """

    now: Answer
    reasons: Mapping[int, Reason]
    gone_stops: tuple[str, ...]
    is_past: bool
    other: Answer | None
    other_from: Place | None

    @property
    def holds(self) -> bool:
        return not self.reasons and not self.gone_stops and not self.is_past


def recheck_journey(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    linked: Sequence[LinkedLeg],
    *,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
    person_id: str | None = None,
) -> Recheck:
    """Look at each vehicle of a link again, as one person would travel it now."""
    request = TripRequest(
        StopRef(linked[0].origin_id),
        StopRef(linked[-1].destination_id),
        moment(linked[0].departure_s),
        max_walk_s=LONGEST_WALK_S,
    )
    gone = tuple(
        dict.fromkeys(
            stop_id
            for leg in linked
            for stop_id in (leg.origin_id, leg.destination_id)
            if stop_id not in snapshot.timetable.stop_by_id
        )
    )
    with readers() as session:
        banned = closed_to(session, person_id, request.needs, now)
    query = request.query(booked_at=now, banned=banned)
    legs = [leg.leg(_place(snapshot, leg.origin_id), _place(snapshot, leg.destination_id)) for leg in linked]
    reasons: dict[int, Reason] = {}
    other: Journey | None = None
    other_from: Place | None = None
    is_past = linked[0].departure_s <= seconds(now)
    if not gone:
        legs, reasons = _as_they_run(snapshot, query, legs)
    if reasons or is_past:
        found = _found(snapshot, query, legs, now)
        same = next((one for one in found if _signature(one.legs) == _signature(legs)), None)
        if same is not None and not is_past:
            legs, reasons = [leg for leg in same.legs if leg.kind is not LegKind.WALK], {}
        else:
            other = _soonest(found)
            missed = next((i for i, reason in reasons.items() if reason is Reason.CHANGE_TOO_SHORT), 0)
            if missed and not is_past:
                on = replace(
                    query,
                    origin=StopRef(linked[missed - 1].destination_id),
                    when=moment(legs[missed - 1].arrival_s),
                )
                onward = _soonest(search(snapshot, replace(on, window_s=0)))
                other, other_from = onward or other, legs[missed - 1].destination if onward else None
    journey = measured(snapshot, _with_walks(snapshot, query, legs))
    with readers() as session:

        def shown(one: Journey, asked: TripRequest) -> Answer:
            answer = answer_of(
                session, asked, [one], snapshot.timetable.version, now=now, secret_key=secret_key, law=law
            )
            return replace(answer, walks=walk_ways(snapshot, [one], avoids_stairs=asked.avoids_steps))

        answer = shown(journey, request)
        if reasons or gone or is_past:
            (itinerary,) = answer.itineraries
            answer = replace(answer, itineraries=(replace(itinerary, token=None),))
        from_there = (
            request
            if other_from is None or other_from.stop_id is None
            else replace(request, origin=StopRef(other_from.stop_id))
        )
        return Recheck(
            now=answer,
            reasons=reasons,
            gone_stops=gone,
            is_past=is_past,
            other=shown(measured(snapshot, other), replace(from_there, when=moment(other.departure_s)))
            if other
            else None,
            other_from=other_from,
        )


def _place(snapshot: Snapshot, stop_id: str) -> Place:
    """A stop that is gone keeps its id as a name."""
    try:
        return stop_place(snapshot, snapshot.timetable.stop(stop_id))
    except UnknownStop:
        return Place(stop_id, 0.0, 0.0, stop_id)


def _as_they_run(
    snapshot: Snapshot, query: Query, legs: Sequence[Leg]
) -> tuple[list[Leg], dict[int, Reason]]:
    """The vehicles at their expected times, and why single ones, or the changes to them, do not hold."""
    running, reasons = [], dict[int, Reason]()
    for i, planned in enumerate(legs):
        leg = planned
        if planned.boarding is None:
            leg = leg_now(snapshot.live, query.party, planned)
        else:
            ride = snapshot.rides.get(planned.boarding.ride_id)
            leg = planned if ride is None else replace(planned, bookable_until_s=ride.deadline_s)
        found = [reason for reason in _reasons(snapshot, query, [leg]) if reason is not Reason.NO_WAY]
        if found:
            reasons[i] = found[0]
        running.append(leg)
    for i, (before, after) in enumerate(pairwise(running), start=1):
        if reasons.keys() & {i - 1, i}:
            continue
        if Reason.CHANGE_TOO_SHORT in _reasons(snapshot, query, [before, after]):
            reasons[i] = Reason.CHANGE_TOO_SHORT
    return running, dict(sorted(reasons.items()))


def _reasons(snapshot: Snapshot, query: Query, legs: Sequence[Leg]) -> list[Reason]:
    first, last = legs[0], legs[-1]
    asked = replace(
        query,
        origin=StopRef(first.origin.stop_id or ""),
        destination=StopRef(last.destination.stop_id or ""),
    )
    return check(snapshot, asked, Journey(tuple(legs), first.departure_s, last.arrival_s))


def _found(snapshot: Snapshot, query: Query, legs: Sequence[Leg], now: dt.datetime) -> list[Journey]:
    """What goes there now, from the departure of the kept journey on (or from now, when that is over)."""
    when = max(now, moment(legs[0].departure_s))
    found = search(snapshot, replace(query, when=when, window_s=WINDOW_S))
    if not any(journey.vehicles for journey in found):
        found = search(snapshot, replace(query, when=when, window_s=0))
    return [journey for journey in found if journey.vehicles]


def _soonest(found: Sequence[Journey]) -> Journey | None:
    """The first to arrive; with a private ride only where nothing else goes, because its driver may say no."""
    in_vehicles = [journey for journey in found if journey.vehicles]
    return min(
        in_vehicles,
        key=lambda one: (one.uses_private_ride, one.arrival_s, -one.departure_s, one.vehicles),
        default=None,
    )


def _signature(legs: Sequence[Leg]) -> list[tuple[object, ...]]:
    """What makes two journeys the same to their passenger, whatever the feed calls its trips."""
    return [
        (leg.kind, leg.route, leg.origin.stop_id, leg.destination.stop_id, leg.departure_s, leg.arrival_s)
        for leg in legs
        if leg.kind is not LegKind.WALK
    ]


def _with_walks(snapshot: Snapshot, query: Query, vehicles: Sequence[Leg]) -> Journey:
    """The journey with the walks between its vehicles, as far as there are any."""
    known = snapshot.changes(query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s, False)
    stops = snapshot.timetable.stop_by_id
    legs = [vehicles[0]]
    for before, after in pairwise(vehicles):
        origin, to = stops.get(before.destination.stop_id or ""), stops.get(after.origin.stop_id or "")
        change = None if origin is None or to is None else changes.between(known, origin, to)
        if change is not None and origin != to:
            legs.append(
                Leg(
                    kind=LegKind.WALK,
                    departure_s=before.arrival_s,
                    arrival_s=before.arrival_s + int(known.walk_s[change]),
                    origin=before.destination,
                    destination=after.origin,
                    distance_m=int(known.metres[change]),
                    is_beeline=bool(known.is_beeline[change]),
                )
            )
        spare_s = after.departure_s - before.arrival_s
        legs.append(after if change is None else replace(after, slack_s=spare_s - int(known.takes_s[change])))
    return Journey(tuple(legs), vehicles[0].departure_s, vehicles[-1].arrival_s)
