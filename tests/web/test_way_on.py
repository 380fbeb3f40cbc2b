"""A journey that lost a leg: reason, one click to another way, the choice about the rest. There and back as one."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.bookings import requests_for_driver
from mitfahr.db.rides import ride_of
from mitfahr.domain.roles import Role
from mitfahr.services.decide_request import decline_request
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.ride_draft import RideDraft
from routing.journey import Place
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import BUS, RUN, form_of, offers, ride_offer, signed_in
from tests.web.test_search import QUESTION
from web.portal import Portal

STOPS = ("Lommatzsch", "Zehren", "Meißen")


@pytest.fixture
def rider(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    return signed_in(app, person(portal, "Erika").email)


def book(client: FlaskClient, token: str) -> str:
    """Book what the token shows; the address of the booking's page."""
    return client.post(
        "/buchen", data=form_of(client.post("/buchen/pruefen", data={"offer": token}).text)
    ).location


def declined(rider: FlaskClient, portal: Portal, served: Served) -> str:
    """A ride asked for that Anna declines; the address of the booking's page."""
    place = book(rider, ride_offer(rider))
    with portal.reading() as session:
        (leg,) = requests_for_driver(session, served.driver_id, int(SEVEN.timestamp()))
    decline_request(
        portal.writing,
        portal.live.current(SEVEN),
        leg_id=leg.id,
        driver_id=served.driver_id,
        now=SEVEN,
        reason="Mein Auto ist kaputt.",
    )
    return place


def hidden(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return {
        name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[1])
    }


def test_one_click_books_the_other_way(rider: FlaskClient, portal: Portal, served: Served) -> None:
    place = declined(rider, portal, served)
    page = rider.get(place).text
    assert "So geht es weiter" in page and "Grund: Mein Auto ist kaputt." in page
    assert "09:00 – 09:40 Uhr" in page  # the bus is there first
    assert "Andere Verbindung ansehen" in rider.get("/meine-fahrten").text
    form = hidden(page, f"{place}/ersatz")
    done = [rider.post(f"{place}/ersatz", data=form) for _ in range(2)]
    assert done[0].location == done[1].location != place
    new = rider.get(done[0].location).text
    assert "Das hat geklappt" in new and "Vorgemerkt" in new
    old = rider.get(place).text
    assert "So geht es weiter" not in old and "Zur neuen Reise" in old
    assert "Andere Verbindung ansehen" not in rider.get("/meine-fahrten").text


def test_another_form_for_what_is_replaced_leads_to_the_new_journey(
    rider: FlaskClient, portal: Portal, served: Served
) -> None:
    place = declined(rider, portal, served)
    forms = [hidden(rider.get(place).text, f"{place}/ersatz") for _ in range(2)]
    first = rider.post(f"{place}/ersatz", data=forms[0]).location
    second = rider.post(f"{place}/ersatz", data=forms[1], follow_redirects=True)
    assert second.request.path == first and "schon eine andere Verbindung" in second.text


def test_an_old_offer_is_shown_anew(rider: FlaskClient, portal: Portal, served: Served) -> None:
    place = declined(rider, portal, served)
    form = hidden(rider.get(place).text, f"{place}/ersatz")
    with time_machine.travel(SEVEN + dt.timedelta(minutes=20), tick=False):
        answer = rider.post(f"{place}/ersatz", data=form, follow_redirects=True)
        assert "vor zu langer Zeit gesucht" in answer.text
        assert "An Ihrer Buchung hat sich nichts geändert" in answer.text
        fresh = hidden(answer.text, f"{place}/ersatz")
        assert "Das hat geklappt" in rider.post(f"{place}/ersatz", data=fresh, follow_redirects=True).text


def test_a_stranger_replaces_nothing(app: Flask, rider: FlaskClient, portal: Portal, served: Served) -> None:
    place = declined(rider, portal, served)
    form = hidden(rider.get(place).text, f"{place}/ersatz")
    other = signed_in(app, person(portal, "Otto").email)
    assert other.post(f"{place}/ersatz", data=form).status_code == 404
    assert rider.post(f"{place}/ersatz", data={}).location == place


