"""The rule of one boarding: may a rider get on here and off there, and when would that be?

This is the slow and readable form of what the kernels try for thousands of places. Booking and
`check` use it, and so does whoever wants to understand the kernels. The specification is the section
"Private rides" of routing/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from routing.errors import RoutingError
from routing.overlay import DEPARTURE_STEP_S, HALT_S, PROMISE_TOLERANCE_S, Ride, RideKind, RideStop
from routing.query import Party
from routing.reasons import Reason

DriveTime = Callable[[RideStop, RideStop], int | None]
"""Seconds by car from one place to another; None where no road leads there."""


class BoardingRefused(RoutingError):
    """This boarding of this ride is impossible; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Insertion:
    """A possible boarding and what the ride looks like with it.

    `stops` are the ride's stops with pick-up and drop-off between them, promises included, in driving
    order; the hops of the ride's stops `board_after` … `alight_after` are the ones that fill up.
    `detour_s` is the driving this adds to what the driver drives already; `goal_s` when the goal is
    reached.
    """

    board_after: int
    alight_after: int
    driver_departure_s: int
    pickup_s: int
    dropoff_s: int
    detour_s: int
    goal_s: int
    stops: tuple[RideStop, ...]


def departures(ride: Ride) -> range:
    """The moments at which the driver may leave."""
    return range(ride.earliest_s, ride.latest_s + 1, DEPARTURE_STEP_S)


def has_room(ride: Ride, first_hop: int, last_hop: int, party: Party) -> bool:
    """Whether every hop from `first_hop` to `last_hop` (both included) takes the party."""
    hops = slice(first_hop, last_hop + 1)
    needed = (
        (ride.seats_free, party.seats),
        (ride.wheelchairs_free, party.wheelchairs),
        (ride.luggage_free, party.luggage),
        (ride.bicycles_free, party.bicycles),
    )
    return all(free >= need for places, need in needed for free in places[hops])


def insert(
    ride: Ride,
    pickup: RideStop,
    dropoff: RideStop,
    board_after: int,
    alight_after: int,
    driver_departure_s: int,
    party: Party,
    drive_time: DriveTime,
) -> Insertion:
    """One stated boarding of a private ride; raises BoardingRefused.

    `pickup` and `dropoff` need place and name only; promises are filled in.
    """
    if driver_departure_s not in departures(ride):
        raise BoardingRefused(Reason.DRIVER_DEPARTURE)
    if not has_room(ride, board_after, alight_after, party):
        raise BoardingRefused(Reason.SEATS_TAKEN)
    order = [
        *ride.stops[: board_after + 1],
        pickup,
        *ride.stops[board_after + 1 : alight_after + 1],
        dropoff,
        *ride.stops[alight_after + 1 :],
    ]
    own = (board_after + 1, alight_after + 2)
    driving_s = _driving_s(order, drive_time)
    if driving_s > _driving_s([ride.stops[0], ride.stops[-1]], drive_time) + ride.budget_s:
        raise BoardingRefused(Reason.DETOUR_TOO_LONG)
    reached = list(_reached(order, own, driver_departure_s, drive_time))
    if reached[-1] > ride.latest_arrival_s:
        raise BoardingRefused(Reason.ARRIVES_TOO_LATE)
    order[own[0]] = replace(pickup, promised_pickup_s=reached[own[0]], promised_dropoff_s=None)
    order[own[1]] = replace(dropoff, promised_pickup_s=None, promised_dropoff_s=reached[own[1]])
    return Insertion(
        board_after,
        alight_after,
        driver_departure_s,
        pickup_s=reached[own[0]],
        dropoff_s=reached[own[1]],
        detour_s=driving_s - _driving_s(list(ride.stops), drive_time),
        goal_s=reached[-1],
        stops=tuple(order),
    )


def insertions(
    ride: Ride, pickup: RideStop, dropoff: RideStop, party: Party, drive_time: DriveTime
) -> Iterator[Insertion]:
    """Every possible boarding of a private ride between two places, in no useful order."""
    last_hop = len(ride.stops) - 2
    for driver_departure_s in departures(ride):
        for board_after in range(last_hop + 1):
            for alight_after in range(board_after, last_hop + 1):
                try:
                    yield insert(
                        ride,
                        pickup,
                        dropoff,
                        board_after,
                        alight_after,
                        driver_departure_s,
                        party,
                        drive_time,
                    )
                except BoardingRefused:
                    continue


def drive_through(ride: Ride, driver_departure_s: int, drive_time: DriveTime) -> tuple[int, ...]:
    """When a private ride as it is reaches each of its stops; raises BoardingRefused if it breaks a promise.

    Kept are the same rules as in `insert`, without anybody new.
    """
    if driver_departure_s not in departures(ride):
        raise BoardingRefused(Reason.DRIVER_DEPARTURE)
    order = list(ride.stops)
    direct_s = _driving_s([order[0], order[-1]], drive_time)
    if _driving_s(order, drive_time) > direct_s + ride.budget_s:
        raise BoardingRefused(Reason.DETOUR_TOO_LONG)
    reached = tuple(_reached(order, None, driver_departure_s, drive_time))
    if reached[-1] > ride.latest_arrival_s:
        raise BoardingRefused(Reason.ARRIVES_TOO_LATE)
    return reached


def board_run(ride: Ride, board_at: int, alight_at: int, party: Party) -> tuple[int, int]:
    """Departure and arrival of a fixed run between two of its stops; raises BoardingRefused."""
    if ride.kind is not RideKind.RUN or not 0 <= board_at < alight_at < len(ride.stops):
        raise BoardingRefused(Reason.RIDE_GONE)
    if not has_room(ride, board_at, alight_at - 1, party):
        raise BoardingRefused(Reason.SEATS_TAKEN)
    return ride.stops[board_at].departure_s, ride.stops[alight_at].arrival_s


def _driving_s(order: list[RideStop], drive_time: DriveTime) -> int:
    total_s = 0
    for i in range(len(order) - 1):
        leg_s = drive_time(order[i], order[i + 1])
        if leg_s is None:
            raise BoardingRefused(Reason.NO_WAY)
        total_s += leg_s
    return total_s


def _reached(
    order: list[RideStop], own: tuple[int, int] | None, driver_departure_s: int, drive_time: DriveTime
) -> Iterator[int]:
    """When each stop of the new order is reached (the start: left); raises BoardingRefused at a broken promise."""
    clock_s = driver_departure_s
    yield clock_s
    for i in range(1, len(order)):
        leg_s = drive_time(order[i - 1], order[i])
        if leg_s is None:
            raise BoardingRefused(Reason.NO_WAY)
        clock_s += leg_s
        yield clock_s
        stop = order[i]
        is_goal = i == len(order) - 1
        if not is_goal and (own is None or i not in own):
            if (
                stop.promised_dropoff_s is not None
                and clock_s > stop.promised_dropoff_s + PROMISE_TOLERANCE_S
            ):
                raise BoardingRefused(Reason.PROMISE_BROKEN)
            if stop.promised_pickup_s is not None:
                clock_s = max(clock_s, stop.promised_pickup_s)
                if clock_s > stop.promised_pickup_s + PROMISE_TOLERANCE_S:
                    raise BoardingRefused(Reason.PROMISE_BROKEN)
        clock_s += HALT_S
