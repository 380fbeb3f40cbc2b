"""Standing orders on their pages: taken down with a look at the days, left out, ended, worked through by dispatchers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.standing_orders import orders_of_person
from mitfahr.domain.channels import Channel
from mitfahr.domain.roles import Role
from mitfahr.services.book_standing_orders import book_standing_orders
from tests.web.served import PASSWORD, Served, person
from web.portal import EXTENSION, Portal

TUESDAY = "02.06.2026"


def fields(**changed: object) -> dict[str, object]:
    return {
        "origin": "Lommatzsch (Haltestelle)",
        "destination": "Meißen (Haltestelle)",
        "weekdays": ["1"],
        "day": TUESDAY,
        "last_day": TUESDAY,
        "clock": "10:30",
        "direction": "an",
        "persons": "1",
        "wheelchairs": "0",
        "kinds": ["buergerbus"],
        "message": "Bitte zweimal klingeln",
        "idempotency_key": "abc",
    } | changed


def book(portal: Portal) -> int:
    now = dt.datetime.now(dt.UTC)
    return book_standing_orders(
        portal.writing,
        lambda: portal.live.current(now),
        secret_key=portal.settings.secret_key,
        law=portal.price_law,
        vacations=portal.settings.vacations,
        now=now,
    )


def test_an_order_is_looked_at_taken_down_booked_and_a_day_cancelled(
    served: Served, portal: Portal, client: FlaskClient
) -> None:
    rita = person(portal, "Rita")
    client.post("/anmelden", data={"email": rita.email, "password": PASSWORD})
    assert "noch keine Dauerbuchung" in client.get("/dauerbuchungen").text
    wrong = client.post("/dauerbuchungen/neu", data=fields(weekdays=[], back="25 Uhr", exceptions="nie"))
    assert wrong.status_code == 422
    assert "mindestens einen Wochentag" in wrong.text and "Bitte schreiben Sie die Uhrzeit" in wrong.text
    over = client.post("/dauerbuchungen/neu", data=fields(exceptions=TUESDAY))
    assert over.status_code == 422 and 'aria-invalid="true"' in over.text
    looked_at = client.post("/dauerbuchungen/neu", data=fields()).text
    assert "So ginge es am Dienstag, 2. Juni 2026" in looked_at
    assert "BürgerBus 500" in looked_at and "Ankunft bis 10:30 Uhr" in looked_at
    with portal.reading() as session:
        assert orders_of_person(session, rita.id) == []
    again = client.post("/dauerbuchungen/neu", data=fields(aendern="ja")).text
    assert 'value="Lommatzsch (Haltestelle)"' in again and "Bitte zweimal klingeln" in again
    kept = client.post("/dauerbuchungen/neu", data=fields(anlegen="ja"))
    twice = client.post("/dauerbuchungen/neu", data=fields(anlegen="ja"))
    assert (kept.status_code, kept.location) == (302, twice.location)
    assert "wird bald gebucht" in client.get(kept.location).text
    assert (book(portal), book(portal)) == (1, 0)
    page = client.get(kept.location).text
    assert "10:00 – 10:30 Uhr" in page and "Gebucht" in page
    left_out = client.post(f"{kept.location}/tage/2026-06-02/auslassen", follow_redirects=True).text
    assert "ausgelassen" in left_out and "Abgesagt" in left_out
    assert client.post(f"{kept.location}/tage/gestern/auslassen").status_code == 404
    client.post(f"{kept.location}/beenden", data={"with_booked": "ja"})
    assert "beendet" in client.get(kept.location).text


def test_an_order_is_changed_and_paused_with_a_look_at_its_days(
    served: Served, portal: Portal, client: FlaskClient
) -> None:
    rita = person(portal, "Rita")
    client.post("/anmelden", data={"email": rita.email, "password": PASSWORD})
    page = client.post("/dauerbuchungen/neu", data=fields(last_day="", anlegen="ja")).location
    assert book(portal) == 1
    form = client.get(f"{page}/aendern").text
    assert 'value="10:30"' in form and 'value="Lommatzsch (Haltestelle)"' in form
    assert re.search(r'id="weekdays-1"[^>]*checked', form)
    same = client.post(f"{page}/aendern", data=fields(last_day="", message="Ohne Klingeln")).text
    assert "bleibt, wie es gebucht ist" in same and "wird umgebucht" not in same
    other = fields(last_day="", clock="10:45", idempotency_key="other")
    assert "wird umgebucht" in client.post(f"{page}/aendern", data=other).text
    assert client.post(f"{page}/aendern", data=other | {"anlegen": "ja"}).location == page
    assert "wird gleich umgebucht" in client.get(page).text
    assert book(portal) == 1 and "wird gleich" not in client.get(page).text
    days = {"first": TUESDAY, "last": TUESDAY, "idempotency_key": "pause"}
    assert client.post(f"{page}/pause", data=days | {"last": "01.06.2026"}).status_code == 422
    assert "wird abgesagt" in client.post(f"{page}/pause", data=days).text
    client.post(f"{page}/pause", data=days | {"pausieren": "ja"})
    assert "wird gleich abgesagt" in client.get(page).text
    book(portal)
    shown = client.get(page).text
    assert "Abgesagt" in shown and "wird gleich" not in shown
    stranger = person(portal, "Sven")
    client.post("/abmelden")
    client.post("/anmelden", data={"email": stranger.email, "password": PASSWORD})
    assert client.get(f"{page}/aendern").status_code == client.get(f"{page}/pause").status_code == 404


def test_all_days_go_to_a_caller_in_one_letter_and_one_sms(
    app: Flask, served: Served, portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    dispatcher = client_as(Role.DISPATCHER)
    sending = replace(portal.settings, sms_url="http://127.0.0.1:9/sms")
    app.extensions[EXTENSION] = replace(portal, settings=sending)
    record = {"first_name": "Gerda", "last_name": "Müller", "phone": "0170 1234567", "idempotency_key": "g"}
    gerda = dispatcher.post("/telefon/person", data=record | {"agrees_to_sms": "ja"}).location
    new = f"/dauerbuchungen/fuer/{gerda.rsplit('/', 1)[1]}/neu"
    page = dispatcher.post(new, data=fields(anlegen="ja")).location
    early = dispatcher.post(f"{page}/sms", data={"idempotency_key": "s1"}, follow_redirects=True)
    assert early.status_code == 200 and "unterwegs" not in early.text  # nothing is booked yet
    assert book(portal) == 1
    letter = dispatcher.post(f"{page}/brief", data={"address": "Gerda Müller\nAm Berg 3"}).text
    assert (
        "Am Berg 3" in letter and "Dienstag, 2. Juni 2026" in letter and "10:00 Uhr ab Lommatzsch" in letter
    )
    for _ in range(2):
        sent = dispatcher.post(f"{page}/sms", data={"idempotency_key": "s2"}, follow_redirects=True).text
        assert "Die SMS mit allen Tagen ist unterwegs." in sent
    with portal.reading() as session:
        told, asked = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.channel == Channel.SMS)
            .order_by(OutboxMessage.created_at)
        )
    assert told.body.startswith("Ihre Dauerbuchung") and "10:00-10:30" in told.body
    assert asked.body.startswith("Lommatzsch → Meißen\n") and "10:00-10:30" in asked.body


def test_dispatchers_order_for_callers_and_work_through_what_could_not_be_booked(
    served: Served, portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    rita = person(portal, "Rita")
    dispatcher, resident = client_as(Role.DISPATCHER), client_as(Role.RESIDENT)
    address = f"/dauerbuchungen/fuer/{rita.id}/neu"
    assert resident.get(address).status_code == 403
    assert dispatcher.get("/dauerbuchungen/fuer/niemand/neu").status_code == 404
    assert "Für Rita Beispiel" in dispatcher.get(address).text
    too_late = fields(clock="23:00", direction="ab")
    assert "keine Verbindung mit freiem Platz" in dispatcher.post(address, data=too_late).text
    kept = dispatcher.post(address, data=too_late | {"anlegen": "ja"}).location
    assert resident.get(kept).status_code == 404
    assert book(portal) == 0
    assert "Rita Beispiel" in dispatcher.get("/dauerbuchungen/alle").text
    listed = dispatcher.get("/dauerbuchungen/offen").text
    assert "Dienstag, 2. Juni 2026: Rita Beispiel" in listed and f"/telefon/person/{rita.id}" in listed
    assert "0170" not in listed  # whose number is shown is written down, on the page of the person
    done = dispatcher.post(f"{kept}/tage/2026-06-02/erledigt", follow_redirects=True).text
    assert "Alles ist gebucht" in done
