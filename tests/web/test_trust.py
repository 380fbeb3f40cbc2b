"""My account, and the pages about the other side of a ride: what they show, to whom, and what they write down."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.contact_reads import ContactRead
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.domain.roles import Role
from mitfahr.domain.states import LegState
from mitfahr.services.decide_request import confirm_request
from tests.web.served import PASSWORD, SEVEN, Served
from tests.web.test_booking import form_of, ride_offer
from tests.web.test_search import QUESTION
from web.portal import Portal

ELEVEN = SEVEN.timestamp() + 4 * 3600


@pytest.fixture
def rider(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.RESIDENT)


@pytest.fixture
def driver(served: Served, app: Flask) -> FlaskClient:
    client = app.test_client()
    assert (
        client.post("/anmelden", data={"email": "anna@example.org", "password": PASSWORD}).status_code == 302
    )
    return client


@pytest.fixture
def leg_id(rider: FlaskClient, served: Served, portal: Portal) -> str:
    """The resident has asked Anna for a seat."""
    review = rider.post("/buchen/pruefen", data={"offer": ride_offer(rider)})
    assert rider.post("/buchen", data=form_of(review.text)).status_code == 302
    with portal.reading() as session:
        return session.scalars(select(BookingLeg.id).where(BookingLeg.state == LegState.REQUESTED)).one()


def confirm(portal: Portal, served: Served, leg_id: str) -> None:
    confirm_request(
        portal.writing, portal.live.current(SEVEN), leg_id=leg_id, driver_id=served.driver_id, now=SEVEN
    )


def reads(portal: Portal) -> list[tuple[str, str, int]]:
    """(who looked, at whom, how often)"""
    with portal.reading() as session:
        names = {one.id: one.first_name for one in session.scalars(select(Person))}
        rows = session.scalars(select(ContactRead))
        return sorted((names[row.viewer_id], names[row.person_id], row.times) for row in rows)


def test_pages_show_a_number_only_after_the_yes_and_write_down_who_reads_it(
    rider: FlaskClient, driver: FlaskClient, leg_id: str, served: Served, portal: Portal
) -> None:
    with portal.reading() as session:
        leg = session.get_one(BookingLeg, leg_id)
        own, offer = f"/meine-fahrten/{leg.booking_id}", f"/fahrten/{leg.ride_id}"
    for client, path in (
        (rider, own),
        (driver, offer),
        (driver, "/fahrten"),
        (driver, f"{offer}/zuruecknehmen"),
    ):
        page = client.get(path).text
        assert "0170 1234567" not in page and "Blauer Golf" not in page.replace("<dd>Blauer Golf</dd>", "")
    assert reads(portal) == []
    confirm(portal, served, leg_id)
    assert "0170 1234567" in rider.get(own).text
    assert "Blauer Golf" in rider.get(own).text
    driver.get(offer)
    assert reads(portal) == [("Anna", "Resident", 1), ("Resident", "Anna", 2)]
    assert "Resident" in driver.get("/konto/wer-hat-meine-nummer-gesehen").text
    with time_machine.travel(ELEVEN + 2 * 24 * 3600, tick=False):
        page = rider.get(own).text
        assert "0170 1234567" not in page and "Blauer Golf" not in page
    assert reads(portal) == [("Anna", "Resident", 1), ("Resident", "Anna", 2)]


def test_rating_is_offered_after_the_ride_only(
    rider: FlaskClient, driver: FlaskClient, leg_id: str, served: Served, portal: Portal
) -> None:
    address = f"/mitfahrt/{leg_id}/bewerten"
    assert rider.get(address).status_code == 409
    confirm(portal, served, leg_id)
    assert rider.post(address, data={"again": "ja"}).status_code == 409
    with time_machine.travel(ELEVEN, tick=False):
        assert rider.post(address, data={}).status_code == 422
        assert rider.post(address, data={"again": "ja", "praise": ["safe"]}).status_code == 302
        assert 'value="ja" checked' in rider.get(address).text
        assert (
            driver.post(address, data={"again": "ja", "praise": ["safe"]}).status_code == 422
        )  # not a driver
        assert driver.post(address, data={"again": "nein"}).status_code == 302
        results = html.unescape(rider.post("/verbindungen", data=QUESTION | {"day": "3.6.2026"}).text)
        assert "1 von 1" not in results  # Anna offers nothing on that day
        assert "1 von 1 würden wieder mit Ihnen fahren" in driver.get("/konto").text


def test_nobody_else_reaches_the_pages_about_two_people(
    leg_id: str, client_as: Callable[[Role], FlaskClient]
) -> None:
    stranger = client_as(Role.ADMIN)
    for page in ("bewerten", "melden", "sperren"):
        for ask in (stranger.get, stranger.post):
            assert ask(f"/mitfahrt/{leg_id}/{page}").status_code == 404


def test_a_blocked_driver_is_not_found_any_more_until_it_is_lifted(rider: FlaskClient, leg_id: str) -> None:
    assert "Fahrt mit Anna" in rider.post("/verbindungen", data=QUESTION).text
    assert "erfährt nicht" in rider.get(f"/mitfahrt/{leg_id}/sperren").text
    page = rider.post(f"/mitfahrt/{leg_id}/sperren", follow_redirects=True).text
    assert "keine gemeinsame Fahrt mehr" in page
    assert "Fahrt mit Anna" not in rider.post("/verbindungen", data=QUESTION).text
    lift = re.search(r'action="(/konto/gesperrt/\w+/aufheben)"', page)
    assert lift is not None
    rider.post(lift[1])
    assert "Fahrt mit Anna" in rider.post("/verbindungen", data=QUESTION).text


def test_a_report_reaches_staff_with_a_way_to_call_both(
    rider: FlaskClient, leg_id: str, client_as: Callable[[Role], FlaskClient], portal: Portal
) -> None:
    address = f"/mitfahrt/{leg_id}/melden"
    empty = rider.post(address, data={"idempotency_key": "x"})
    assert empty.status_code == 422 and "was passiert ist" in empty.text
    form = {"kind": "rude", "words": "Hat mich beschimpft.", "idempotency_key": "x"}
    for _ in range(2):
        assert rider.post(address, data=form).status_code == 302
    staff = client_as(Role.DISPATCHER)
    page = staff.get("/meldungen").text
    assert page.count("über Anna") == 1
    report = re.search(r'href="(/meldungen/\w{32})"', page)
    assert report is not None
    assert "0170 1234567" in staff.get(report[1]).text
    assert ("Dispatcher", "Anna", 1) in reads(portal)
    assert staff.post(report[1], data={}).status_code == 422
    assert staff.post(report[1], data={"outcome": "talked", "note": "Geklärt."}).status_code == 302
    assert "Alles ist bearbeitet." in staff.get("/meldungen").text


def test_a_closed_account_cannot_log_in_and_is_not_found(
    rider: FlaskClient, driver: FlaskClient, leg_id: str, client_as: Callable[[Role], FlaskClient]
) -> None:
    rider.post(
        f"/mitfahrt/{leg_id}/melden", data={"kind": "unsafe", "words": "Betrunken.", "idempotency_key": "x"}
    )
    staff = client_as(Role.DISPATCHER)
    report = re.search(r'href="(/meldungen/\w{32})"', staff.get("/meldungen").text)
    assert report is not None
    assert staff.post(report[1], data={"outcome": "account_closed"}).status_code == 302
    assert driver.get("/konto").status_code == 302  # the open session ends too
    log_in = driver.post("/anmelden", data={"email": "anna@example.org", "password": PASSWORD})
    assert log_in.status_code == 422
    assert "Fahrt mit Anna" not in rider.post("/verbindungen", data=QUESTION).text


def test_a_code_confirms_the_mailbox_and_wrong_ones_are_counted(rider: FlaskClient, portal: Portal) -> None:
    assert "noch keine Bewertung" not in rider.get("/konto").text
    rider.post("/konto/bestaetigen/e-mail/anfordern")
    again = rider.post("/konto/bestaetigen/e-mail/anfordern", follow_redirects=True)
    assert "warten Sie eine Minute" in again.text
    wrong = rider.post("/konto/bestaetigen/e-mail", data={"code": "abc"})
    assert wrong.status_code == 422 and "noch 4 Versuche" in wrong.text
    with portal.reading() as session:
        body = session.scalars(
            select(OutboxMessage.body).where(OutboxMessage.subject.startswith("Ihr Code"))
        ).one()
    code = re.search(r"\b\d{6}\b", body)
    assert code is not None
    page = rider.post("/konto/bestaetigen/e-mail", data={"code": code[0]}, follow_redirects=True)
    assert "Ihre E-Mail-Adresse ist bestätigt." in page.text


def test_staff_say_a_code_on_the_phone(rider: FlaskClient, client_as: Callable[[Role], FlaskClient]) -> None:
    assert "keine Telefonnummer" in rider.get("/konto/bestaetigen/telefon").text
    details = {"first_name": "Rita", "last_name": "Beispiel", "phone": "03521 99"}
    assert rider.post("/konto/angaben", data=details).status_code == 302
    rider.post("/konto/bestaetigen/telefon/anfordern")
    staff = client_as(Role.DISPATCHER)
    page = staff.get("/rueckrufe").text
    assert "Rita Beispiel" in page and "03521 99" not in page
    call = re.search(r'action="(/rueckrufe/\w+)"', page)
    assert call is not None
    shown = staff.post(call[1]).text
    code = re.search(r"\b\d{3} \d{3}\b", shown.split("<dt>Code</dt>")[1])
    assert code is not None and "03521 99" in shown
    done = rider.post("/konto/bestaetigen/telefon", data={"code": code[0]}, follow_redirects=True)
    assert "Ihre Telefonnummer ist bestätigt." in done.text
    assert "Team des Portals" in rider.get("/konto/wer-hat-meine-nummer-gesehen").text


def test_the_car_is_in_the_next_offer(rider: FlaskClient) -> None:
    wrong = rider.post("/konto/auto", data={"make": "Golf", "plate": "blau", "seats": "2"})
    assert wrong.status_code == 422 and "MEI-AB 12" in wrong.text and 'value="Golf"' in wrong.text
    car = {"make": "Golf", "colour": "blauer", "plate": "mei ab 12", "seats": "2"}
    assert rider.post("/konto/auto", data=car).status_code == 302
    assert 'value="blauer Golf, MEI-AB 12"' in rider.get("/fahrten/anbieten").text
    rider.post("/konto/auto", data={"forget": "1"})
    assert "MEI-AB 12" not in rider.get("/fahrten/anbieten").text.replace(
        "zum Beispiel: blauer Golf, MEI-AB 12", ""
    )


def test_a_name_with_a_number_in_it_is_refused_kindly(client: FlaskClient) -> None:
    new = {
        "first_name": "Anna 0170 1234567",
        "last_name": "L",
        "email": "a@example.org",
        "password": "lange genug 1",
    }
    answer = client.post("/registrieren", data=new)
    assert answer.status_code == 422
    assert "lassen Sie die Nummer hier weg" in answer.text
