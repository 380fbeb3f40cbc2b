"""BürgerBus runs as a fleet that the rounds can ride: a small window made for one query.

A run is a trip with seats that may be taken. Between two hops without room for the party it falls apart into
pieces, and each piece is a pattern with one trip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing.overlay import Ride
from routing.query import Party
from routing.timetable import Timetable
from routing.window import IS_RUN, Window, calls_at_stops

_NEVER_FREE = -1


@dataclass(frozen=True, eq=False)
class Runs:
    """All live runs of a snapshot as columns.

    Per run: bookable_until_s, first_s, last_s (n_runs,) int64 UTC seconds.
    Per call at a stop that the timetable knows:
        run             (n,) int32, ascending
        stop            (n,) int32 StopIdx
        position        (n,) int32 in the run's own stops
        arr, dep        (n,) int64 UTC seconds
        free            (n, 4) int32 seats and places for wheelchairs, luggage and bicycles free on the way to
                        the next of these calls, -1 at the last one
    """

    n_stops: int
    rides: tuple[Ride, ...]
    bookable_until_s: NDArray[np.int64]
    first_s: NDArray[np.int64]
    last_s: NDArray[np.int64]
    run: NDArray[np.int32]
    stop: NDArray[np.int32]
    position: NDArray[np.int32]
    arr: NDArray[np.int64]
    dep: NDArray[np.int64]
    free: NDArray[np.int32]

    @classmethod
    def of(cls, timetable: Timetable, rides: Iterable[Ride]) -> Runs:
        rides = tuple(rides)
        calls: list[tuple[int, ...]] = []
        for run, ride in enumerate(rides):
            known = [i for i, stop in enumerate(ride.stops) if _is_platform(timetable, stop.stop_id)]
            for i, following in zip(known, [*known[1:], None], strict=True):
                stop = ride.stops[i]
                places = ride.seats_free, ride.wheelchairs_free, ride.luggage_free, ride.bicycles_free
                free = (min(hops[i:following]) if following else _NEVER_FREE for hops in places)
                at = timetable.stop_by_id[stop.stop_id or ""]
                calls.append((run, at, i, stop.arrival_s, stop.departure_s, *free))
        columns = np.array(calls, np.int64).reshape(-1, 9).T

        def ints(column: int) -> NDArray[np.int32]:
            values: NDArray[np.int32] = columns[column].astype(np.int32)
            return values

        return cls(
            n_stops=timetable.n_stops,
            rides=rides,
            bookable_until_s=np.array([ride.bookable_until_s for ride in rides], np.int64),
            first_s=np.array([ride.stops[0].departure_s for ride in rides], np.int64),
            last_s=np.array([ride.stops[-1].arrival_s for ride in rides], np.int64),
            run=ints(0),
            stop=ints(1),
            position=ints(2),
            arr=columns[3].copy(),
            dep=columns[4].copy(),
            free=columns[5:].T.astype(np.int32),
        )

    @cached_property
    def none(self) -> Window:
        """The window of no run."""
        return self._laid_out(np.empty(0, np.int64), np.empty(0, np.bool_), 0)

    def window(self, usable: NDArray[np.bool_], party: Party, base_s: int) -> Window:
        """The runs of `usable` (n_runs,) as far as they have room for a party.

        `trip` of a row is the run; `day` is the first call of its piece, which counts the calls here.
        """
        calls = np.flatnonzero(usable[self.run])
        if not len(calls):
            return self.none
        needed = party.seats, party.wheelchairs, party.luggage, party.bicycles
        has_room = np.asarray((self.free[calls] >= needed).all(axis=1), np.bool_)
        return self._laid_out(calls, has_room, base_s)

    def _laid_out(self, calls: NDArray[np.int64], goes_on: NDArray[np.bool_], base_s: int) -> Window:
        """`goes_on` (n_calls,): from this call one can travel to the next."""
        piece = np.cumsum(np.append(0, ~goes_on[:-1])) if len(calls) else calls
        stop_start = np.searchsorted(piece, np.arange(piece[-1] + 2 if len(calls) else 1)).astype(np.int32)
        n = len(stop_start) - 1
        stops = self.stop[calls]
        at_start, at_pattern, at_pos = calls_at_stops(stop_start, stops, self.n_stops)
        arr, dep = (self.arr[calls] - base_s).astype(np.int32), (self.dep[calls] - base_s).astype(np.int32)
        return Window(
            group=np.arange(n, dtype=np.int64),
            stop_start=stop_start,
            stops=stops,
            board=np.full(len(calls), IS_RUN, np.uint8),
            alight=np.ones(len(calls), np.uint8),
            n_trips=np.ones(n, np.int32),
            time_start=stop_start[:-1].astype(np.int64),
            dep=dep,
            arr=arr,
            trip_times=np.stack((arr, dep), axis=1),
            trip_start=np.arange(n, dtype=np.int32),
            trip=self.run[calls[stop_start[:-1]]],
            day=calls[stop_start[:-1]].astype(np.int32),
            at_start=at_start,
            at_pattern=at_pattern,
            at_pos=at_pos,
        )


def _is_platform(timetable: Timetable, stop_id: str | None) -> bool:
    stop = timetable.stop_by_id.get(stop_id) if stop_id else None
    return stop is not None and not timetable.stop_is_station[stop]