def test_a_lapsed_request_is_seen_without_waiting_for_a_job(rider: FlaskClient) -> None:
    place = book(rider, ride_offer(rider))
    with time_machine.travel(SEVEN + dt.timedelta(hours=1, minutes=31), tick=False):  # an hour before 09:30
        page = rider.get(place).text
    assert "nicht rechtzeitig beantwortet" in page.lower() and "So geht es weiter" in page


def back_from(client: FlaskClient, review: str) -> dict[str, str]:
    """The question for the way back, as the page with the chosen way there asks it."""
    form = hidden(client.post("/buchen/pruefen", data={"offer": review}).text, "/suche-aendern")
    assert "Ihre Hinfahrt ist gemerkt" in client.post("/suche-aendern", data=form).text
    return form | {"kinds": QUESTION["kinds"]}  # type: ignore[dict-item]


def test_there_and_back_are_booked_together_and_cancelled_apart(rider: FlaskClient) -> None:
    """To Zehren and by Rufbus back from there; the way back is asked for the other way round."""
    there = offers(rider, origin="Lommatzsch", destination="Zehren")
    question = back_from(rider, next(iter(there.values())))
    assert question["origin"].startswith("Zehren") and question["destination"].startswith("Lommatzsch")
    back = offers(rider, origin="Zehren", destination="Lommatzsch", clock="15:00")
    token = f"{next(iter(there.values()))} {next(iter(back.values()))}"
    review = rider.post("/buchen/pruefen", data={"offer": token}).text
    assert "Hinfahrt" in review and "Rückfahrt" in review and "beide oder keine" in review
    place = rider.post("/buchen", data=form_of(review)).location
    page = rider.get(place).text
    assert (
        "Hinfahrt absagen" in page and "Rückfahrt absagen" in page and page.count("Buchungsnummer</dt>") == 2
    )
    assert rider.get("/meine-fahrten").text.count("<article") == 2
    assert "Hin- und Rückfahrt" in rider.get(f"{place}/absagen").text
    rider.post(f"{place}/absagen", data={"what": "alles"})
    page = rider.get(place).text
    assert "Hinfahrt absagen" not in page and "Rückfahrt absagen" in page


def test_both_ways_go_at_once(rider: FlaskClient) -> None:
    token = f"{offers(rider)[BUS]} {offers(rider)[RUN]}"
    place = book(rider, token)
    done = rider.post(f"{place}/absagen", data={"what": "hin-und-zurueck"}, follow_redirects=True).text
    assert "absagen …" not in done and done.count("Abgesagt") >= 2


def test_back_before_arriving_is_refused(rider: FlaskClient) -> None:
    token = f"{offers(rider)[RUN]} {offers(rider)[BUS]}"
    answer = rider.post("/buchen/pruefen", data={"offer": token})
    assert answer.status_code == 422 and "bevor Sie angekommen sind" in answer.text


def test_results_join_the_way_back_to_the_way_there(rider: FlaskClient) -> None:
    outward = offers(rider)[BUS]
    (token,) = {token for times, token in offers(rider, outward=outward).items() if times == RUN}
    assert token.split()[0] == outward and len(token.split()) == 2


@pytest.fixture
def chain(portal: Portal, served: Served) -> tuple[str, str]:
    """At noon a way of two private rides and a BürgerBus: Otto to Zehren (asked first), the BürgerBus on to
    Meißen, Pia from there back to Lommatzsch. Ids of Otto and of his ride."""
    otto, pia = person(portal, "Otto"), person(portal, "Pia")
    at, ends = served.world.at, {name: Place(name, *served.world.places[name], name) for name in STOPS}
    rides = [
        offer_ride(
            portal.writing,
            portal.live.current(SEVEN),
            RideDraft(ends[origin], ends[destination], earliest=at(clock), budget_s=0, asks_first=asks),
            driver_id=driver.id,
            idempotency_key=clock,
            law=portal.price_law,
            vacations=portal.settings.vacations,
            now=SEVEN,
        )
        for driver, origin, destination, clock, asks in (
            (otto, "Lommatzsch", "Zehren", "12:00", True),
            (pia, "Meißen", "Lommatzsch", "13:30", False),
        )
    ]
    with portal.reading() as session:
        run = ride_of(session, served.run_id)
    publish_run(
        portal.writing,
        served.world.timetable,
        RunDraft(
            organisation_id=run.organisation_id or "",
            line="501",
            stops=tuple(
                RunStop(stop, at(clock), at(clock))
                for stop, clock in (("Zehren", "12:30"), ("Meißen", "12:50"))
            ),
            luggage=1,
        ),
        actor_id=person(portal, "Dora", Role.DISPATCHER).id,
        idempotency_key="noon",
        vacations=portal.settings.vacations,
        now=SEVEN,
    )
    return otto.id, rides[0]


