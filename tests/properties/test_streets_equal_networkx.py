"""Where places lie on the streets, walks between stops and driving times: all as the oracle finds them."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from routing.links import FOOTPATH_LIMIT_M, UNREACHABLE_S
from routing.roads import Mode, locate
from tests.oracle import Spot, Streets
from tests.properties.conftest import worlds
from tests.properties.drawing import Case, ride_cases
from tests.worlds import World


@worlds(200)
@given(ride_cases())
def test_stored_walks_and_drives(case: Case) -> None:
    drawn = case.world()
    streets = Streets(drawn.roads)
    _places_lie_where_they_should(drawn, streets)
    assert _stored_walks(drawn) == _walks(drawn, streets)
    assert drawn.links.drive_s.tolist() == _drives(drawn, streets)


def _places_lie_where_they_should(drawn: World, streets: Streets) -> None:
    assert drawn.roads is not None
    for mode in (Mode.FOOT, Mode.CAR):
        for lat, lon in drawn.places.values():
            spot = streets.spot(lat, lon, mode)
            found = locate(drawn.roads, np.array([lat]), np.array([lon]), mode)
            edge, fraction = int(found.edge[0]), float(found.fraction[0])
            if edge >= 0 and drawn.roads.edge_reverse[edge] == spot.edge:
                edge, fraction = spot.edge, 1 - fraction
            assert (edge, int(found.off_mm[0])) == (spot.edge, spot.off_mm)
            assert abs(fraction - spot.fraction) < 1e-9


def _stored_walks(drawn: World) -> dict[tuple[int, int], tuple[int, bool]]:
    links = drawn.links
    return {
        (a, int(links.walk_to[i])): (int(links.walk_m[i]), bool(links.walk_is_beeline[i]))
        for a in range(drawn.timetable.n_stops)
        for i in range(int(links.walk_start[a]), int(links.walk_start[a + 1]))
    }


def _walks(drawn: World, streets: Streets) -> dict[tuple[int, int], tuple[int, bool]]:
    t = drawn.timetable
    spots = [
        streets.spot(lat, lon, Mode.FOOT)
        for lat, lon in zip(t.stop_lat.tolist(), t.stop_lon.tolist(), strict=True)
    ]
    walks = {
        (a, b): streets.walk_m(spots[a], spots[b])
        for a in range(t.n_stops)
        for b in range(t.n_stops)
        if a != b
    }
    return {pair: walk for pair, walk in walks.items() if walk[0] <= FOOTPATH_LIMIT_M}


def _drives(drawn: World, streets: Streets) -> list[list[int]]:
    at = drawn.links.meetings
    columns = zip(at.edge.tolist(), at.fraction.tolist(), strict=True)
    spots = [Spot(0, 0, edge, fraction, 0) for edge, fraction in columns]
    drives = [[streets.drive_s(a, b) for b in spots] for a in spots]
    return [[UNREACHABLE_S if seconds is None else seconds for seconds in row] for row in drives]
