"""Vehicles that two feeds describe in the same way: the later feed's run only on the days that are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.store import Texts
from routing.timetable import Timetable
from routing.trip_lines import TripLines

_Bools = NDArray[np.bool_]


def without_twins(
    first: Timetable, second: Timetable, second_lines: TripLines | None, number: NDArray[np.int32]
) -> tuple[Timetable, TripLines | None]:
    """The second timetable without what the first has too, in the same numbering of stops.

    Alike are trips on lines of one name and kind that call at the same stops (`number` says which those of the
    second are in the first) with the same rules, times and facts.
    """
    later = (second.first_day - first.first_day).days
    known: dict[tuple[bytes, ...], list[int]] = defaultdict(list)
    for trip, look in enumerate(_looks(first, np.arange(first.n_stops, dtype=np.int32))):
        known[look].append(trip)
    keep = np.ones(second.n_trips, np.bool_)
    service = second.trip_service.copy()
    runs = [*second.service_runs]
    reduced: dict[tuple[int, bytes], int] = {}
    for trip, look in enumerate(_looks(second, number)):
        if look not in known:
            continue
        theirs: NDArray[np.uint8] = first.service_runs[first.trip_service[known[look]]].max(axis=0)
        taken = _shifted(theirs, later, second.n_days)
        before = second.service_runs[service[trip]]
        left = before & ~taken
        if (left == before).all():
            continue
        keep[trip] = left.any()
        key = int(service[trip]), left.tobytes()
        if key not in reduced:
            reduced[key] = len(runs)
            runs.append(left)
        service[trip] = reduced[key]
    if len(runs) == len(second.service_runs):
        return second, second_lines
    return _only(replace(second, trip_service=service, service_runs=np.array(runs)), second_lines, keep)


def _looks(timetable: Timetable, number: NDArray[np.int32]) -> Iterator[tuple[bytes, ...]]:
    """What makes two trips one, of every trip in order."""
    for pattern in range(timetable.n_patterns):
        calls = slice(*timetable.pattern_stop_start[pattern : pattern + 2].tolist())
        where = (
            number[timetable.pattern_stops[calls]].tobytes(),
            timetable.pattern_board[calls].tobytes(),
            timetable.pattern_alight[calls].tobytes(),
        )
        for trip in range(*timetable.pattern_trip_start[pattern : pattern + 2].tolist()):
            times = slice(*timetable.trip_time_start[trip : trip + 2].tolist())
            yield (
                *where,
                timetable.time_arr[times].tobytes(),
                timetable.time_dep[times].tobytes(),
                bytes((timetable.trip_wheelchair[trip], timetable.trip_bikes[trip])),
                *_sections(timetable, trip),
            )


def _sections(timetable: Timetable, trip: int) -> Iterator[bytes]:
    for section in range(*timetable.trip_section_start[trip : trip + 2].tolist()):
        route = timetable.section_route[section]
        kind, position = timetable.route_type[route], timetable.section_first_pos[section]
        yield f"{position} {kind} {timetable.route_short_name[route]}".encode()


def _shifted(days: NDArray[np.uint8], later: int, n_days: int) -> NDArray[np.uint8]:
    """The days of a calendar that begins `later` days after that of `days`."""
    shifted = np.zeros(n_days, np.uint8)
    first, last = max(later, 0), min(later + n_days, len(days))
    if first < last:
        shifted[first - later : last - later] = days[first:last]
    return shifted


def _only(timetable: Timetable, lines: TripLines | None, keep: _Bools) -> tuple[Timetable, TripLines | None]:
    """Some of the trips, and the patterns that still have any."""
    kept = np.bincount(timetable.trip_pattern[keep], minlength=timetable.n_patterns)
    used = kept > 0
    calls = np.repeat(used, np.diff(timetable.pattern_stop_start))
    times = np.repeat(keep, np.diff(timetable.trip_time_start))
    sections = np.repeat(keep, np.diff(timetable.trip_section_start))
    new_pattern = np.cumsum(used) - 1
    left = replace(
        timetable,
        pattern_stop_start=_starts(np.diff(timetable.pattern_stop_start)[used]).astype(np.int32),
        pattern_stops=timetable.pattern_stops[calls],
        pattern_board=timetable.pattern_board[calls],
        pattern_alight=timetable.pattern_alight[calls],
        pattern_trip_start=_starts(kept[used]).astype(np.int32),
        trip_pattern=new_pattern[timetable.trip_pattern[keep]].astype(np.int32),
        trip_service=timetable.trip_service[keep],
        trip_wheelchair=timetable.trip_wheelchair[keep],
        trip_bikes=timetable.trip_bikes[keep],
        trip_time_start=_starts(np.diff(timetable.trip_time_start)[keep]),
        time_arr=timetable.time_arr[times],
        time_dep=timetable.time_dep[times],
        trip_section_start=_starts(np.diff(timetable.trip_section_start)[keep]).astype(np.int32),
        section_first_pos=timetable.section_first_pos[sections],
        section_route=timetable.section_route[sections],
        section_trip_id=_chosen(timetable.section_trip_id, sections),
        section_headsign=_chosen(timetable.section_headsign, sections),
    )
    return left, _lines_of(lines, used, calls) if lines is not None else None


def _lines_of(lines: TripLines, used: _Bools, calls: _Bools) -> TripLines:
    lengths = np.diff(lines.line_start)
    points = np.repeat(used, lengths)
    moved = np.cumsum(points) - 1
    at_stop = lines.at_stop[calls]
    return TripLines(
        _starts(lengths[used]),
        lines.lat[points],
        lines.lon[points],
        np.where(at_stop >= 0, moved[at_stop], -1),
    )


def _starts(lengths: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _chosen(texts: Texts, rows: _Bools) -> Texts:
    return Texts.of(texts[int(row)] for row in np.flatnonzero(rows))
