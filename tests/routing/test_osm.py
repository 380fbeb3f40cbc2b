"""What becomes of an OpenStreetMap file: drawn extracts, damaged ones, and a real one."""

from __future__ import annotations

import bz2
import gzip
import os
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.errors import RoadsRefused
from routing.osm import ATTRIBUTION, OsmExtract, read_osm
from routing.osm import streets as osm_streets
from routing.roads import TURN_ROUND_S, Mode, RoadGraph
from tests.routing.osm_drawings import (
    Relation,
    Way,
    drawn_edges,
    edge_arrays,
    edges_named,
    kmh,
    modes,
    osm_file,
    point,
    way,
)
from tests.routing.road_worlds import at

REAL_DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))
RNV = REAL_DATA / "rnv" / "rnv.osm.pbf"

#       4 ── 3
#       │    │      a block of 2 km: large enough never to be an island beside what the tests add
#       1 ── 2
BLOCK = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
AROUND = Way((1, 2, 3, 4, 1), {"highway": "residential", "name": "Ring"})
RING = [
    "0,0>0,10",
    "0,0>10,0",
    "0,10>0,0",
    "0,10>10,10",
    "10,0>0,0",
    "10,0>10,10",
    "10,10>0,10",
    "10,10>10,0",
]
"""Nothing else joins the block: then its corners stay, because a ring has no junction to begin at."""


def _roads(folder: Path, nodes: dict, ways: list[Way]) -> RoadGraph:
    return read_osm(osm_file(folder, BLOCK | nodes, [AROUND, *ways])).roads


def test_two_way_street_is_two_edges_that_name_each_other(tmp_path: Path) -> None:
    roads = _roads(tmp_path, {5: (500, 500)}, [way(1, 5, 3, highway="tertiary", name="Diagonale")])
    there, back = edges_named(roads, "Diagonale")
    assert roads.edge_reverse[there] == back and roads.edge_reverse[back] == there
    assert roads.edge_length_mm[there] == roads.edge_length_mm[back]
    assert roads.edge_length_mm[there] == pytest.approx(1_414_214, abs=200)
    assert roads.edge_from[there] == roads.edge_to[back]
    assert modes(roads, there) == modes(roads, back) == "CFB"


def test_bends_are_shape_and_junctions_are_nodes(tmp_path: Path) -> None:
    nodes = {5: (500, 200), 6: (600, 500), 7: (500, 800)}
    roads = _roads(tmp_path, nodes, [way(1, 5, 6, 7, 3, highway="tertiary", name="Krumme")])
    there = edges_named(roads, "Krumme")[0]
    start, end = roads.edge_shape_start[there : there + 2]
    assert end - start == 5
    assert roads.n_nodes == 2
    line = list(zip(roads.shape_lat[start:end], roads.shape_lon[start:end], strict=True))
    assert line[0] == (roads.node_lat[roads.edge_from[there]], roads.node_lon[roads.edge_from[there]])
    assert line[2] == pytest.approx(at(600, 500), abs=1e-7)


@pytest.mark.parametrize(
    ("oneway", "expected"),
    [
        ("yes", ["0,0>10,10 CFB", "10,10>0,0 F"]),
        ("-1", ["0,0>10,10 F", "10,10>0,0 CFB"]),
        ("no", ["0,0>10,10 CFB", "10,10>0,0 CFB"]),
        ("reversible", ["0,0>10,10 F", "10,10>0,0 F"]),
    ],
)
def test_one_way(tmp_path: Path, oneway: str, expected: list[str]) -> None:
    roads = _roads(tmp_path, {}, [way(1, 3, highway="tertiary", oneway=oneway, name="Probe")])
    assert drawn_edges(roads, "Probe") == expected


def test_bicycles_may_ride_against_an_opened_one_way_street(tmp_path: Path) -> None:
    street = {"highway": "tertiary", "oneway": "yes", "name": "Probe"}
    for opened in ({"oneway:bicycle": "no"}, {"cycleway": "opposite_lane"}):
        roads = _roads(tmp_path, {}, [Way((1, 3), street | opened)])
        assert drawn_edges(roads, "Probe") == ["0,0>10,10 CFB", "10,10>0,0 FB"]


