"""Offer a ride: fill in, look at it once more, publish once; what the law forbids is refused in words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.rides import Ride, ride_of
from mitfahr.domain.roles import Role
from tests.web.served import Served
from web.portal import EXTENSION, Portal

OFFER = {
    "origin": "Lommatzsch",
    "destination": "Meißen",
    "day": "2026-06-03",
    "clock": "7:10",
    "flexibility": "15",
    "seats": "2",
    "wheelchairs": "0",
    "budget": "10",
    "price": "beteiligung",
    "rate": "10",
    "answer": "fragen",
    "vehicle": "Roter Polo",
    "note": "Hund fährt mit",
}


@pytest.fixture
def driver(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.RESIDENT)


def hidden(page: str) -> dict[str, str]:
    """Every hidden field of a page."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


def published(app: Flask, address: str) -> Ride:
    portal: Portal = app.extensions[EXTENSION]
    with portal.reading() as session:
        return ride_of(session, address.rsplit("/", 1)[1])


def test_guests_are_told_what_an_offer_is(client: FlaskClient) -> None:
    page = client.get("/fahrten/anbieten").text
    assert "Plätze frei" in page and 'href="/anmelden?next=/fahrten/anbieten"' in page
    assert "<form" not in page.split("<main")[1]


def test_the_preview_tells_the_way(driver: FlaskClient) -> None:
    page = driver.post("/fahrten/anbieten", data=OFFER).text
    assert "Lommatzsch → Meißen" in page
    assert "Mittwoch, 3. Juni 2026, 07:10 Uhr, spätestens 07:25 Uhr" in page
    assert "15,0 km, etwa 15 Minuten" in page
    assert "10 Cent je Kilometer und Person" in page and "1,50 €" in page
    assert "Buchbar" in page and "06:40 Uhr" in page


def test_the_way_and_the_car_of_last_time_need_not_be_typed_again(
    app: Flask, served: Served, driver: FlaskClient
) -> None:
    assert "Noch einmal wie zuletzt" not in driver.get("/fahrten/anbieten").text
    preview = hidden(driver.post("/fahrten/anbieten", data=OFFER).text)
    ride = published(app, str(driver.post("/fahrten/anbieten/veroeffentlichen", data=preview).location))
    empty = driver.get("/fahrten/anbieten").text
    assert "Lommatzsch → Meißen, 07:10 Uhr" in empty and 'value="Roter Polo"' in empty
    assert ">Hund fährt mit<" not in empty and 'id="origin" name="origin" value=""' in empty
    again = driver.get(f"/fahrten/anbieten?wie={ride.id}").text
    assert re.search(r'name="origin" value="Lommatzsch[^"]*"', again) and ">Hund fährt mit<" in again
    assert 'name="clock" value="07:10"' in again and 'name="rate" value="10"' in again
    stranger = driver.get(f"/fahrten/anbieten?wie={served.ride_id}").text
    assert 'name="origin" value=""' in stranger


def test_publish(app: Flask, driver: FlaskClient) -> None:
    preview = hidden(driver.post("/fahrten/anbieten", data=OFFER).text)
    answer = driver.post("/fahrten/anbieten/veroeffentlichen", data=preview)
    assert answer.status_code == 302
    ride = published(app, answer.location)
    assert (ride.stops[0].name, ride.stops[-1].name, ride.seats) == ("Lommatzsch", "Meißen", 2)
    assert (ride.latest_s - ride.earliest_s, ride.budget_s, ride.rate_ct_per_km) == (900, 600, 10)
    assert (ride.asks_first, ride.vehicle, ride.note) == (True, "Roter Polo", "Hund fährt mit")
    page = driver.get(answer.location).text
    assert "Ihre Fahrt ist veröffentlicht" in page and "Noch hat niemand" in page
    assert "Lommatzsch → Meißen" in driver.get("/fahrten").text


