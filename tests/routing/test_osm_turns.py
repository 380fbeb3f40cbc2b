"""Turn restrictions, prices of turns, halts and ferries of drawn extracts, and the table behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from routing import hierarchy
from routing.drive_line import fastest_way
from routing.errors import RoadsRefused
from routing.hierarchy import UNREACHABLE, one_drive_s
from routing.osm import OsmExtract, read_osm
from routing.osm import streets as osm_streets
from routing.osm.speeds import Speeds, default_speeds, read_speeds
from routing.roads import CLOSED, TURN_ROUND_S, Mode, Positions, RoadGraph
from tests.routing.osm_drawings import (
    Relation,
    Way,
    edges_named,
    modes,
    osm_file,
    point,
    turn_restriction,
)
from tests.routing.road_worlds import at

#          6 ─── 7          Two crossings on one road; everything is two-way and 500 m apart.
#          │     │          ways by their position in the file:
#    1 ─── 2 ─── 3 ─── 4    0 West 1-2, 1 Mitte 2-3, 2 Ost 3-4, 3 Nord 2-6, 4 Nordost 3-7,
#          │                5 Süd 2-5, 6 Oben 6-7
#          5
NODES = {
    1: (0, 0),
    2: (500, 0),
    3: (1000, 0),
    4: (1500, 0),
    5: (500, -500),
    6: (500, 500),
    7: (1000, 500),
}
ROAD = {"highway": "residential", "maxspeed": "50"}
WAYS = [
    Way((1, 2), {**ROAD, "name": "West"}),
    Way((2, 3), {**ROAD, "name": "Mitte"}),
    Way((3, 4), {**ROAD, "name": "Ost"}),
    Way((2, 6), {**ROAD, "name": "Nord"}),
    Way((3, 7), {**ROAD, "name": "Nordost"}),
    Way((2, 5), {**ROAD, "name": "Süd"}),
    Way((6, 7), {**ROAD, "name": "Oben"}),
]
BEGINNINGS = {**NODES, 8: (2000, 0)}
ARM_S = 500 * 3.6 / 30
"""Residential streets are driven at 30 km/h at most."""


def free_turns() -> Speeds:
    """The default table with turns that cost nothing."""
    speeds = default_speeds()
    return replace(speeds, turn={**speeds.turn, "left_s": 0, "right_s": 0, "sharp_s": 0, "give_way_s": 0})


def read(
    folder: Path,
    relations: list[Relation],
    speeds: Speeds | None = None,
    nodes: dict | None = None,
    ways: list[Way] = WAYS,
) -> OsmExtract:
    return read_osm(osm_file(folder, nodes or NODES, ways, relations), speeds=speeds or free_turns())


def directed(roads: RoadGraph, name: str, is_forward: bool) -> int:
    """The edge of a street along or against its way."""
    first = next((drawn.nodes[0] for drawn in WAYS if drawn.tags["name"] == name), 8)
    lat, lon = at(*BEGINNINGS[first])
    edges = edges_named(roads, name)
    begins = [
        abs(roads.node_lat[node] - lat) + abs(roads.node_lon[node] - lon) < 1e-6
        for node in roads.edge_from[edges]
    ]
    return edges[begins.index(is_forward)]


def seconds(
    roads: RoadGraph, start: str, end: str, start_forward: bool = True, end_forward: bool = True
) -> float:
    """From where a street begins to where another ends."""
    car = hierarchy.build(roads)

    def place(name: str, is_forward: bool, fraction: float) -> Positions:
        edge = directed(roads, name, is_forward)
        return Positions(np.array([edge], np.int32), np.array([fraction]), np.zeros(1, np.int32))

    return one_drive_s(roads, car, place(start, start_forward, 0.0), place(end, end_forward, 1.0))


def price_ms(roads: RoadGraph, before: tuple[str, bool], after: tuple[str, bool]) -> int:
    """Of a turn from one street into another, each in one of its directions."""
    first, last = roads.turn_start[directed(roads, *before) :][:2]
    prices = dict(zip(roads.turn_to[first:last].tolist(), roads.turn_ms[first:last].tolist(), strict=True))
    return int(prices.get(directed(roads, *after), 0))


def arms(n: float, more_s: float = 0) -> object:
    return pytest.approx(n * ARM_S + more_s, abs=1.5)


def test_without_restrictions_the_shortest_way_counts(tmp_path: Path) -> None:
    roads = read(tmp_path, []).roads
    assert seconds(roads, "West", "Nord") == arms(2)
    assert len(roads.turn_to) == 0


@pytest.mark.parametrize(
    ("relation", "open_", "closed"),
    [
        (turn_restriction("no_left_turn", 0, 2, 3), ["Ost", "Süd"], ["Nord"]),
        (turn_restriction("no_right_turn", 0, 2, 5), ["Ost", "Nord"], ["Süd"]),
        (turn_restriction("only_straight_on", 0, 2, 1), ["Ost"], ["Nord", "Süd"]),
        (turn_restriction("only_left_turn", 0, 2, 3), ["Nord"], ["Süd"]),
        (turn_restriction("no_exit", 0, 2, (3, 5)), ["Ost"], ["Nord", "Süd"]),
    ],
)
def test_restrictions_at_a_node(
    tmp_path: Path, relation: Relation, open_: list[str], closed: list[str]
) -> None:
    extract = read(tmp_path, [relation])
    assert extract.restrictions == {"beachtet": 1}
    n_arms = {"Nord": 2, "Süd": 2, "Ost": 3}
    for name in open_:
        assert seconds(extract.roads, "West", name) == arms(n_arms[name]), name
    for name in closed:
        # Round the block, or into another street and back; never straight over the crossing.
        assert seconds(extract.roads, "West", name) > n_arms[name] * ARM_S + TURN_ROUND_S - 2, name
    for name in ("West", "Ost", "Süd"):
        start_forward = name == "West"
        if name != "West":
            assert seconds(extract.roads, name, "Nord", start_forward) == arms(2 if name == "Süd" else 3), (
                name
            )


def test_the_way_drawn_never_takes_a_closed_turn(tmp_path: Path) -> None:
    roads = read(tmp_path, [turn_restriction("no_left_turn", 0, 2, 3)]).roads
    car = hierarchy.build(roads)
    start, end = directed(roads, "West", True), directed(roads, "Nord", True)
    places = [
        Positions(np.array([edge], np.int32), np.array([fraction]), np.zeros(1, np.int32))
        for edge, fraction in ((start, 0.0), (end, 1.0))
    ]
    pieces = fastest_way(roads, car, *places)
    assert pieces is not None and len(pieces) == 4
    assert pieces[1].edge == pieces[2].edge and (pieces[1].start, pieces[2].end) == (0.0, 0.0)


def test_who_is_excepted_or_meant(tmp_path: Path) -> None:
    cases: list[tuple[Relation, str]] = [
        (turn_restriction("no_left_turn", 0, 2, 3, **{"except": "bicycle;psv"}), "beachtet"),
        (turn_restriction("no_left_turn", 0, 2, 3, **{"except": "motorcar"}), "nicht für Autos"),
        (turn_restriction("no_left_turn", 0, 2, 3, hour_on="07:00"), "zeitweise"),
        (turn_restriction("no_left_turn @ (Mo-Fr 07:00-09:00)", 0, 2, 3), "zeitweise"),
        (turn_restriction("no_left_turn", 0, 77, 3), "unvollständig"),
        (turn_restriction("no_left_turn", 55, 2, 3), "unvollständig"),
        (turn_restriction("give_way", 0, 2, 3), "unvollständig"),
        (
            Relation(((0, "from"),), {"type": "restriction", "restriction": "no_u_turn"}, ((2, "via"),)),
            "unvollständig",
        ),
        (
            Relation(
                ((0, "from"), (3, "to")),
                {"type": "restriction", "restriction:hgv": "no_left_turn"},
                ((2, "via"),),
            ),
            "nicht für Autos",
        ),
        (
            Relation(
                ((0, "from"), (3, "to")),
                {"type": "restriction", "restriction:conditional": "no_left_turn @ (wet)"},
                ((2, "via"),),
            ),
            "zeitweise",
        ),
        (
            Relation(
                ((0, "from"), (3, "to")),
                {"type": "restriction:motorcar", "restriction:motorcar": "no_left_turn"},
                ((2, "via"),),
            ),
            "beachtet",
        ),
    ]
    for relation, outcome in cases:
        extract = read(tmp_path, [relation])
        assert extract.restrictions == {outcome: 1}, relation
        assert (len(extract.roads.turn_to) > 0) == (outcome == "beachtet"), relation


def test_a_way_that_passes_the_node_says_not_which_side_is_meant(tmp_path: Path) -> None:
    through = [Way((1, 2, 3), {**ROAD, "name": "West"}), *WAYS[2:]]
    extract = read(tmp_path, [turn_restriction("no_left_turn", 0, 2, 2)], ways=through)
    assert extract.restrictions == {"mehrdeutig": 1}
    assert len(extract.roads.turn_to) == 0


def test_a_restriction_over_a_street(tmp_path: Path) -> None:
    """Who comes from West over Mitte may not go on to Nordost; who comes from the South may."""
    extract = read(tmp_path, [turn_restriction("no_left_turn", 0, (1,), 4)])
    assert extract.restrictions == {"beachtet": 1}
    roads = extract.roads
    assert np.diff(roads.ban_start).tolist() == [3]
    assert seconds(roads, "Süd", "Nordost", start_forward=False) == arms(3)
    assert seconds(roads, "West", "Ost") == arms(3)
    # Its far end is as near by way of Nord and Oben.
    assert seconds(roads, "West", "Nordost") == arms(3)
    car = hierarchy.build(roads)
    start, end = directed(roads, "West", True), directed(roads, "Nordost", True)
    places = [
        Positions(np.array([edge], np.int32), np.array([fraction]), np.zeros(1, np.int32))
        for edge, fraction in ((start, 0.0), (end, 0.1))
    ]
    # Near its beginning: into Ost, round there and back.
    assert one_drive_s(roads, car, *places) == arms(2.1, TURN_ROUND_S)


def test_only_over_a_street(tmp_path: Path) -> None:
    extract = read(tmp_path, [turn_restriction("only_straight_on", 0, (1,), 2)])
    roads = extract.roads
    assert extract.restrictions == {"beachtet": 1} and np.diff(roads.ban_start).tolist() == [3]
    assert seconds(roads, "West", "Ost") == arms(3)
    assert seconds(roads, "West", "Nord") == arms(2)


def test_a_street_that_closed_turns_cut_off_is_closed_to_cars(tmp_path: Path) -> None:
    """Off a one-way street, and nobody may turn into it: a stop there would be unreachable."""
    nodes = {**NODES, 8: (2000, 0), 9: (2000, 300), 10: (1750, 600)}
    ways = [
        *WAYS,
        Way((4, 8), {**ROAD, "oneway": "yes", "name": "Hin"}),
        Way((8, 9), {**ROAD, "name": "Hof"}),
        Way((8, 10, 7), {**ROAD, "oneway": "yes", "name": "Zurück"}),
    ]
    into_the_yard = turn_restriction("no_left_turn", 7, 8, 8)
    free = read(tmp_path, [], nodes=nodes, ways=ways).roads
    cut_off = read(tmp_path, [into_the_yard], nodes=nodes, ways=ways).roads
    assert [modes(free, edge) for edge in edges_named(free, "Hof")] == ["CFB", "CFB"]
    assert [modes(cut_off, edge) for edge in edges_named(cut_off, "Hof")] == ["FB", "FB"]
    assert "C" in modes(cut_off, edges_named(cut_off, "Hin")[0])


def test_bicycles_and_feet_do_not_mind(tmp_path: Path) -> None:
    roads = read(tmp_path, [turn_restriction("no_left_turn", 0, 2, 3)]).roads
    assert hierarchy.build(roads, mode=Mode.BICYCLE).n_states == roads.n_nodes
    assert hierarchy.build(roads).n_states > roads.n_nodes


class TestPrices:
    def test_left_costs_more_than_right_and_straight_on_nothing(self, tmp_path: Path) -> None:
        roads = read(tmp_path, [], default_speeds()).roads
        turn = default_speeds().turn
        assert seconds(roads, "West", "Nord") == arms(2, turn["left_s"])
        assert seconds(roads, "West", "Süd") == arms(2, turn["right_s"])
        assert seconds(roads, "West", "Ost") == arms(3)

    def test_a_bend_is_no_turn(self, tmp_path: Path) -> None:
        roads = read(tmp_path, [], default_speeds()).roads
        assert seconds(roads, "Nord", "Oben") == arms(2)

    def test_sharp_turns(self, tmp_path: Path) -> None:
        turn = default_speeds().turn
        leaning = {**NODES, 6: (100, 200)}
        roads = read(tmp_path, [], default_speeds(), leaning).roads
        assert price_ms(roads, ("West", True), ("Nord", True)) == (turn["left_s"] + turn["sharp_s"]) * 1000
        assert price_ms(roads, ("Mitte", False), ("Nord", True)) == 0
        assert price_ms(roads, ("Süd", False), ("Nord", True)) == turn["left_s"] * 1000

    def test_giving_way_to_a_larger_street(self, tmp_path: Path) -> None:
        main = {"highway": "secondary", "maxspeed": "50"}
        ways = [Way(w.nodes, {**w.tags, **main}) if i < 3 else w for i, w in enumerate(WAYS)]
        roads = read(tmp_path, [], default_speeds(), ways=ways).roads
        turn = default_speeds().turn
        assert price_ms(roads, ("Süd", False), ("Nord", True)) == turn["give_way_s"] * 1000
        assert (
            price_ms(roads, ("Süd", False), ("West", False)) == (turn["left_s"] + turn["give_way_s"]) * 1000
        )
        assert price_ms(roads, ("West", True), ("Nord", True)) == turn["left_s"] * 1000


class TestHalts:
    def drive_s(self, tmp_path: Path, nodes: dict, ways: list[Way]) -> tuple[float, float]:
        """Of the street called Probe, there and back."""
        roads = read(tmp_path, [], nodes={**NODES, **nodes}, ways=[*WAYS, *ways]).roads
        there, back = sorted(edges_named(roads, "Probe"), key=lambda e: roads.node_lon[roads.edge_from[e]])
        return roads.edge_drive_ms[there] / 1000, roads.edge_drive_ms[back] / 1000

    @pytest.mark.parametrize(
        ("tags", "there_s", "back_s"),
        [
            ({}, 0, 0),
            ({"highway": "traffic_signals"}, 6, 6),
            ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, 6, 0),
            ({"highway": "stop", "direction": "backward"}, 0, 5),
            ({"railway": "level_crossing"}, 4, 4),
            ({"highway": "crossing", "crossing": "traffic_signals"}, 2, 2),
            ({"barrier": "gate"}, 15, 15),
        ],
    )
    def test_on_the_way(self, tmp_path: Path, tags: dict[str, str], there_s: float, back_s: float) -> None:
        nodes = {8: point(1750, 0), 9: point(2000, 0)}
        nodes[8] = replace(nodes[8], tags=tags)
        probe = Way((4, 8, 9), {**ROAD, "name": "Probe"})
        assert self.drive_s(tmp_path, nodes, [probe]) == pytest.approx(
            (ARM_S + there_s, ARM_S + back_s), abs=0.1
        )

    def test_at_a_junction_every_arm_pays_on_arriving(self, tmp_path: Path) -> None:
        nodes = {4: point(1500, 0, highway="traffic_signals"), 9: point(2000, 0), 8: point(1500, 500)}
        ways = [Way((4, 9), {**ROAD, "name": "Probe"}), Way((4, 8), ROAD)]
        assert self.drive_s(tmp_path, nodes, ways) == pytest.approx((ARM_S, ARM_S + 6), abs=0.1)


class TestFerry:
    FERRY = {"route": "ferry", "duration": "00:04", "motor_vehicle": "yes", "name": "Fähre"}  # noqa: RUF012

    def roads(self, tmp_path: Path, **tags: str) -> RoadGraph:
        nodes = {**NODES, 8: (2000, 0), 9: (2600, 0)}
        ways = [*WAYS, Way((4, 8), self.FERRY | tags), Way((8, 9), {**ROAD, "name": "Ufer"})]
        return read(tmp_path, [], nodes=nodes, ways=ways).roads

    def test_is_a_street_for_cars_with_its_crossing_and_a_wait(self, tmp_path: Path) -> None:
        roads = self.roads(tmp_path)
        there = edges_named(roads, "Fähre")
        assert [modes(roads, edge) for edge in there] == ["C", "C"]
        assert roads.edge_drive_ms[there].tolist() == pytest.approx([840_000, 840_000], abs=50)
        assert seconds(roads, "West", "Ufer") == pytest.approx(3 * ARM_S + 840 + 600 * 3.6 / 30, abs=2)

    @pytest.mark.parametrize("tags", [{"motor_vehicle": "no"}, {"duration": "bald"}, {"route": "bus"}])
    def test_else_it_is_none(self, tmp_path: Path, tags: dict[str, str]) -> None:
        assert edges_named(self.roads(tmp_path, **tags), "Fähre") == []

    def test_durations(self) -> None:
        speeds = default_speeds()
        for text, minutes in (("7", 7), ("00:07", 7), ("00:07:00", 7), ("PT7M", 7), ("1:00", 60)):
            found = osm_streets.ferry({**self.FERRY, "duration": text}, 1000, speeds)
            assert found is not None
            assert found.forward_kmh == pytest.approx(3600 / (60 * minutes + speeds.ferry["wait_s"]))


def test_bicycles_ride_as_the_street_lets_them(tmp_path: Path) -> None:
    nodes = {**NODES, 8: (2000, 0)}
    cases = [
        ({"highway": "cycleway"}, 17),
        ({"highway": "track", "surface": "gravel"}, 11),
        ({"highway": "primary"}, 16),
    ]
    for tags, kmh in cases:
        roads = read(tmp_path, [], nodes=nodes, ways=[*WAYS, Way((4, 8), {**tags, "name": "Probe"})]).roads
        edge = edges_named(roads, "Probe")[0]
        assert roads.edge_length_mm[edge] / roads.edge_cycle_ms[edge] * 3.6 == pytest.approx(kmh, rel=0.01)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "tertiary", "surface": "sett"}, 30),
        ({"highway": "tertiary", "smoothness": "very_bad"}, 20),
        ({"highway": "track", "motor_vehicle": "yes", "tracktype": "grade4"}, 15),
        ({"highway": "living_street"}, 5.6),
        ({"highway": "residential", "access": "destination"}, 10),
    ],
)
def test_surfaces_and_tracks(tags: dict[str, str], kmh: float) -> None:
    street = osm_streets.way(tags)
    assert street is not None and street.forward_kmh == pytest.approx(kmh)


class TestOwnTable:
    def table(self, folder: Path, text: str) -> Speeds:
        path = folder / "speeds.toml"
        path.write_text(text, encoding="utf-8")
        return read_speeds(path)

    def test_changes_what_it_names_and_nothing_else(self, tmp_path: Path) -> None:
        own = self.table(
            tmp_path, '[turn]\nleft_s = 9\n[countries.FR]\nrural = 80\n[halt_s]\n"ford=yes" = 20\n'
        )
        assert (own.turn["left_s"], own.turn["right_s"]) == (9, default_speeds().turn["right_s"])
        assert (
            own.countries["FR"] == {"rural": 80} and own.countries["DE"] == default_speeds().countries["DE"]
        )
        assert own.halt_s["ford=yes"] == 20
        found = osm_streets.way({"highway": "primary", "maxspeed": "FR:rural"}, own)
        assert found is not None and found.forward_kmh == pytest.approx(80 * own.real["country_factor"])

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("[turns]\nleft_s = 9", "turns"),
            ("[turn]\nleft = 9", "left"),
            ("[turn]\nleft_s = 'viel'", "Zahl"),
            ("[turn]\nleft_s = -1", "Zahl"),
            ("[turn]\nleft_s = 56", "höchstens 60"),
            ("[real", "nicht lesbar"),
            ("real = 3", "real"),
        ],
    )
    def test_is_refused_with_the_reason(self, tmp_path: Path, text: str, reason: str) -> None:
        with pytest.raises(RoadsRefused, match=reason):
            self.table(tmp_path, text)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(RoadsRefused, match=r"absent\.toml"):
            read_speeds(tmp_path / "absent.toml")


def test_closed_turns_are_closed_and_prices_small(tmp_path: Path) -> None:
    relations = [turn_restriction("no_left_turn", 0, 2, 3)]
    roads = read(tmp_path, relations, default_speeds()).roads
    assert (roads.turn_ms == CLOSED).sum() == 1
    assert roads.turn_ms[roads.turn_ms != CLOSED].max() <= TURN_ROUND_S * 1000
    assert UNREACHABLE not in (seconds(roads, "West", name) for name in ("Nord", "Ost", "Süd"))
