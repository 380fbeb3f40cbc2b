"""From what is said about one trip to the vehicles that really run; `routing.live_trips` says how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, groupby

import numpy as np
from numpy.typing import NDArray

from routing.errors import LiveTripRefused
from routing.live_trips import AddedTrip, CallUpdate, TripUpdate
from routing.query import Needs
from routing.timetable import Timetable
from routing.window import DAY_S, FIRST_OWN_GROUP, IS_RUFBUS, IS_TRANSIT, Face, face_of_trips

FARTHEST_OFF_PLAN_S = DAY_S
LONGEST_ADDED_S = 2 * DAY_S
NEVER_S = 1 << 62

Row = tuple[int, int]
"""A vehicle as windows name it: its trip (from `n_trips` of the timetable on an added one) and service-day index."""


@dataclass(frozen=True, eq=False, slots=True)
class LiveRun:
    """One vehicle; arr and dep are (n_calls,) int64 UTC seconds. `face` is None where it is the timetable's."""

    row: Row
    group: int
    face: Face | None
    arr: NDArray[np.int64]
    dep: NDArray[np.int64]

    def is_under_way(self, from_s: int, until_s: int) -> bool:
        """At some moment of [from_s, until_s]."""
        return bool(self.dep[0] <= until_s and self.arr[-1] >= from_s)


@dataclass(frozen=True, eq=False, slots=True)
class Expected:
    """What runs in place of one row: usually one vehicle, none when cancelled, several when a section in the
    middle is. `planned_group` is None of an added trip.
    """

    runs: tuple[LiveRun, ...]
    planned_group: int | None
    first_s: int
    last_s: int
    """Nothing of it, planned or expected, happens outside of these two."""
    wheelchair: int
    bikes: int = 0
    added: AddedTrip | None = None

    def refuses(self, needs: Needs) -> bool:
        return needs.refused_by(self.wheelchair, self.bikes)

    @property
    def groups(self) -> set[int]:
        """Whose patterns are others because of this."""
        groups = {run.group for run in self.runs}
        return groups if self.planned_group is None else groups | {self.planned_group}


@dataclass(frozen=True, slots=True)
class Section:
    """Positions [first, last] of the feed's own trip within the vehicle's; shared with a neighbour or not."""

    number: int
    first: int
    last: int
    shares_first: bool
    shares_last: bool


def expected_of(timetable: Timetable, row: Row, updates: Mapping[int, TripUpdate]) -> Expected:
    """A trip of the timetable; `updates` are by section. Raises LiveTripRefused."""
    trip, day = row
    times = slice(int(timetable.trip_time_start[trip]), int(timetable.trip_time_start[trip + 1]))
    start_s = timetable.day_start_s[day]
    planned_arr, planned_dep = start_s + timetable.time_arr[times], start_s + timetable.time_dep[times]
    sections = list(sections_of(timetable, trip))
    stated: dict[tuple[int, bool], int] = {}
    closed: set[tuple[int, bool]] = set()
    for section in sections:
        if section.number in updates:
            _read(section, updates[section.number], stated, closed)
    for (pos, is_departure), time_s in stated.items():
        if abs(time_s - int((planned_dep if is_departure else planned_arr)[pos])) > FARTHEST_OFF_PLAN_S:
            raise LiveTripRefused(f"a time of trip {_name(updates)} is more than a day from the planned one")
    arr, dep = expected_times(planned_arr.tolist(), planned_dep.tolist(), stated)
    cancelled = {number for number, update in updates.items() if update.is_cancelled}
    group = int(timetable.trip_group[trip])
    runs = []
    for first, last in _spans(sections, cancelled):
        face_group, face = group, None
        if closed or (first, last) != (0, len(arr) - 1):
            face = _partly_closed(timetable, trip, first, last, closed)
            face_group = _own_group(face, group)
        runs.append(LiveRun(row, face_group, face, arr, dep))
    return Expected(
        tuple(runs),
        group,
        int(min(planned_dep[0], dep[0])),
        int(max(planned_arr[-1], arr[-1])),
        int(timetable.trip_wheelchair[trip]),
        int(timetable.trip_bikes[trip]),
    )


def expected_of_added(timetable: Timetable, row: Row, added: AddedTrip) -> Expected:
    """A trip that the timetable does not have. Raises UnknownStop, LiveTripRefused."""
    if len(added.calls) < 2:
        raise LiveTripRefused(f"added trip {added.trip_id} has fewer than two calls")
    stops = [timetable.stop(call.stop_id) for call in added.calls]
    for stop, call in zip(stops, added.calls, strict=True):
        if timetable.stop_is_station[stop]:
            raise LiveTripRefused(
                f"added trip {added.trip_id} calls at station {call.stop_id}, not at a stop"
            )
    stated = {(i, False): call.arrival_s for i, call in enumerate(added.calls)}
    stated |= {(i, True): call.departure_s for i, call in enumerate(added.calls)}
    unplanned = [0] * len(stops)
    arr, dep = expected_times(unplanned, unplanned, stated)
    if arr[-1] - dep[0] > LONGEST_ADDED_S:
        raise LiveTripRefused(f"added trip {added.trip_id} takes longer than {LONGEST_ADDED_S} s")
    kind = IS_RUFBUS if added.is_on_demand else IS_TRANSIT
    face = Face(
        np.array(stops, np.int32),
        np.array([kind * call.can_board for call in added.calls], np.uint8),
        np.array([call.can_alight for call in added.calls], np.uint8),
    )
    run = LiveRun(row, _own_group(face, -1), face, arr, dep)
    return Expected((run,), None, int(dep[0]), int(arr[-1]), added.wheelchair, added=added)