def test_roundabout_runs_one_way_and_keeps_its_arms(tmp_path: Path) -> None:
    nodes = {5: (2000, 0), 6: (2020, 20), 7: (2040, 0), 8: (2020, -20), 9: (3000, 0)}
    ways = [
        way(2, 5, highway="tertiary", name="West"),
        way(7, 9, highway="tertiary", name="Ost"),
        way(5, 8, 7, 6, 5, highway="tertiary", junction="roundabout", name="Kreisel"),
    ]
    roads = _roads(tmp_path, nodes, ways)
    by_car = [e for e in edges_named(roads, "Kreisel") if roads.edge_access[e] & Mode.CAR]
    assert len(by_car) == 2
    first, second = by_car
    assert roads.edge_to[first] == roads.edge_from[second] and roads.edge_to[second] == roads.edge_from[first]
    assert all(modes(roads, int(roads.edge_reverse[e])) == "F" for e in by_car)


def test_loops_and_parallel_streets_stay(tmp_path: Path) -> None:
    nodes = {5: (500, 300), 6: (500, -300), 7: (1500, 100), 8: (1500, -100)}
    ways = [
        way(1, 5, 2, highway="tertiary", name="Nord"),
        way(1, 6, 2, highway="tertiary", name="Süd"),
        way(2, 7, 8, 2, highway="residential", name="Wendeschleife"),
    ]
    roads = _roads(tmp_path, nodes, ways)
    assert len(edges_named(roads, "Nord")) == len(edges_named(roads, "Süd")) == 2
    loop = edges_named(roads, "Wendeschleife")
    assert len(loop) == 2 and roads.edge_reverse[loop[0]] == loop[1]
    assert all(roads.edge_from[e] == roads.edge_to[e] for e in loop)


def test_who_may_go_where(tmp_path: Path) -> None:
    nodes = {5: (500, 500)}
    cases = {
        "footway": ({"highway": "footway"}, "F"),
        "steps": ({"highway": "steps"}, "F"),
        "path": ({"highway": "path"}, "FB"),
        "shared": ({"highway": "footway", "bicycle": "yes"}, "FB"),
        "cycleway": ({"highway": "cycleway"}, "B"),
        "cycleway with feet": ({"highway": "cycleway", "foot": "designated"}, "FB"),
        "track": ({"highway": "track"}, "FB"),
        "track for cars": ({"highway": "track", "motor_vehicle": "yes"}, "CFB"),
        "forestry": ({"highway": "unclassified", "motor_vehicle": "forestry"}, "FB"),
        "residents": ({"highway": "residential", "access": "destination"}, "CFB"),
        "no feet": ({"highway": "primary", "foot": "no"}, "CB"),
        "motorroad": ({"highway": "trunk", "motorroad": "yes"}, "C"),
        "private but walked": ({"highway": "service", "access": "private", "foot": "yes"}, "F"),
        "bus only": ({"highway": "residential", "motor_vehicle": "no", "bus": "yes"}, "FB"),
        "most particular word": ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, "CF"),
        "access does not widen": ({"highway": "footway", "access": "yes"}, "F"),
    }
    for label, (tags, expected) in cases.items():
        roads = _roads(tmp_path, nodes, [Way((1, 5, 3), {**tags, "name": "Probe"})])
        assert [modes(roads, e) for e in edges_named(roads, "Probe")] == [expected] * 2, label


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "service", "access": "private"},
        {"highway": "construction", "construction": "primary"},
        {"highway": "proposed"},
        {"highway": "raceway"},
        {"highway": "residential", "access": "no"},
        {"railway": "rail"},
        {"highway": "bridleway"},
        {"route": "ferry"},
    ],
)
def test_no_street(tmp_path: Path, tags: dict[str, str]) -> None:
    roads = _roads(tmp_path, {5: (500, 500)}, [Way((1, 5, 3), {**tags, "name": "Probe"})])
    assert edges_named(roads, "Probe") == []
    assert roads.n_edges == len(RING)


