"""How much of a timetable there is for lines and municipalities on chosen days, counted with whole arrays.

Four measures, each the sum over the days of a bucket:

trips       the feed's trips of the line; of a municipality: those that call there
stops       stops (as people know them, see `network`) at which something calls that day; in the last bucket each stop
            that is served on any of its days counts once
stop_times  calls, the last one of a trip included
hours       service hours: for each stop the clock hours of the day with at least one call, added up over the stops.
            25:10 is an hour of its own and belongs to the day on which the trip began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import Network
from routing.timetable import Timetable

MEASURES = ("trips", "stops", "stop_times", "hours")
HOUR_S = 3600
_HOURS = 64
"""More than any service day has."""

Totals = NDArray[np.int64]
"""(n_measures, n_entities, n_buckets): sums over the days of each bucket."""


class Buckets(NamedTuple):
    """Sets of service days as bits: `runs` (n_services, n_words) and `masks` (n_buckets, n_words), both uint64."""

    runs: NDArray[np.uint64]
    masks: NDArray[np.uint64]

    @classmethod
    def of(cls, timetable: Timetable, days: Sequence[Sequence[dt.date]]) -> Buckets:
        """Every date must be one of the timetable's."""
        chosen = np.zeros((len(days), timetable.n_days), np.uint8)
        for row, own in zip(chosen, days, strict=True):
            row[[(day - timetable.first_day).days for day in own]] = 1
        return cls(_words(timetable.service_runs), _words(chosen))

    def days_of(self, runs: NDArray[np.uint64], bucket: int) -> NDArray[np.int64]:
        """(n,) on how many days of a bucket each row of bits runs."""
        days = np.zeros(len(runs), np.int64)
        for word in np.flatnonzero(self.masks[bucket]).tolist():
            days += np.bitwise_count(runs[:, word] & self.masks[bucket, word])
        return days


@dataclass(frozen=True)
class Calls:
    """Every call of a timetable, (n,) each: the section it belongs to, its stop as people know it, its hour."""

    section: NDArray[np.int64]
    stop: NDArray[np.int64]
    hour: NDArray[np.int64]
    service_of_section: NDArray[np.int64]

    @classmethod
    def of(cls, network: Network) -> Calls:
        timetable = network.timetable
        trips = np.arange(timetable.n_trips)
        trip_of_section = np.repeat(trips, np.diff(timetable.trip_section_start))
        trip = np.repeat(trips, np.diff(timetable.trip_time_start))
        position = np.arange(len(trip)) - timetable.trip_time_start[trip]
        in_pattern = timetable.pattern_stop_start[timetable.trip_pattern[trip]] + position
        begins = timetable.trip_time_start[trip_of_section] + timetable.section_first_pos
        return cls(
            section=np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(trip)))),
            stop=network.stop_of[timetable.pattern_stops[in_pattern]].astype(np.int64),
            hour=np.minimum(timetable.time_dep // HOUR_S, _HOURS - 1).astype(np.int64),
            service_of_section=timetable.trip_service[trip_of_section].astype(np.int64),
        )


def totals(
    calls: Calls,
    entity_of_call: NDArray[np.int64],
    n_entities: int,
    buckets: Buckets,
) -> Totals:
    """What there is for each entity; `entity_of_call` (n,) says to which each call belongs, -1 to none.

    The last bucket holds all days.
    """
    belongs = np.flatnonzero(entity_of_call >= 0)
    entity, section, stop = entity_of_call[belongs], calls.section[belongs], calls.stop[belongs]
    service = calls.service_of_section[section]
    trips = np.unique(entity * (len(calls.service_of_section) + 1) + section)
    trip_entity, trip_section = np.divmod(trips, len(calls.service_of_section) + 1)
    n_stops = int(stop.max(initial=0)) + 1
    hour = (entity * n_stops + stop) * _HOURS + calls.hour[belongs]
    return np.stack(
        [
            _summed(trip_entity, calls.service_of_section[trip_section], n_entities, buckets),
            _united(entity * n_stops + stop, n_stops, service, n_entities, buckets, is_last_once=True),
            _summed(entity, service, n_entities, buckets),
            _united(hour, n_stops * _HOURS, service, n_entities, buckets),
        ]
    )


def stop_times(
    calls: Calls, entity_of_call: NDArray[np.int64], n_entities: int, buckets: Buckets
) -> NDArray[np.int64]:
    """(n_entities, n_buckets) only that one measure."""
    belongs = np.flatnonzero(entity_of_call >= 0)
    service = calls.service_of_section[calls.section[belongs]]
    return _summed(entity_of_call[belongs], service, n_entities, buckets)


def _summed(
    entity: NDArray[np.int64], service: NDArray[np.int64], n_entities: int, buckets: Buckets
) -> NDArray[np.int64]:
    """(n_entities, n_buckets) things times the days on which each runs."""
    n_services = len(buckets.runs)
    pairs, things = np.unique(entity * n_services + service, return_counts=True)
    of_entity, of_service = np.divmod(pairs, n_services) if n_services else (pairs, pairs)
    result = np.zeros((n_entities, len(buckets.masks)), np.int64)
    for bucket in range(len(buckets.masks)):
        days = buckets.days_of(buckets.runs, bucket)[of_service]
        np.add.at(result[:, bucket], of_entity, days * things)
    return result


def _united(
    thing: NDArray[np.int64],
    n_things: int,
    service: NDArray[np.int64],
    n_entities: int,
    buckets: Buckets,
    *,
    is_last_once: bool = False,
) -> NDArray[np.int64]:
    """(n_entities, n_buckets) days on which a thing has any service, summed up over the `n_things` of each entity.

    `is_last_once`: in the last bucket a thing counts once, on however many days it is served.
    """
    result = np.zeros((n_entities, len(buckets.masks)), np.int64)
    n_services = len(buckets.runs)
    pairs = np.unique(thing * n_services + service)
    if not len(pairs):
        return result
    of_thing, of_service = np.divmod(pairs, n_services)
    starts = np.flatnonzero(np.diff(of_thing, prepend=-1))
    runs = np.stack(
        [
            np.bitwise_or.reduceat(buckets.runs[of_service, word], starts)
            for word in range(buckets.runs.shape[1])
        ],
        axis=1,
    )
    of_entity = of_thing[starts] // n_things
    last = len(buckets.masks) - 1
    for bucket in range(len(buckets.masks)):
        days = buckets.days_of(runs, bucket)
        np.add.at(result[:, bucket], of_entity, days > 0 if is_last_once and bucket == last else days)
    return result


def _words(flags: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """(n, n_days) 0 or 1 → (n, n_words) bits."""
    packed = np.packbits(flags != 0, axis=1, bitorder="little")
    padded = np.zeros((len(flags), -(-max(packed.shape[1], 1) // 8) * 8), np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64)