def book_chain(rider: FlaskClient, keep: bool) -> str:
    """Ride, BürgerBus and the ride back, as one click; the address of the journey's page."""
    there = next(iter(offers(rider, clock="12:00").values()))
    back = next(iter(offers(rider, clock="13:00", origin="Meißen", destination="Lommatzsch").values()))
    review = rider.post("/buchen/pruefen", data={"offer": f"{there} {back}"}).text
    for title in ("Fahrt mit Otto", "BürgerBus 501", "Fahrt mit Pia"):
        assert title in review
    form = form_of(review)  # with the box ticked
    if not keep:
        del form["keep_others"]
    return rider.post("/buchen", data=form).location


def otto_declines(portal: Portal, otto_id: str) -> None:
    with portal.reading() as session:
        (leg,) = requests_for_driver(session, otto_id, int(SEVEN.timestamp()))
    decline_request(portal.writing, portal.live.current(SEVEN), leg_id=leg.id, driver_id=otto_id, now=SEVEN)


def test_a_mixed_chain_is_booked_as_one(rider: FlaskClient, chain: tuple[str, str]) -> None:
    page = rider.get(book_chain(rider, keep=False)).text
    assert page.count("fest gebucht") == 2 and page.count("angefragt, noch nicht") == 1


def test_the_kept_rest_is_released_with_one_click(
    rider: FlaskClient, portal: Portal, chain: tuple[str, str], served: Served
) -> None:
    place = book_chain(rider, keep=True)
    otto_declines(portal, chain[0])
    page = rider.get(place).text
    assert "Die übrigen Abschnitte sind weiter für Sie gebucht." in page
    assert "Rückfahrt absagen" in page  # the way back stands
    rider.post(f"{place}/absagen", data={"what": "alles"})
    page = rider.get(place).text
    assert "sind weiter für Sie gebucht" not in page and page.count("fest gebucht") == 1


def test_the_rest_is_released_unless_kept(rider: FlaskClient, portal: Portal, chain: tuple[str, str]) -> None:
    place = book_chain(rider, keep=False)
    otto_declines(portal, chain[0])
    page = rider.get(place).text
    assert "Die übrigen Plätze dieser Reise haben wir freigegeben." in page
    assert page.count("fest gebucht") == 1  # the way back
    keep = hidden(page[page.index("Damit stehen Sie") :], f"{place}/ersatz")
    page = rider.post(f"{place}/ersatz", data=keep, follow_redirects=True).text
    assert "Hier ist Ihre neue Reise" in page and page.count("fest gebucht") == 2


def test_luggage_finds_the_bus_that_takes_it(rider: FlaskClient, chain: tuple[str, str]) -> None:
    question = {"origin": "Zehren", "destination": "Meißen", "clock": "12:00"}
    assert list(offers(rider, **question, luggage="1")) == ["12:30 – 12:50"]
    assert list(offers(rider, **question, luggage="2")) != ["12:30 – 12:50"]


def test_luggage_is_asked_for_in_the_search(rider: FlaskClient) -> None:
    """Neither Anna's car nor the BürgerBus says that it takes suitcases."""
    assert {RUN, BUS} <= offers(rider).keys()
    found = offers(rider, luggage="1")
    assert BUS in found and RUN not in found


def test_a_ride_says_what_goes_without_it(client: FlaskClient, served: Served) -> None:
    page = client.post("/verbindungen", data=QUESTION).text
    assert "Nächste Verbindung ohne private Mitfahrt: <strong>10:00 – 10:30 Uhr" in page


def test_a_booked_ride_says_what_goes_without_it(rider: FlaskClient) -> None:
    page = rider.get(book(rider, ride_offer(rider))).text
    assert "Nächste Verbindung ohne private Mitfahrt" in page
