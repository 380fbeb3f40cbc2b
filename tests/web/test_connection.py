"""One connection by itself: to read, to print, for the calendar, as a link; and what the lines of the results say."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from tests.web.served import Served, said_live
from tests.web.test_search import QUESTION


def card(page: str, times: str) -> str:
    """The part of a page of results about the journey with these times."""
    return next(part for part in page.split("<article")[1:] if f"{times} Uhr" in part.split("</h3>")[0])


def offer_in(part: str) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', part)
    assert found is not None
    return html.unescape(found[1])


def offer_of(client: FlaskClient, times: str = "09:00 – 09:40", **asked: object) -> str:
    return offer_in(card(client.post("/verbindungen", data=QUESTION | asked).text, times))


def test_a_line_says_ticket_and_greenhouse_gases(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION).text
    bus = card(page, "09:00 – 09:40")
    assert "40 Minuten, ohne Umsteigen" in bus and "Fahrschein: VVO-Tarif" in bus
    assert "etwa 1,4 kg CO₂, allein im Auto wären es 3,4 kg" in bus  # 15 km × 90 g and × 230 g
    car = card(page, "09:30 – 09:46")
    assert "etwa 1,7 kg CO₂" in car and "Fahrschein" not in car  # shared with the driver


def test_accessibility_is_yes_no_or_unknown_with_somebody_to_ask(served: Served, client: FlaskClient) -> None:
    bus = card(client.post("/verbindungen", data=QUESTION).text, "09:00 – 09:40")
    assert "Rollstuhl im Fahrzeug: unbekannt" in bus and "Einstieg ohne Stufen: unbekannt" in bus
    assert "Was unbekannt ist, können Sie erfragen:" in bus and "03521 725-0" in bus
    van = card(client.post("/verbindungen", data=QUESTION).text, "10:00 – 10:30")
    assert "Rollstuhl im Fahrzeug: ja" in van
    asked = client.post("/verbindungen", data=QUESTION | {"wheelchairs": "1"}).text
    assert "Ob alles stufenfrei ist, ist unbekannt" in card(asked, "09:00 – 09:40")
    asked = client.post("/verbindungen", data=QUESTION | {"bicycles": "1"}).text
    assert "Ob Fahrräder mitkönnen, ist unbekannt" in card(asked, "09:00 – 09:40")


def test_delays_are_said_in_words(app: Flask, served: Served, client: FlaskClient) -> None:
    said_live(app, served, "expected t1 day 0 | 09:05 09:25 09:45")
    late = card(client.post("/verbindungen", data=QUESTION).text, "09:05 – 09:45")
    assert "fährt 5 Minuten später ab (09:05 statt 09:00 Uhr)" in late and "tag--danger" in late
    assert re.search(r"<del>.*09:00</del>", late)
    said_live(app, served, "expected t1 day 0 | 09:00 09:20 09:40")
    on_time = card(client.post("/verbindungen", data=QUESTION).text, "09:00 – 09:40")
    assert "nach den letzten Meldungen pünktlich" in on_time


def test_a_connection_by_itself(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindung", data={"offer": offer_of(client)}).text
    assert "Verbindung von Lommatzsch nach Meißen" in page and "Dienstag, 2. Juni 2026" in page
    assert "Link zu dieser Verbindung" in page and "In den Kalender" in page and "data-print" in page


def test_walks_are_told_street_by_street(served: Served, client: FlaskClient) -> None:
    lat, lon = served.world.places["Lommatzsch"]
    door = f"{lat:.5f}, {lon + 0.004:.5f}"
    offer = offer_of(client, "08:56 – 09:40", origin=door, clock="08:30")
    page = client.post("/verbindung", data={"offer": offer}).text
    assert "Losgehen nach Westen: LommatzschZehren, 280 m" in page
    assert "Ihre Adresse und der Fußweg dorthin stehen nicht darin" in page
    link = client.post("/verbindung/link", data={"offer": offer}).location
    assert f"{lat:.2f}" not in link and "08:56" not in html.unescape(link)


def test_a_link_is_made_on_purpose_and_holds_the_next_day(
    app: Flask, served: Served, client: FlaskClient
) -> None:
    made = client.post("/verbindung/link", data={"offer": offer_of(client)})
    assert made.status_code == 303
    page = client.get(made.location).text
    assert "Diese Verbindung gilt." in page and "Bus 416" in page and "eigene Adresse" in page
    assert "Diese Verbindung wählen" in page
    said_live(app, served, "cancelled t1 day 0")
    page = client.get(made.location).text
    assert "So geht diese Verbindung nicht mehr." in page and "Diese Fahrt fällt aus." in page
    assert "gilt nicht mehr" in page
    assert "Die nächste Möglichkeit" in page and "10:00 – 10:30 Uhr" in page


def test_a_linked_run_is_booked_like_any_other(served: Served, client: FlaskClient) -> None:
    made = client.post("/verbindung/link", data={"offer": offer_of(client, "10:00 – 10:30")})
    page = client.get(made.location).text
    review = client.post("/buchen/pruefen", data={"offer": offer_in(page)})
    assert review.status_code == 200 and "BürgerBus 500" in review.text


@pytest.mark.parametrize("address", ["/verbindung?abschnitt=quatsch", "/verbindung?abschnitt="])
def test_a_damaged_link_says_so(served: Served, client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404 and "Dieser Link ist unvollständig" in answer.text


def test_an_address_without_a_link_leads_to_the_search(served: Served, client: FlaskClient) -> None:
    assert client.get("/verbindung").location == "/"


def test_a_calendar_file_without_booking(served: Served, client: FlaskClient) -> None:
    answer = client.post("/verbindung/kalender", data={"offer": offer_of(client)})
    assert answer.mimetype == "text/calendar"
    assert "SUMMARY:Lommatzsch → Meißen" in answer.text and "Bus 416" in answer.text
    assert "DTSTART:20260602T070000Z" in answer.text


def test_a_token_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    for path in ("/verbindung", "/verbindung/link", "/verbindung/kalender"):
        assert client.post(path, data={"offer": "x"}).status_code == 400


def test_a_booked_journey_tells_its_walks_too(
    served: Served, client_as: Callable[[Role], FlaskClient]
) -> None:
    client = client_as(Role.RESIDENT)
    lat, lon = served.world.places["Lommatzsch"]
    offer = offer_of(client, "08:56 – 09:40", origin=f"{lat:.5f}, {lon + 0.004:.5f}", clock="08:30")
    place = client.post("/buchen", data={"offer": offer, "idempotency_key": "one"}).location
    for page in (client.get(place).text, client.get(f"{place}/druck").text):
        assert "Losgehen nach Westen: LommatzschZehren, 280 m" in page
