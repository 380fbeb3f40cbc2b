"""The map over HTTP: tiles for ever, journeys drawn, points named; nobody sees another one's journey."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise

import mapbox_vector_tile
import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.services.draw_map import draw_missing_maps
from routing.earth import beeline_m
from tests.mitfahr.test_map import address
from tests.web.served import Served, person
from tests.web.test_booking import BUS, RUN, form_of, offers, ride_offer, signed_in
from tests.web.test_search import QUESTION
from web.portal import Portal


@pytest.fixture
def drawn(served: Served, portal: Portal) -> Served:
    """The world with its map, as the worker draws it."""
    assert draw_missing_maps(portal.writing, portal.settings.snapshots_dir) == 2
    assert draw_missing_maps(portal.writing, portal.settings.snapshots_dir) == 0
    return served


def source(client: FlaskClient) -> dict[str, str]:
    found = re.search(r"data-source=\"([^\"]*)\"", client.get("/").text)
    assert found is not None
    read: dict[str, str] = json.loads(found[1].replace("&#34;", '"'))
    return read


def lines(ways: dict) -> list[dict]:  # type: ignore[type-arg]
    return [one for one in ways["features"] if one["geometry"]["type"] == "LineString"]


def points(ways: dict, role: str) -> list[str]:  # type: ignore[type-arg]
    return [one["properties"]["name"] for one in ways["features"] if one["properties"].get("role") == role]


def test_tiles_are_open_to_everybody_and_kept_for_ever(drawn: Served, client: FlaskClient) -> None:
    lat, lon = drawn.world.places["Zehren"]
    zoom, x, y = address(lon, lat, 14)
    for tiles, layer in ((source(client)["land"], "transportation"), (source(client)["network"], "stop")):
        path = tiles.format(z=zoom, x=x, y=y)
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Set-Cookie" not in answer.headers
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(answer.data) == plain.data
        assert layer in mapbox_vector_tile.decode(plain.data)


def test_what_is_no_tile_is_not_found_and_what_is_empty_says_so(
    drawn: Served, portal: Portal, client: FlaskClient
) -> None:
    land = source(client)["land"]
    assert client.get(land.format(z=8, x=0, y=0)).status_code == 204
    assert client.get(land.format(z=30, x=0, y=0)).status_code == 204
    assert client.get("/karte/kacheln/tiles-0000000000000000/8/137/85.mvt").status_code == 404
    folders = portal.settings.snapshots_dir.glob("roads-*")
    assert client.get(f"/karte/kacheln/{next(folders).name}/8/137/85.mvt").status_code == 404


def test_without_a_map_the_pages_do_not_speak_of_one(served: Served, client: FlaskClient) -> None:
    assert "data-map" not in client.get("/").text


def test_every_leg_is_drawn_from_its_beginning_to_its_end(drawn: Served, client: FlaskClient) -> None:
    by_times = offers(client)
    for token in (by_times[BUS], by_times[RUN], ride_offer(client)):
        ways = client.post("/karte/weg", data={"offer": token}).json
        drawn_lines = lines(ways)
        assert [one["properties"]["leg"] for one in drawn_lines] == list(range(len(drawn_lines)))
        for before, after in pairwise(drawn_lines):
            end, begin = before["geometry"]["coordinates"][-1], after["geometry"]["coordinates"][0]
            assert beeline_m(end[1], end[0], begin[1], begin[0]) < 5
        lat, lon = drawn.world.places["Meißen"]
        goal = drawn_lines[-1]["geometry"]["coordinates"][-1]
        assert beeline_m(lat, lon, goal[1], goal[0]) < 600
        assert all(one["properties"]["exact"] for one in drawn_lines)
    ways = client.post("/karte/weg", data={"offer": by_times[BUS]}).json
    assert points(ways, "between") == ["Zehren"]
    assert {one["properties"]["kind"] for one in lines(ways)} >= {"transit"}


def test_a_walk_is_drawn_but_cannot_be_booked(drawn: Served, client: FlaskClient) -> None:
    lat, lon = drawn.world.places["Lommatzsch"]
    ends = {}
    for field, north in (("origin", 0.0015), ("destination", -0.0015)):
        point = client.post("/karte/punkt", data={"lat": lat, "lon": lon + north}).json
        ends |= {field: point["label"], f"{field}_choice": point["choice"]}
    page = client.post("/verbindungen", data=QUESTION | ends).text
    token = re.search(r'data-drawing="([^"]+)"', page)
    assert token is not None, page
    ways = client.post("/karte/weg", data={"drawing": token[1]}).json
    assert [one["properties"]["kind"] for one in lines(ways)] == ["walk"]
    assert client.post("/karte/weg", data={"drawing": token[1] + "x"}).status_code in (400, 422)
    assert client.post("/buchen/pruefen", data={"offer": token[1]}).status_code in (400, 422)


def test_what_was_not_offered_is_not_drawn(drawn: Served, client: FlaskClient) -> None:
    token = offers(client)[BUS]
    assert client.post("/karte/weg", data={"offer": token[:-3] + "abc"}).status_code in (400, 422)
    assert client.post("/karte/weg").status_code in (400, 422)


def test_a_booked_journey_is_drawn_for_its_rider_alone(drawn: Served, app: Flask, portal: Portal) -> None:
    rider, other = (signed_in(app, person(portal, name).email) for name in ("Erika", "Otto"))
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]})
    page = rider.post("/buchen", data=form_of(review.text), follow_redirects=True)
    way = re.search(r'data-way="([^"]+)"', page.text)
    assert way is not None
    assert {one["properties"]["kind"] for one in lines(rider.get(way[1]).json)} == {"buergerbus"}
    assert other.get(way[1]).status_code == 404


def test_points_are_named_for_people(drawn: Served, client: FlaskClient) -> None:
    lat, lon = drawn.world.places["Lommatzsch"]
    at_stop = client.post("/karte/punkt", data={"lat": lat, "lon": lon}).json
    assert at_stop["label"] == "Lommatzsch (Haltestelle)"
    kind, label, *place = json.loads(at_stop["choice"])[:4]
    assert (kind, label) == ("point", "Lommatzsch (Haltestelle)")
    assert place == pytest.approx([lat, lon], abs=1e-5)
    beside = client.post("/karte/punkt", data={"lat": lat + 0.01, "lon": lon}).json
    assert re.fullmatch(r"Punkt 1,1 km von .*Lommatzsch", beside["label"])
    far = client.post("/karte/punkt", data={"lat": 48.0, "lon": 9.0}).json
    assert far["label"] == "Punkt 48.00000, 9.00000"


@pytest.mark.parametrize("lat, lon", [("", ""), ("nan", "13"), ("91", "13"), ("51", "181"), ("x", "y")])
def test_what_is_no_point_is_refused(drawn: Served, client: FlaskClient, lat: str, lon: str) -> None:
    assert client.post("/karte/punkt", data={"lat": lat, "lon": lon}).status_code == 400


def test_a_chosen_point_is_where_the_search_begins(drawn: Served, client: FlaskClient) -> None:
    lat, lon = drawn.world.places["Lommatzsch"]
    chosen = client.post("/karte/punkt", data={"lat": lat + 0.001, "lon": lon}).json
    asked = QUESTION | {"origin": chosen["label"], "origin_choice": chosen["choice"]}
    page = client.post("/verbindungen", data=asked)
    assert page.status_code == 200
    assert "Bus 416" in page.text
    assert chosen["label"] in page.text