def test_motorway_is_for_cars_one_way_and_without_feet(tmp_path: Path) -> None:
    ways = [way(1, 3, highway="motorway", ref="A 14"), way(3, 1, highway="motorway", ref="A 14")]
    roads = _roads(tmp_path, {}, ways)
    motorway = edges_named(roads, "A 14")
    assert [modes(roads, e) for e in motorway] == ["C", "C"]
    assert all(roads.edge_reverse[e] == -1 for e in motorway)


@pytest.mark.parametrize(
    ("tags", "limit_kmh"),
    [
        ({"maxspeed": "50"}, 50),
        ({"maxspeed": "30 mph"}, 48.28),
        ({"maxspeed": "DE:urban"}, 50),
        ({"maxspeed": "DE:zone:30"}, 30),
        ({"maxspeed": "DE:zone30"}, 30),
        ({"maxspeed": "50;30"}, 30),
        ({"source:maxspeed": "DE:rural"}, 100),
        ({"maxspeed": "signals", "lit": "yes"}, 50),
        ({"maxspeed": "walk"}, 7),
        ({"zone:maxspeed": "DE:30"}, 30),
        ({"maxspeed": "CZ:rural", "highway": "primary"}, 90),
        ({}, 70),
    ],
)
def test_speed_follows_the_limit(tmp_path: Path, tags: dict[str, str], limit_kmh: float) -> None:
    highest_kmh = 85 if "highway" in tags else 70
    probe = Way((1, 3), {"highway": "tertiary", "name": "Probe", **tags})
    roads = _roads(tmp_path, {}, [probe])
    there = edges_named(roads, "Probe")[0]
    factor = 0.8 if limit_kmh <= 50 else 0.88
    assert kmh(roads, there) == pytest.approx(min(limit_kmh * factor, highest_kmh), rel=0.001)


def test_speed_without_a_limit_on_the_motorway_and_by_direction() -> None:
    motorway = osm_streets.way({"highway": "motorway", "maxspeed": "none"})
    assert motorway is not None and motorway.forward_kmh == pytest.approx(130 * 0.88)
    hill = osm_streets.way({"highway": "secondary", "maxspeed:forward": "30", "maxspeed:backward": "70"})
    assert hill is not None and (hill.forward_kmh, hill.backward_kmh) == pytest.approx((24, 61.6))
    visitors = osm_streets.way({"highway": "residential", "motor_vehicle": "destination"})
    assert visitors is not None and visitors.forward_kmh == 10
    assert osm_streets.way({"highway": "secondary", "maxspeed": "schnell"}).forward_kmh == pytest.approx(70.4)


def test_nodes_stay_where_permission_speed_or_name_change(tmp_path: Path) -> None:
    nodes = {5: (300, 300), 6: (500, 500), 7: (700, 700)}
    ways = [
        way(1, 5, highway="tertiary", name="Erste"),
        way(5, 6, highway="tertiary", name="Zweite"),
        way(6, 7, highway="tertiary", name="Zweite", maxspeed="30"),
        way(7, 3, highway="tertiary", name="Zweite", maxspeed="30", motor_vehicle="no"),
    ]
    edges = drawn_edges(_roads(tmp_path, nodes, ways))
    assert {"0,0>3,3 CFB", "3,3>5,5 CFB", "5,5>7,7 CFB", "7,7>10,10 FB"} <= set(edges)
    split = [way(1, 5, 6, highway="tertiary", name="Eine"), way(6, 7, 3, highway="tertiary", name="Eine")]
    whole = _roads(tmp_path, nodes, split)
    assert len(edges_named(whole, "Eine")) == 2 and whole.n_nodes == 2


def test_one_way_streets_that_meet_head_on_are_not_joined(tmp_path: Path) -> None:
    towards = [
        way(1, 5, highway="tertiary", oneway="yes", name="Probe"),
        way(3, 5, highway="tertiary", oneway="yes", name="Probe"),
        way(5, 2, highway="tertiary", name="Ausfahrt"),
    ]
    edges = drawn_edges(_roads(tmp_path, {5: (500, 500)}, towards))
    assert {"0,0>5,5 CFB", "10,10>5,5 CFB", "5,5>0,0 F", "5,5>10,10 F"} <= set(edges)


