import csv
import io
import time
import zipfile
from dataclasses import fields
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import hierarchy as car
from routing.earth import beeline_m
from routing.hierarchy import UNREACHABLE, drive_s
from routing.kept_walks import kept_walks
from routing.linking import link
from routing.links import BEELINE_FACTOR, FOOTPATH_LIMIT_M, UNREACHABLE_S, Links
from routing.osm import OsmExtract
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.timetable import Timetable
from routing.walking import walk_between, walks_from
from tests.routing.road_worlds import Street, at, road_graph
from tests.routing.stop_worlds import timetable_of_stops


def walks(links: Links) -> dict[tuple[int, int], tuple[int, bool]]:
    """(from, to) → (metres, is_beeline)."""
    start = np.repeat(np.arange(len(links.foot_edge)), np.diff(links.walk_start))
    columns = zip(start, links.walk_to, links.walk_m, links.walk_is_beeline, strict=True)
    return {(int(a), int(b)): (int(m), bool(is_beeline)) for a, b, m, is_beeline in columns}


class TestWalks:
    def test_follow_the_streets(self) -> None:
        """s0 and s1 face each other across a river 100 m wide; the bridge is 400 m away."""
        nodes = [at(0, 0), at(400, 0), at(400, 100), at(0, 100)]
        roads = road_graph(nodes, [Street(0, 1), Street(1, 2), Street(2, 3)])
        links = link(timetable_of_stops([at(10, 0), at(10, 100)]), roads, None)
        assert walks(links)[0, 1][0] == pytest.approx(880, abs=2)
        assert not walks(links)[0, 1][1]

    def test_no_straight_line_where_a_street_joins_but_too_far(self) -> None:
        nodes = [at(0, 0), at(1000, 0), at(1000, 100), at(0, 100)]
        roads = road_graph(nodes, [Street(0, 1), Street(1, 2), Street(2, 3)])
        assert walks(link(timetable_of_stops([at(10, 0), at(10, 100)]), roads, None)) == {}

    def test_take_the_straight_line_between_islands_and_off_the_network(self) -> None:
        nodes = [at(0, 0), at(100, 0), at(0, 300), at(100, 300)]
        roads = road_graph(nodes, [Street(0, 1), Street(2, 3)])
        stops = [at(0, 0), at(0, 299), at(0, 1399), at(0, 2298)]
        found = walks(link(timetable_of_stops(stops), roads, None))
        assert found == {
            (0, 1): (389, True),
            (1, 0): (389, True),
            (1, 2): (1430, True),
            (2, 1): (1430, True),
            (2, 3): (1169, True),
            (3, 2): (1169, True),
        }

    def test_within_a_station_take_the_shorter_of_both(self) -> None:
        """Platforms back to back, 600 m apart by street; and two that share a street but not its line."""
        nodes = [at(0, 0), at(250, 0), at(250, 100), at(0, 100)]
        roads = road_graph(nodes, [Street(0, 1), Street(1, 2), Street(2, 3)])
        stops = [at(0, 50), at(0, 0), at(0, 100), at(100, 0)]
        timetable = timetable_of_stops(stops, parents={1: 0, 2: 0, 3: 0}, stations=[0])
        found = walks(link(timetable, roads, None))
        assert found[1, 2] == found[2, 1] == (130, True)
        assert found[1, 3] == found[3, 1] == (100, False)

    def test_stations_are_walked_to_by_nobody(self) -> None:
        roads = road_graph([at(0, 0), at(500, 0)], [Street(0, 1)])
        timetable = timetable_of_stops([at(50, 0), at(40, 0), at(60, 0)], parents={1: 0, 2: 0}, stations=[0])
        links = link(timetable, roads, None)
        assert set(walks(links)) == {(1, 2), (2, 1)}
        assert links.stop_meeting.tolist() == [-1, 0, 0]
        assert links.stop_island[0] == -1
        place = locate(roads, timetable.stop_lat[:1], timetable.stop_lon[:1], Mode.FOOT)
        assert walks_from(roads, links, place, 500)[0].tolist() == [1, 2]

    def test_without_roads_are_straight_lines(self) -> None:
        stops = [at(0, 0), at(100, 0), at(1250, 0), at(120, 0)]
        links = link(timetable_of_stops(stops, parents={3: 2}, stations=[2]), None, None)
        assert walks(links)[0, 1] == (130, True)
        assert set(walks(links)) == {(0, 1), (1, 0), (0, 3), (3, 0), (1, 3), (3, 1)}
        assert links.n_meetings == 0
        assert links.drive_s.shape == (0, 0)
        assert (links.stop_meeting == -1).all()
        assert (links.foot_edge == -1).all()