def test_the_button_pressed_twice_publishes_once(driver: FlaskClient) -> None:
    preview = hidden(driver.post("/fahrten/anbieten", data=OFFER).text)
    answers = [driver.post("/fahrten/anbieten/veroeffentlichen", data=preview) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert driver.get("/fahrten").text.count("Lommatzsch → Meißen") == 1


def test_free_and_at_once(app: Flask, driver: FlaskClient) -> None:
    offer = OFFER | {"price": "kostenlos", "rate": "", "answer": "sofort", "flexibility": "0", "budget": "0"}
    page = driver.post("/fahrten/anbieten", data=offer).text
    assert "Die Mitfahrt kostet nichts" in page and "Wer bucht, fährt mit" in page
    ride = published(app, driver.post("/fahrten/anbieten/veroeffentlichen", data=hidden(page)).location)
    assert (ride.rate_ct_per_km, ride.asks_first, ride.budget_s) == (0, False, 0)
    assert ride.latest_s == ride.earliest_s


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"rate": "31"}, "rate", "höchstens 0,30 € je Kilometer"),
        ({"rate": "0,50 €"}, "rate", "höchstens 0,30 € je Kilometer"),
        ({"rate": ""}, "rate", "nennen Sie den Betrag"),
        ({"rate": "viel"}, "rate", "wie 20 Cent"),
        ({"clock": "25:00"}, "clock", "wie 7:30"),
        ({"clock": ""}, "clock", "füllen Sie dieses Feld aus"),
        ({"day": "2026-06-01"}, "clock", "schon vorbei"),
        ({"day": "2029-06-01"}, "clock", "passen nicht zusammen"),
        ({"destination": "Xyzzy"}, "destination", "nicht gefunden"),
        ({"destination": "52.5, 13.4"}, "destination", "führt keine Straße"),
        ({"origin": ""}, "origin", "geben Sie einen Ort"),
        ({"vehicle": "x" * 121}, "vehicle", "höchstens 120 Zeichen"),
        ({"seats": "99"}, "seats", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    changes: dict[str, str], field: str, words: str, driver: FlaskClient
) -> None:
    answer = driver.post("/fahrten/anbieten", data=OFFER | changes)
    assert answer.status_code == 422
    said = re.search(rf'id="{field}-fehler">(.*?)</p>', answer.text, re.S)
    assert said is not None and words in said[1]
    if field != "note":
        assert "Hund fährt mit" in answer.text


def test_nobody_drives_two_cars_at_once(driver: FlaskClient) -> None:
    previews = [hidden(driver.post("/fahrten/anbieten", data=OFFER).text) for _ in range(2)]
    first, second = [driver.post("/fahrten/anbieten/veroeffentlichen", data=preview) for preview in previews]
    looked_at = driver.post("/fahrten/anbieten", data=OFFER)
    assert (first.status_code, second.status_code, looked_at.status_code) == (302, 409, 409)
    assert all("gibt es schon eine Fahrt" in refused.text for refused in (second, looked_at))


def test_too_soon_for_anybody_to_book_is_said(driver: FlaskClient) -> None:
    page = driver.post("/fahrten/anbieten", data=OFFER | {"day": "2026-06-02", "clock": "7:20"}).text
    assert "kann niemand mehr buchen" in page


def test_a_place_of_many_is_chosen(driver: FlaskClient) -> None:
    page = driver.post("/fahrten/anbieten", data=OFFER | {"origin": "Neudorf"}).text
    assert "Welchen Ort meinen Sie?" in page
    options = re.findall(r'name="origin_choice"[^>]*value="([^"]+)"', page)
    assert len(options) == 3
    chosen = hidden(page) | {"origin_choice": html.unescape(options[1])}
    preview = driver.post("/fahrten/anbieten", data=chosen).text
    assert "Fahrt prüfen und veröffentlichen" in preview and "Neudorf, " in preview


def test_back_to_the_form_keeps_everything(driver: FlaskClient) -> None:
    preview = hidden(driver.post("/fahrten/anbieten", data=OFFER).text)
    page = driver.post("/fahrten/anbieten/aendern", data=preview).text
    assert 'value="07:10"' in page or 'value="7:10"' in page
    assert 'value="Roter Polo"' in page and "Hund fährt mit" in page
    assert '<option value="15" selected>' in page


def test_without_a_key_each_sending_is_an_offer_of_its_own(driver: FlaskClient) -> None:
    assert driver.post("/fahrten/anbieten/veroeffentlichen", data=OFFER).status_code == 302
