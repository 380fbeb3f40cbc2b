"""Search: what is typed becomes places, places become journeys, nothing typed is lost."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.services.find_places import FoundPlace, PlaceKind
from tests.web.served import Served, said_live
from web.forms.search import SearchForm
from web.place_choice import decode, encode

QUESTION = {
    "origin": "Lommatzsch",
    "destination": "Meißen",
    "day": "2026-06-02",
    "clock": "9",
    "direction": "ab",
    "persons": "1",
    "wheelchairs": "0",
    "kinds": ["transit", "buergerbus", "rufbus", "ride"],
    "pace": "1.25",
    "longest_walk": "1200",
    "change_time": "120",
}


def test_the_form_asks_for_now(served: Served, client: FlaskClient) -> None:
    page = client.get("/").text
    assert 'value="02.06.2026"' in page and 'value="07:00"' in page


def test_results_in_two_classes(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION).text
    lines, rides = page.split('id="mitfahrten"')
    assert "09:00 – 09:40 Uhr" in lines and "Bus 416" in lines
    assert "10:00 – 10:30 Uhr" in lines and "BürgerBus 500" in lines
    assert "09:30 – 09:46" in rides and "Anna" in rides
    assert "Beispiel" not in rides and "0170" not in rides and "Golf" not in rides
    assert "Kostenbeteiligung" in rides and "auf Anfrage" in rides
    assert "03525 4711" in lines


def test_details_name_stops_on_the_way(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION).text
    assert "1 Zwischenhalt" in page and "09:20 Zehren" in page


def test_a_rufbus_is_ordered_by_phone(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"origin": "Zehren", "destination": "Lommatzsch", "clock": "14:30"}
    page = client.post("/verbindungen", data=asked).text
    assert "Rufbus 9" in page and "fährt nur nach Anruf" in page and "03521 725-0" in page


def test_no_place_stands_in_an_address(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION).text
    addresses = re.findall(r'(?:href|action|src|formaction)="([^"]*)"', page)
    addresses = [address for address in addresses if not address.startswith("/haltestelle/")]  # of everybody
    assert not [address for address in addresses if "?" in address or "Lommatzsch" in address]


def test_earlier_and_later(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"shift": "spaeter"}).text
    assert "Abfahrt ab 11:00 Uhr" in page and "11:00 – 11:40 Uhr" in page


def test_nothing_in_the_window_shows_the_next(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"clock": "12:00"}).text
    assert "Hier ist die nächste mögliche" in page
    assert "Mittwoch, 3. Juni 2026" in page


def test_nothing_at_all_says_why(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"origin": "Meißen", "destination": "Lommatzsch"}
    page = client.post("/verbindungen", data=asked).text
    assert "keine Verbindung gefunden" in page and "03521 725-0" in page


def test_kinds_switched_off_are_said(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"kinds": ["transit"]}).text
    assert "haben Sie bei dieser Suche abgewählt" in page
    assert "BürgerBus 500" not in page


def test_two_places_of_one_name_are_asked_for(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"origin": "Neudorf"}).text
    assert "Welchen Ort meinen Sie?" in page
    choices = [
        html.unescape(value) for value in re.findall(r'name="origin_choice"[^>]*value="([^"]+)"', page)
    ]
    assert len(choices) == 3
    chosen = QUESTION | {"origin": "Neudorf", "origin_choice": choices[0], "chosen": "1"}
    answer = client.post("/verbindungen", data=chosen)
    assert "<h1" in answer.text and "Verbindungen" in answer.text and "Neudorf, " in answer.text


def test_an_unknown_place_is_an_error_at_its_field(served: Served, client: FlaskClient) -> None:
    answer = client.post("/verbindungen", data=QUESTION | {"destination": "Xyzzy"})
    assert answer.status_code == 422
    assert 'id="destination-fehler"' in answer.text and 'value="Xyzzy"' in answer.text
    assert 'value="Lommatzsch' in answer.text


def test_errors_keep_what_was_typed(served: Served, client: FlaskClient) -> None:
    answer = client.post("/verbindungen", data=QUESTION | {"clock": "halb zehn", "origin": ""})
    assert answer.status_code == 422
    assert 'value="halb zehn"' in answer.text and "wie 7:30 oder 14:05" in answer.text
    assert 'href="#origin"' in answer.text and "autofocus" in answer.text


@pytest.mark.parametrize("number", ["", "abc", "99", "-1"])
def test_a_number_that_cannot_be_chosen_is_refused_in_words(
    number: str, served: Served, client: FlaskClient
) -> None:
    for name in ("persons", "wheelchairs"):
        answer = client.post("/verbindungen", data=QUESTION | {name: number})
        assert answer.status_code == 422 and "Bitte prüfen Sie Ihre Angaben" in answer.text


def test_a_day_without_timetable_is_said(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"day": "2027-01-01"}).text
    assert "noch keinen Fahrplan" in page and "bis Donnerstag, 4. Juni 2026" in page


def test_swapping_without_javascript(served: Served, client: FlaskClient) -> None:
    page = client.post("/tauschen", data=QUESTION).text.split("<main")[1]
    assert page.index('value="Meißen"') < page.index('value="Lommatzsch"')


def test_the_way_back_is_asked_for_later(served: Served, client: FlaskClient) -> None:
    arrival_s = int(served.world.at("09:40").timestamp())
    page = client.post("/rueckfahrt", data=QUESTION | {"arrival_s": str(arrival_s)}).text.split("<main")[1]
    assert "<strong>Meißen (Haltestelle)</strong> nach <strong>Lommatzsch (Haltestelle)</strong>" in page
    assert "Abfahrt ab 11:40 Uhr" in page


def test_suggestions(served: Served, client: FlaskClient) -> None:
    page = client.post("/orte", data={"origin": "lomm"}).text
    assert 'role="option"' in page and "Lommatzsch (Haltestelle)" in page
    assert client.post("/orte", data={"destination": "xyzzy"}).text.strip() == ""


def test_without_a_timetable_the_search_says_so(client: FlaskClient) -> None:
    answer = client.post("/verbindungen", data=QUESTION)
    assert answer.status_code == 503
    assert "noch kein Fahrplan geladen" in answer.text


def test_a_kept_address_leads_to_the_form(client: FlaskClient) -> None:
    assert client.get("/verbindungen").location == "/"


def test_a_choice_survives_the_form() -> None:
    place = FoundPlace(PlaceKind.STOP, "Meißen (Haltestelle)", 51.16, 13.47, "m", is_exact=True)
    assert decode(encode(place)) == place


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "[]",
        '["stop"]',
        '["moon","a",1,2,null]',
        '["stop","a",99,2,null]',
        '["stop",1,1,2,null]',
        "{}",
    ],
)
def test_a_forged_choice_is_no_place(value: str) -> None:
    assert decode(value) is None


def test_why_nothing_goes_and_what_goes_instead(served: Served, client: FlaskClient) -> None:
    back = QUESTION | {"origin": "Meißen", "destination": "Lommatzsch"}
    page = client.post("/verbindungen", data=back).text
    assert "An diesem Tag fährt dorthin nichts." in page and "Das nächste, was geht" not in page
    late = client.post("/verbindungen", data=QUESTION | {"day": "2026-06-04", "clock": "18:00"}).text
    assert "An diesem Tag war die letzte Abfahrt um 11:00 Uhr." in late


def test_what_was_switched_off_is_named(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"origin": "Zehren", "destination": "Lommatzsch", "clock": "14:30"}
    page = client.post("/verbindungen", data=asked | {"kinds": ["ride"]}).text
    assert "Um 15:00 Uhr ginge es mit „Rufbus (fährt nur nach Anruf)“" in page
    assert "Das nächste, was geht" in page and 'name="kinds" value="rufbus"' in page


def test_a_deadline_that_has_passed_is_named(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"origin": "Zehren", "kinds": ["buergerbus"], "clock": "10:05"}
    with time_machine.travel(served.world.at("10:05"), tick=False):
        page = client.post("/verbindungen", data=asked).text
    assert "„BürgerBus 500“ um 10:15 Uhr konnte nur bis Dienstag, 2. Juni 2026, 10:00 Uhr" in page


def test_too_few_seats_are_named(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"kinds": ["buergerbus"], "persons": "5"}).text
    assert "„BürgerBus 500“ um 10:00 Uhr hat nicht genug Platz" in page


def test_too_far_from_every_stop_proposes_the_nearest(served: Served, client: FlaskClient) -> None:
    lat, lon = served.world.places["Lommatzsch"]
    asked = QUESTION | {"origin": f"{lat + 0.03:.5f}, {lon:.5f}", "kinds": ["transit"]}
    page = client.post("/verbindungen", data=asked).text
    assert "Die nächste Haltestelle vom Start ist „Lommatzsch“" in page
    assert "Das nächste, was geht" in page and "ab Lommatzsch" in page


def test_another_day_is_proposed(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"origin": "Zehren", "destination": "Lommatzsch", "clock": "16:00"}
    page = client.post(
        "/verbindungen", data=asked | {"kinds": ["rufbus"], "direction": "an", "clock": "09:00"}
    )
    assert "An diesem Tag ist man frühestens um 15:20 Uhr dort." in page.text
    assert "Mittwoch, 3. Juni 2026, 15:00 – 15:20 Uhr" in page.text


def test_a_wheelchair_search_returns_no_leg_known_to_be_impossible(
    app: Flask, served: Served, client: FlaskClient
) -> None:
    said_live(app, served, "added z1 day 0 wheelchair no | Lommatzsch 08:30 | Meißen 08:50")
    asked = QUESTION | {"clock": "08:00", "kinds": ["transit"]}
    assert "08:30 – 08:50 Uhr" in client.post("/verbindungen", data=asked).text
    assert "08:30 – 08:50 Uhr" not in client.post("/verbindungen", data=asked | {"wheelchairs": "1"}).text


def test_what_does_not_run_is_said(app: Flask, served: Served, client: FlaskClient) -> None:
    said_live(app, served, "cancelled t1 day 0\nexpected t2 day 0 | - - x-")
    page = client.post("/verbindungen", data=QUESTION).text
    assert "Bus 416 um 09:00 Uhr ab Lommatzsch nach Meißen" in page
    assert "fällt aus" in page
    later = client.post("/verbindungen", data=QUESTION | {"clock": "10:30"}).text
    assert "Bus 416 um 11:00 Uhr ab Lommatzsch nach Meißen" in later
    said_live(app, served, "expected t1 day 0 | 09:05 09:25 09:45")
    assert "Diese Fahrten fallen aus" not in client.post("/verbindungen", data=QUESTION).text


def test_sorting_and_sieving_without_scripts(served: Served, client: FlaskClient) -> None:
    page = client.post("/verbindungen", data=QUESTION | {"order": "dauer", "sieves": ["ohne-buchung"]}).text
    assert "09:00 – 09:40 Uhr" in page and "10:00 – 10:30 Uhr" not in page
    assert re.search(r"\d von \d Verbindungen", page)
    quick = client.post("/verbindungen", data=QUESTION | {"order": "dauer"}).text
    assert quick.index("10:00 – 10:30 Uhr") < quick.index("09:00 – 09:40 Uhr")
    assert "Anna" not in client.post("/verbindungen", data=QUESTION | {"shown": "transit"}).text


def test_what_somebody_pushes_changes_the_question(app: Flask, served: Served, client: FlaskClient) -> None:
    with app.test_request_context():
        form = SearchForm(formdata=None)
    form.aids.data, form.pace.data, form.change_time.data = ["rollator"], "1.25", "120"
    places = [FoundPlace(PlaceKind.STOP, name, 51.0, 13.0, name, is_exact=True) for name in ("A", "B")]
    form.move_to(served.world.at("09:00"))
    asked = form.request(*places)
    assert (asked.party.luggage, asked.walk_speed_m_s, asked.transfer_slack_s) == (1, 0.8, 300)
    page = client.post(
        "/verbindungen", data=QUESTION | {"aids": ["rollator"], "prefers": "fewer_changes"}
    ).text
    assert 'value="rollator" checked' in page and 'name="aids" value="rollator"' in page


def test_a_stop_on_the_way_joins_two_journeys_into_one_to_book(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"via": "Zehren (Haltestelle)", "stay": "0"}
    page = html.unescape(client.post("/verbindungen", data=asked).text)
    assert "über <strong>Zehren" in page
    ways = page.split('<article class="box journey"')[1:]
    assert ways
    assert "09:00 – 09:40 Uhr" in ways[0] and "Halt: Zehren" in ways[0]
    offer = re.search(r'name="offer" value="([^"]+)"', ways[0])
    assert offer is not None and len(offer[1].split()) == 2
    review = html.unescape(client.post("/buchen/pruefen", data={"offer": offer[1]}).text)
    assert "Weiterfahrt" in review and "Rückfahrt</h2>" not in review


def test_a_stay_on_the_way_is_kept(served: Served, client: FlaskClient) -> None:
    asked = QUESTION | {"via": "Zehren (Haltestelle)", "stay": "3600", "direction": "an", "clock": "15"}
    page = html.unescape(client.post("/verbindungen", data=asked).text)
    stays = re.findall(r"(?:(\d+) Stunden?)? ?(?:(\d+) Minuten?)? Aufenthalt:", page)
    assert all(60 * int(hours or 0) + int(minutes or 0) >= 60 for hours, minutes in stays)
    assert stays or "keine Verbindung gefunden" in page


def test_a_run_without_enough_room_is_named_beside_what_goes(served: Served, client: FlaskClient) -> None:
    """The run of the drawn world has two seats."""
    page = client.post("/verbindungen", data=QUESTION | {"persons": "3"}).text
    assert "Bus 416" in page and "passt aber nicht" in page and "nur noch 2 Plätze frei" in page
    assert "passt aber nicht" not in client.post("/verbindungen", data=QUESTION | {"persons": "2"}).text
