"""Private rides as columns that only ever grow, so that a change costs what the changed ride costs.

A ride is *prepared* once: driving times between its stops and every meeting point near its way. The
results are appended behind those of all others; an `Overlay` says which rows it sees (`alive`). Changing
a ride buries its row and appends a new one; older overlays go on reading what they saw. When most rows
are dead, the living are copied into a fresh table.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from immutables import Map
from numpy.typing import NDArray

from routing import hierarchy
from routing.driving import Driving, Streets, car_positions
from routing.hierarchy import UNREACHABLE, Sweep
from routing.overlay import DEPARTURE_STEP_S, Ride, RideKind
from routing.ride_clocks import NO_PROMISE, farthest_back, is_brought_on, leaving_clocks
from routing.roads import Positions

FARTHEST_S = 2**16 - 1
"""Driving times of an entry are kept in 16 bits; whatever is farther is no place of a ride."""
CANNOT_DRIVE_S = -(2**30)
"""The spare time of a ride without a way over its stops."""
_SWEPT_TOGETHER = 256
"""So many new stops of rides are driven to one by one before they are swept together."""
_DEAD_ROWS_KEPT = 1024


class RideColumns(NamedTuple):
    """All rows of a table; clocks are UTC seconds.

    Per ride: earliest, latest_arrival, bookable_until int64; n_departures, spare_s (driving still free for
        detours; below 0 only a halt, which may save turns, makes the ride possible), n_stops int32; is_brought_on uint8,
        see `ride_clocks`; first_stop, leave_start int64
    Per stop, from first_stop on: pick, drop int64 promises or NO_PROMISE; leg_s int32 driving to the next stop;
        seats, wheelchairs, luggage, bicycles int32 free on the hop to the next stop; entry_start int64, the entries of the gap
        behind the stop are entry_start[s]:entry_start[s + 1]; back_s int32, how far behind a pick-up (by into_s) a
        drop-off of this gap can lie; edge, fraction, off_mm its position
    Per stop but the last and departure, from leave_start on (all departures of a stop together): leave int64,
        when the driver leaves; -1 where a promise breaks before
    Per entry, a meeting point whose visit alone fits the budget, nearest first within its gap: meeting int32;
        into_s, out_s uint16 driving from the stop before to it, and from it to the stop behind
    """

    earliest: NDArray[np.int64]
    latest_arrival: NDArray[np.int64]
    bookable_until: NDArray[np.int64]
    n_departures: NDArray[np.int32]
    spare_s: NDArray[np.int32]
    n_stops: NDArray[np.int32]
    is_brought_on: NDArray[np.uint8]
    first_stop: NDArray[np.int64]
    leave_start: NDArray[np.int64]
    pick: NDArray[np.int64]
    drop: NDArray[np.int64]
    leg_s: NDArray[np.int32]
    seats: NDArray[np.int32]
    wheelchairs: NDArray[np.int32]
    luggage: NDArray[np.int32]
    bicycles: NDArray[np.int32]
    entry_start: NDArray[np.int64]
    back_s: NDArray[np.int32]
    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    off_mm: NDArray[np.int32]
    leave: NDArray[np.int64]
    meeting: NDArray[np.int32]
    into_s: NDArray[np.uint16]
    out_s: NDArray[np.uint16]


_PER_RIDE = RideColumns._fields[:9]
_PER_STOP = RideColumns._fields[9:21]
_PER_ENTRY = RideColumns._fields[22:]
_TYPES: Mapping[str, type] = {
    **dict.fromkeys(
        ("n_departures", "spare_s", "n_stops", "leg_s", "seats", "wheelchairs", "luggage", "bicycles"),
        np.int32,
    ),
    **dict.fromkeys(("edge", "off_mm", "meeting", "back_s"), np.int32),
    **dict.fromkeys(("into_s", "out_s"), np.uint16),
    "fraction": np.float64,
    "is_brought_on": np.uint8,
}


class _Growing:
    """An array with room behind it; what is written stays where it is for everybody who sees it."""

    def __init__(self, dtype: type) -> None:
        self.array: NDArray[Any] = np.empty(1024, dtype)
        self.used = 0

    def append(self, values: NDArray[Any]) -> int:
        """Where the values begin."""
        start, self.used = self.used, self.used + len(values)
        if self.used > len(self.array):
            larger = np.empty(max(2 * len(self.array), self.used), self.array.dtype)
            larger[:start] = self.array[:start]
            self.array = larger
        self.array[start : self.used] = values
        return start


class _Swept(NamedTuple):
    """Stops first:last of a table, prepared for driving times to and from doors."""

    first: int
    last: int
    to_stops: Sweep
    from_stops: Sweep


class RideTable:
    """The columns of all rides ever prepared for one pair of timetable and streets; thread-safe."""

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        self.rides: list[Ride] = []
        self.rows_of_driver: dict[str, list[int]] = {}
        self._columns = {name: _Growing(_TYPES.get(name, np.int64)) for name in RideColumns._fields}
        self._swept: list[_Swept] = []
        self.lock = threading.Lock()

    def columns(self) -> RideColumns:
        return RideColumns(**{name: column.array for name, column in self._columns.items()})

    @property
    def n_stops(self) -> int:
        return self._columns["pick"].used

    def append(self, ride: Ride) -> int:
        """Prepare a private ride; returns its row. The caller holds `lock`."""
        return self._store(ride, _prepare(self.streets, ride))

    def adopt(self, columns: RideColumns, row: int, ride: Ride) -> int:
        """Take over a row of another table of the same streets; returns its row here."""
        first, n = int(columns.first_stop[row]), int(columns.n_stops[row])
        first_entry = int(columns.entry_start[first])
        stops = slice(first, first + n)
        entries = slice(first_entry, int(columns.entry_start[first + n - 1]))
        begin = int(columns.leave_start[row])
        values: dict[str, Any] = {name: getattr(columns, name)[row] for name in _PER_RIDE}
        values |= {name: getattr(columns, name)[stops] for name in _PER_STOP}
        values |= {name: getattr(columns, name)[entries] for name in _PER_ENTRY}
        values["entry_start"] = values["entry_start"] - first_entry
        values["leave"] = columns.leave[begin : begin + (n - 1) * int(values["n_departures"])]
        return self._store(ride, values)

    def _store(self, ride: Ride, values: dict[str, Any]) -> int:
        """The row of what was prepared."""
        starts = {"first_stop": self._columns["pick"].used, "leave_start": self._columns["leave"].used}
        first_entry = self._columns["meeting"].used
        for name in _PER_ENTRY:
            self._columns[name].append(values[name])
        values["entry_start"] = values["entry_start"] + first_entry
        for name in (*_PER_STOP, "leave"):
            self._columns[name].append(values[name])
        for name in _PER_RIDE:
            value = starts[name] if name in starts else values[name]
            self._columns[name].append(np.array([value]))
        row = len(self.rides)
        self.rides.append(ride)
        self.rows_of_driver.setdefault(ride.driver_id, []).append(row)
        return row

    def door_s(
        self, driving: Driving, door: Positions, n_stops: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Driving (n_stops,) from the first stops of the table to a door, and from the door to them."""
        with self.lock:
            self._sweep_up_to(driving, n_stops)
            swept = [one for one in self._swept if one.first < n_stops]
        to_door = np.empty(max([n_stops, *(one.last for one in swept)]), np.int32)
        from_door = np.empty_like(to_door)
        begun = 0
        for one in swept:
            of_sweep = slice(one.first, one.last)
            to_door[of_sweep] = hierarchy.door_drive_s(driving.roads, driving.car, door, one.from_stops)[0]
            from_door[of_sweep] = hierarchy.door_drive_s(driving.roads, driving.car, door, one.to_stops)[0]
            begun = one.last
        if begun < n_stops:
            rest = self._positions(begun, n_stops)
            to_door[begun:n_stops] = driving.between_s(rest, door)[:, 0]
            from_door[begun:n_stops] = driving.between_s(door, rest)[0]
        return to_door[:n_stops], from_door[:n_stops]

    def _sweep_up_to(self, driving: Driving, n_stops: int) -> None:
        """Sweep stops together in parts of doubling size, so that few parts are made anew by a change."""
        begun = self._swept[-1].last if self._swept else 0
        if n_stops - begun < _SWEPT_TOGETHER:
            return
        while self._swept and self._swept[-1].last - self._swept[-1].first <= 2 * (n_stops - begun):
            begun = self._swept.pop().first
        places = self._positions(begun, n_stops)
        self._swept.append(
            _Swept(
                begun,
                n_stops,
                hierarchy.sweep_to(driving.roads, driving.car, places),
                hierarchy.sweep_from(driving.roads, driving.car, places),
            )
        )

    def _positions(self, first: int, last: int) -> Positions:
        edge, fraction, off_mm = (
            self._columns[name].array[first:last].copy() for name in ("edge", "fraction", "off_mm")
        )
        return Positions(edge, fraction, off_mm)