class TestMeetingPoints:
    def test_both_sides_of_a_road_share_one(self) -> None:
        roads = road_graph([at(0, 0), at(1000, 0)], [Street(0, 1)])
        stops = [at(500, 6), at(512, -6), at(540, 6), at(20, 6)]
        links = link(timetable_of_stops(stops), roads, None)
        assert links.stop_meeting[0] == links.stop_meeting[1]
        assert len(set(links.stop_meeting.tolist())) == links.n_meetings == 3

    def test_the_two_carriageways_of_a_road_do_not(self) -> None:
        nodes = [at(0, 0), at(1000, 0), at(0, 12), at(1000, 12)]
        roads = road_graph(nodes, [Street(0, 1, oneway=True), Street(3, 2, oneway=True)])
        links = link(timetable_of_stops([at(500, 0), at(500, 12)]), roads, None)
        assert links.n_meetings == 2
        assert links.drive_s.tolist() == [[0, UNREACHABLE_S], [UNREACHABLE_S, 0]]

    def test_a_stop_no_car_can_reach_has_none(self) -> None:
        nodes = [at(0, 0), at(500, 0), at(2500, 0), at(3000, 0)]
        roads = road_graph(nodes, [Street(0, 1), Street(2, 3, car=False)])
        links = link(timetable_of_stops([at(100, 0), at(2900, 0)]), roads, None)
        assert links.stop_meeting.tolist() == [0, -1]

    def test_driving_times_are_those_of_the_hierarchy(self) -> None:
        nodes = [at(0, 0), at(1000, 0), at(1000, 1000)]
        roads = road_graph(nodes, [Street(0, 1), Street(1, 2, oneway=True), Street(2, 0, kmh=100)])
        links = link(timetable_of_stops([at(300, 0), at(1000, 500), at(900, 900)]), roads, car.build(roads))
        expected = drive_s(roads, car.build(roads), links.meetings, links.meetings)
        assert links.drive_s.tolist() == expected.tolist()
        assert links.drive_s.max() < UNREACHABLE_S

    def test_a_drive_of_more_than_18_hours_counts_as_none(self) -> None:
        roads = road_graph([at(0, 0), at(1000, 0)], [Street(0, 1, drive_ms=100_000_000)])
        links = link(timetable_of_stops([at(0, 0), at(600, 0), at(1000, 0)]), roads, None)
        assert links.drive_s[0].tolist() == [0, 60_000, UNREACHABLE_S]


def test_names_progress_and_a_round_trip(tmp_path: Path) -> None:
    roads = road_graph([at(0, 0), at(500, 0)], [Street(0, 1)])
    steps: list[float] = []
    links = link(
        timetable_of_stops([at(0, 0), at(300, 0)]),
        roads,
        None,
        lambda step, fraction: steps.append(fraction),
        timetable_name="timetable-1",
        roads_name="roads-2",
    )
    assert (links.timetable, links.roads) == ("timetable-1", "roads-2")
    assert steps == sorted(steps)
    assert steps[0] == 0.0
    assert steps[-1] == 1.0
    opened = Links.open(links.save(tmp_path))
    assert walks(opened) == walks(links)
    place = locate(roads, *(np.array([degrees]) for degrees in at(100, 0)), Mode.FOOT)
    assert walks_from(roads, opened, place, 500)[1].tolist() == [100, 200]


