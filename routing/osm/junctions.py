"""What cars may do where streets meet: turns closed by restrictions, and what the others cost."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from routing.osm.pieces import Pieces, Run
from routing.osm.reading import RawStreets
from routing.osm.restrictions import AMBIGUOUS, INCOMPLETE, USED, Restriction
from routing.osm.speeds import Speeds
from routing.roads import CLOSED, Mode
from routing.street_grid import METRES_PER_DEGREE

LOOK_M = 10.0
"""The direction of a street at a junction is that of its last metres, not of its very last kink."""

_MOST_VIA_STREETS = 6
_IMPORTANCE = {
    "motorway": 7,
    "trunk": 6,
    "primary": 5,
    "secondary": 4,
    "tertiary": 3,
    "unclassified": 2,
    "residential": 2,
    "road": 2,
    "living_street": 1,
}

_Way = tuple[Run, ...]


class _Net(NamedTuple):
    """Runs open to cars by the node where they arrive and leave."""

    arriving: dict[int, list[Run]]
    leaving: dict[int, list[Run]]


def turns_of(runs: list[Run], pieces: Pieces, raw: RawStreets, speeds: Speeds) -> Iterator[tuple[_Way, int]]:
    """Ways over junctions with what they cost, in ms, or CLOSED; counts in `raw.outcome` which restrictions hold."""
    net = _Net(defaultdict(list), defaultdict(list))
    for run in runs:
        if run.access & Mode.CAR:
            net.leaving[run.from_node].append(run)
            net.arriving[run.to_node].append(run)
    for restriction in raw.restrictions:
        for way in _closed(restriction, net, pieces, raw):
            yield way, CLOSED
    yield from _prices(net, pieces, raw, speeds)


def _is_straight_back(before: Run, after: Run) -> bool:
    return before.halves[-1] ^ 1 == after.halves[0]


# --- restrictions --------------------------------------------------------------------------------


def _closed(restriction: Restriction, net: _Net, pieces: Pieces, raw: RawStreets) -> list[_Way]:
    """What a restriction closes."""
    found = _over_node if restriction.via_node else _over_ways
    ways, outcome = found(restriction, net, pieces, raw)
    raw.outcome[outcome] += 1
    if not restriction.is_only:
        return [way for way in ways if not _is_straight_back(way[-2], way[-1])]
    return [
        (*way[: i + 1], other)
        for way in ways
        for i in range(len(way) - 1)
        # The first street may be left as one likes: only who has gone on into the second is bound.
        if i > 0 or len(way) == 2
        for other in net.leaving[way[i].to_node]
        if other is not way[i + 1] and not _is_straight_back(way[i], other)
    ]


def _over_node(
    restriction: Restriction, net: _Net, pieces: Pieces, raw: RawStreets
) -> tuple[list[_Way], str]:
    node = int(np.searchsorted(pieces.node_id, restriction.via_node))
    if node == len(pieces.node_id) or pieces.node_id[node] != restriction.via_node:
        return [], INCOMPLETE
    froms = [
        run for run in net.arriving[node] if _way_id(pieces, raw, run.halves[-1]) in restriction.from_ways
    ]
    tos = [run for run in net.leaving[node] if _way_id(pieces, raw, run.halves[0]) in restriction.to_ways]
    if not froms or not tos:
        return [], INCOMPLETE
    # A way that passes the node comes from both sides: nobody can say which is meant.
    if len(froms) > len(restriction.from_ways) or len(tos) > (
        1 if restriction.is_only else len(restriction.to_ways)
    ):
        return [], AMBIGUOUS
    return [(before, after) for before in froms for after in tos], USED


def _over_ways(
    restriction: Restriction, net: _Net, pieces: Pieces, raw: RawStreets
) -> tuple[list[_Way], str]:
    """The shortest chain of streets of the via ways between the others."""

    def on(run: Run, half: int, ways: tuple[int, ...]) -> bool:
        return _way_id(pieces, raw, run.halves[half]) in ways

    first = {
        run.from_node for runs in net.leaving.values() for run in runs if on(run, 0, restriction.via_ways)
    }
    chains: list[_Way] = [
        (run,) for node in sorted(first) for run in net.arriving[node] if on(run, -1, restriction.from_ways)
    ]
    for _ in range(_MOST_VIA_STREETS):
        chains = [
            (*chain, run)
            for chain in chains
            for run in net.leaving[chain[-1].to_node]
            if on(run, 0, restriction.via_ways) and run not in chain and not _is_straight_back(chain[-1], run)
        ]
        found = [
            (*chain, run)
            for chain in chains
            for run in net.leaving[chain[-1].to_node]
            if on(run, 0, restriction.to_ways) and not _is_straight_back(chain[-1], run)
        ]
        if found:
            return (found, USED) if len(found) == 1 else ([], AMBIGUOUS)
    return [], INCOMPLETE


def _way_id(pieces: Pieces, raw: RawStreets, half: int) -> int:
    return int(raw.way_id[pieces.way[half // 2]])


# --- prices --------------------------------------------------------------------------------------


def _prices(net: _Net, pieces: Pieces, raw: RawStreets, speeds: Speeds) -> Iterator[tuple[_Way, int]]:
    """Turns that cost anything at nodes where at least three streets meet."""
    importance = [_IMPORTANCE.get(kind.street_class.removesuffix("_link"), 0) for kind in raw.kinds]
    for node, arriving in sorted(net.arriving.items()):
        leaving = net.leaving[node]
        rank = {run.halves[-1] // 2: importance[pieces.way_kind[run.halves[-1] // 2]] for run in arriving}
        rank |= {run.halves[0] // 2: importance[pieces.way_kind[run.halves[0] // 2]] for run in leaving}
        if len(rank) < 3:
            continue
        headings = [_heading(run.halves, pieces) for run in leaving]
        for before in arriving:
            back = _heading(tuple(half ^ 1 for half in reversed(before.halves)), pieces)
            own = before.halves[-1] // 2
            must_yield = not pieces.halt_ms[node].any() and rank[own] < max(
                other for piece, other in rank.items() if piece != own
            )
            for after, heading in zip(leaving, headings, strict=True):
                if not _is_straight_back(before, after):
                    seconds = _turn_s(heading - back - math.pi, speeds)
                    seconds += speeds.turn["give_way_s"] * must_yield
                    if seconds:
                        yield (before, after), round(seconds * 1000)


def _turn_s(radians: float, speeds: Speeds) -> float:
    """Price of a change of direction, to the left if positive."""
    degrees = math.degrees(math.remainder(radians, 2 * math.pi))
    if abs(degrees) <= speeds.turn["straight_deg"]:
        return 0.0
    sharp_s = speeds.turn["sharp_s"] if abs(degrees) >= speeds.turn["sharp_deg"] else 0.0
    return sharp_s + speeds.turn["left_s" if degrees > 0 else "right_s"]


def _heading(halves: tuple[int, ...], pieces: Pieces) -> float:
    """Direction in which these halves lead away from their start, radians from east to the left."""
    start = pieces.ends[halves[0] // 2, halves[0] % 2]
    seen_mm = 0
    for half in halves:
        end = pieces.ends[half // 2, 1 - half % 2]
        seen_mm += pieces.length_mm[half // 2]
        if seen_mm >= LOOK_M * 1000:
            break
    north_m = (pieces.node_lat[end] - pieces.node_lat[start]) * METRES_PER_DEGREE
    east_m = (pieces.node_lon[end] - pieces.node_lon[start]) * METRES_PER_DEGREE
    return math.atan2(north_m, east_m * math.cos(math.radians(pieces.node_lat[start])))
