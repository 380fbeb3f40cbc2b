"""The drawn roads are one network, and the Elbe is crossed on bridges only."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mitfahr.comparison.municipalities import Boundary, Municipalities
from mitfahr.demo.geometry import cross, segments, to_metres
from mitfahr.demo.highways import elbe, junctions, roads
from mitfahr.demo.places import OUTSIDE, places
from mitfahr.demo.roads import draw_district, generate_roads
from mitfahr.demo.streets import built_up
from routing.osm import OsmExtract, read_osm
from routing.osm.boundaries import read_municipalities
from routing.roads import Mode


@pytest.fixture(scope="module")
def extract(demo_roads: Path) -> OsmExtract:
    return read_osm(demo_roads)


def test_the_same_file_every_time(demo_roads: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.osm.pbf"
    draw_district.cache_clear()
    generate_roads(again)
    assert again.read_bytes() == demo_roads.read_bytes()


def test_size_is_that_of_a_quick_start() -> None:
    assert 5_000 < len(draw_district().nodes) < 35_000


def test_roads_cross_the_elbe_on_bridges_only() -> None:
    river = segments([elbe()])
    assert [f"{r.start.name}–{r.end.name}" for r in roads() if cross(r.line, river) and not r.is_bridge] == []
    bridges = {r.start.name for r in roads() if r.is_bridge and cross(r.line, river)}
    assert {"Elbbrücke Riesa Süd", "Altstadtbrücke West", "Elbtalbrücke West", "Niederwartha"} <= bridges


def test_no_street_of_a_village_crosses_the_elbe() -> None:
    drawing = draw_district()
    river = segments([elbe()])
    for nodes, tags in drawing.ways:
        if tags.get("highway") in ("residential", "footway"):
            line = np.array([to_metres(*drawing.nodes[node][:2]) for node in nodes])
            assert not cross(line, river), tags


def test_main_roads_meet_at_junctions_only() -> None:
    main = [road for road in roads() if road.highway in ("primary", "secondary")]
    crossing = [
        (a.ref, a.start.name, b.ref, b.start.name)
        for i, a in enumerate(main)
        for b in main[:i]
        if cross(a.line, segments([b.line]))
    ]
    assert crossing == []


def test_every_place_is_reached_by_car() -> None:
    network = nx.Graph([(r.start.name, r.end.name) for r in roads() if r.is_for_cars])
    assert nx.is_connected(network)
    assert set(network) == set(junctions())


def test_every_street_can_be_driven_to_and_from(extract: OsmExtract) -> None:
    graph = extract.roads
    for mode in (Mode.CAR, Mode.FOOT):
        open_ = (graph.edge_access & mode) > 0
        ends = (graph.edge_from[open_], graph.edge_to[open_])
        matrix = coo_array((np.ones(open_.sum()), ends), shape=(graph.n_nodes, graph.n_nodes))
        _, part = connected_components(matrix, connection="strong")
        used = np.unique(np.concatenate(ends))
        assert len(np.unique(part[used])) == 1, mode


def test_the_import_finds_places_and_addresses(extract: OsmExtract) -> None:
    names = set(extract.gazetteer.name)
    assert {place.name for place in places()} <= names
    assert "Elblandklinikum Meißen" in names
    assert any("Dorfstraße" in name for name in names)


def test_bigger_places_have_more_streets() -> None:
    def count(name: str) -> int:
        streets = built_up(junctions()[name])
        assert streets is not None
        return len(streets.side_streets)

    assert count("Riesa") > count("Zehren") > count("Trogen") > 0


def test_copies_lie_side_by_side_and_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "four.osm.pbf"
    generate_roads(path, scale=4)
    graph = read_osm(path).roads
    car = (graph.edge_access & Mode.CAR) > 0
    ends = (graph.edge_from[car], graph.edge_to[car])
    matrix = coo_array((np.ones(car.sum()), ends), shape=(graph.n_nodes, graph.n_nodes))
    _, part = connected_components(matrix, connection="strong")
    assert len(np.unique(part[np.unique(np.concatenate(ends))])) == 1
    assert np.ptp(graph.node_lon) > 1.5


def test_scale_must_be_a_square(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="square"):
        generate_roads(tmp_path / "three.osm.pbf", scale=3)


def test_every_village_lies_in_its_municipality(demo_roads: Path) -> None:
    found = [Boundary(*area) for area in read_municipalities(demo_roads)]
    known = Municipalities.of(found, "demo", "")
    own = [place for place in places() if place.municipality != OUTSIDE]
    where = known.locate(*(np.array([getattr(place, axis) for place in own]) for axis in ("lat", "lon")))
    assert [known.key[i] for i in where.tolist()] == [place.municipality for place in own]
    assert len(known) == 28