def test_no_stops_at_all() -> None:
    roads = road_graph([at(0, 0), at(500, 0)], [Street(0, 1)])
    for streets in (roads, None):
        links = link(timetable_of_stops([]), streets, None)
        assert links.walk_start.tolist() == [0]
        assert links.n_meetings == 0


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RoadGraph, Timetable]:
    """Streets between crossings on squared paper, with islands, and stops anywhere near or far."""
    squares = st.tuples(st.integers(0, 8), st.integers(0, 8))
    crossings = draw(st.lists(squares, min_size=2, max_size=10, unique=True))
    node = st.integers(0, len(crossings) - 1)
    ends = st.lists(st.tuples(node, node).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=14)
    streets = [
        Street(
            a,
            b,
            oneway=draw(st.booleans()),
            foot=draw(st.integers(0, 6)) > 0,
            car=draw(st.integers(0, 6)) > 0,
        )
        for a, b in draw(ends)
    ]
    roads = road_graph([at(220 * x, 180 * y) for x, y in crossings], streets)
    spot = st.tuples(st.integers(-300, 2100), st.integers(-300, 3200))
    stops = draw(st.lists(spot, max_size=9))
    parents, stations = {}, []
    if len(stops) > 3 and draw(st.booleans()):
        stations = [0]
        parents = {stop: 0 for stop in range(1, len(stops)) if draw(st.booleans())}
    return roads, timetable_of_stops([at(*place) for place in stops], parents, stations)


@settings(max_examples=250, deadline=None)
@given(worlds())
def test_walks_are_what_the_definition_says(world: tuple[RoadGraph, Timetable]) -> None:
    roads, timetable = world
    links = link(timetable, roads, None)
    foot = nx.Graph()
    for edge in np.flatnonzero(roads.edge_access & Mode.FOOT).tolist():
        foot.add_edge(int(roads.edge_from[edge]), int(roads.edge_to[edge]))
    place = locate(roads, timetable.stop_lat, timetable.stop_lon, Mode.FOOT)
    expected = {}
    for a in range(timetable.n_stops):
        for b in range(timetable.n_stops):
            if a != b and not timetable.stop_is_station[[a, b]].any():
                walk = defined_walk(roads, timetable, place, foot, a, b)
                if walk is not None and walk[0] <= FOOTPATH_LIMIT_M:
                    expected[a, b] = walk
    assert walks(links) == expected


@st.composite
def changed_worlds(draw: st.DrawFn) -> tuple[RoadGraph, Timetable, Timetable]:
    """The same streets before and after stops were added, moved, taken away, reordered and given other stations."""
    roads, timetable = draw(worlds())
    places = list(zip(timetable.stop_lat.tolist(), timetable.stop_lon.tolist(), strict=True))
    spot = st.tuples(st.integers(-300, 2100), st.integers(-300, 3200)).map(lambda place: at(*place))
    stops = [
        *draw(st.permutations(places))[: draw(st.integers(0, len(places)))],
        *draw(st.lists(spot, max_size=3)),
    ]
    stops += draw(st.lists(st.sampled_from(stops), max_size=2)) if stops else []
    stations = [0] if len(stops) > 2 and draw(st.booleans()) else []
    parents = {stop: 0 for stop in range(1, len(stops)) if stations and draw(st.booleans())}
    return roads, timetable, timetable_of_stops(stops, parents, stations)


@settings(max_examples=250, deadline=None)
@given(changed_worlds())
def test_what_is_taken_over_from_other_links_is_what_a_search_finds(
    world: tuple[RoadGraph, Timetable, Timetable],
) -> None:
    roads, before, timetable = world
    hierarchy = car.build(roads)
    known = before, link(before, roads, hierarchy)
    assert_same_links(link(timetable, roads, hierarchy, known=known), link(timetable, roads, hierarchy))


def assert_same_links(found: Links, expected: Links) -> None:
    for field in fields(Links):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        assert np.array_equal(one, other), field.name


@pytest.mark.real
def test_a_real_change_of_timetable_searches_few_walks_again(
    real_data: Path, rnv_extract: OsmExtract
) -> None:
    before, timetable = (
        stops_of(real_data / "rnv" / f"rnv_gtfs_{days}.zip")
        for days in ("20160919-20161007", "20161022-20161210")
    )
    roads = rnv_extract.roads
    hierarchy = car.build(roads)
    links = link(before, roads, hierarchy)
    assert len(kept_walks(timetable, before, links).again) < 100
    assert_same_links(
        link(timetable, roads, hierarchy, known=(before, links)), link(timetable, roads, hierarchy)
    )


