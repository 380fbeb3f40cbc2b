"""Rides as the router may offer them now: database → `routing.overlay.Ride`; tours on demand beside them.

Read whole once, then brought up to date by what has changed. A request that its driver has not answered
in time occupies nothing from that moment on, whether a job has lapsed it yet or not.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.orm import Session

from mitfahr.db.bookings import BookingLeg, expired_holds, holding_legs
from mitfahr.db.demand_services import services_by_id
from mitfahr.db.live_revision import live_revision
from mitfahr.db.rides import Ride, RideStop, read_again, rides_changed_since, rides_ending_after
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.rides import RideKind
from mitfahr.domain.seats import Layout
from mitfahr.domain.states import holds_seats
from mitfahr.domain.times import seconds
from mitfahr.services.live_tours import router_service, router_tours
from routing import overlay
from routing.demand import DemandService
from routing.tour import Tour

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LiveRides:
    """`rides` and `tours` by id, as they were at live revision `revision` and second `seen_s`, with the on-demand
    `services` of the tours by id."""

    revision: int
    seen_s: int
    rides: Mapping[str, overlay.Ride]
    tours: Mapping[str, Tour]
    services: Mapping[str, DemandService]
    lasting_until_s: float
    """None of them ends before this second."""

    def ended_by(self, now_s: int) -> set[str]:
        if now_s < self.lasting_until_s:  # almost always: not every request looks at every ride
            return set()
        rides = {ride_id for ride_id, ride in self.rides.items() if _ends_s(ride) <= now_s}
        return rides | {tour_id for tour_id, tour in self.tours.items() if tour.ends_s <= now_s}


def read_live_rides(session: Session, now: dt.datetime) -> LiveRides:
    """Everything that can be offered now."""
    now_s = seconds(now)
    revision = live_revision(session)  # before the rides: what changes in between is read again later
    nothing = LiveRides(revision, now_s, {}, {}, {}, math.inf)
    return _with(session, nothing, rides_ending_after(session, now_s))


def refresh_live_rides(session: Session, known: LiveRides, now: dt.datetime) -> LiveRides:
    """`known`, brought up to date; reads only what has changed, expired or ended since."""
    now_s = seconds(now)
    revision = live_revision(session)
    changed = (
        {} if revision == known.revision else {r.id: r for r in rides_changed_since(session, known.revision)}
    )
    if now_s > known.seen_s:
        expired = {ride_id for _, ride_id in expired_holds(session, now_s, since_s=known.seen_s)}
        changed |= read_again(session, expired - changed.keys())
    ended = known.ended_by(now_s)
    if not changed and not ended:
        return replace(known, revision=revision, seen_s=max(now_s, known.seen_s))
    gone = ended | changed.keys()
    kept = LiveRides(
        revision,
        now_s,
        _without(known.rides, gone),
        _without(known.tours, gone),
        known.services,
        known.lasting_until_s,
    )
    if ended:
        kept = replace(kept, lasting_until_s=_first_end_s(kept.rides, kept.tours))
    offered = [ride for ride in changed.values() if ride.withdrawn_at is None and ride.over_s > now_s]
    return _with(session, kept, offered)


def _with(session: Session, kept: LiveRides, more: Collection[Ride]) -> LiveRides:
    """What stayed, and what is new or has changed."""
    rides = router_rides(session, [one for one in more if one.kind is not RideKind.DEMAND], kept.seen_s)
    new = router_tours(session, [one for one in more if one.kind is RideKind.DEMAND])
    tours = {**kept.tours, **new}
    stored = services_by_id(session, {tour.service_id for tour in tours.values()})
    return replace(
        kept,
        rides={**kept.rides, **rides},
        tours=tours,
        services={key: router_service(one) for key, one in stored.items() if one.ended_at is None},
        lasting_until_s=min(kept.lasting_until_s, _first_end_s(rides, new)),
    )


def _without(known: Mapping[str, T], gone: Collection[str]) -> dict[str, T]:
    return {key: value for key, value in known.items() if key not in gone}


def router_rides(
    session: Session, rides: Collection[Ride], now_s: int, released: Collection[str] = ()
) -> dict[str, overlay.Ride]:
    """These rides by id, without the places of requests that have expired by `now_s`.

    Legs whose ids are in `released` do not count either.
    """
    expired = {ride_id for _, ride_id in expired_holds(session, now_s)} & {ride.id for ride in rides}
    if released:
        expired = {ride.id for ride in rides}
    legs: dict[str, list[BookingLeg]] = defaultdict(list)
    for leg in holding_legs(session, expired):
        legs[leg.ride_id or ""].append(leg)
    return {ride.id: router_ride(ride, legs[ride.id], now_s, released) for ride in rides}


def router_ride(
    ride: Ride, legs: Sequence[BookingLeg] = (), now_s: int = 0, released: Collection[str] = ()
) -> overlay.Ride:
    """The ride as the router sees it; of the `legs` on it those that have expired by `now_s` do not count,
    nor those whose ids are in `released`."""
    layout = layout_without(ride, legs, now_s, released)
    private = ride.kind is RideKind.PRIVATE
    expected_s = ride.expected_s
    last = len(layout.stops) - 1
    return overlay.Ride(
        ride_id=ride.id,
        kind=overlay.RideKind.PRIVATE if private else overlay.RideKind.RUN,
        stops=tuple(
            _private_stop(stop, 0 < i < last) if private else _run_stop(stop, expected_s[i])
            for i, stop in enumerate(layout.stops)
        ),
        seats_free=tuple(hop.free for hop in layout.hops),
        wheelchairs_free=tuple(hop.wheelchairs_free for hop in layout.hops),
        luggage_free=tuple(hop.luggage_free for hop in layout.hops),
        bicycles_free=tuple(hop.bicycles_free for hop in layout.hops),
        driver_id=ride.driver_id or "",
        label=ride.label,
        bookable_until_s=(
            ride.bookable_until_s if ride.booking is BookingNeed.REQUIRED else overlay.ALWAYS_OPEN_S
        ),
        earliest_s=ride.earliest_s,
        latest_s=ride.latest_s,
        latest_arrival_s=ride.latest_arrival_s,
        budget_s=ride.budget_s,
        published_s=tuple(ride.published_s) if ride.late_s else (),
    )


def layout_without(
    ride: Ride, legs: Sequence[BookingLeg], now_s: int, released: Collection[str] = ()
) -> Layout[RideStop]:
    """Stops and hops once those of the `legs` have given back their places that have expired or are named."""
    fallen = [
        leg for leg in legs if leg.id in released or not holds_seats(leg.state, leg.hold_until_s, now_s)
    ]
    staying = [leg for leg in legs if leg not in fallen]
    layout = ride.layout
    for leg in fallen:
        board, alight = (_index(layout, stop_id) for stop_id in (leg.board_stop_id, leg.alight_stop_id))
        layout = layout.give_back(board, alight, leg.party)
    if not ride.kind.keeps_stops:
        for stop_id in _stops_of(fallen) - _stops_of(staying):
            layout = layout.without_stop(_index(layout, stop_id))
    return layout


def _stops_of(legs: Sequence[BookingLeg]) -> set[str | None]:
    return {stop_id for leg in legs for stop_id in (leg.board_stop_id, leg.alight_stop_id)}


def _index(layout: Layout[RideStop], ride_stop_id: str | None) -> int:
    return next(i for i, stop in enumerate(layout.stops) if stop.id == ride_stop_id)


def _private_stop(stop: RideStop, promised: bool) -> overlay.RideStop:
    return overlay.RideStop(
        lat=stop.lat,
        lon=stop.lon,
        name=stop.name,
        stop_id=stop.stop_id,
        promised_pickup_s=stop.promised_pickup_s if promised else None,
        promised_dropoff_s=stop.promised_dropoff_s if promised else None,
    )


def _run_stop(stop: RideStop, expected_s: tuple[int, int]) -> overlay.RideStop:
    return overlay.RideStop(
        lat=stop.lat,
        lon=stop.lon,
        name=stop.name,
        stop_id=stop.stop_id,
        arrival_s=expected_s[0],
        departure_s=expected_s[1],
    )


def _first_end_s(rides: Mapping[str, overlay.Ride], tours: Mapping[str, Tour]) -> float:
    ends_s = (*map(_ends_s, rides.values()), *(tour.ends_s for tour in tours.values()))
    return min(ends_s, default=math.inf)


def _ends_s(ride: overlay.Ride) -> int:
    if ride.kind is overlay.RideKind.PRIVATE:
        return ride.latest_arrival_s
    return ride.stops[-1].arrival_s
