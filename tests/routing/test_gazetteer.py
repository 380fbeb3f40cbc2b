"""Which names an extract gives, and where they are said to lie."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from routing.errors import SnapshotUnreadable
from routing.gazetteer import Gazetteer, Kind, Name
from routing.osm import ATTRIBUTION, read_osm
from tests.routing.osm_drawings import Point, Relation, Way, osm_file, point, way
from tests.routing.road_worlds import at

REAL_DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))

BLOCK = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
STREETS = [
    way(1, 2, 3, highway="residential", name="Elbstraße"),
    way(3, 4, 1, highway="primary", ref="B 101"),
]


def _names(
    folder: Path,
    nodes: dict[int, Point | tuple[float, float]],
    ways: list[Way] | None = None,
    relations: list[Relation] | None = None,
) -> list[str]:
    gazetteer = read_osm(osm_file(folder, BLOCK | nodes, STREETS + (ways or []), relations or [])).gazetteer
    return [_line(gazetteer[i]) for i in range(len(gazetteer))]


def _line(name: Name) -> str:
    where = f" in {name.context}" if name.context else ""
    return f"{name.kind.name} {name.feature} {name.name}{where} {name.rank}"


TOWN = point(500, 500, place="town", name="Meißen", population="28.000")
VILLAGE = point(6000, 500, place="village", name="Miltitz")


def test_places_streets_and_addresses_with_the_place_they_lie_in(tmp_path: Path) -> None:
    nodes = {
        10: TOWN,
        11: VILLAGE,
        12: point(6100, 600, addr__street="Talstraße", addr__housenumber="7a"),
        13: point(
            300, 10, addr__place="Plossen", addr__housenumber="3", addr__city="Meißen", addr__suburb="Süd"
        ),
    }
    assert _names(tmp_path, nodes) == [
        "PLACE town Meißen 28000",
        "PLACE village Miltitz in Meißen 800",
        "STREET residential Elbstraße in Meißen 30",
        "ADDRESS address Plossen 3 in Süd, Meißen 1",
        "ADDRESS address Talstraße 7a in Miltitz 1",
    ]


def test_points_of_interest_from_nodes_and_buildings(tmp_path: Path) -> None:
    nodes = {
        10: TOWN,
        20: point(100, 200, amenity="hospital", name="Elblandklinikum"),
        21: point(120, 200, amenity="bench", name="Lieblingsbank"),
        22: point(
            130, 200, shop="supermarket", name="Konsum", addr__street="Elbstraße", addr__housenumber="5"
        ),
        23: point(140, 200, railway="station", name="Meißen Altstadt"),
        24: point(150, 200, railway="signal", name="Signal 7"),
        25: point(160, 200, amenity="school"),
        31: (200, 200),
        32: (300, 200),
        33: (300, 300),
        34: (200, 300),
    }
    school = way(31, 32, 33, 34, 31, amenity="school", name="Afra", building="yes")
    assert _names(tmp_path, nodes, [school]) == [
        "PLACE town Meißen 28000",
        "POI hospital Elblandklinikum in Meißen 5000",
        "POI station Meißen Altstadt in Meißen 4000",
        "POI school Afra in Meißen 600",
        "POI supermarket Konsum in Meißen 200",
        "STREET residential Elbstraße in Meißen 30",
        "ADDRESS address Elbstraße 5 in Meißen 1",
    ]


def test_other_names_and_things_that_nobody_named(tmp_path: Path) -> None:
    nodes = {
        10: point(
            500, 500, place="town", name="Meißen", population="28000", alt_name="Misnia; Meißen (Elbe)"
        ),
        20: point(100, 200, landuse="cemetery"),
        21: point(110, 200, leisure="swimming_pool"),
        22: point(120, 200, shop="supermarket", brand="Konsum"),
        23: point(130, 200, leisure="sports_centre", sport="swimming", name="Wellenspiel"),
    }
    names = _names(tmp_path, nodes)
    assert names[:3] == [
        "PLACE town Meißen 28000",
        "PLACE other_name Meißen (Elbe) 28000",
        "PLACE other_name Misnia 28000",
    ]
    assert [name for name in names if name.startswith("POI")] == [
        "POI public_bath Wellenspiel in Meißen 400",
        "POI cemetery Friedhof in Meißen 200",
        "POI supermarket Konsum in Meißen 200",
    ]


def test_house_numbers_of_a_line_are_spread_between_its_ends(tmp_path: Path) -> None:
    street = {"addr__street": "Talstraße", "addr__city": "Miltitz"}
    nodes = {
        31: point(0, 100, addr__housenumber="2", **street),
        32: (300, 100),
        33: point(600, 100, addr__housenumber="8", **street),
        34: point(700, 100, addr__housenumber="14a", **street),
    }
    line = way(31, 32, 33, 34, addr__interpolation="even")
    gazetteer = read_osm(osm_file(tmp_path, BLOCK | nodes, [*STREETS, line])).gazetteer
    houses = {
        row.name: row for row in map(gazetteer.__getitem__, range(len(gazetteer))) if row.kind == Kind.ADDRESS
    }
    assert sorted(houses) == ["Talstraße 14a", *(f"Talstraße {number}" for number in (2, 4, 6, 8))]
    assert (houses["Talstraße 4"].lat, houses["Talstraße 4"].lon) == pytest.approx(at(200, 100), abs=1e-6)
    assert houses["Talstraße 6"].context == "Miltitz"


def test_building_lies_at_its_middle(tmp_path: Path) -> None:
    nodes = {31: (200, 200), 32: (300, 200), 33: (300, 300), 34: (200, 300)}
    school = way(31, 32, 33, 34, 31, amenity="school", name="Afra")
    gazetteer = read_osm(osm_file(tmp_path, BLOCK | nodes, [*STREETS, school])).gazetteer
    found = next(gazetteer[i] for i in range(len(gazetteer)) if gazetteer[i].name == "Afra")
    assert (found.lat, found.lon) == pytest.approx(at(250, 250), abs=1e-6)


def test_one_thing_mapped_twice_is_one_name(tmp_path: Path) -> None:
    nodes = {
        20: point(100, 200, amenity="pharmacy", name="Apotheke am Markt"),
        21: point(130, 200, amenity="pharmacy", name="Apotheke am Markt"),
        22: point(3000, 200, amenity="pharmacy", name="Apotheke am Markt"),
    }
    names = _names(tmp_path, nodes)
    assert [n for n in names if "Apotheke" in n] == ["POI pharmacy Apotheke am Markt 250"] * 2


def test_streets_of_one_name_in_two_villages_are_two(tmp_path: Path) -> None:
    nodes = {10: TOWN, 11: VILLAGE, 5: (6000, 0), 6: (6500, 0), 7: (6500, 300)}
    ways = [
        way(2, 5, highway="tertiary"),
        way(5, 6, highway="residential", name="Elbstraße"),
        way(6, 7, highway="residential", name="Elbstraße"),
    ]
    streets = [n for n in _names(tmp_path, nodes, ways) if n.startswith("STREET")]
    assert streets == [
        "STREET residential Elbstraße in Meißen 30",
        "STREET residential Elbstraße in Miltitz 30",
    ]


def test_streets_far_apart_without_known_places_are_two(tmp_path: Path) -> None:
    nodes = {5: (9000, 0), 6: (9250, 0), 7: (9500, 0)}
    ways = [way(2, 5, highway="tertiary"), way(5, 6, 7, highway="residential", name="Elbstraße")]
    gazetteer = read_osm(osm_file(tmp_path, BLOCK | nodes, STREETS + ways)).gazetteer
    lons = sorted(n.lon for n in (gazetteer[i] for i in range(len(gazetteer))) if n.name == "Elbstraße")
    assert lons == pytest.approx([at(1000, 0)[1], at(9250, 0)[1]], abs=1e-6)


def test_boundaries_name_the_municipality(tmp_path: Path) -> None:
    nodes = {
        10: TOWN,
        11: VILLAGE,
        12: point(6100, 600, addr__street="Talstraße", addr__housenumber="7"),
        40: (4000, -3000),
        41: (9000, -3000),
        42: (9000, 4000),
        43: (4000, 4000),
    }
    ways = [way(40, 41, 42), way(42, 43, 40)]
    tags = {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "Klipphausen"}
    outline = Relation(((2, "outer"), (3, "outer")), tags)
    names = _names(tmp_path, nodes, ways, [outline])
    assert "PLACE village Miltitz in Klipphausen 800" in names
    assert "ADDRESS address Talstraße 7 in Miltitz, Klipphausen 1" in names
    assert "STREET residential Elbstraße in Meißen 30" in names


def test_hospital_drawn_as_a_relation(tmp_path: Path) -> None:
    nodes = {10: TOWN, 31: (200, 200), 32: (300, 200), 33: (300, 300)}
    hospital = Relation(((2, "outer"),), {"type": "multipolygon", "amenity": "hospital", "name": "Klinik"})
    names = _names(tmp_path, nodes, [way(31, 32, 33, 31)], [hospital])
    assert "POI hospital Klinik in Meißen 5000" in names


def test_names_outside_the_crop_are_left_out_but_give_context(tmp_path: Path) -> None:
    nodes = {10: point(500, 1800, place="town", name="Meißen"), 20: point(90, 90, shop="bakery", name="Brot")}
    path = osm_file(tmp_path, BLOCK | nodes, STREETS)
    (south, west), (north, east) = at(-100, -100), at(1100, 1100)
    gazetteer = read_osm(path, bbox=(west, south, east, north)).gazetteer
    assert [_line(gazetteer[i]) for i in range(len(gazetteer))] == [
        "POI bakery Brot in Meißen 50",
        "STREET residential Elbstraße in Meißen 30",
    ]


def test_saved_and_opened_it_is_the_same(tmp_path: Path) -> None:
    path = osm_file(tmp_path, BLOCK | {10: TOWN, 11: VILLAGE}, STREETS)
    gazetteer = read_osm(path).gazetteer
    folder = gazetteer.save(tmp_path)
    opened = Gazetteer.open(folder)
    assert [opened[i] for i in range(len(opened))] == [gazetteer[i] for i in range(len(gazetteer))]
    assert folder == read_osm(path).gazetteer.save(tmp_path)
    assert opened.attribution == ATTRIBUTION and opened.source == "extract.osm"
    with pytest.raises(SnapshotUnreadable):
        Gazetteer.open(tmp_path / "gazetteer-absent")


def test_importance_comes_first() -> None:
    rows = [
        Name("b", Kind.STREET, "residential", "", 51.0, 13.0, 30),
        Name("c", Kind.PLACE, "town", "", 51.0, 13.0, 900),
        Name("a", Kind.STREET, "residential", "", 51.0, 13.0, 30),
    ]
    for order in (rows, rows[::-1]):
        gazetteer = Gazetteer.of(order, "test", "nobody")
        assert [gazetteer.name[i] for i in range(3)] == ["c", "a", "b"]
        assert gazetteer.kind.dtype == np.int8 and gazetteer.rank.tolist() == [900, 30, 30]


@pytest.mark.real
def test_real_streets_have_names() -> None:
    path = REAL_DATA / "rnv" / "rnv.osm.pbf"
    gazetteer = read_osm(path, bbox=(8.65, 49.39, 8.72, 49.43)).gazetteer
    names = {gazetteer.name[i] for i in range(len(gazetteer)) if gazetteer.kind[i] == Kind.STREET}
    assert {"Hauptstraße", "Bergheimer Straße", "Sofienstraße"} <= names
    assert not any(name.startswith("B 37") for name in names)
    print(f"\n{len(gazetteer)} names: {Counter(Kind(int(k)).name for k in gazetteer.kind)}")