def defined_walk(
    roads: RoadGraph, timetable: Timetable, place: Positions, foot: nx.Graph, a: int, b: int
) -> tuple[int, bool] | None:
    """The walk from stop a to stop b as routing/README.md defines it."""
    low, high = min(a, b), max(a, b)
    lat, lon = timetable.stop_lat, timetable.stop_lon
    beeline = int(np.ceil(beeline_m(lat[low], lon[low], lat[high], lon[high]) * BEELINE_FACTOR)), True
    on_street = [Positions(place.edge[[s]], place.fraction[[s]], place.off_mm[[s]]) for s in (a, b)]
    is_joined = min(place.edge[[a, b]]) >= 0 and nx.has_path(
        foot, *(int(roads.edge_from[place.edge[s]]) for s in (a, b))
    )
    if not is_joined:
        return beeline
    metres = walk_between(roads, on_street[0], on_street[1], 100_000)
    assert metres is not None
    is_one_station = timetable.stop_parent[a] == timetable.stop_parent[b] >= 0
    return min((metres, False), beeline) if is_one_station else (metres, False)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_driving_times_are_those_between_the_places_of_the_stops(world: tuple[RoadGraph, Timetable]) -> None:
    roads, timetable = world
    links = link(timetable, roads, None)
    cars = locate(roads, timetable.stop_lat, timetable.stop_lon, Mode.CAR)
    reachable = (cars.edge >= 0) & (timetable.stop_is_station == 0)
    assert ((links.stop_meeting >= 0) == reachable).all()
    assert sorted(set(links.stop_meeting[reachable].tolist())) == list(range(links.n_meetings))
    times = drive_s(roads, car.build(roads), links.meetings, links.meetings)
    assert np.array_equal(links.drive_s, np.minimum(times, UNREACHABLE_S))
    assert UNREACHABLE > UNREACHABLE_S


def stops_of(feed: Path) -> Timetable:
    """Just the stops of a GTFS zip."""
    with zipfile.ZipFile(feed) as archive, archive.open("stops.txt") as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))
    number = {row["stop_id"]: i for i, row in enumerate(rows)}
    parents = {i: number[row["parent_station"]] for i, row in enumerate(rows) if row.get("parent_station")}
    stations = [i for i, row in enumerate(rows) if row.get("location_type") == "1"]
    places = [(float(row["stop_lat"]), float(row["stop_lon"])) for row in rows]
    return timetable_of_stops(places, parents, stations)


@pytest.mark.real
def test_a_real_district_is_linked_in_seconds(real_data: Path, rnv_extract: OsmExtract) -> None:
    timetable = stops_of(real_data / "rnv" / "rnv_gtfs_20161022-20161210.zip")
    link(timetable_of_stops([at(0, 0)]), None, None)
    began = time.perf_counter()
    links = link(timetable, rnv_extract.roads, None)
    took_s = time.perf_counter() - began
    found = walks(links)
    assert took_s < 20
    assert len(found) > 50_000
    assert all(found[b, a] == walk for (a, b), walk in found.items())
    # The extract has no footways, so some quarters behind a road without pavement are islands.
    assert np.mean(links.walk_is_beeline) < 0.2
    assert (links.drive_s < UNREACHABLE_S).mean() > 0.95
    assert walks_agree_with_single_questions(rnv_extract.roads, links, found)


def walks_agree_with_single_questions(
    roads: RoadGraph, links: Links, found: dict[tuple[int, int], tuple[int, bool]]
) -> bool:
    for stop in range(0, len(links.foot_edge), 41):
        place = Positions(
            *(column[[stop]] for column in (links.foot_edge, links.foot_fraction, links.foot_off_mm))
        )
        stops, metres = walks_from(roads, links, place, FOOTPATH_LIMIT_M)
        single = {
            (stop, b): (m, False) for b, m in zip(stops.tolist(), metres.tolist(), strict=True) if b != stop
        }
        stored = {pair: walk for pair, walk in found.items() if pair[0] == stop and not walk[1]}
        if single != stored:
            return False
    return True


@pytest.mark.real
def test_a_large_feed_without_roads_is_linked(real_data: Path) -> None:
    timetable = stops_of(real_data / "vvo_semireal" / "vvo_semireal.zip")
    links = link(timetable, None, None)
    found = walks(links)
    assert len(found) > 100_000
    assert all(found[b, a] == walk for (a, b), walk in found.items())
    assert links.walk_m.max() <= FOOTPATH_LIMIT_M
