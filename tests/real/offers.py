"""Random private rides on real streets: people, places, and passengers who have booked already."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.overlay import DEPARTURE_STEP_S, HALT_S, PROMISE_TOLERANCE_S, Ride, RideKind, RideStop
from routing.roads import Mode, Positions
from routing.snapshot import Snapshot
from tests.real.ways import FAR_S, CarTimes, RealStreets

N_PLACES = 150
"""Drivers live and work at so many places: few enough that all drives between them are known at once."""


class OwnPlaces:
    """Where rides start, end and stop for people on board, with the driving times from each to each.

    positions   on streets where cars pick people up
    drive_s     (n, n) whole seconds, FAR_S without a way
    """

    def __init__(self, snapshot: Snapshot, streets: RealStreets, stops: Iterable[RideStop]) -> None:
        assert snapshot.roads is not None
        self.stops = tuple(dict.fromkeys(map(where, stops)))
        self.number = {stop: i for i, stop in enumerate(self.stops)}
        spots = [_spot(snapshot, streets, stop) for stop in self.stops]
        self.positions = Positions(
            np.array([spot[0] for spot in spots], np.int32),
            np.array([spot[1] for spot in spots], np.float64),
            np.zeros(len(spots), np.int32),
        )
        self.drive_s: NDArray[np.int64] = CarTimes(snapshot.roads).between_s(self.positions, self.positions)


def where(stop: RideStop) -> RideStop:
    """The place alone, without times and promises."""
    return RideStop(stop.lat, stop.lon, stop.name, stop.stop_id)


def _spot(snapshot: Snapshot, streets: RealStreets, stop: RideStop) -> tuple[int, float]:
    """A known stop's meeting point, else the nearest street."""
    index = snapshot.timetable.stop_by_id.get(stop.stop_id or "")
    meeting = -1 if index is None else int(snapshot.links.stop_meeting[index])
    if meeting >= 0:
        return int(snapshot.links.meeting_edge[meeting]), float(snapshot.links.meeting_fraction[meeting])
    spot = streets.spot(stop.lat, stop.lon, Mode.CAR)
    return spot.edge, spot.fraction


def random_places(snapshot: Snapshot, streets: RealStreets, seed: int) -> OwnPlaces:
    """Half of them stops, half anywhere near one; all can be reached by car from most others."""
    draw, timetable = random.Random(seed), snapshot.timetable
    stops = np.flatnonzero((timetable.stop_is_station == 0) & (snapshot.links.stop_meeting >= 0)).tolist()
    places = []
    for number, stop in enumerate(draw.sample(stops, N_PLACES)):
        lat, lon = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
        if number % 2:
            places.append(RideStop(lat, lon, timetable.stop_name[stop], timetable.stop_id[stop]))
        else:
            lat, lon = round(lat + draw.uniform(-0.01, 0.01), 6), round(lon + draw.uniform(-0.01, 0.01), 6)
            places.append(RideStop(lat, lon, f"place {number}"))
    return OwnPlaces(snapshot, streets, places)


def random_rides(
    own: OwnPlaces, day_start_s: int, number: int, seed: int, hours: tuple[int, int]
) -> list[Ride]:
    """Rides that leave between two hours of the day; every other one has passengers, a few are nearly full."""
    draw = random.Random(seed)
    rides: list[Ride] = []
    while len(rides) < number:
        ride = _random_ride(draw, own, day_start_s, f"r{len(rides)}", hours)
        if ride is not None:
            for _ in range(draw.choice((0, 0, 1, 2, 3))):
                ride = with_passenger(draw, own, ride)
            rides.append(ride)
    return rides


