"""Several timetables, each of one feed → one timetable in which what is the same place is one place.

The rules (docs/decisions/0024-several-feeds.md): the feed first in rank keeps its ids; an id that it has given to
something else gets the later feed's key in front. Which stops are one is said by `same_stops`, which trips by
`twins`. Agencies are one by their name, routes by id, number, kind and agency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtfs.same_stops import SameStops, same_stops
from gtfs.service_days import day_starts_s
from gtfs.twins import without_twins
from routing.store import Texts
from routing.timetable import Timetable
from routing.trip_lines import TripLines


class OtherClock(ValueError):
    """Two feeds count their times in time zones whose clocks differ."""

    def __init__(self, key: str, timezone: str, expected: str) -> None:
        super().__init__(f"{key}: {timezone}, expected {expected}")
        self.key = key
        self.timezone = timezone
        self.expected = expected


@dataclass(frozen=True)
class Part:
    """The timetable of one feed. `key` stands before its ids where they clash, so it must outlive its versions."""

    key: str
    timetable: Timetable
    lines: TripLines | None = None


def merge(parts: Sequence[Part]) -> tuple[Timetable, TripLines | None]:
    """The timetables as one, the first in rank first; lines where at least one of them has any.

    Raises OtherClock.
    """
    merged = parts[0]
    for part in parts[1:]:
        merged = _with(merged, part)
    return merged.timetable, merged.lines


def merged_id(known: Collection[str], key: str, own_id: str) -> str:
    """What a feed's own id of a trip, stop or route is called where it was merged; `known` are the ids there."""
    prefixed = f"{key}:{own_id}"
    return prefixed if prefixed in known else own_id


def _with(first: Part, second: Part) -> Part:
    a, days = first.timetable, _Days.of(first, second)
    stops = same_stops(a, second.timetable)
    b, lines = without_twins(a, second.timetable, second.lines, stops.number)
    agency, is_new_agency = _numbered(_same_agencies(a, b), len(a.agency_id))
    route, is_new_route = _numbered(_same_routes(a, b, agency), len(a.route_id))
    transfer_from, transfer_to, is_new_transfer = _new_transfers(a, b, stops)
    new_stops = np.flatnonzero(stops.is_new)
    trip_ids = _own_ids(b.section_trip_id, range(len(b.section_trip_id)), a.section_trip_id, second.key)
    timetable = Timetable(
        stop_id=_joined(a.stop_id, _own_ids(b.stop_id, new_stops, a.stop_id, second.key)),
        stop_name=_joined(a.stop_name, [stops.name[i] for i in new_stops]),
        stop_platform=Texts.of(_platforms(a, b, stops)),
        stop_lat=np.concatenate([a.stop_lat, b.stop_lat[new_stops]]),
        stop_lon=np.concatenate([a.stop_lon, b.stop_lon[new_stops]]),
        stop_parent=stops.parent,
        stop_is_station=np.concatenate([a.stop_is_station, b.stop_is_station[new_stops]]),
        stop_wheelchair=_wheelchair(a, b, stops),
        agency_id=_joined(a.agency_id, _own_ids(b.agency_id, is_new_agency, a.agency_id, second.key)),
        agency_name=_joined(a.agency_name, _chosen(b.agency_name, is_new_agency)),
        agency_url=_joined(a.agency_url, _chosen(b.agency_url, is_new_agency)),
        agency_phone=_joined(a.agency_phone, _chosen(b.agency_phone, is_new_agency)),
        route_id=_joined(a.route_id, _own_ids(b.route_id, is_new_route, a.route_id, second.key)),
        route_short_name=_joined(a.route_short_name, _chosen(b.route_short_name, is_new_route)),
        route_long_name=_joined(a.route_long_name, _chosen(b.route_long_name, is_new_route)),
        route_type=np.concatenate([a.route_type, b.route_type[is_new_route]]),
        route_agency=np.concatenate([a.route_agency, agency[b.route_agency[is_new_route]]]),
        pattern_stop_start=_starts(a.pattern_stop_start, b.pattern_stop_start),
        pattern_stops=np.concatenate([a.pattern_stops, stops.number[b.pattern_stops]]),
        pattern_board=np.concatenate([a.pattern_board, b.pattern_board]),
        pattern_alight=np.concatenate([a.pattern_alight, b.pattern_alight]),
        pattern_trip_start=_starts(a.pattern_trip_start, b.pattern_trip_start),
        trip_pattern=np.concatenate([a.trip_pattern, b.trip_pattern + np.int32(a.n_patterns)]),
        trip_service=np.concatenate([a.trip_service, b.trip_service + np.int32(len(a.service_runs))]),
        trip_wheelchair=np.concatenate([a.trip_wheelchair, b.trip_wheelchair]),
        trip_bikes=np.concatenate([a.trip_bikes, b.trip_bikes]),
        trip_time_start=_starts(a.trip_time_start, b.trip_time_start),
        time_arr=np.concatenate([a.time_arr, b.time_arr]),
        time_dep=np.concatenate([a.time_dep, b.time_dep]),
        trip_section_start=_starts(a.trip_section_start, b.trip_section_start),
        section_first_pos=np.concatenate([a.section_first_pos, b.section_first_pos]),
        section_route=np.concatenate([a.section_route, route[b.section_route]]),
        section_trip_id=_joined(a.section_trip_id, trip_ids),
        section_headsign=_joined(a.section_headsign, b.section_headsign),
        service_runs=np.concatenate([days.laid_out(a), days.laid_out(b)]),
        day_start_s=days.start_s,
        transfer_from=np.concatenate([a.transfer_from, transfer_from]),
        transfer_to=np.concatenate([a.transfer_to, transfer_to]),
        transfer_type=np.concatenate([a.transfer_type, b.transfer_type[is_new_transfer]]),
        transfer_min_s=np.concatenate([a.transfer_min_s, b.transfer_min_s[is_new_transfer]]),
        first_day=days.first_day,
        timezone=a.timezone,
        version=f"{a.version} + {b.version}",
        name=f"{a.name} + {b.name}",
        is_demo=a.is_demo or b.is_demo,
    )
    return Part(first.key, timetable, _lines(first, Part(second.key, b, lines)))


