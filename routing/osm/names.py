"""Named things of an extract → Gazetteer: with their context, without duplicates."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from routing.gazetteer import Gazetteer, Kind, Name
from routing.osm.area import Area, on_globe_m
from routing.osm.contexts import Contexts
from routing.osm.places import STREET_RANK, Entry
from routing.osm.reading import RawExtract, RawStreets
from routing.street_grid import METRES_PER_DEGREE

SAME_THING_M = 500.0
"""Equal kind, name and context so near each other is one thing mapped twice (as a node and as a building)."""

ONE_STREET_M = 1_500.0
"""Ways of one name within this distance (middle to middle) are one street."""

_NO_STREET_NAMES = frozenset({"motorway", "motorway_link", "trunk_link", "platform", "corridor", "elevator"})


def build_gazetteer(raw: RawExtract, area: Area, source: str, attribution: str) -> Gazetteer:
    """The gazetteer of everything named inside `area`; places outside still give context."""
    contexts = Contexts([entry for entry in raw.entries if entry.kind == Kind.PLACE], raw.boundaries)
    lat, lon = np.array([e.lat for e in raw.entries]), np.array([e.lon for e in raw.entries])
    inside = np.flatnonzero(area.contains(lat, lon))
    entries = [raw.entries[i] for i in inside]
    names = [*_in_context(entries, contexts), *_street_names(raw.streets, area, contexts)]
    return Gazetteer.of(_each_once(names), source, attribution)


def _in_context(entries: list[Entry], contexts: Contexts) -> Iterator[Name]:
    silent_places = [e for e in entries if not e.stated_context and e.kind == Kind.PLACE]
    silent_others = [e for e in entries if not e.stated_context and e.kind != Kind.PLACE]
    lat, lon = np.array([e.lat for e in silent_others]), np.array([e.lon for e in silent_others])
    found = {
        Kind.PLACE: iter(contexts.of_places(silent_places)),
        Kind.POI: iter(contexts.around(lat, lon)),
    }
    for entry in entries:
        key = Kind.PLACE if entry.kind == Kind.PLACE else Kind.POI
        context = entry.stated_context or next(found[key])
        yield Name(entry.name, entry.kind, entry.feature, context, entry.lat, entry.lon, entry.rank)


def _street_names(raw: RawStreets, area: Area, contexts: Contexts) -> Iterator[Name]:
    """One name per street and place: the point of its ways nearest to their common middle."""
    named = np.array(
        [k.has_own_name and k.street_class not in _NO_STREET_NAMES for k in raw.kinds], dtype=bool
    )
    way_of = np.repeat(np.arange(len(raw.way_kind)), np.diff(raw.way_start))
    known = np.flatnonzero(area.contains(raw.node_lat, raw.node_lon) & named[raw.way_kind[way_of]])
    ways, first, count = np.unique(way_of[known], return_index=True, return_counts=True)
    middle = known[first + count // 2]
    where = contexts.around(raw.node_lat[middle], raw.node_lon[middle])
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (way, context) in enumerate(zip(ways.tolist(), where, strict=True)):
        groups[raw.kinds[raw.way_kind[way]].name, context].append(row)
    for (name, context), rows in groups.items():
        for near in _clusters(np.array(rows), raw.node_lat[middle[rows]], raw.node_lon[middle[rows]]):
            points = np.concatenate([known[first[row] : first[row] + count[row]] for row in near])
            lat, lon = _central_point(raw.node_lat[points], raw.node_lon[points])
            feature = raw.kinds[raw.way_kind[ways[near[0]]]].street_class
            yield Name(name, Kind.STREET, feature, context, lat, lon, STREET_RANK)


def _clusters(
    rows: NDArray[np.intp], lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> list[NDArray[np.intp]]:
    """Ways of one name apart by more than ONE_STREET_M are streets of different places."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(rows) == 1:
        return [rows]
    pairs = cKDTree(on_globe_m(lat, lon)).query_pairs(ONE_STREET_M, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(rows), len(rows)))
    n_clusters, cluster = connected_components(near, directed=False)
    return [rows[cluster == i] for i in range(n_clusters)]


def _central_point(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> tuple[float, float]:
    east = (lon - lon.mean()) * math.cos(math.radians(float(lat[0])))
    at = int(np.argmin((lat - lat.mean()) ** 2 + east**2))
    return float(lat[at]), float(lon[at])


def _each_once(names: Iterable[Name]) -> Iterator[Name]:
    kept: dict[tuple[Kind, str, str], list[Name]] = defaultdict(list)
    for name in names:
        same = kept[name.kind, name.name, name.context]
        if not any(_distance_m(name, other) <= SAME_THING_M for other in same):
            same.append(name)
            yield name


def _distance_m(a: Name, b: Name) -> float:
    east = (a.lon - b.lon) * math.cos(math.radians(a.lat))
    return METRES_PER_DEGREE * math.hypot(a.lat - b.lat, east)
