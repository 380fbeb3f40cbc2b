"""Staff say what the feed does not, and passengers see it: booking rules, stops seen on site, notices, extra trips."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from mitfahr.services.recheck_bookings import Rechecked, recheck_bookings
from tests.web.served import FIRST_DAY, Served, person
from tests.web.test_booking import BUS, form_of, offers, signed_in
from web.portal import Portal

DAY = f"{FIRST_DAY:%d.%m.%Y}"
RULE = {
    "line": '["Agency", "416"]',
    "phone": "03521 741-641",
    "kind": "minuten",
    "minutes": "60",
    "days": "1",
    "text": "Anrufe von 8 bis 18 Uhr.",
}
NOTICE = {
    "severity": "warning",
    "cause": "construction",
    "title": "Umleitung in Zehren",
    "text": "Der Bus hält am Markt.",
    "first_day": DAY,
    "first_clock": "6:00",
    "last_day": DAY,
    "last_clock": "22:00",
    "lines": "416",
    "words-1-title": "Diversion in Zehren",
}
EXTRA = {
    "line": "Festbus",
    "days": DAY,
    "stops-0-place": "Meißen",
    "stops-0-clock": "12:05",
    "stops-1-place": "Lommatzsch",
    "stops-1-clock": "12:30",
    "every_min": "30",
    "until": "13:05",
    "wheelchair": "yes",
    "text": "Kostenlos.",
}
STOP = {
    "place": "Zehren",
    "wheelchair": "yes",
    "shelter": "no",
    "lighting": "unknown",
    "bench": "yes",
    "ride_bench": "yes",
    "text": "Hinter der Kirche.",
    "checked_on": "1.6.2026",
}


@pytest.fixture
def staff(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    return signed_in(app, person(portal, "Vera", Role.TIMETABLE_STAFF).email)


def keep(staff: FlaskClient, slug: str, data: dict[str, str]) -> None:
    page = staff.get(f"/oertliches/{slug}/neu").text
    key = re.search(r'name="idempotency_key" value="(\w+)"', page)
    assert key is not None
    answer = staff.post(f"/oertliches/{slug}/neu", data=data | {"idempotency_key": key[1]})
    assert (answer.status_code, answer.location) == (302, "/oertliches"), answer.text


def asked(client: FlaskClient, origin: str, destination: str, clock: str) -> str:
    return client.post(
        "/verbindungen",
        data={
            "origin": origin,
            "destination": destination,
            "day": DAY,
            "clock": clock,
            "kinds": ["transit", "rufbus"],
        },
    ).text


def test_a_line_that_runs_only_when_called(client: FlaskClient, staff: FlaskClient, served: Served) -> None:
    keep(staff, "anmeldung", RULE)
    in_time = asked(client, "Lommatzsch", "Meißen", "8:30")
    assert "fährt nur nach Anruf" in in_time
    assert "Anmelden bis 08:00 Uhr" in in_time
    assert "03521 741-641" in in_time
    assert "Anrufe von 8 bis 18 Uhr." in in_time
    line = client.get("/linie/416").text
    assert "bis 60 Minuten vor der Abfahrt" in line
    board = client.get("/haltestelle/Lommatzsch").text
    assert "03521 741-641" in board
    assert "Anmelden bis 08:00 Uhr" in board
    ends = {name: "{},{}".format(*served.world.places[name]) for name in ("Lommatzsch", "Meißen")}
    asked_of_api = {"from": ends["Lommatzsch"], "to": ends["Meißen"], "time": f"{FIRST_DAY}T08:30:00+02:00"}
    plan = client.get("/api/v1/plan", query_string=asked_of_api).json
    assert plan is not None
    leg = next(leg for one in plan["journeys"] for leg in one["legs"] if leg["trip_id"] == "t1")
    assert leg["kind"] == "rufbus"
    assert leg["bookable_until"] == f"{FIRST_DAY}T08:00:00+02:00"
    assert leg["order"]["phone"] == "03521 741-641"
    with time_machine.travel(dt.datetime(2026, 6, 2, 6, 10, tzinfo=dt.UTC), tick=False):  # ten past eight
        late = asked(client, "Lommatzsch", "Meißen", "8:30")
        assert "Anmeldung war nur bis 08:00 Uhr möglich" in client.get("/haltestelle/Lommatzsch").text
    assert "09:00 – 09:40" not in late
    assert "um 09:00 Uhr konnte nur bis" in late
    assert "11:00" in late  # the next bus that can still be called


def test_whoever_books_after_the_deadline_is_told(
    client: FlaskClient, staff: FlaskClient, app: Flask
) -> None:
    keep(staff, "anmeldung", RULE)
    eight = dt.datetime(2026, 6, 2, 6, 0, tzinfo=dt.UTC)
    with time_machine.travel(eight - dt.timedelta(minutes=5), tick=False):
        review = staff.post("/buchen/pruefen", data={"offer": offers(staff)[BUS]})
    assert "Anmelden bis 08:00 Uhr" in review.text
    with time_machine.travel(eight + dt.timedelta(minutes=5), tick=False):
        answer = staff.post("/buchen", data=form_of(review.text))
    assert answer.status_code == 409, answer.text
    assert "416" in answer.text


def test_a_notice_reaches_line_stop_journey_poster_and_api(client: FlaskClient, staff: FlaskClient) -> None:
    keep(staff, "hinweis", NOTICE)
    title = "Umleitung in Zehren"
    for path in ("/hinweise", "/linie/416", "/haltestelle/Zehren", "/aushang/Zehren"):
        assert title in client.get(path).text, path
    assert title not in client.get("/linie/9").text
    assert title in asked(client, "Lommatzsch", "Meißen", "8:30")
    notices = client.get("/api/v1/notices").json
    assert notices is not None
    (one,) = notices["notices"]
    assert (one["severity"], one["cause"], one["texts"]["de"]["title"]) == ("warning", "construction", title)
    assert one["route_ids"] == ["416"]
    client.set_cookie("sprache", "en")
    english = client.get("/hinweise").text
    assert "Diversion in Zehren" in english
    client.set_cookie("sprache", "pl")
    assert f'lang="de">{title}' in client.get("/hinweise").text  # marked as German
    with time_machine.travel(dt.datetime(2026, 6, 4, 6, 0, tzinfo=dt.UTC), tick=False):
        assert title not in client.get("/hinweise").text


def test_an_extra_trip_is_found_shown_changed_and_taken_back(client: FlaskClient, staff: FlaskClient) -> None:
    keep(staff, "zusatzfahrt", EXTRA)
    found = asked(client, "Meißen", "Lommatzsch", "12:20")
    assert "Bus Festbus" in found
    assert "12:35" in found
    assert "Kostenlos." in found
    assert "Festbus" in client.get("/haltestelle/Mei%C3%9Fen").text
    entry = re.search(r"/oertliches/eintrag/(\w+)", staff.get("/oertliches").text)
    assert entry is not None
    page = staff.get(entry[0]).text
    assert 'value="02.06.2026"' in page
    key = re.search(r'name="idempotency_key" value="(\w+)"', page)
    assert key is not None
    answer = staff.post(entry[0], data=EXTRA | {"until": "14:05", "idempotency_key": key[1]})
    assert answer.status_code == 302
    assert "14:05" in asked(client, "Meißen", "Lommatzsch", "13:50")
    assert staff.get(f"{entry[0]}/beenden").status_code == 200
    assert staff.post(f"{entry[0]}/beenden").status_code == 302
    assert "Festbus" not in asked(client, "Meißen", "Lommatzsch", "12:20")


def test_whoever_has_booked_an_extra_trip_is_told_when_it_is_taken_back(
    staff: FlaskClient, portal: Portal, served: Served
) -> None:
    keep(staff, "zusatzfahrt", EXTRA)
    page = asked(staff, "Meißen", "Lommatzsch", "12:20")
    offer = re.search(r'name="offer" value="([^"]+)"', page[page.index("12:35") :])
    assert offer is not None
    review = staff.post("/buchen/pruefen", data={"offer": offer[1]}).text
    booked = staff.post("/buchen", data=form_of(review))
    assert booked.status_code == 302
    now = dt.datetime.now(dt.UTC)

    def recheck() -> Rechecked:
        return recheck_bookings(portal.writing, portal.live.current(now), now=now, only_new=True)

    recheck()
    entry = re.search(r"/oertliches/eintrag/(\w+)", staff.get("/oertliches").text)
    assert entry is not None
    staff.post(f"{entry[0]}/beenden")
    assert recheck() != Rechecked()
    assert "So geht es weiter" in staff.get(booked.location).text
    assert recheck() == Rechecked()


def test_a_stop_is_checked_on_site_and_the_table_goes_round(client: FlaskClient, staff: FlaskClient) -> None:
    keep(staff, "haltestelle", STOP)
    page = client.get("/haltestelle/Zehren").text
    assert "vor Ort geprüft am 01.06.2026" in page
    assert "Mitfahrbank" in page
    assert "Hinter der Kirche." in page
    table = staff.get("/oertliches/haltestellen.csv")
    assert table.mimetype == "text/csv"
    row = next(line for line in table.text.splitlines() if line.startswith("Zehren;"))
    assert row.endswith(";ja;nein;;ja;ja;Hinter der Kirche.;01.06.2026")
    filled = table.text.replace(row, row.replace(";ja;nein;;", ";nein;ja;;"))

    def send(text: str, key: str) -> str:
        data = {"file": (io.BytesIO(text.encode()), "t.csv"), "idempotency_key": key}
        return staff.post("/oertliches/haltestellen", data=data, follow_redirects=True).text

    assert "1 geändert" in send(filled, "one")
    assert "1 geändert" in send(filled, "one")  # the same form twice
    assert "kommt man" not in client.get("/haltestelle/Zehren").text
    wrong = send(filled.replace(";nein;ja;;", ";vielleicht;ja;;"), "two")
    assert "Nichts wurde übernommen" in wrong
    assert "vielleicht" in wrong


def test_what_is_missing_is_asked_for(staff: FlaskClient) -> None:
    for slug, data, message in (
        ("anmeldung", RULE | {"line": ""}, "Bitte wählen Sie die Linie"),
        ("anmeldung", RULE | {"phone": ""}, "Telefonnummer oder eine Internetadresse"),
        ("anmeldung", RULE | {"minutes": "bald"}, "Minuten als Zahl"),
        ("anmeldung", RULE | {"kind": "uhr"}, "nennen Sie die Uhrzeit"),
        ("hinweis", NOTICE | {"title": ""}, "Bitte schreiben Sie eine Überschrift"),
        ("hinweis", NOTICE | {"lines": "777"}, "Die Linie 777 kennt der Fahrplan nicht"),
        ("hinweis", NOTICE | {"last_day": "1.6.2026"}, "Das Ende liegt vor dem Beginn"),
        ("zusatzfahrt", EXTRA | {"until": ""}, "wiederholt"),
        ("zusatzfahrt", EXTRA | {"stops-1-place": "Nirgendwo"}, "nicht gefunden"),
        ("haltestelle", STOP | {"place": ""}, "nennen Sie die Haltestelle"),
        ("haltestelle", {"place": "Zehren"}, "mindestens einem Punkt"),
    ):
        answer = staff.post(f"/oertliches/{slug}/neu", data={"idempotency_key": "x"} | data)
        assert answer.status_code == 422, (slug, message)
        assert message in answer.text, (slug, message)
    assert "Noch keine Angaben" in staff.get("/oertliches").text


def test_orphans_are_told_to_staff(staff: FlaskClient) -> None:
    keep(staff, "anmeldung", RULE | {"departures": "7:00"})  # no trip leaves at seven
    page = staff.get("/oertliches").text
    assert "1 örtliche Angabe findet ihre Linie oder Haltestelle im geltenden Fahrplan nicht mehr" in page
    table = staff.get("/oertliches/haltestellen.csv").text
    gone = "weg:1;Rathaus;52,0;14,0;ja;nein;;;;;1.6.2026"
    data = {"file": (io.BytesIO(f"{table}{gone}\r\n".encode()), "t.csv"), "idempotency_key": "gone"}
    page = staff.post("/oertliches/haltestellen", data=data, follow_redirects=True).text
    assert "2 örtliche Angaben finden" in page
    assert "weg:1;Rathaus;" in staff.get("/oertliches/haltestellen.csv").text
