"""Vehicles that somebody kept or booked, at the times at which they are expected now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from routing.check_trip import is_spoken_of, trip_now
from routing.journey import Journey, Leg
from routing.live import LiveTrips
from routing.query import LegKind, Party
from routing.reasons import Reason


def leg_now(live: LiveTrips, party: Party, leg: Leg) -> Leg:
    """A leg on a trip of the timetable with expected and planned times; any other one, and one whose trip does
    not take it any more, stays as it was kept."""
    if leg.boarding is not None or leg.trip_id is None:
        return leg
    planned_s = leg.planned_departure_s or leg.departure_s, leg.planned_arrival_s or leg.arrival_s
    planned = replace(
        leg,
        departure_s=planned_s[0],
        arrival_s=planned_s[1],
        planned_departure_s=None,
        planned_arrival_s=None,
    )
    expected, reason = trip_now(live, party, planned)
    if reason not in (None, Reason.TIMES_CHANGED):
        return leg
    if not is_spoken_of(live, planned):
        return expected
    return replace(expected, planned_departure_s=planned_s[0], planned_arrival_s=planned_s[1])


def journey_now(live: LiveTrips, party: Party, journey: Journey) -> Journey:
    """The journey with each vehicle as `leg_now`."""
    return journey_with(journey, partial(leg_now, live, party))


def journey_with(journey: Journey, now: Callable[[Leg], Leg]) -> Journey:
    """The journey with each vehicle as `now` says, and the spare time of each change as it is then.

    A walk begins when the vehicle before it arrives; the first one begins earlier when its vehicle does, but not
    later: nobody should wait for a delay to be right.
    """
    legs: list[Leg] = []
    later_s = 0
    for kept in journey.legs:
        if kept.kind is LegKind.WALK:
            legs.append(_moved(kept, later_s))
            continue
        leg = now(kept)
        if leg.slack_s is not None:
            leg = replace(leg, slack_s=leg.slack_s + leg.departure_s - kept.departure_s - later_s)
        if len(legs) == 1 and legs[0].kind is LegKind.WALK:
            legs[0] = _moved(legs[0], min(0, leg.departure_s - kept.departure_s))
        later_s = leg.arrival_s - kept.arrival_s
        legs.append(leg)
    return Journey(tuple(legs), legs[0].departure_s, legs[-1].arrival_s)


def _moved(leg: Leg, by_s: int) -> Leg:
    return replace(leg, departure_s=leg.departure_s + by_s, arrival_s=leg.arrival_s + by_s) if by_s else leg
