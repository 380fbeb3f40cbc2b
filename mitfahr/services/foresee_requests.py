"""What a ride would look like with a request: the detour and every stop, before the driver says yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.rides import Ride, RideStop
from mitfahr.domain.states import LegState, holds_seats
from mitfahr.services.live_rides import layout_without, router_ride
from mitfahr.services.ride_schedule import plan_live
from routing import overlay
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ForeseenStop:
    """`before_s` is when the stop would be reached without the request, None for a new stop."""

    stop: RideStop
    reached_s: int
    before_s: int | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The ride with everybody who has a place for sure and the one request; times are UTC seconds.

    `detour_s` is the driving that the request adds, `later_s` how much later the goal is reached (with
    halts and waiting; less than nothing never).
    """

    stops: tuple[ForeseenStop, ...]
    detour_s: int
    later_s: int


def foresee_requests(
    snapshot: Snapshot, ride: Ride, legs: Sequence[BookingLeg], now_s: int
) -> dict[str, Foreseen]:
    """By the leg id of each request that waits; one that fits no longer is left out.

    `legs` are those that hold places on the private ride. Other requests are left out of the picture:
    the driver may say no to them.
    """
    waiting = {
        leg.id
        for leg in legs
        if leg.state is LegState.REQUESTED and holds_seats(leg.state, leg.hold_until_s, now_s)
    }
    before = router_ride(ride, legs, now_s, waiting)
    plan_before = plan_live(snapshot, before)
    if plan_before is None:
        return {}
    kept = layout_without(ride, legs, now_s, waiting).stops
    reached_before = {stop.id: at_s for stop, at_s in zip(kept, plan_before.reached_s, strict=True)}
    found: dict[str, Foreseen] = {}
    for leg_id in waiting:
        others = waiting - {leg_id}
        after = router_ride(ride, legs, now_s, others)
        plan = plan_live(snapshot, after)
        if plan is None:
            continue
        stops = layout_without(ride, legs, now_s, others).stops
        found[leg_id] = Foreseen(
            stops=tuple(
                ForeseenStop(stop, reached_s, reached_before.get(stop.id))
                for stop, reached_s in zip(stops, plan.reached_s, strict=True)
            ),
            detour_s=_driving_s(snapshot, after) - _driving_s(snapshot, before),
            later_s=max(0, plan.reached_s[-1] - plan_before.reached_s[-1]),
        )
    return found


def _driving_s(snapshot: Snapshot, ride: overlay.Ride) -> int:
    return sum(snapshot.drive_s(here, there) or 0 for here, there in pairwise(ride.stops))