def test_bollard_keeps_cars_out_but_not_people(tmp_path: Path) -> None:
    nodes = {5: (300, 300), 6: point(500, 500, barrier="bollard"), 7: (700, 700)}
    roads = _roads(tmp_path, nodes, [way(1, 5, 6, 7, 3, highway="residential", name="Probe")])
    assert {"3,3>7,7 FB", "7,7>3,3 FB", "0,0>3,3 CFB"} <= set(drawn_edges(roads))
    open_gate = {**nodes, 6: point(500, 500, barrier="gate")}
    roads = _roads(tmp_path, open_gate, [way(1, 5, 6, 7, 3, highway="residential", name="Probe")])
    assert {modes(roads, e) for e in edges_named(roads, "Probe")} == {"CFB"}
    on_junction = {**nodes, 1: point(0, 0, barrier="bollard")}
    roads = _roads(tmp_path, on_junction, [way(1, 3, highway="residential", name="Probe")])
    assert {modes(roads, e) for e in edges_named(roads, "Probe")} == {"CFB"}


def test_missing_nodes_cut_the_way_there(tmp_path: Path) -> None:
    nodes = {5: (300, 300), 7: (600, 600), 8: (700, 700)}
    roads = _roads(tmp_path, nodes, [way(1, 5, 6, 7, 8, 3, highway="tertiary", name="Probe")])
    edges = set(drawn_edges(roads))
    assert {"0,0>3,3 CFB", "3,3>0,0 CFB", "6,6>10,10 CFB", "10,10>6,6 CFB"} <= edges
    assert not any("3,3>6,6" in edge for edge in edges)


def test_ways_may_stand_before_their_nodes(tmp_path: Path) -> None:
    path = osm_file(tmp_path, BLOCK, [AROUND])
    lines = path.read_text().splitlines()
    mixed = tmp_path / "mixed.osm"
    mixed.write_text("\n".join([*lines[:2], lines[-2], *lines[2:-2], lines[-1]]))
    assert drawn_edges(read_osm(mixed).roads) == drawn_edges(read_osm(path).roads)


def test_islands_are_left_out(tmp_path: Path) -> None:
    nodes = {5: (3000, 0), 6: (3200, 0), 7: (3000, 3000), 8: (5500, 3000)}
    ways = [way(5, 6, highway="residential", name="Hof"), way(7, 8, highway="residential", name="Insel")]
    roads = _roads(tmp_path, nodes, ways)
    assert edges_named(roads, "Hof") == []
    assert len(edges_named(roads, "Insel")) == 2
    assert roads.n_nodes == len(np.unique(roads.edge_from))


def test_street_without_a_way_back_is_no_street_for_cars(tmp_path: Path) -> None:
    roads = _roads(tmp_path, {5: (500, 500)}, [way(1, 5, highway="residential", oneway="yes", name="Falle")])
    assert [modes(roads, e) for e in edges_named(roads, "Falle")] == ["F", "F"]


def test_same_file_same_arrays(tmp_path: Path) -> None:
    nodes = {5: (500, 200), 6: (600, 500), 7: (1500, 100), 8: (1500, -100)}
    ways = [way(1, 5, 6, 3, highway="tertiary"), way(2, 7, 8, 2, highway="residential", oneway="yes")]
    path = osm_file(tmp_path, BLOCK | nodes, [AROUND, *ways])
    first, second = read_osm(path), read_osm(path)
    for a, b in zip(edge_arrays(first.roads), edge_arrays(second.roads), strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.roads.save(tmp_path) == second.roads.save(tmp_path)
    opened = RoadGraph.open(first.roads.save(tmp_path))
    np.testing.assert_array_equal(opened.edge_length_mm, first.roads.edge_length_mm)
    assert list(opened.names) == list(first.roads.names)


def test_compressed_files_are_read_like_plain_ones(tmp_path: Path) -> None:
    path = osm_file(tmp_path, BLOCK, [AROUND])
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(path.read_bytes()))
    (tmp_path / "a.osm.bz2").write_bytes(bz2.compress(path.read_bytes()))
    plain = drawn_edges(read_osm(path).roads)
    assert drawn_edges(read_osm(tmp_path / "a.osm.gz").roads) == plain
    assert drawn_edges(read_osm(tmp_path / "a.osm.bz2").roads) == plain


