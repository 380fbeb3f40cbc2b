"""The map's tiles: what is drawn where, by a decoder that is not ours."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from mitfahr.map import mvt
from mitfahr.map.cutting import MIN_ZOOM, cut
from mitfahr.map.land import land_layers
from mitfahr.map.layers import Drawn, Layer, in_degrees, in_world
from mitfahr.map.network import network_layers
from mitfahr.map.tiles import MAX_ZOOM, Tiles
from routing.gazetteer import Gazetteer, Kind, Name
from routing.osm.area import Box, Everywhere
from routing.osm.landscape import read_landscape
from tests.routing.osm_drawings import osm_file, way
from tests.worlds import World, world

MEISSEN = 13.4737, 51.1614

DRAWING = """
at Lommatzsch 0 0
at Zehren 8000 0
at Meißen 15000 0
street Lommatzsch Zehren 8000 m 480 s
street Zehren Meißen 7000 m 420 s
line 416 | Lommatzsch  Zehren  Meißen
t1 | 09:00 09:20 09:40
line S1 type 109 | Zehren  Meißen
t2 | 09:30 09:36
"""


@pytest.fixture(scope="module")
def drawn() -> World:
    return world(DRAWING)


def address(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    """The tile in which a place lies."""
    x, y = (in_world(np.array([[lon, lat]]))[0] * (1 << zoom)).astype(int).tolist()
    return zoom, x, y


def decoded(tiles: Tiles, zoom: int, x: int, y: int) -> dict[str, list[dict[str, Any]]]:
    """Features by layer, in degrees."""
    packed = tiles.tile(zoom, x, y)
    if packed is None:
        return {}

    def degrees(step_x: float, step_y: float) -> tuple[float, float]:
        world = (np.array([[step_x, step_y]]) / mvt.EXTENT + (x, y)) / (1 << zoom)
        lon, lat = in_degrees(world)[0].tolist()
        return lon, lat

    options = {"y_coord_down": True, "transformer": degrees}
    layers = mapbox_vector_tile.decode(gzip.decompress(packed), default_options=options)
    return {name: layer["features"] for name, layer in layers.items()}


def near_meissen(tiles: Tiles, zoom: int) -> dict[str, list[dict[str, Any]]]:
    return decoded(tiles, *address(*MEISSEN, zoom))


def test_every_kind_of_geometry_comes_back_where_it_was_drawn() -> None:
    lon, lat = MEISSEN
    square = [(lon, lat), (lon + 0.001, lat), (lon + 0.001, lat + 0.001), (lon, lat + 0.001)]
    hole = [(lon + 0.0003, lat + 0.0003), (lon + 0.0007, lat + 0.0003), (lon + 0.0007, lat + 0.0007)]
    tiles = cut(
        [
            Layer.of("water", [Drawn(shapely.Polygon(square, [hole]), 6, {"class": "lake"})]),
            Layer.of("road", [Drawn(shapely.LineString([(lon, lat), (lon + 0.001, lat)]), 12, {"rank": -7})]),
            Layer.of("place", [Drawn(shapely.Point(lon, lat), 6, {"name": "Meißen"})]),
        ],
        "wir",
    )
    found = near_meissen(tiles, 14)
    (place,), (road,), (lake,) = found["place"], found["road"], found["water"]
    assert place["properties"] == {"name": "Meißen"}
    assert place["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-5)
    assert road["properties"] == {"rank": -7}
    assert np.array(road["geometry"]["coordinates"]) == pytest.approx(
        np.array([(lon, lat), (lon + 0.001, lat)]), abs=1e-5
    )
    assert "road" not in near_meissen(tiles, 11)
    area = shapely.geometry.shape(lake["geometry"])
    assert area.is_valid
    assert not area.contains(shapely.Point(lon + 0.0006, lat + 0.0004))
    assert area.contains(shapely.Point(lon + 0.0002, lat + 0.0008))
    assert tiles.attribution == "wir"
    assert tiles.bounds == pytest.approx([lon, lat, lon + 0.001, lat + 0.001], abs=1e-9)


def test_a_long_line_is_in_every_tile_that_it_crosses() -> None:
    ends = np.array([(13.0, 51.0), (13.4, 51.3)])
    tiles = cut([Layer.of("road", [Drawn(shapely.LineString(ends), 6, {})])], "")
    on_the_way = in_degrees(np.linspace(*in_world(ends), 40))
    for zoom in (MIN_ZOOM, 10, MAX_ZOOM):
        for lon, lat in on_the_way.tolist():
            (road,) = decoded(tiles, *address(lon, lat, zoom))["road"]
            off = shapely.geometry.shape(road["geometry"]).distance(shapely.Point(lon, lat))
            assert off < 6 * 360 / (1 << zoom) / mvt.EXTENT


def test_tiles_are_kept_and_only_those_that_hold_something(tmp_path: Path) -> None:
    tiles = cut([Layer.of("place", [Drawn(shapely.Point(*MEISSEN), 6, {"name": "Meißen"})])], "")
    opened = Tiles.open(tiles.save(tmp_path))
    assert len(opened) == MAX_ZOOM - MIN_ZOOM + 1
    assert near_meissen(opened, 12)["place"][0]["properties"] == {"name": "Meißen"}
    assert opened.save(tmp_path) == tiles.save(tmp_path)
    zoom, x, y = address(*MEISSEN, 12)
    for nowhere in ((zoom, x + 1, y), (99, 0, 0), (-1, 0, 0), (12, -1, 0), (12, 4096, 0)):
        assert opened.tile(*nowhere) is None


def test_nothing_to_draw_is_an_empty_map() -> None:
    assert len(cut([Layer.of("road", [])], "")) == 0


def test_the_land_shows_streets_by_class_places_by_size_and_what_lies_between(
    drawn: World, tmp_path: Path
) -> None:
    assert drawn.roads is not None
    lat, lon = drawn.places["Meißen"]
    names = [
        Name("Meißen", Kind.PLACE, "town", "", lat, lon, 28_000),
        Name("Krankenhaus", Kind.POI, "hospital", "Meißen", lat, lon, 5_000),
        Name("Bäcker", Kind.POI, "bakery", "Meißen", lat, lon, 50),
        Name("Markt 1", Kind.ADDRESS, "address", "Meißen", lat, lon, 1),
    ]
    corners = {1: (0, 0), 2: (0, 900), 3: (900, 900), 4: (900, 0), 5: (3000, 0), 6: (9000, 0)}
    file = osm_file(
        tmp_path,
        corners,
        [
            way(1, 2, 3, 4, 1, landuse="forest"),
            way(1, 4, 5, waterway="river", name="Elbe"),
            way(2, 3, railway="rail"),
            way(5, 6, railway="rail", service="siding"),
            way(5, 6, highway="residential"),
        ],
    )
    scenery = list(read_landscape(file, Everywhere()))
    assert {(one.layer, one.kind, one.name) for one in scenery} == {
        ("landcover", "wood", ""),
        ("waterway", "river", "Elbe"),
        ("transportation", "rail", ""),
    }
    gazetteer = Gazetteer.of(names, "", "")
    tiles = cut(land_layers(drawn.roads, gazetteer, scenery), drawn.roads.attribution)
    found = decoded(tiles, *address(lon, lat, 14))
    assert found["place"][0]["properties"] == {"class": "town", "name": "Meißen", "rank": 28_000}
    assert [sight["properties"]["name"] for sight in found["poi"]] == ["Krankenhaus"]
    assert found["transportation"]
    assert "poi" not in decoded(tiles, *address(lon, lat, 12))
    assert decoded(tiles, *address(lon, lat, 8))["place"]
    assert "place" not in decoded(tiles, *address(lon, lat, 7))


def test_only_the_wanted_part_of_the_land_is_read(tmp_path: Path) -> None:
    file = osm_file(tmp_path, {1: (0, 0), 2: (500, 0)}, [way(1, 2, waterway="stream")])
    (stream,) = read_landscape(file, Everywhere())
    west, south, east, north = stream.shape.bounds
    assert list(read_landscape(file, Box((east + 1, south, east + 2, north)))) == []
    assert len(list(read_landscape(file, Box((west, south - 1, east, north + 1))))) == 1


def test_the_network_shows_lines_between_their_stops_and_stops_by_their_busiest_vehicle(drawn: World) -> None:
    tiles = cut(network_layers(drawn.timetable, None), "")
    lat, lon = drawn.places["Zehren"]
    found = decoded(tiles, *address(lon, lat, 14))
    (stop,) = found["stop"]
    assert stop["properties"] == {"id": "Zehren", "name": "Zehren", "mode": "rail", "visits": 2}
    lines = {(line["properties"]["mode"], line["properties"]["ref"]) for line in found["line"]}
    assert lines == {("bus", "416"), ("rail", "S1")}
