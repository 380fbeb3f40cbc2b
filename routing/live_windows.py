"""Windows with live data in them: only the groups of trips about which something changed are laid out anew.

The frozen timetable and the window of planned trips stay as they are. The window of one state of live data is made
from that of another: new columns are written behind the old ones, where no search that is still running looks, and
only the small arrays that tell where a pattern's columns begin are copied. The result has the same patterns in the
same order as if the timetable itself had been like this.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.live import LiveTrips
from routing.live_runs import Expected, LiveRun
from routing.query import Needs
from routing.window import Rows, Window, calls_at_stops, lay_out, mirror, planned_rows

MOST_KEPT = 8
SPARE_SHARE = 0.5
"""Columns are made that much longer than what is in them; when they are full, they are copied without what is old."""


class Frame(NamedTuple):
    """Which window: all trips under way at some moment of [from_s, until_s] (UTC seconds)."""

    from_s: int
    until_s: int
    needs: Needs
    is_mirrored: bool

    def touches(self, expected: Expected | None) -> bool:
        return expected is not None and expected.first_s <= self.until_s and expected.last_s >= self.from_s

    def shows(self, expected: Expected, run: LiveRun) -> bool:
        return not expected.refuses(self.needs) and run.dep[0] <= self.until_s and run.arr[-1] >= self.from_s


class LiveWindows:
    """The newest live window of each frame, from which the next one is made; thread-safe."""

    def __init__(self) -> None:
        self._newest: OrderedDict[Frame, _Laid] = OrderedDict()
        self._lock = threading.Lock()

    def window(self, frame: Frame, live: LiveTrips, open_planned: Callable[[], Window]) -> Window:
        """The window of one state of live data; `open_planned` gives the frame's window without any."""
        planned = open_planned()
        with self._lock:
            before = self._newest.get(frame)
        if before is None:
            before = _Laid(
                planned,
                LiveTrips(live.timetable),
                _Columns(planned, len(planned.dep), len(planned.trip)),
            )
        laid = _laid_anew(frame, planned, before, live)
        with self._lock:
            self._newest[frame] = laid
            self._newest.move_to_end(frame)
            if len(self._newest) > MOST_KEPT:
                self._newest.popitem(last=False)
        return laid.window


class _Columns:
    """The columns of windows that follow one another, with room at the end; what is written once stays."""

    def __init__(self, columns: Window, n_times: int, n_rows: int) -> None:
        """The columns of a window, of which the first n_times (n_rows) entries are in use."""
        self.dep, self.arr, self.trip_times = columns.dep, columns.arr, columns.trip_times
        self.trip, self.day = columns.trip, columns.day
        self._used = n_times, n_rows
        self._lock = threading.Lock()

    def append(self, piece: Window) -> tuple[int, int] | None:
        """Where the columns and rows of a piece begin now; None when there is no room."""
        with self._lock:
            time, row = self._used
            times, rows = slice(time, time + len(piece.dep)), slice(row, row + len(piece.trip))
            if times.stop > len(self.dep) or rows.stop > len(self.trip):
                return None
            self._used = times.stop, rows.stop
        self.dep[times], self.arr[times], self.trip_times[times] = piece.dep, piece.arr, piece.trip_times
        self.trip[rows], self.day[rows] = piece.trip, piece.day
        return time, row


@dataclass(frozen=True)
class _Laid:
    """A window, the live data that is in it, and its columns (dep, arr, trip_times, trip, day)."""

    window: Window
    live: LiveTrips
    columns: _Columns


def _laid_anew(frame: Frame, planned: Window, before: _Laid, live: LiveTrips) -> _Laid:
    was, now = before.live.expected, live.expected
    groups: set[int] = set()
    for row in live.changed_since(before.live):
        for expected in (was.get(row), now.get(row)):
            if expected is not None and frame.touches(expected):
                groups |= expected.groups
    if not groups:
        return _Laid(before.window, live, before.columns)
    piece = _piece(frame, planned, groups, live)
    at = before.columns.append(piece)
    while at is None:
        before = _compacted(before, piece)
        at = before.columns.append(piece)
    window = _with_piece(before.window, piece, np.array(sorted(groups)), at)
    return _Laid(window, live, before.columns)


