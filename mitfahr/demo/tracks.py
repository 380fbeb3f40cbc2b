"""Railway tracks between neighbouring stations: what trains follow and the map shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from mitfahr.demo.geometry import Line, bent, chance, to_metres
from mitfahr.demo.lines import rail_lines
from mitfahr.demo.stations import stations

_STEP_M = 300.0
_MOST_BENT = 0.08


def rail_line(names: Sequence[str]) -> tuple[tuple[float, float], ...]:
    """Over the stations of these names, in metres."""
    points: list[tuple[float, float]] = []
    for first, second in pairwise(names):
        line = track(*sorted((first, second)))
        points += map(tuple, (line if first < second else line[::-1]).tolist())
    return tuple(points)


def tracks() -> Iterator[Line]:
    """Every track once."""
    pairs = {
        tuple(sorted(pair)) for line in rail_lines() for pair in pairwise(name for name, _ in line.calls)
    }
    for first, second in sorted(pairs):
        yield track(first, second)


@cache
def track(first: str, second: str) -> Line:
    """From one station to the next, `first` before `second` in the alphabet."""
    ends = [to_metres(stations()[name].lat, stations()[name].lon) for name in (first, second)]
    return bent(ends[0], ends[1], 2 * _MOST_BENT * (chance("track", first, second) - 0.5), _STEP_M)
