"""Platforms, stations and routes become the stops and lines that people know."""

from __future__ import annotations

from dataclasses import replace

from mitfahr.network import Network, dictionary_order, number_order
from routing.store import Texts
from tests.worlds import world

DRAWING = """
station S | P1 P2
at P1 0 0
at P2 20 0
at Bus 100 0
at Far 5000 0
line 1 | P1  Far
t1 | 08:00  08:10
line 2 | Bus  Far
t2 | 08:00  08:10
t3 | 09:00  09:10
line 3 | Far  P2
t4 | 10:00  10:10
line 4 | A  B
t5 | 10:00  10:10
"""


def network(**columns: object) -> tuple[Network, list[str]]:
    timetable = replace(world(DRAWING).timetable, **columns)  # type: ignore[arg-type]
    return Network.of(timetable), list(timetable.stop_id)


def test_what_has_the_same_name_close_by_is_one_stop() -> None:
    names = {"P1": "Markt", "P2": "Markt", "S": "Markt", "Bus": "Markt", "A": "Markt"}
    drawn = world(DRAWING).timetable
    known, ids = network(stop_name=Texts.of(names.get(stop, stop) for stop in drawn.stop_id))
    stands_for = {stop: ids[known.stop_of[i]] for i, stop in enumerate(ids)}
    assert {stands_for[stop] for stop in ("P1", "P2", "S", "Bus")} == {"S"}
    assert stands_for["A"] == "A"  # the same name, but another village
    station = drawn.stop("S")
    assert known.visits[station] == 4
    assert {ids[i] for i in known.platforms(station)} == {"P1", "P2", "Bus"}
    assert [name for name, _ in known.stops] == ["B", "Far", "Markt", "Markt"]


def test_routes_of_one_number_on_the_same_way_are_one_line() -> None:
    known, _ = network(route_short_name=Texts.of(["7", "7", "8", "7"]))
    # routes 1 and 2 share only "Far": as stops of other names they are two lines
    assert [known.line_name(line) for line in known.lines] == ["7", "7", "7", "8"]
    names = {"P1": "Markt", "S": "Markt", "Bus": "Markt"}
    drawn = world(DRAWING).timetable
    known, _ = network(
        route_short_name=Texts.of(["7", "7", "8", "7"]),
        stop_name=Texts.of(names.get(stop, stop) for stop in drawn.stop_id),
    )
    assert [known.line_name(line) for line in known.lines] == ["7", "7", "8"]
    assert len(known.routes(known.route_by_id["1"])) == 2
    assert known.line_of[known.route_by_id["1"]] == known.route_by_id["2"]  # the one with more trips


def test_names_in_the_order_of_a_dictionary_and_numbers_by_value() -> None:
    assert sorted(["Zöthain", "Öderan", "Ostrau", "Ahl"], key=dictionary_order) == [
        "Ahl",
        "Öderan",
        "Ostrau",
        "Zöthain",
    ]
    assert sorted(["A", "10", "2", "S1", "416", "41"], key=number_order) == [
        "2",
        "10",
        "41",
        "416",
        "A",
        "S1",
    ]