class _Rides(Mapping[str, Ride]):
    """All rides of an overlay by id, looked up when asked for."""

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay

    def __getitem__(self, ride_id: str) -> Ride:
        run = self._overlay.runs.get(ride_id)
        return run if run is not None else self._overlay.table.rides[self._overlay.row_of[ride_id]]

    def __iter__(self) -> Iterator[str]:
        yield from self._overlay.runs
        yield from self._overlay.row_of

    def __len__(self) -> int:
        return len(self._overlay.runs) + len(self._overlay.row_of)


@dataclass(frozen=True)
class Overlay:
    """All live rides of one snapshot; changing it gives a new one that shares what stayed.

    `alive` is (n_rows,) uint8 over the rows of `table`, `row_of` the living rows by ride id.
    """

    table: RideTable
    alive: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    row_of: Map[str, int] = field(default_factory=Map)
    runs: Map[str, Ride] = field(default_factory=Map)

    @property
    def rides(self) -> Mapping[str, Ride]:
        return _Rides(self)

    @cached_property
    def columns(self) -> RideColumns:
        """The table's columns, this overlay's rows among them."""
        with self.table.lock:
            return self.table.columns()

    def with_ride(self, ride: Ride) -> Overlay:
        return self.changed((ride,), ())

    def without_ride(self, ride_id: str) -> Overlay:
        return self.changed((), (ride_id,))

    def with_rides(self, rides: Iterable[Ride]) -> Overlay:
        """Exactly these rides; those that did not change are not prepared again."""
        wanted = {ride.ride_id: ride for ride in rides}
        return self.changed(wanted.values(), [ride_id for ride_id in self.rides if ride_id not in wanted])

    def changed(self, added: Iterable[Ride], removed: Iterable[str]) -> Overlay:
        """With some rides added or replaced and others gone; ids that are not there are passed over."""
        buried: list[int] = []
        new: list[Ride] = []
        row_of, runs = self.row_of.mutate(), self.runs.mutate()
        for ride_id in removed:
            runs.pop(ride_id, None)
            buried.append(row_of.pop(ride_id, -1))
        for ride in added:
            if ride == self.rides.get(ride.ride_id):
                continue
            runs.pop(ride.ride_id, None)
            buried.append(row_of.pop(ride.ride_id, -1))
            if ride.kind is RideKind.RUN:
                runs[ride.ride_id] = ride
            else:
                new.append(ride)
        kept = row_of.finish()
        if len(self.alive) > 2 * len(kept) + _DEAD_ROWS_KEPT:
            return self._moved(kept, runs.finish(), new)
        row_of = kept.mutate()
        with self.table.lock:
            for ride in new:
                row_of[ride.ride_id] = self.table.append(ride)
            alive = np.zeros(len(self.table.rides), np.uint8)
        alive[: len(self.alive)] = self.alive
        alive[[row for row in buried if row >= 0]] = 0
        alive[[row_of[ride.ride_id] for ride in new]] = 1
        return Overlay(self.table, alive, row_of.finish(), runs.finish())

    def _moved(self, kept: Map[str, int], runs: Map[str, Ride], new: list[Ride]) -> Overlay:
        """The living rows of the table in a fresh one, and new rides behind them."""
        table, columns = RideTable(self.table.streets), self.columns
        row_of: dict[str, int] = {}
        for ride_id, row in kept.items():
            row_of[ride_id] = table.adopt(columns, row, self.table.rides[row])
        for ride in new:
            row_of[ride.ride_id] = table.append(ride)
        return Overlay(table, np.ones(len(table.rides), np.uint8), Map(row_of), runs)


