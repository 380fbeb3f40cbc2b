"""Keep a search as a wish, see what was found, book it from there, end it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from mitfahr.services.match_wishes import match_wishes
from tests.web.served import PASSWORD, SEVEN, Served
from web.portal import Portal

QUESTION = {
    "origin": "Lommatzsch",
    "destination": "Meißen",
    "day": "2.6.2026",
    "clock": "9:00",
    "direction": "ab",
    "persons": "1",
    "wheelchairs": "0",
    "luggage": "0",
    "bicycles": "0",
    "kinds": ["transit", "buergerbus", "rufbus", "ride"],
    "pace": "1.25",
    "longest_walk": "1200",
    "change_time": "120",
}


@pytest.fixture
def rider(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.RESIDENT)


def fields(page: str, action: str) -> dict[str, str | list[str]]:
    """What the form on the page would send, as it stands there."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    sent: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or (("checkbox" in tag or "radio" in tag) and "checked" not in tag):
            continue
        text = html.unescape(value[1]) if value else ""
        if name[1] in ("kinds", "weekdays"):
            known = sent.setdefault(name[1], [])
            assert isinstance(known, list)
            known.append(text)
        else:
            sent[name[1]] = text
    return sent


def wish_form(client: FlaskClient) -> dict[str, str | list[str]]:
    results = client.post("/verbindungen", data=QUESTION)
    assert results.status_code == 200
    page = client.post("/gesuche/neu", data=fields(results.text, "/gesuche/neu"))
    assert page.status_code == 200
    return fields(page.text, "/gesuche")


def kept(client: FlaskClient, **changes: object) -> str:
    answer = client.post("/gesuche", data=wish_form(client) | changes)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_search_becomes_a_wish_with_hours_around_the_time_asked_for(rider: FlaskClient) -> None:
    form = wish_form(rider)
    assert (form["repeat"], form["begins"], form["ends"]) == ("einmal", "08:00", "11:00")
    page = rider.get(kept(rider)).text
    assert "Gesuch: Lommatzsch" in page
    assert "Abfahrt zwischen 08:00 und 11:00 Uhr" in page
    assert "Noch nichts" in page


def test_what_was_found_is_on_the_page_and_leads_to_a_search_that_books(
    rider: FlaskClient, portal: Portal
) -> None:
    address = kept(rider)
    assert match_wishes(portal.writing, lambda: portal.live.current(SEVEN), now=SEVEN) == 1
    page = rider.get(address).text
    assert "Fahrt mit Anna" in page
    results = rider.post("/verbindungen", data=fields(page, "/verbindungen"))
    assert results.status_code == 200
    assert "Fahrt mit Anna" in results.text
    assert "passende" in rider.get("/gesuche").text


def test_every_week_on_some_days_until_an_end(rider: FlaskClient) -> None:
    address = kept(rider, repeat="woche", weekdays=["1", "3"], last_day="30.6.2026")
    page = rider.get(address).text
    assert "dienstags und donnerstags, bis 30.06.2026" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends": "7:00"}, "die spätere zuletzt"),
        ({"begins": "halb acht"}, "Uhrzeit wie 7:30"),
        ({"repeat": "woche", "weekdays": []}, "mindestens einen Wochentag"),
        ({"repeat": "woche", "last_day": "1.6.2026"}, "Ende nach dem ersten Tag"),
        ({"repeat": "woche", "last_day": ""}, "füllen Sie dieses Feld aus"),
        ({"repeat": ""}, "wählen Sie die Tage"),
    ],
)
def test_what_does_not_fit_is_said_and_everything_else_kept(
    rider: FlaskClient, changes: dict[str, object], words: str
) -> None:
    answer = rider.post("/gesuche", data=wish_form(rider) | changes)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert "Lommatzsch" in answer.text
    assert "gerade kein Gesuch" in rider.get("/gesuche").text


def test_a_wish_sent_twice_is_one(rider: FlaskClient) -> None:
    form = wish_form(rider)
    assert rider.post("/gesuche", data=form).location == rider.post("/gesuche", data=form).location
    assert rider.get("/gesuche").text.count("<article") == 1


def test_an_ended_wish_stays_to_be_read(rider: FlaskClient) -> None:
    address = kept(rider)
    assert "ist beendet" in rider.post(f"{address}/beenden", follow_redirects=True).text
    page = rider.get(address).text
    assert "beendet" in page and "/beenden" not in page
    assert "Beendete Gesuche" in rider.get("/gesuche").text


def test_nobody_sees_the_wish_of_another(
    rider: FlaskClient, client_as: Callable[[Role], FlaskClient]
) -> None:
    address = kept(rider)
    other = client_as(Role.ADMIN)
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/beenden").status_code == 404


def test_guests_log_in_or_register_and_go_on_with_their_search(client: FlaskClient, served: Served) -> None:
    results = client.post("/verbindungen", data=QUESTION)
    page = client.post("/gesuche/neu", data=fields(results.text, "/gesuche/neu"))
    assert "brauchen Sie ein Konto" in page.text
    wrong = client.post(
        "/anmelden", data=fields(page.text, "/anmelden") | {"email": "x@example.org", "password": "?"}
    )
    carried = fields(wrong.text, "/anmelden")  # a slip in the password loses nothing
    signed_in = client.post("/anmelden", data=carried | {"email": "anna@example.org", "password": PASSWORD})
    assert fields(signed_in.text, "/gesuche")["begins"] == "08:00"
    client.post("/abmelden")
    register = client.post("/registrieren/buchen", data=fields(page.text, "/registrieren/buchen"))
    new = {"first_name": "Neu", "last_name": "Hier", "email": "neu@example.org", "password": PASSWORD}
    form = client.post("/registrieren", data=fields(register.text, "/registrieren") | new)
    kept_one = client.post("/gesuche", data=fields(form.text, "/gesuche"))
    assert kept_one.status_code == 302 and "/gesuche/" in kept_one.location
    for nonsense in ("[1]", "{", '{"origin": {"a": 1}}', "null"):
        answer = client.post(
            "/anmelden", data={"email": "neu@example.org", "password": PASSWORD, "wish": nonsense}
        )
        assert answer.status_code in (302, 422)
    assert "Verbindungen" in client.post("/verbindungen", data=fields(page.text, "/verbindungen")).text


def test_a_search_without_result_offers_to_go_on_looking(client: FlaskClient, served: Served) -> None:
    back = QUESTION | {"origin": "Meißen", "destination": "Lommatzsch"}
    assert "Sollen wir weitersuchen?" in client.post("/verbindungen", data=back).text