def test_crop_to_a_box_and_to_the_surroundings_of_points(tmp_path: Path) -> None:
    nodes = {5: (20_000, 0), 6: (20_000, 3000)}
    far = way(2, 5, 6, highway="tertiary", name="Fern")
    path = osm_file(tmp_path, BLOCK | nodes, [AROUND, far])
    (south, west), (north, east) = at(-500, -500), at(1500, 1500)
    boxed = read_osm(path, bbox=(west, south, east, north)).roads
    assert edges_named(boxed, "Fern") == [] and boxed.n_edges == len(RING)
    lat, lon = at(20_000, 1500)
    near = read_osm(path, around=(np.array([lat]), np.array([lon]), 2.0)).roads
    assert {modes(near, e) for e in edges_named(near, "Fern")} == {"CFB"} and near.n_edges == 2
    with pytest.raises(RoadsRefused, match="im gewählten Gebiet keine Straßen"):
        read_osm(path, bbox=(0.0, 0.0, 1.0, 1.0))


def test_crossing_streets_are_cut_at_the_box(tmp_path: Path) -> None:
    nodes = {5: (3000, 1000), 6: (6000, 1000)}
    path = osm_file(tmp_path, BLOCK | nodes, [AROUND, way(3, 5, 6, highway="tertiary", name="Hinaus")])
    (south, west), (north, east) = at(-100, -100), at(4000, 1100)
    roads = read_osm(path, bbox=(west, south, east, north)).roads
    assert [e for e in drawn_edges(roads) if "30,10" in e] == ["10,10>30,10 CFB", "30,10>10,10 CFB"]


def test_source_attribution_and_progress(tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    path = osm_file(tmp_path, BLOCK, [AROUND])
    extract = read_osm(path, progress=lambda step, fraction: steps.append((step, fraction)))
    assert extract.roads.source == "extract.osm" and extract.roads.attribution == ATTRIBUTION
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0, 1)


def _xml(text: str) -> bytes:
    return f'<osm version="0.6">\n{text}\n</osm>'.encode()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.osm", b"<html><body>404 Not Found</body></html>", "html"),
        ("page.osm.pbf", b"<html><body>404 Not Found</body></html>", "PBF error"),
        ("empty.osm", b"", "line 1"),
        ("empty.osm.pbf", b"", "keine"),
        ("cut.osm", b'<osm version="0.6">\n<node id="1" lat="1" lon="2"/>\n<way', "line 3"),
        ("place.osm", _xml('<node id="1" lat="fifty" lon="2"><tag k="place" v="x"/></node>'), "fifty"),
        ("noise.osm.gz", bytes(range(256)) * 8, "lesbare"),
        ("noise.osm.bz2", bytes(range(256)) * 8, "bzip2"),
        ("short.osm.gz", gzip.compress(_xml("<!-- " + "x" * 99_999 + "-->"), mtime=0)[:60], "lesbare"),
        ("old.osm", b'<osm version="0.5"></osm>', "0.5"),
        ("table.csv", b"stop_id,stop_name\n1,Markt\n", "format"),
        ("nothing.osm", b'<osm version="0.6"></osm>', "keine Straßen"),
        ("change.osc", b'<osmChange version="0.6"></osmChange>', "lesbare"),
    ],
)
def test_what_is_no_extract_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RoadsRefused) as refused:
        read_osm(path)
    assert name in str(refused.value) and reason in str(refused.value)


def test_absent_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RoadsRefused, match=r"absent\.osm\.pbf"):
        read_osm(tmp_path / "absent.osm.pbf")
    with pytest.raises(RoadsRefused):
        read_osm(tmp_path)