def sections_of(timetable: Timetable, trip: int) -> Iterator[Section]:
    """The feed's own trips of a vehicle in order.

    Where one ends and the next begins at the same stop, that is one call of both; at two platforms of one
    station, there are two calls.
    """
    first, end = int(timetable.trip_section_start[trip]), int(timetable.trip_section_start[trip + 1])
    if end == first + 1:  # nearly always, and thousands are asked for at once
        n_calls = int(timetable.trip_time_start[trip + 1] - timetable.trip_time_start[trip])
        yield Section(first, 0, n_calls - 1, False, False)
        return
    pattern = timetable.trip_pattern[trip]
    stops = timetable.pattern_stops[
        timetable.pattern_stop_start[pattern] : timetable.pattern_stop_start[pattern + 1]
    ]
    begins = timetable.section_first_pos[first:end].tolist()
    shares = [False, *(not _is_platform_change(timetable, stops, pos) for pos in begins[1:]), False]
    ends = [pos if shared else pos - 1 for pos, shared in zip(begins[1:], shares[1:], strict=False)]
    for i, (begin, last) in enumerate(zip(begins, [*ends, len(stops) - 1], strict=True)):
        yield Section(first + i, begin, last, shares[i], shares[i + 1])


def _name(updates: Mapping[int, TripUpdate]) -> str:
    return ", ".join(update.trip_id for update in updates.values())


def _is_platform_change(timetable: Timetable, stops: NDArray[np.int32], pos: int) -> bool:
    here, before = stops[pos], stops[pos - 1]
    station = timetable.stop_parent[here]
    return bool(here != before and station >= 0 and station == timetable.stop_parent[before])


def _read(
    section: Section,
    update: TripUpdate,
    stated: dict[tuple[int, bool], int],
    closed: set[tuple[int, bool]],
) -> None:
    """Adds the stated times and the closed sides of calls, both by (position, is the departure's side)."""
    seen: set[int] = set()
    for call in update.calls:
        pos = section.first + call.position
        if call.position < 0 or pos > section.last or call.position in seen:
            raise LiveTripRefused(f"trip {update.trip_id} has no call {call.position}, or it is stated twice")
        seen.add(call.position)
        if pos > section.first or not section.shares_first:
            _read_side(call, (pos, False), call.arrival_s, stated, closed)
        if pos < section.last or not section.shares_last:
            _read_side(call, (pos, True), call.departure_s, stated, closed)


def _read_side(
    call: CallUpdate,
    side: tuple[int, bool],
    time_s: int | None,
    stated: dict[tuple[int, bool], int],
    closed: set[tuple[int, bool]],
) -> None:
    if time_s is not None:
        stated[side] = time_s
    if call.is_skipped or (call.is_closed and side[1]):
        closed.add(side)


def expected_times(
    planned_arr: list[int], planned_dep: list[int], stated: Mapping[tuple[int, bool], int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Delays go on, but not beyond the next stated time; times never go backwards."""
    planned = [time_s for call in zip(planned_arr, planned_dep, strict=True) for time_s in call]
    sides = [stated.get((i // 2, i % 2 == 1)) for i in range(len(planned))]
    delay_s, times = 0, []
    for planned_s, stated_s in zip(planned, sides, strict=True):
        delay_s = delay_s if stated_s is None else stated_s - planned_s
        times.append(planned_s + delay_s)
    limit_s = NEVER_S
    for i in reversed(range(len(times))):
        stated_s = sides[i]
        limit_s = limit_s if stated_s is None else stated_s
        times[i] = min(times[i], limit_s)
    times = list(accumulate(times, max))
    return np.array(times[0::2], np.int64), np.array(times[1::2], np.int64)


def _spans(sections: list[Section], cancelled: set[int]) -> Iterator[tuple[int, int]]:
    """First and last position of each unbroken row of sections that run."""
    for is_cancelled, row in groupby(sections, lambda section: section.number in cancelled):
        together = list(row)
        if not is_cancelled:
            yield together[0].first, together[-1].last


def _partly_closed(
    timetable: Timetable, trip: int, first: int, last: int, closed: set[tuple[int, bool]]
) -> Face:
    face = face_of_trips(timetable, np.array([trip], np.int32))
    for pos in range(len(face.stops)):
        is_outside = not first <= pos <= last
        if is_outside or (pos, False) in closed:
            face.alight[pos] = 0
        if is_outside or (pos, True) in closed:
            face.board[pos] = 0
    return face


def _own_group(face: Face, planned_group: int) -> int:
    """The same number for the same face in every process: the order of patterns decides between equal journeys."""
    digest = blake2b(np.int64(planned_group).tobytes(), digest_size=8)
    for column in face:
        digest.update(column.tobytes())
    return int(FIRST_OWN_GROUP) | (int.from_bytes(digest.digest(), "big") >> 2)
