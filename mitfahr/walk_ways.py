"""The walks of journeys in words: which streets, where to turn, whether over stairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from routing.directions import Step, directions, has_stairs
from routing.journey import Journey, Place
from routing.query import LegKind
from routing.roads import Mode, locate
from routing.snapshot import Snapshot
from routing.walking import walked_streets


@dataclass(frozen=True, slots=True)
class WalkWay:
    """`steps` from the first street to the last; `has_stairs` as far as the map knows."""

    steps: tuple[Step, ...]
    has_stairs: bool


WalkWays = Mapping[tuple[Place, Place], WalkWay]
"""By both ends of a walk; walks that no street confirms are not in it."""
NO_WAYS: WalkWays = MappingProxyType({})


def walk_ways(snapshot: Snapshot, journeys: Iterable[Journey], *, avoids_stairs: bool) -> WalkWays:
    """The ways of all walks in these journeys, each looked for once; round stairs where they were asked for so."""
    roads = snapshot.without_stairs.roads if avoids_stairs else snapshot.roads
    if roads is None:
        return NO_WAYS
    walks = {
        (leg.origin, leg.destination)
        for journey in journeys
        for leg in journey.legs
        if leg.kind is LegKind.WALK and not leg.is_beeline
    }
    ways = {}
    for walk in walks:
        a, b = (locate(roads, np.array([end.lat]), np.array([end.lon]), Mode.FOOT) for end in walk)
        found = walked_streets(roads, a, b)
        if found is not None:
            pieces = found[0]
            ways[walk] = WalkWay(tuple(directions(roads, pieces)), has_stairs(roads, pieces))
    return ways


def goes_over_stairs(journey: Journey, ways: WalkWays) -> bool:
    return any(
        (way := ways.get((leg.origin, leg.destination))) is not None and way.has_stairs
        for leg in journey.legs
        if leg.kind is LegKind.WALK
    )