def test_extract_with_only_unconnected_rails_and_points_is_refused(tmp_path: Path) -> None:
    path = osm_file(tmp_path, BLOCK, [way(1, 2, railway="rail"), way(77, 78, highway="residential")])
    with pytest.raises(RoadsRefused, match="keine Straßen"):
        read_osm(path)


def test_relations_of_missing_ways_do_no_harm(tmp_path: Path) -> None:
    boundary = {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "Meißen"}
    lost = Relation(((55, "outer"),), boundary)
    extract = read_osm(osm_file(tmp_path, BLOCK, [AROUND], [lost]))
    assert extract.roads.n_edges == len(RING)


@pytest.mark.real
def test_truncated_and_flipped_real_extracts_are_refused(tmp_path: Path) -> None:
    content = RNV.read_bytes()
    for size in (1, 100, 70_000, 1_000_000, len(content) - 1):
        cut = tmp_path / "cut.osm.pbf"
        cut.write_bytes(content[:size])
        with pytest.raises(RoadsRefused, match=r"cut\.osm\.pbf"):
            read_osm(cut)
    flipped = tmp_path / "flipped.osm.pbf"
    flipped.write_bytes(content[:900_000] + b"\xff\x00\xff\xff\xaa" + content[900_005:])
    with pytest.raises(RoadsRefused, match=r"flipped\.osm\.pbf"):
        read_osm(flipped)


@pytest.fixture(scope="module")
def rnv() -> OsmExtract:
    began = time.process_time()
    extract = read_osm(RNV)
    print(f"\nrnv.osm.pbf: {time.process_time() - began:.1f} s of CPU time")
    return extract


@pytest.mark.real
def test_real_extract_is_one_network_for_cars(rnv: OsmExtract) -> None:
    roads = rnv.roads
    print(f"{roads.n_nodes} nodes, {roads.n_edges} edges, {len(roads.shape_lat)} shape points")
    assert 30_000 < roads.n_nodes < 50_000 and 80_000 < roads.n_edges < 120_000
    open_to_cars = roads.edge_access & Mode.CAR > 0
    ends = (roads.edge_from[open_to_cars], roads.edge_to[open_to_cars])
    matrix = coo_array((np.ones(len(ends[0])), ends), shape=(roads.n_nodes,) * 2)
    _, part = connected_components(matrix, connection="strong")
    used = np.unique(np.concatenate(ends))
    assert np.bincount(part[used]).max() / len(used) > 0.95


@pytest.mark.real
def test_real_extract_keeps_the_contract_of_the_arrays(rnv: OsmExtract) -> None:
    roads = rnv.roads
    edges = np.arange(roads.n_edges)
    assert (np.diff(roads.edge_from) >= 0).all()
    assert (roads.out_start[roads.edge_from] <= edges).all() and (
        edges < roads.out_start[roads.edge_from + 1]
    ).all()
    two_way = np.flatnonzero(roads.edge_reverse >= 0)
    back = roads.edge_reverse[two_way]
    assert (roads.edge_reverse[back] == two_way).all() and (back != two_way).all()
    assert (roads.edge_from[back] == roads.edge_to[two_way]).all()
    assert (roads.edge_length_mm[back] == roads.edge_length_mm[two_way]).all()
    assert (roads.edge_access > 0).all() and (roads.edge_length_mm > 0).all()
    first, last = roads.edge_shape_start[:-1], roads.edge_shape_start[1:] - 1
    np.testing.assert_array_equal(roads.shape_lat[first], roads.node_lat[roads.edge_from])
    np.testing.assert_array_equal(roads.shape_lon[last], roads.node_lon[roads.edge_to])
    car = roads.edge_access & Mode.CAR > 0
    length_mm, drive_ms = roads.edge_length_mm[car], roads.edge_drive_ms[car]
    # Halts can make a short street slow, a few of them by no more than a minute.
    assert (drive_ms < length_mm * 3.6 / 3 + 60_000).all() and (drive_ms > length_mm * 3.6 / 131).all()
    assert roads.turn_ms.min() > 0 and roads.turn_ms.max() <= TURN_ROUND_S * 1000
    assert (roads.edge_from[roads.turn_to] == np.repeat(roads.edge_to, np.diff(roads.turn_start))).all()
