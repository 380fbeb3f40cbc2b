"""Which trip continues as which other, so that passengers may stay seated.

Two sources say so: transfers.txt with type 4 (and 5 forbids it), and a common block_id. In both cases the
second trip must begin at the stop, or at least the station, at which the first ends, not before it has
arrived there, and both must run on exactly the same days. What does not fit stays apart: a change
is then offered as between any two vehicles, which is safe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings
from gtfs.notices import Notice, Words
from gtfs.service_days import ServiceDays
from gtfs.stop_times import Halts
from gtfs.stops import Stops
from gtfs.table import Mask, Table

STAY, LEAVE = 4, 5
LONGEST_LAYOVER_S = 30 * 60
"""Within a block; a vehicle that waits longer is left by its passengers."""

MOST_CANDIDATES = 100
"""Trips of a block that begin before a vehicle's layover is over; more are no block of one vehicle."""

NO_TRIP = -1

_NOTHING_TO_DO = Words(
    "Nichts zu tun; umsteigen bleibt möglich.", "Nothing to do; changing remains possible."
)
_APART = Notice(
    "trips_not_joined",
    Words(
        "{n} Paare von Fahrten, in denen man sitzen bleiben könnte (transfer_type 4), passen nach Ort, "
        "Zeit oder Verkehrstagen nicht genau zusammen. Sie bleiben getrennte Fahrten.",
        "{n} pairs of trips in which one might stay seated (transfer_type 4) do not fit together exactly in "
        "place, time or days. They remain separate trips.",
    ),
    _NOTHING_TO_DO,
)
_OTHER_DAYS = Notice(
    "trips_not_joined",
    Words(
        "{n} Fahrten eines Umlaufs (block_id) haben eine Folgefahrt an anderen Verkehrstagen. "
        "Sie bleiben getrennte Fahrten.",
        "{n} trips of a block (block_id) are followed by one that runs on other days. "
        "They remain separate trips.",
    ),
    _NOTHING_TO_DO,
)
_OVERLAPPING = Notice(
    "block_trips_with_overlapping_stop_times",
    Words(
        "Die Fahrt beginnt, bevor die Fahrt {other} desselben Umlaufs endet.",
        "The trip begins before the trip {other} of the same block ends.",
    ),
    Words("Bitte berichtigen Sie block_id oder die Zeiten.", "Please correct block_id or the times."),
)


@dataclass(frozen=True)
class Ends:
    """Where and when each trip begins and ends, (n_trips,) each, and `service`, a row of `runs`.

    `station` (n_stops,) is the station of each stop; `same_days` (n_services,) is equal for equal rows of `runs`.
    """

    usable: Mask
    first_stop: NDArray[np.int64]
    last_stop: NDArray[np.int64]
    first_arr: NDArray[np.int64]
    first_dep: NDArray[np.int64]
    last_arr: NDArray[np.int64]
    last_dep: NDArray[np.int64]
    service: NDArray[np.int64]
    station: NDArray[np.int32]
    same_days: NDArray[np.int64]
    runs: NDArray[np.uint8]

    def meet(self, a: int, b: int) -> bool:
        """Trip b begins where a ends, in time."""
        if not (self.usable[a] and self.usable[b]) or a == b:
            return False
        if self.last_stop[a] == self.first_stop[b]:
            return bool(self.last_arr[a] <= self.first_dep[b])
        same_station = self.station[self.last_stop[a]] == self.station[self.first_stop[b]]
        return bool(same_station and self.last_dep[a] <= self.first_arr[b])

    def on_same_days(self, a: int, b: int) -> bool:
        return bool(self.same_days[self.service[a]] == self.same_days[self.service[b]])

    def follower(self, a: int, later: NDArray[np.int64]) -> int:
        """The first of `later` trips that shares a day with trip a; NO_TRIP without."""
        shares = (self.runs[self.service[later]] & self.runs[self.service[a]]).any(axis=1)
        return int(later[np.argmax(shares)]) if shares.any() else NO_TRIP