def _prepare(streets: Streets, ride: Ride) -> dict[str, Any]:
    """The values of one row by column; `entry_start` counts from 0."""
    n = len(ride.stops)
    values: dict[str, Any] = {
        "earliest": ride.earliest_s,
        "latest_arrival": ride.latest_arrival_s,
        "bookable_until": ride.bookable_until_s,
        "n_departures": max(0, (ride.latest_s - ride.earliest_s) // DEPARTURE_STEP_S + 1),
        "spare_s": CANNOT_DRIVE_S,
        "n_stops": n,
        "is_brought_on": 0,
        "pick": _promises(stop.promised_pickup_s for stop in ride.stops),
        "drop": _promises(stop.promised_dropoff_s for stop in ride.stops),
        "seats": np.array((*ride.seats_free, 0), np.int32),
        "wheelchairs": np.array((*ride.wheelchairs_free, 0), np.int32),
        "luggage": np.array((*ride.luggage_free, 0), np.int32),
        "bicycles": np.array((*ride.bicycles_free, 0), np.int32),
        "leg_s": np.zeros(n, np.int32),
        "entry_start": np.zeros(n, np.int64),
        "back_s": np.zeros(n, np.int32),
        "edge": np.full(n, -1, np.int32),
        "fraction": np.zeros(n),
        "off_mm": np.zeros(n, np.int32),
        "meeting": np.empty(0, np.int32),
        "into_s": np.empty(0, np.uint16),
        "out_s": np.empty(0, np.uint16),
    }
    if streets.driving is not None:
        _prepare_driving(streets, streets.driving, ride, values)
    values["leave"] = leaving_clocks(
        values["pick"][:-1],
        values["drop"][:-1],
        values["leg_s"],
        ride.earliest_s,
        values["n_departures"],
    ).ravel()
    return values


def _prepare_driving(streets: Streets, driving: Driving, ride: Ride, values: dict[str, Any]) -> None:
    positions = car_positions(streets, driving.roads, ride.stops)
    values["edge"], values["fraction"], values["off_mm"] = (
        positions.edge,
        positions.fraction,
        positions.off_mm,
    )
    onward_s, back_s = driving.onward_s(positions), driving.back_s(positions)
    between_s = driving.between_s(positions, positions)
    leg_s = np.diagonal(between_s, 1)
    if leg_s.max() >= UNREACHABLE or between_s[0, -1] >= UNREACHABLE:
        return
    spare_s = int(between_s[0, -1]) + ride.budget_s - int(leg_s.sum())
    values["leg_s"][:-1], values["spare_s"] = leg_s, spare_s
    # A place too far off by itself may lie on the way to another: a halt there saves turns.
    fits = onward_s[:-1] + back_s[1:] - leg_s[:, None] <= spare_s + driving.roads.halt_saves_s
    fits &= (onward_s[:-1] < FARTHEST_S) & (back_s[1:] < FARTHEST_S)
    gap, meeting = np.nonzero(fits & streets.has_stops)
    order = np.lexsort((onward_s[gap, meeting], gap))
    gap, meeting = gap[order], meeting[order]
    values["entry_start"] = np.searchsorted(gap, np.arange(len(ride.stops)))
    values["meeting"] = meeting.astype(np.int32)
    values["into_s"] = onward_s[gap, meeting].astype(np.uint16)
    values["out_s"] = back_s[gap + 1, meeting].astype(np.uint16)
    places = values["entry_start"], values["meeting"], values["into_s"], values["out_s"], values["leg_s"]
    values["back_s"] = farthest_back(streets.links.drive_s, places, spare_s)
    if len(driving.roads.ban_edge):
        values["is_brought_on"] = int(is_brought_on(streets.links.drive_s, places))


def _promises(moments: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([NO_PROMISE if moment is None else moment for moment in moments], np.int64)
