"""At the wheel: the list of one's own runs, ticks, delays, sheets on paper; whose word counts is tested below the web."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import person_by_email
from mitfahr.db.rides import ride_of
from mitfahr.domain.roles import Role
from mitfahr.domain.states import LegState
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import signed_in
from tests.web.test_runs import book_run
from web.portal import Portal

HALF_PAST_NINE = SEVEN + dt.timedelta(hours=2, minutes=30)
TEN_PAST = SEVEN + dt.timedelta(hours=3, minutes=10)
"""The run leaves Lommatzsch at ten and reaches Zehren at a quarter past, Meißen at half past."""


@pytest.fixture
def driver(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    """Bernd, who drives the run at ten, with Erika on board."""
    with portal.writing.begin() as session:
        bernd = person_by_email(session, "bernd@example.org")
        assert bernd is not None
        ride_of(session, served.run_id).driver_id = bernd.id
    book_run(app, portal)
    with portal.writing.begin() as session:
        leg(session).booking.message = "Bitte zweimal klingeln"
    return signed_in(app, "bernd@example.org")


def leg(session) -> BookingLeg:  # type: ignore[no-untyped-def]
    (found,) = session.scalars(select(BookingLeg))
    return found  # type: ignore[no-any-return]


def leg_now(portal: Portal) -> BookingLeg:
    with portal.reading() as session:
        return leg(session)


def test_my_runs_and_their_sheets(driver: FlaskClient, served: Served, portal: Portal) -> None:
    page = driver.get("/fahrdienst").text
    assert "Heute, Dienstag, 2. Juni 2026" in page and "1 Buchung, bis zu 1 im Bus" in page
    assert f'href="/fahrdienst/{served.run_id}"' in page and "/fahrdienst/zettel/2026-06-02" in page
    with portal.reading() as session:
        organisation_id = ride_of(session, served.run_id).organisation_id
    of_all = f"/fahrdienst/verein/{organisation_id}/2026-06-02"
    for address in (f"/fahrdienst/{served.run_id}/fahrzettel", "/fahrdienst/zettel/2026-06-02", of_all):
        sheet = driver.get(address).text
        first, second, last = re.split(r'<li class="paper__halt', sheet)[1:]
        assert "Erika Beispiel</strong>, 1 Person, bis Meißen" in first and "0170 1234567" in first
        assert "Achtung: Bitte zweimal klingeln" in first and "Danach im Bus: 1 Person" in first
        assert "ein:" not in second and "aus:" in last and "Erika" in last
        assert "@example.org" not in sheet
    assert "keine Fahrt geplant" in driver.get("/fahrdienst/zettel/2026-06-03").text
    assert driver.get("/fahrdienst/zettel/morgen").status_code == 404


def test_ticks(driver: FlaskClient, served: Served, portal: Portal) -> None:
    address = f"/fahrdienst/{served.run_id}"
    assert (
        "Ist da" not in driver.get(address).text
        and "ab zwei Stunden vor der Abfahrt" in driver.get(address).text
    )
    early = driver.post(f"/fahrdienst/fahrgast/{leg_now(portal).id}", data={"came": "ja"})
    assert early.status_code == 409 and "noch zu früh" in early.text
    with time_machine.travel(HALF_PAST_NINE, tick=False):
        page = driver.get(address).text
        assert re.search(r"Nächster Halt:.*10:00 Lommatzsch", page)
        assert leg_now(portal).state is LegState.CONFIRMED
        answer = driver.post(f"/fahrdienst/fahrgast/{leg_now(portal).id}", data={"came": "nein"})
        assert answer.status_code == 302 and leg_now(portal).state is LegState.NO_SHOW
        driver.post(f"/fahrdienst/fahrgast/{leg_now(portal).id}", data={"came": "ja"})
        assert leg_now(portal).state is LegState.COMPLETED
    with time_machine.travel(TEN_PAST, tick=False):
        # kept without a net a quarter of an hour ago, before she was there
        said_ms = int((HALF_PAST_NINE - dt.timedelta(minutes=1)).timestamp() * 1000)
        old = {"came": "nein", "said_ms": str(said_ms)}
        assert driver.post(f"/fahrdienst/fahrgast/{leg_now(portal).id}", data=old).status_code == 302
        assert leg_now(portal).state is LegState.COMPLETED
        page = driver.post(f"{address}/halt", data={"stops_done": "1"}, follow_redirects=True).text
        assert re.search(r"Nächster Halt:.*10:15 Zehren", page)
        assert "etwa 10 Minuten später als im Fahrplan. Sollen die Fahrgäste" in page
        done = driver.post(f"{address}/halt", data={"stops_done": "3"}, follow_redirects=True).text
        assert "Die Fahrt ist zu Ende" in done
        back = driver.post(f"{address}/halt", data={"stops_done": "0"}, follow_redirects=True).text
        assert re.search(r"Nächster Halt:.*10:00 Lommatzsch", back)


def test_a_delay_is_told_and_shown(driver: FlaskClient, served: Served, portal: Portal, app: Flask) -> None:
    address = f"/fahrdienst/{served.run_id}"
    with time_machine.travel(HALF_PAST_NINE, tick=False):
        page = driver.post(f"{address}/verspaetung", data={"minutes": "15"}, follow_redirects=True).text
        assert "1 Buchung bekommt Bescheid" in page and "15 Minuten später als im Fahrplan" in page
        rider = signed_in(app, "erika@example.org")
        found = rider.get("/meine-fahrten").text
        assert "10:15" in found and "15 Minuten später" in found
        with portal.reading() as session:
            subjects = [mail.subject for mail in session.scalars(select(OutboxMessage))]
        assert any(subject.startswith("Verspätung: Lommatzsch → Meißen") for subject in subjects)
        board = app.test_client().get("/haltestelle/Lommatzsch").text
        assert "15 Minuten später" in board


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("halt", {"stops_done": "viele"}, 400),
        ("halt", {"stops_done": "17"}, 422),
        ("halt", {}, 400),
        ("verspaetung", {"minutes": "7"}, 400),
        ("verspaetung", {}, 400),
        ("verspaetung", {"minutes": "10", "said_ms": "99999999999999999999"}, 302),
        ("verspaetung", {"minutes": "10", "said_ms": "gestern"}, 302),
    ],
)
def test_what_cannot_be_is_refused(
    driver: FlaskClient, served: Served, what: str, fields: dict[str, str], status: int
) -> None:
    with time_machine.travel(HALF_PAST_NINE, tick=False):
        assert driver.post(f"/fahrdienst/{served.run_id}/{what}", data=fields).status_code == status


def test_runs_of_others_are_unknown(driver: FlaskClient, served: Served, portal: Portal, app: Flask) -> None:
    other = signed_in(app, person(portal, "Volker", Role.VOLUNTEER).email)
    address = f"/fahrdienst/{served.run_id}"
    assert other.get(address).status_code == other.get(f"{address}/fahrzettel").status_code == 404
    assert other.post(f"{address}/verspaetung", data={"minutes": "5"}).status_code == 404
    assert other.post(f"/fahrdienst/fahrgast/{leg_now(portal).id}", data={"came": "ja"}).status_code == 404
    assert other.get(f"/fahrdienst/{served.ride_id}").status_code == 404
