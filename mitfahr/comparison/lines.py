"""Which line of one timetable is which of another: by number and operator, never by ids."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import Network
from routing.timetable import RouteIdx


class LineKey(NamedTuple):
    """What a line is called, and who runs it. Two town lines "A" of one operator are told together."""

    name: str
    operator: str


class SameLines(NamedTuple):
    """`keys` of the lines of both timetables; `before` and `after` (n_routes,) say which of them each route is, -1 for
    those that never run."""

    keys: list[LineKey]
    before: NDArray[np.int64]
    after: NDArray[np.int64]


def same_lines(before: Network, after: Network) -> SameLines:
    """Lines of one number and operator are one, and so is a number that changed hands.

    The latter only where that number is left once on either side.
    """
    old, new = _keys(before), _keys(after)
    gone, came = _by_name({*old} - {*new}), _by_name({*new} - {*old})
    handed_over = {
        came[name][0]: keys[0]
        for name, keys in gone.items()
        if len(keys) == 1 and len(came.get(name, ())) == 1
    }
    new = [handed_over.get(key, key) if key is not None else None for key in new]
    keys = sorted({key for key in (*old, *new) if key is not None})
    at = {key: i for i, key in enumerate(keys)}
    rows = (np.array([at[key] if key is not None else -1 for key in own], np.int64) for own in (old, new))
    return SameLines(keys, *rows)


def _keys(network: Network) -> list[LineKey | None]:
    timetable = network.timetable
    runs = np.isin(np.arange(len(timetable.route_id)), timetable.section_route)
    names = [network.line_name(RouteIdx(i)) for i in range(len(runs))]
    operators = [*timetable.agency_name, ""]
    return [
        LineKey(name, operators[agency]) if is_run else None
        for name, agency, is_run in zip(names, timetable.route_agency.tolist(), runs.tolist(), strict=True)
    ]


def _by_name(keys: set[LineKey | None]) -> dict[str, list[LineKey]]:
    found: dict[str, list[LineKey]] = defaultdict(list)
    for key in keys:
        if key is not None:
            found[key.name].append(key)
    return found