def ends_of(halts: Halts, usable: Mask, stops: Stops, service: NDArray[np.int64], days: ServiceDays) -> Ends:
    """`usable` trips have halts and may be joined."""
    first = np.where(usable, halts.start[:-1], 0)
    last = np.where(usable, halts.start[1:] - 1, 0)
    return Ends(
        usable,
        halts.stop[first].astype(np.int64),
        halts.stop[last].astype(np.int64),
        halts.arr[first].astype(np.int64),
        halts.dep[first].astype(np.int64),
        halts.arr[last].astype(np.int64),
        halts.dep[last].astype(np.int64),
        service,
        stops.station_of(),
        days.same_days(),
        days.runs,
    )


def chains(
    trips: Table, transfers: Table | None, trip_index: dict[str, int], ends: Ends, findings: Findings
) -> list[list[int]]:
    """Chains of two or more trips (rows of `trips`) that are one vehicle; every trip is in one at most."""
    stated, forbidden = _stated(transfers, trip_index)
    pairs = [pair for pair in stated if ends.meet(*pair) and ends.on_same_days(*pair)]
    apart = len(stated) - len(pairs)
    if apart:
        findings.info(_APART.about(n=apart), file="transfers.txt")
    in_blocks, other_days = _in_blocks(trips, ends, findings)
    if other_days:
        findings.info(_OTHER_DAYS.about(n=other_days), file="trips.txt")
    said_from, said_to = {a for a, _ in pairs}, {b for _, b in pairs}
    pairs += [(a, b) for a, b in in_blocks if a not in said_from and b not in said_to]
    return _linked(dict.fromkeys(pairs), forbidden)


def _stated(
    transfers: Table | None, trip_index: dict[str, int]
) -> tuple[list[tuple[int, int]], set[tuple[int, int]]]:
    """Pairs of type 4, and those of type 5."""
    if transfers is None:
        return [], set()
    kind = transfers.parsed("transfer_type", values.integer, 0)
    a = transfers.positions("from_trip_id", trip_index)
    b = transfers.positions("to_trip_id", trip_index)
    known = (a >= 0) & (b >= 0)
    stay = np.flatnonzero(known & (kind == STAY))
    leave = np.flatnonzero(known & (kind == LEAVE))
    return [(int(a[i]), int(b[i])) for i in stay], {(int(a[i]), int(b[i])) for i in leave}


def _in_blocks(trips: Table, ends: Ends, findings: Findings) -> tuple[list[tuple[int, int]], int]:
    """Pairs of trips that follow each other in a block, and the number of those on differing days."""
    block = trips.codes("block_id")
    members = np.flatnonzero((block >= 0) & ends.usable)
    order = members[np.lexsort((members, ends.first_dep[members], block[members]))]
    pairs: list[tuple[int, int]] = []
    other_days = 0
    for group in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        latest = ends.last_arr[group] + LONGEST_LAYOVER_S
        reach = np.searchsorted(ends.first_dep[group], latest, side="right")
        for i, a in enumerate(group.tolist()):
            b = ends.follower(a, group[i + 1 : min(reach[i], i + 1 + MOST_CANDIDATES)])
            if b != NO_TRIP and ends.first_dep[b] < ends.last_arr[a]:
                _warn_overlap(trips, a, b, findings)
            elif b != NO_TRIP and ends.meet(a, b):
                if ends.on_same_days(a, b):
                    pairs.append((a, b))
                else:
                    other_days += 1
    return pairs, other_days


def _warn_overlap(trips: Table, a: int, b: int, findings: Findings) -> None:
    findings.warning(
        _OVERLAPPING.about(other=trips.cell(a, "trip_id")),
        file=trips.file,
        line=trips.lines[b],
        field="block_id",
        value=trips.cell(b, "block_id"),
    )


def _linked(pairs: dict[tuple[int, int], None], forbidden: set[tuple[int, int]]) -> list[list[int]]:
    """Chains from pairs; a trip with two followers, or two that lead to it, is not joined there."""
    pairs = {pair: None for pair in pairs if pair not in forbidden}
    followers: dict[int, list[int]] = {}
    leaders: dict[int, list[int]] = {}
    for a, b in pairs:
        followers.setdefault(a, []).append(b)
        leaders.setdefault(b, []).append(a)
    after = {a: b[0] for a, b in followers.items() if len(b) == 1 and len(leaders[b[0]]) == 1}
    joined_to = set(after.values())
    found = []
    for first in after:
        if first in joined_to:
            continue
        chain = [first]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        found.append(chain)
    return found