def _random_ride(
    draw: random.Random, own: OwnPlaces, day_start_s: int, ride_id: str, hours: tuple[int, int]
) -> Ride | None:
    start, goal = draw.sample(own.stops, 2)
    direct_s = int(own.drive_s[own.number[start], own.number[goal]])
    if not 240 < direct_s < FAR_S:
        return None
    earliest_s = day_start_s + draw.randrange(hours[0] * 60, hours[1] * 60) * 60
    latest_s = earliest_s + draw.choice((0, 0, 299, 300, 900, 1800))
    budget_s = draw.choice((0, min(900, direct_s // 4), min(900, direct_s // 4), min(1200, direct_s // 2)))
    return Ride(
        ride_id=ride_id,
        kind=RideKind.PRIVATE,
        stops=(start, goal),
        seats_free=(draw.choice((1, 2, 3)),),
        wheelchairs_free=(draw.choice((0, 0, 1)),),
        driver_id=f"driver of {ride_id}",
        label=ride_id,
        bookable_until_s=earliest_s - draw.choice((0, 1800)),
        earliest_s=earliest_s,
        latest_s=latest_s,
        latest_arrival_s=latest_s + direct_s + budget_s + draw.choice((60, 180, 600)),
        budget_s=budget_s,
    )


def with_passenger(draw: random.Random, own: OwnPlaces, ride: Ride) -> Ride:
    """One more person on board somewhere, if fifty tries find a place for them; else the ride as it was."""
    hops = len(ride.stops) - 1
    for _ in range(50):
        a = draw.randrange(hops)
        b = draw.randrange(a, hops)
        pickup, dropoff = draw.sample(own.stops, 2)
        if min(ride.seats_free[a : b + 1]) == 0:
            continue
        stops = [*ride.stops[: a + 1], pickup, *ride.stops[a + 1 : b + 1], dropoff, *ride.stops[b + 1 :]]
        times = _driven(draw, own, ride, stops)
        if times is None:
            continue
        stops[a + 1] = replace(pickup, promised_pickup_s=times[a + 1])
        stops[b + 2] = replace(dropoff, promised_dropoff_s=times[b + 2])
        return replace(
            ride,
            stops=tuple(stops),
            seats_free=_split(
                tuple(n - (a <= i <= b) for i, n in enumerate(ride.seats_free)), a, b, ride.seats_free
            ),
            wheelchairs_free=_split(ride.wheelchairs_free, a, b, ride.wheelchairs_free),
            luggage_free=_split(ride.luggage_free, a, b, ride.luggage_free),
            bicycles_free=_split(ride.bicycles_free, a, b, ride.bicycles_free),
        )
    return ride


def _split(on_the_way: tuple[int, ...], a: int, b: int, before: tuple[int, ...]) -> tuple[int, ...]:
    """Free places on the hops of the new order: those before the pick-up and after the drop-off as they were."""
    if a == b:
        return (*before[:a], before[a], on_the_way[a], before[a], *before[a + 1 :])
    return (*before[:a], before[a], *on_the_way[a : b + 1], before[b], *before[b + 1 :])


def _driven(draw: random.Random, own: OwnPlaces, ride: Ride, stops: list[RideStop]) -> list[int] | None:
    """When each stop is reached with one of the departures, None when somebody's promise would break."""
    numbers = [own.number[where(stop)] for stop in stops]
    drives = [int(own.drive_s[x, y]) for x, y in pairwise(numbers)]
    if sum(drives) > own.drive_s[numbers[0], numbers[-1]] + ride.budget_s:
        return None
    now_s = draw.choice(range(ride.earliest_s, ride.latest_s + 1, DEPARTURE_STEP_S))
    times = [now_s]
    for stop, drive_s in zip(stops[1:], drives, strict=True):
        now_s += drive_s
        times.append(now_s)
        promises = [stop.promised_pickup_s, stop.promised_dropoff_s]
        if any(p is not None and now_s > p + PROMISE_TOLERANCE_S for p in promises):
            return None
        now_s = max(now_s, stop.promised_pickup_s or now_s) + HALT_S
    return times if times[-1] <= ride.latest_arrival_s else None