def _piece(frame: Frame, planned: Window, groups: set[int], live: LiveTrips) -> Window:
    """A window of the trips of some groups as they are now."""
    timetable = live.timetable
    trip, day = _planned_trips(planned, np.array(sorted(groups)))
    as_planned = np.array(
        [row not in live.expected for row in zip(trip.tolist(), day.tolist(), strict=True)], np.bool_
    )
    rows = planned_rows(timetable, trip[as_planned], day[as_planned], frame.from_s)
    own = {row for group in groups for row in live.rows_of_group.get(group, ())}
    runs = [
        run
        for row in sorted(own)
        for run in live.expected[row].runs
        if run.group in groups and frame.shows(live.expected[row], run)
    ]
    faces = {run.group: run.face for run in runs if run.face is not None}
    piece = lay_out(timetable, _with_runs(rows, runs, frame.from_s), faces)
    return mirror(piece) if frame.is_mirrored else piece


def _patterns_of(window: Window, groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First pattern, and last plus one, of each group; patterns are sorted by group."""
    return (
        np.searchsorted(window.group, groups, side="left"),
        np.searchsorted(window.group, groups, side="right"),
    )


def _counted(first: NDArray[Any], end: NDArray[Any]) -> NDArray[np.int64]:
    """The numbers of several ranges, one range after the other."""
    return np.concatenate([np.arange(a, b) for a, b in zip(first, end, strict=True)])


def _planned_trips(planned: Window, groups: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Trip and day of all rows of some groups."""
    row_start = np.append(planned.trip_start, len(planned.trip))
    first, end = _patterns_of(planned, groups)
    rows = _counted(row_start[first], row_start[end])
    return planned.trip[rows], planned.day[rows]


def _with_runs(rows: Rows, runs: list[LiveRun], base_s: int) -> Rows:
    if not runs:
        return rows
    lengths = [len(run.dep) for run in runs]
    return Rows(
        np.concatenate((rows.group, np.array([run.group for run in runs], np.int64))),
        np.concatenate((rows.trip, np.array([run.row[0] for run in runs], np.int32))),
        np.concatenate((rows.day, np.array([run.row[1] for run in runs], np.int32))),
        np.concatenate((rows.start, rows.start[-1] + np.cumsum(lengths))),
        np.concatenate((rows.arr, (np.concatenate([run.arr for run in runs]) - base_s).astype(np.int32))),
        np.concatenate((rows.dep, (np.concatenate([run.dep for run in runs]) - base_s).astype(np.int32))),
    )


def _with_piece(window: Window, piece: Window, groups: NDArray[np.int64], at: tuple[int, int]) -> Window:
    """The patterns of a piece, whose columns begin at `at`, in place of all patterns of `groups`."""
    replaced = _counted(*_patterns_of(window, groups))
    if np.array_equal(window.group[replaced], piece.group):  # other times, but as many patterns of each group
        n_trips, time_start = window.n_trips.copy(), window.time_start.copy()
        trip_start = window.trip_start.copy()
        n_trips[replaced] = piece.n_trips
        time_start[replaced], trip_start[replaced] = piece.time_start + at[0], piece.trip_start + at[1]
        return window._replace(n_trips=n_trips, time_start=time_start, trip_start=trip_start)
    group, stop_start, stops, board, alight, n_trips, time_start, trip_start = _spliced(
        window, piece, groups, *at
    )
    at_start, at_pattern, at_pos = calls_at_stops(stop_start, stops, len(window.at_start) - 1)
    return window._replace(
        group=group,
        stop_start=stop_start,
        stops=stops,
        board=board,
        alight=alight,
        n_trips=n_trips,
        time_start=time_start,
        trip_start=trip_start,
        at_start=at_start,
        at_pattern=at_pattern,
        at_pos=at_pos,
    )


@njit(cache=True, nogil=True)
def _spliced(window, piece, groups, time_at, row_at):  # type: ignore[no-untyped-def]
    """The columns of Window from `group` to `trip_start` that are about whole patterns and their calls."""
    most = len(window.group) + len(piece.group)
    most_calls = len(window.stops) + len(piece.stops)
    group, n_trips = np.empty(most, np.int64), np.empty(most, np.int32)
    time_start, trip_start = np.empty(most, np.int64), np.empty(most, np.int32)
    stop_start = np.zeros(most + 1, np.int32)
    stops = np.empty(most_calls, np.int32)
    board, alight = np.empty(most_calls, np.uint8), np.empty(most_calls, np.uint8)
    n, old, new, gone = 0, 0, 0, 0
    while old < len(window.group) or new < len(piece.group):
        if old < len(window.group):
            while gone < len(groups) and groups[gone] < window.group[old]:
                gone += 1
            if gone < len(groups) and groups[gone] == window.group[old]:
                old += 1
                continue
        is_new = old == len(window.group) or (new < len(piece.group) and piece.group[new] < window.group[old])
        source, p = (piece, new) if is_new else (window, old)
        group[n], n_trips[n] = source.group[p], source.n_trips[p]
        time_start[n] = source.time_start[p] + (time_at if is_new else 0)
        trip_start[n] = source.trip_start[p] + (row_at if is_new else 0)
        here, first, last = stop_start[n], source.stop_start[p], source.stop_start[p + 1]
        stop_start[n + 1] = here + last - first
        stops[here : stop_start[n + 1]] = source.stops[first:last]
        board[here : stop_start[n + 1]] = source.board[first:last]
        alight[here : stop_start[n + 1]] = source.alight[first:last]
        n += 1
        if is_new:
            new += 1
        else:
            old += 1
    n_calls = stop_start[n]
    return (
        group[:n],
        stop_start[: n + 1],
        stops[:n_calls],
        board[:n_calls],
        alight[:n_calls],
        n_trips[:n],
        time_start[:n],
        trip_start[:n],
    )


def _compacted(laid: _Laid, piece: Window) -> _Laid:
    """The same window in new columns without what nothing points to, with room for a piece and more."""
    window, room = laid.window, 1 + SPARE_SHARE
    n_times, n_rows = _n_times(window), int(window.n_trips.sum())
    most_times, most_rows = int((n_times + len(piece.dep)) * room), int((n_rows + len(piece.trip)) * room)
    roomy = window._replace(
        dep=np.empty(most_times, np.int32),
        arr=np.empty(most_times, np.int32),
        trip_times=np.empty((most_times, 2), np.int32),
        trip=np.empty(most_rows, np.int32),
        day=np.empty(most_rows, np.int32),
    )
    time_start, trip_start = _copy(window, roomy)
    roomy = roomy._replace(time_start=time_start, trip_start=trip_start)
    return _Laid(roomy, laid.live, _Columns(roomy, n_times, n_rows))


def _n_times(window: Window) -> int:
    """How many entries of dep its patterns point to."""
    return int((np.diff(window.stop_start).astype(np.int64) * window.n_trips).sum())


@njit(cache=True, nogil=True)
def _copy(window, into):  # type: ignore[no-untyped-def]
    """Writes the patterns' columns one after another; (time_start, trip_start) of where they are then."""
    time_start, trip_start = np.empty_like(window.time_start), np.empty_like(window.trip_start)
    time, row = np.int64(0), 0
    for p in range(len(window.n_trips)):
        n = window.n_trips[p]
        n_times = np.int64(window.stop_start[p + 1] - window.stop_start[p]) * n
        time_start[p], trip_start[p] = time, row
        times, rows = window.time_start[p], window.trip_start[p]
        into.dep[time : time + n_times] = window.dep[times : times + n_times]
        into.arr[time : time + n_times] = window.arr[times : times + n_times]
        into.trip_times[time : time + n_times] = window.trip_times[times : times + n_times]
        into.trip[row : row + n] = window.trip[rows : rows + n]
        into.day[row : row + n] = window.day[rows : rows + n]
        time += n_times
        row += n
    return time_start, trip_start
