"""My rides: requests with their deadline, yes and no, who is told what, taking a ride back."""

from __future__ import annotations

import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import form_of, ride_offer, signed_in
from web.portal import Portal


@pytest.fixture
def driver(app: Flask, served: Served) -> FlaskClient:
    """Anna, who offers a ride."""
    return signed_in(app, "anna@example.org")


@pytest.fixture
def rider(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    """Erika, who has asked to ride along."""
    client = signed_in(app, person(portal, "Erika").email)
    form = form_of(client.post("/buchen/pruefen", data={"offer": ride_offer(client)}).text)
    asked = client.post("/buchen", data=form | {"message": "Ich stehe am Markt."}, follow_redirects=True)
    assert "Angefragt" in asked.text
    return client


def request_of(page: str) -> str:
    """The address under which the first request is answered."""
    found = re.search(r'action="(/fahrten/anfragen/[0-9a-f]{32})/zusagen"', page)
    assert found is not None, page
    return found[1]


def test_nothing_asked_yet(driver: FlaskClient) -> None:
    page = driver.get("/fahrten").text
    assert "Lommatzsch → Meißen" in page and "noch niemand" in page and "Anfrage wartet" not in page


def test_a_request_says_all_to_decide_by_and_no_more(driver: FlaskClient, rider: FlaskClient) -> None:
    page = driver.get("/fahrten").text
    assert "1 Anfrage wartet" in page and "Erika möchte mitfahren" in page
    assert "Ich stehe am Markt." in page and "Bitte antworten Sie bis" in page and "1 Person" in page
    assert "Beispiel" not in page.split("<main")[1] and "0170 1234567" not in page


def test_the_new_schedule_stands_there_before_the_yes(driver: FlaskClient, rider: FlaskClient) -> None:
    for page in (driver.get("/fahrten").text, driver.get(request_of_ride(driver)).text):
        assert "Umweg für Sie: keiner" in page
        schedule = page.split("Ihr Fahrplan, wenn Sie ja sagen")[1].split("</details>")[0]
        halts = re.findall(r"<li>(\d\d:\d\d) Uhr <strong>(.*?)</strong>", schedule)
        assert halts == [("09:30", "Lommatzsch"), ("09:46", "Meißen")]


def request_of_ride(driver: FlaskClient) -> str:
    """The address of the ride that somebody asks to join."""
    found = re.search(r'href="(/fahrten/[0-9a-f]{32})"', driver.get("/fahrten").text)
    assert found is not None
    return found[1]


def test_yes(driver: FlaskClient, rider: FlaskClient, served: Served) -> None:
    yes = request_of(driver.get("/fahrten").text) + "/zusagen"
    answer = driver.post(yes, follow_redirects=True)
    assert "Zugesagt. Erika bekommt gleich Bescheid." in answer.text
    assert "Erika Beispiel" in answer.text and "0170 1234567" in answer.text
    assert "Erika Beispiel steigt ein (1 Person)" in answer.text
    times = re.findall(r'timeline__time">(\d\d:\d\d)<', answer.text.split("Ihr Fahrplan")[1])
    assert times == ["09:30", "09:46"]
    again = driver.post(yes, follow_redirects=True)
    assert again.status_code == 200 and "Erika Beispiel" in again.text
    assert "fest gebucht" in rider.get(one_of(rider)).text


def test_no_with_a_reason(driver: FlaskClient, rider: FlaskClient) -> None:
    no = request_of(driver.get("/fahrten").text) + "/ablehnen"
    assert "Erika" in driver.get(no).text
    answer = driver.post(no, data={"reason": "Das Auto ist voll."}, follow_redirects=True)
    assert "Abgelehnt" in answer.text and "möchte mitfahren" not in answer.text
    page = rider.get(one_of(rider)).text
    assert "abgelehnt" in page and "Das Auto ist voll." in page
    assert "wartet nicht mehr" in driver.get(no).text
    assert driver.post(no).status_code == 302


def test_a_request_that_has_lapsed_cannot_be_confirmed(driver: FlaskClient, rider: FlaskClient) -> None:
    yes = request_of(driver.get("/fahrten").text) + "/zusagen"
    with time_machine.travel(SEVEN.replace(hour=7), tick=False):  # half an hour before the ride begins
        assert "Anfrage wartet" not in driver.get("/fahrten").text
        answer = driver.post(yes, follow_redirects=True)
        assert "gilt nicht mehr" in answer.text


def test_nobody_answers_for_the_driver(rider: FlaskClient, driver: FlaskClient) -> None:
    asked = request_of(driver.get("/fahrten").text)
    assert rider.post(f"{asked}/zusagen").status_code == 404
    assert rider.get(f"{asked}/ablehnen").status_code == 404
    assert driver.post("/fahrten/anfragen/gibtesnicht/zusagen").status_code == 404


def test_withdrawing_names_the_affected_first(
    driver: FlaskClient, rider: FlaskClient, served: Served
) -> None:
    address = f"/fahrten/{served.ride_id}/zuruecknehmen"
    page = driver.get(address).text
    assert "1 Buchung ist betroffen" in page and "Erika" in page
    answer = driver.post(address, data={"reason": "Ich bin krank."}, follow_redirects=True)
    assert "zurückgenommen" in answer.text
    seen = rider.get(one_of(rider)).text
    assert "abgesagt" in seen and "Ich bin krank." in seen
    assert "nichts mehr zurückzunehmen" in driver.get(address).text
    assert driver.post(address).status_code == 302


def test_withdrawing_an_empty_ride(driver: FlaskClient, served: Served) -> None:
    assert "noch niemand einen Platz" in driver.get(f"/fahrten/{served.ride_id}/zuruecknehmen").text


def test_rides_of_others_are_unknown(rider: FlaskClient, served: Served) -> None:
    for path in ("", "/zuruecknehmen"):
        assert rider.get(f"/fahrten/{served.ride_id}{path}").status_code == 404
    assert rider.post(f"/fahrten/{served.ride_id}/zuruecknehmen").status_code == 404


def one_of(rider: FlaskClient) -> str:
    """The address of the rider's journey."""
    found = re.search(r'href="(/meine-fahrten/[0-9a-f]{32})"', rider.get("/meine-fahrten").text)
    assert found is not None
    return found[1]
