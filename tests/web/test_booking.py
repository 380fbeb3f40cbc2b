"""Book and cancel: guests keep their journey through log-in, one button books once, seats come back."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.bookings import requests_for_driver
from mitfahr.domain.states import LegState
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.web.served import PASSWORD, SEVEN, Served, person, said_live
from tests.web.test_search import QUESTION
from web.portal import Portal


@pytest.fixture
def rider(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    """Somebody who is signed in and wants to go somewhere."""
    return signed_in(app, person(portal, "Erika").email)


def signed_in(app: Flask, email: str | None) -> FlaskClient:
    client = app.test_client()
    assert client.post("/anmelden", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


def offers(client: FlaskClient, **changed: object) -> dict[str, str]:
    """Times of the results → token."""
    page = client.post("/verbindungen", data=QUESTION | changed).text
    parts = re.split(r'<h3 class="journey__times">', page)[1:]
    return {part[:13].strip(): re.search(r'name="offer" value="([^"]+)"', part)[1] for part in parts}  # type: ignore[index]


def form_of(page: str) -> dict[str, str]:
    """Hidden fields of the binding form."""
    form = re.search(r'<form class="form" method="post" action="/buchen">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return {
        name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[1])
    }


BUS, RUN, RIDE = "09:00 – 09:40", "10:00 – 10:30", "09:30 – 09:46"


def ride_offer(client: FlaskClient) -> str:
    return next(token for times, token in offers(client).items() if times.startswith("09:30"))


def test_a_run_is_booked_at_once(rider: FlaskClient) -> None:
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]})
    assert review.status_code == 200
    assert "Platz wird sofort gebucht" in review.text and "Erika Beispiel" in review.text
    assert "Nachricht an die Fahrerin oder den Fahrer" in review.text
    form = form_of(review.text) | {"message": "Bitte zweimal klingeln."}
    answer = rider.post("/buchen", data=form, follow_redirects=True)
    assert "Hier ist Ihre Bestätigung" in answer.text and "Gebucht" in answer.text
    assert re.search(r"Buchungsnummer</dt><dd>[0-9A-F]{4}-[0-9A-F]{4}", answer.text)
    assert "fest gebucht" in answer.text


def test_pressing_twice_books_once(rider: FlaskClient) -> None:
    form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
    first, second = (rider.post("/buchen", data=form) for _ in range(2))
    assert first.location == second.location
    assert rider.get("/meine-fahrten").text.count("<article") == 1


def test_the_last_seat_is_gone_for_the_next(app: Flask, rider: FlaskClient, portal: Portal) -> None:
    other = signed_in(app, person(portal, "Otto").email)
    seen_by_both = offers(other, persons="2")[RUN]
    rider.post(
        "/buchen", data=form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
    )
    form = form_of(other.post("/buchen/pruefen", data={"offer": seen_by_both}).text)
    answer = other.post("/buchen", data=form)
    assert answer.status_code == 409
    assert "nicht mehr genug Platz" in answer.text and "Neu suchen" in answer.text
    assert RUN not in offers(other, persons="2") and RUN in offers(other, persons="1")


def test_a_private_ride_is_asked_for_then_confirmed(
    rider: FlaskClient, served: Served, portal: Portal
) -> None:
    form = form_of(rider.post("/buchen/pruefen", data={"offer": ride_offer(rider)}).text)
    asked = rider.post("/buchen", data=form | {"message": "Ich stehe am Markt."}, follow_redirects=True)
    assert "Angefragt" in asked.text and "Antwort spätestens" in asked.text
    assert "0170 1234567" not in asked.text and "Golf" not in asked.text
    leg_id = re.search(r'value="([0-9a-f]{32})"', rider.get(asked.request.path + "/absagen").text)
    _confirm(portal, served)
    page = rider.get(asked.request.path).text
    assert "fest gebucht" in page and "0170 1234567" in page and "Blauer Golf" in page
    assert leg_id is None  # one vehicle: nothing to choose


def test_cancelling_gives_the_seats_back(rider: FlaskClient) -> None:
    form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider, persons="2")[RUN]}).text)
    place = rider.post("/buchen", data=form).location
    assert RUN not in offers(rider, persons="1")
    asked = rider.get(place + "/absagen")
    assert "Jetzt absagen" in asked.text
    done = rider.post(place + "/absagen", data={"what": "alles"}, follow_redirects=True)
    assert "Ihre Reise ist abgesagt" in done.text and "Abgesagt" in done.text
    assert RUN in offers(rider, persons="2")
    assert "nichts mehr abzusagen" in rider.get(place + "/absagen").text


def test_nobody_sees_anothers_journey(app: Flask, rider: FlaskClient, portal: Portal) -> None:
    form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
    place = rider.post("/buchen", data=form).location
    other = signed_in(app, person(portal, "Otto").email)
    assert other.get(place).status_code == 404
    assert other.post(place + "/absagen", data={"what": "alles"}).status_code == 404
    assert RUN in offers(rider)  # one of two seats is still held, one is free
    assert "fest gebucht" in rider.get(place).text


def test_a_guest_keeps_the_journey_through_log_in(app: Flask, served: Served, portal: Portal) -> None:
    erika = person(portal, "Erika")
    app.config["WTF_CSRF_ENABLED"] = True
    guest = app.test_client()
    review = guest.post("/buchen/pruefen", data={"offer": offers(guest)[RUN], "csrf_token": _token(guest)})
    assert "Zum Buchen bitte anmelden" in review.text and 'action="/buchen"' not in review.text
    offer = re.search(r'name="offer" value="([^"]+)"', review.text)
    assert offer is not None
    log_in = {"email": erika.email, "password": PASSWORD, "offer": offer[1], "csrf_token": _token(guest)}
    wrong = guest.post("/anmelden", data=log_in | {"password": "ganz falsch hier"})
    assert offer[1] in wrong.text
    again = guest.post("/anmelden", data=log_in)
    answer = guest.post("/buchen", data=form_of(again.text), follow_redirects=True)
    assert "Hier ist Ihre Bestätigung" in answer.text


def test_a_guest_keeps_the_journey_through_registration(client: FlaskClient, served: Served) -> None:
    offer = offers(client)[RUN]
    form = client.post("/registrieren/buchen", data={"offer": offer})
    assert "Ihre gewählte Verbindung ist gemerkt" in form.text and offer in form.text
    new = {"first_name": "Neu", "last_name": "Hier", "email": "neu@example.org", "password": PASSWORD}
    review = client.post("/registrieren", data=new | {"offer": offer})
    assert "Neu Hier" in review.text
    assert client.post("/buchen", data=form_of(review.text)).status_code == 302


def test_a_guest_cannot_book(client: FlaskClient, served: Served) -> None:
    answer = client.post("/buchen", data={"offer": offers(client)[RUN], "idempotency_key": "x"})
    assert answer.status_code == 302 and answer.location == "/anmelden"


def test_a_changed_token_is_refused(rider: FlaskClient) -> None:
    token = offers(rider)[RUN]
    answer = rider.post(
        "/buchen/pruefen", data={"offer": token[:-2] + ("AA" if token[-2:] != "AA" else "BB")}
    )
    assert answer.status_code == 400
    assert "kennen wir nicht" in answer.text


def test_an_old_offer_leads_to_a_new_search(rider: FlaskClient) -> None:
    token = offers(rider)[RUN]
    with time_machine.travel(SEVEN.timestamp() + 3600, tick=False):
        answer = rider.post("/buchen/pruefen", data={"offer": token})
        assert answer.status_code == 410
        assert "vor zu langer Zeit gesucht" in answer.text
        question = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        asked = {name: html.unescape(value) for name, value in question.items()}
        again = rider.post("/verbindungen", data=asked | {"kinds": QUESTION["kinds"]})
        assert "10:00 – 10:30 Uhr" in again.text


def test_a_ride_that_went_away_is_not_booked(
    rider: FlaskClient, served: Served, portal: Portal, app: Flask
) -> None:
    form = form_of(rider.post("/buchen/pruefen", data={"offer": ride_offer(rider)}).text)
    withdraw_ride(
        portal.writing,
        portal.live.current(SEVEN),
        ride_id=served.ride_id,
        actor_id=served.driver_id,
        now=SEVEN,
    )
    answer = rider.post("/buchen", data=form)
    assert answer.status_code == 409
    assert "gilt nicht mehr" in answer.text
    assert "keine Fahrt vor sich" in rider.get("/meine-fahrten").text


def test_a_bus_journey_is_noted(rider: FlaskClient) -> None:
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[BUS]})
    assert "nichts reserviert" in review.text
    answer = rider.post("/buchen", data=form_of(review.text), follow_redirects=True)
    assert "Vorgemerkt" in answer.text


def test_a_booked_journey_says_how_late_its_bus_is(app: Flask, served: Served, rider: FlaskClient) -> None:
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[BUS]})
    page = rider.post("/buchen", data=form_of(review.text)).location
    said_live(app, served, "expected t1 day 0 | 09:05 09:25 09:45")
    late = "fährt 5 Minuten später ab (09:05 statt 09:00 Uhr)"
    for address in (page, f"{page}/fahrschein", "/meine-fahrten"):
        assert late in rider.get(address).text, address
    assert late not in rider.get(f"{page}/druck").text  # paper is read later
    said_live(app, served, "expected t1 day 0 | 09:00 09:20 09:40")
    assert "pünktlich" in rider.get(page).text


def test_a_few_seconds_do_not_refuse_a_booking(app: Flask, served: Served, rider: FlaskClient) -> None:
    token = offers(rider)[BUS]
    form = form_of(rider.post("/buchen/pruefen", data={"offer": token}).text)
    said_live(app, served, "expected t1 day 0 | 09:00:01 09:20 09:40:59")
    assert "Vorgemerkt" in rider.post("/buchen", data=form, follow_redirects=True).text
    said_live(app, served, "expected t1 day 0 | 09:06 09:26 09:46")
    form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)["09:06 – 09:46"]}).text)
    said_live(app, served, "expected t1 day 0 | 09:12 09:32 09:52")
    answer = rider.post("/buchen", data=form)
    assert answer.status_code == 409 and "gilt nicht mehr" in answer.text


def _confirm(portal: Portal, served: Served) -> None:
    with portal.reading() as session:
        (leg,) = requests_for_driver(session, served.driver_id, int(SEVEN.timestamp()))
    decided = confirm_request(
        portal.writing,
        portal.live.current(SEVEN),
        leg_id=leg.id,
        driver_id=served.driver_id,
        now=SEVEN,
    )
    assert decided.state is LegState.CONFIRMED


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/anmelden").text)
    assert found is not None
    return found[1]
