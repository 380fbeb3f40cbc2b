"""Rides as those see them who drive or organise them: halts with who gets on and off, requests, places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.rides import Ride, RideStop
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import LIVE, LegState, holds_seats
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import NOBODY_ASKED, Trust
from mitfahr.languages import _
from mitfahr.seen import PassengerSeen, passenger_seen
from mitfahr.services.foresee_requests import Foreseen
from mitfahr.services.ride_schedule import Plan


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop of the ride with who gets on and off; `aboard` are the people in the vehicle afterwards.

    `expected_s` is when it is left, or at the end reached, as far as is known now; `stops_done` is how many of its
    stops the ride has left once it leaves here.
    """

    name: str
    arrival_s: int
    departure_s: int
    on: tuple[PassengerSeen, ...]
    off: tuple[PassengerSeen, ...]
    aboard: int
    expected_s: int
    stops_done: int


@dataclass(frozen=True, slots=True)
class ForeseenHalt:
    """A halt of the ride with a request: when it is reached then and without it (None: it is new), and
    what somebody who has a place there was told."""

    name: str
    reached_s: int
    before_s: int | None
    promised_s: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The ride as it would be driven with one request."""

    halts: tuple[ForeseenHalt, ...]
    detour_s: int
    later_s: int


@dataclass(frozen=True, slots=True)
class RideView:
    """`requests` wait for the driver's answer; `passengers` are those who have a place for sure."""

    ride: Ride
    halts: tuple[Halt, ...]
    requests: tuple[PassengerSeen, ...]
    passengers: tuple[PassengerSeen, ...]
    is_past: bool
    schedules: Mapping[str, Schedule]
    """By the leg id of each request that can be said yes to."""

    @property
    def ride_id(self) -> str:
        return self.ride.id

    @property
    def origin(self) -> str:
        return self.halts[0].name

    @property
    def destination(self) -> str:
        return self.halts[-1].name

    @property
    def is_withdrawn(self) -> bool:
        return self.ride.withdrawn_at is not None

    @property
    def is_open(self) -> bool:
        """Whether it still takes place and can still be taken back."""
        return not self.is_past and not self.is_withdrawn

    @property
    def next_halt(self) -> Halt | None:
        """The first that the ride has not left, as whoever drives it says; None when all are done."""
        return next((halt for halt in self.halts if halt.stops_done > self.ride.stops_done), None)

    @property
    def next_visit(self) -> tuple[RideStop, Halt] | None:
        """Of a tour on demand: the next stop at which somebody gets on or off, and its halt."""
        for stop in self.ride.stops[1:-1]:
            if stop.seq >= self.ride.stops_done:
                return stop, next(halt for halt in self.halts if halt.stops_done > stop.seq)
        return None

    @property
    def told_later(self) -> tuple[PassengerSeen, ...]:
        """Whose promise a delay has broken, of those who are not there yet."""
        return tuple(one for one in self.passengers if one.breaks_promise and one.state in LIVE)

    @property
    def everybody(self) -> tuple[PassengerSeen, ...]:
        return self.requests + self.passengers

    @property
    def open_legs(self) -> list[str]:
        """Legs whose passengers' contact data this side may see now."""
        return [passenger.leg_id for passenger in self.everybody if passenger.person.last_name is not None]

    @property
    def most_aboard(self) -> int:
        """People on the fullest part of the way, requests included."""
        return max(halt.aboard for halt in self.halts)

    @property
    def earns_ct(self) -> int:
        return sum(passenger.price_ct for passenger in self.passengers)


def ride_view(
    ride: Ride,
    legs: Sequence[BookingLeg],
    now: dt.datetime,
    plan: Plan | None = None,
    trust: Mapping[str, Trust] = NOBODY_ASKED,
    foreseen: Mapping[str, Foreseen] = MappingProxyType({}),
) -> RideView:
    """`legs` are those that hold places on the ride; expired requests among them are left out.

    `plan` is how a private ride would be driven as it is now, `trust` what anybody may know of the riders.
    """
    now_s = seconds(now)
    holding = [leg for leg in legs if holds_seats(leg.state, leg.hold_until_s, now_s)]
    seen = {leg.id: passenger_seen(leg, now, trust.get(leg.booking.rider_id)) for leg in holding}
    by_time = sorted(holding, key=lambda leg: (leg.departure_s, leg.arrival_s, leg.id))
    return RideView(
        ride=ride,
        halts=_joined(_halts(ride, holding, seen, plan)),
        requests=tuple(seen[leg.id] for leg in by_time if leg.state is LegState.REQUESTED),
        passengers=tuple(seen[leg.id] for leg in by_time if leg.state is not LegState.REQUESTED),
        is_past=ride.ends_s <= now_s,
        schedules={leg_id: _schedule(ride, holding, seen, one) for leg_id, one in foreseen.items()},
    )