@dataclass(frozen=True)
class _Days:
    """The days of both, and those between them."""

    first_day: dt.date
    start_s: NDArray[np.int64]

    @classmethod
    def of(cls, first: Part, second: Part) -> _Days:
        a, b = first.timetable, second.timetable
        first_day, last_day = min(a.first_day, b.first_day), max(a.last_day, b.last_day)
        days = cls(first_day, day_starts_s(first_day, (last_day - first_day).days + 1, a.timezone))
        begin = days.begins_at(b)
        if (days.start_s[begin : begin + b.n_days] != b.day_start_s).any():
            raise OtherClock(second.key, b.timezone, a.timezone)
        return days

    def begins_at(self, timetable: Timetable) -> int:
        """Which of these days is its first."""
        return (timetable.first_day - self.first_day).days

    def laid_out(self, timetable: Timetable) -> NDArray[np.uint8]:
        """(n_services, days) when its services run; on days of others they do not."""
        runs = np.zeros((len(timetable.service_runs), len(self.start_s)), np.uint8)
        begin = self.begins_at(timetable)
        runs[:, begin : begin + timetable.n_days] = timetable.service_runs
        return runs


def _same_agencies(a: Timetable, b: Timetable) -> list[int]:
    """The agency of `a` that each of `b` is, -1 where none."""
    known = {name: i for i, name in reversed(list(enumerate(a.agency_name)))}
    return [known.get(name, -1) for name in b.agency_name]


def _same_routes(a: Timetable, b: Timetable, agency: NDArray[np.int32]) -> list[int]:
    """The route of `a` that each of `b` is, -1 where none."""
    known = {look: i for i, look in enumerate(_route_looks(a, np.arange(len(a.agency_id))))}
    return [known.get(look, -1) for look in _route_looks(b, agency)]


def _route_looks(timetable: Timetable, agency: NDArray[Any]) -> Iterable[tuple[str, str, int, int]]:
    return zip(
        timetable.route_id,
        timetable.route_short_name,
        timetable.route_type.tolist(),
        agency[timetable.route_agency].tolist(),
        strict=True,
    )


def _numbered(same: Sequence[int], n_first: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The numbers of the second's rows in the merged table, and which of them are rows of their own."""
    shared = np.array(same, np.int64)
    is_new = shared < 0
    number = np.where(is_new, n_first + np.cumsum(is_new) - 1, shared).astype(np.int32)
    return number, np.flatnonzero(is_new)


def _own_ids(ids: Texts, rows: Iterable[int], taken: Iterable[str], key: str) -> list[str]:
    """The ids of some rows; where the first feed has one already, with the key in front."""
    theirs, ours = frozenset(taken), frozenset(ids)
    found = []
    for row in rows:
        own = ids[int(row)]
        if own in theirs:
            own = f"{key}:{own}"
            while own in theirs or own in ours:
                own = f"{key}:{own}"
        found.append(own)
    return found


def _platforms(a: Timetable, b: Timetable, stops: SameStops) -> list[str]:
    platforms = [*a.stop_platform, *([""] * int(stops.is_new.sum()))]
    for number, text in zip(stops.number.tolist(), b.stop_platform, strict=True):
        platforms[number] = platforms[number] or text
    return platforms


def _wheelchair(a: Timetable, b: Timetable, stops: SameStops) -> NDArray[np.int8]:
    """What the first knows, else what the second does."""
    known = np.concatenate([a.stop_wheelchair, np.zeros(int(stops.is_new.sum()), np.int8)])
    said = known.copy()
    said[stops.number] = b.stop_wheelchair
    return np.where(known == 0, said, known)


def _new_transfers(
    a: Timetable, b: Timetable, stops: SameStops
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """From, to, and which rows of `b` they are: of two rules for one transfer the first feed's counts."""
    start, end = stops.number[b.transfer_from], stops.number[b.transfer_to]
    known = set(zip(a.transfer_from.tolist(), a.transfer_to.tolist(), strict=True))
    is_new = np.array(
        [pair not in known for pair in zip(start.tolist(), end.tolist(), strict=True)], np.bool_
    )
    return start[is_new], end[is_new], is_new


def _lines(first: Part, second: Part) -> TripLines | None:
    if first.lines is None and second.lines is None:
        return None
    a = first.lines or _no_lines(first.timetable)
    b = second.lines or _no_lines(second.timetable)
    moved = np.where(b.at_stop >= 0, b.at_stop + len(a.lat), -1)
    return TripLines(
        _starts(a.line_start, b.line_start),
        np.concatenate([a.lat, b.lat]),
        np.concatenate([a.lon, b.lon]),
        np.concatenate([a.at_stop, moved]),
    )


def _no_lines(timetable: Timetable) -> TripLines:
    nothing = np.zeros(0, np.float32)
    return TripLines(
        np.zeros(timetable.n_patterns + 1, np.int64),
        nothing,
        nothing,
        np.full(len(timetable.pattern_stops), -1, np.int64),
    )


def _starts(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([a, b[1:] + a[-1]])


def _joined(a: Texts, more: Iterable[str]) -> Texts:
    return Texts.of([*a, *more])


def _chosen(texts: Texts, rows: NDArray[np.int64]) -> list[str]:
    return [texts[i] for i in rows.tolist()]