def ride_views(
    rides: Sequence[Ride],
    legs: Sequence[BookingLeg],
    now: dt.datetime,
    trust: Mapping[str, Trust] = NOBODY_ASKED,
    foreseen: Mapping[str, Mapping[str, Foreseen]] = MappingProxyType({}),
) -> tuple[list[RideView], list[RideView]]:
    """(upcoming, soonest first; past, latest first); `foreseen` by ride id"""
    by_ride: dict[str, list[BookingLeg]] = {ride.id: [] for ride in rides}
    for leg in legs:
        if leg.ride_id in by_ride:
            by_ride[leg.ride_id].append(leg)
    views = [
        ride_view(ride, by_ride[ride.id], now, trust=trust, foreseen=foreseen.get(ride.id, {}))
        for ride in rides
    ]
    return [v for v in views if not v.is_past], [v for v in reversed(views) if v.is_past]


def _halts(
    ride: Ride, legs: Sequence[BookingLeg], seen: dict[str, PassengerSeen], plan: Plan | None
) -> list[Halt]:
    halts, aboard, expected = [], 0, ride.expected_s
    for number, stop in enumerate(ride.stops):
        on = tuple(seen[leg.id] for leg in legs if leg.board_stop_id == stop.id)
        off = tuple(seen[leg.id] for leg in legs if leg.alight_stop_id == stop.id)
        aboard += sum(p.seats + p.wheelchairs for p in on) - sum(p.seats + p.wheelchairs for p in off)
        times = (stop.arrival_s, stop.departure_s) if plan is None else 2 * (plan.reached_s[number],)
        expected_s = expected[number][0 if number == len(expected) - 1 else 1]
        if ride.kind is RideKind.DEMAND and number:
            # what counts is when people are met, not when the vehicle drives on
            times, expected_s = (stop.arrival_s, stop.arrival_s), stop.arrival_s
        halts.append(
            Halt(_told_name(ride, stop, on, off), *times, on, off, aboard, expected_s, stops_done=number + 1)
        )
    return halts


def _schedule(
    ride: Ride, legs: Sequence[BookingLeg], seen: Mapping[str, PassengerSeen], foreseen: Foreseen
) -> Schedule:
    halts: list[ForeseenHalt] = []
    for one in foreseen.stops:
        on = tuple(seen[leg.id] for leg in legs if leg.board_stop_id == one.stop.id)
        off = tuple(seen[leg.id] for leg in legs if leg.alight_stop_id == one.stop.id)
        name = _told_name(ride, one.stop, on, off)
        told_s = one.stop.promised_pickup_s or one.stop.promised_dropoff_s
        promised_s = told_s if one.before_s is not None else None
        if halts and halts[-1].name == name:  # people get on or off where the ride stops already
            last = halts[-1]
            halts[-1] = replace(
                last,
                before_s=one.before_s if last.before_s is None else last.before_s,
                promised_s=promised_s if last.promised_s is None else last.promised_s,
            )
        else:
            halts.append(ForeseenHalt(name, one.reached_s, one.before_s, promised_s))
    return Schedule(tuple(halts), foreseen.detour_s, foreseen.later_s)


def _joined(halts: Sequence[Halt]) -> tuple[Halt, ...]:
    """Halts that follow each other at one place are one: somebody gets on where the driver starts."""
    joined = [halts[0]]
    for halt in halts[1:]:
        last = joined[-1]
        if halt.name != last.name:
            joined.append(halt)
            continue
        joined[-1] = replace(
            halt,
            arrival_s=last.arrival_s,
            departure_s=last.departure_s,
            expected_s=last.expected_s,
            on=last.on + halt.on,
            off=last.off + halt.off,
        )
    return tuple(joined)


def _told_name(ride: Ride, stop: RideStop, on: Sequence[PassengerSeen], off: Sequence[PassengerSeen]) -> str:
    """A halt at somebody's door is named only as far as that passenger may be known already."""
    if ride.kind is RideKind.RUN or stop.seq in (0, len(ride.stops) - 1):
        return stop.name
    names = [p.origin for p in on] + [p.destination for p in off]
    return next((name.name for name in names if name.lat is not None), names[0].name if names else _("Halt"))
