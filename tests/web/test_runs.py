"""BürgerBus: publish runs on one day or many, see who gets on where, cancel and say who is affected."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.rides import ride_of
from mitfahr.db.run_lines import single_runs
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.roles import Role
from tests.web.served import Served, person
from tests.web.test_booking import QUESTION, RUN, form_of, offers, signed_in
from tests.web.test_offers import hidden
from tests.web.test_organisations import VAN, Club
from web.portal import Portal

STOPS = (("Lommatzsch", "13:00"), ("Zehren", "13.15"), ("Meißen", "13:30"))
RUNS = {
    "line": "501",
    "first_day": "2026-06-03",
    "seats": "8",
    "wheelchairs": "1",
    "bookable": "3600",
    "note": "Hält auf Wunsch",
    **{f"stops-{i}-place": place for i, (place, _) in enumerate(STOPS)},
    **{f"stops-{i}-clock": clock for i, (_, clock) in enumerate(STOPS)},
}


@pytest.fixture
def volunteer(app: Flask, served: Served) -> FlaskClient:
    """Bernd, of the association that runs the BürgerBus."""
    return signed_in(app, "bernd@example.org")


@pytest.fixture
def club(app: Flask, served: Served, portal: Portal) -> Club:
    return Club(app, served, portal)


@pytest.fixture
def runs(volunteer: FlaskClient) -> dict[str, str]:
    """What the form sends, with the association that it offers."""
    page = volunteer.get("/buergerbus/neu").text
    options = re.search(r'name="organisation".*?<option value="([^"]+)"', page, re.S)
    assert options is not None
    return RUNS | {"organisation": options[1], "driver": ""}


def publish(volunteer: FlaskClient, runs: dict[str, str]) -> str:
    preview = volunteer.post("/buergerbus/neu", data=runs)
    assert preview.status_code == 200, preview.text
    return volunteer.post(
        "/buergerbus/neu/veroeffentlichen", data=hidden(preview.text), follow_redirects=True
    ).text


def book_run(app: Flask, portal: Portal, first_name: str = "Erika") -> FlaskClient:
    rider = signed_in(app, person(portal, first_name).email)
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]})
    assert rider.post("/buchen", data=form_of(review.text)).status_code == 302
    return rider


def test_the_list_says_who_has_booked(app: Flask, volunteer: FlaskClient, portal: Portal) -> None:
    assert "noch keine Buchung" in volunteer.get("/buergerbus").text
    book_run(app, portal)
    page = volunteer.get("/buergerbus").text
    assert "10:00 Uhr, BürgerBus 500" in page and "1 Buchung, bis zu 1 im Bus" in page


def test_the_run_sheet(app: Flask, served: Served, volunteer: FlaskClient, portal: Portal) -> None:
    book_run(app, portal)
    page = volunteer.get(f"/buergerbus/{served.run_id}").text
    first, second, last = re.split(r'class="sheet__halt"', page)[1:]
    assert "10:00" in first and "Einsteigen" in first and "Erika Beispiel, 1 Person, bis Meißen" in first
    assert "0170 1234567" in first and "Danach im Bus: 1 Person" in second
    assert "Aussteigen" in last and "Erika Beispiel" in last and "10:30" in last


def test_publish_one(volunteer: FlaskClient, runs: dict[str, str], portal: Portal) -> None:
    preview = volunteer.post("/buergerbus/neu", data=runs).text
    assert "1 Fahrt" in preview and "Mittwoch, 3. Juni 2026" in preview and "Zehren (Haltestelle)" in preview
    page = publish(volunteer, runs)
    assert "Eine Fahrt ist veröffentlicht" in page and "13:00 Uhr, BürgerBus 501" in page
    found = re.search(r'href="/buergerbus/([0-9a-f]{32})">13:00', page)
    assert found is not None
    with portal.reading() as session:
        ride = ride_of(session, found[1])
        assert [stop.name for stop in ride.stops] == ["Lommatzsch", "Zehren", "Meißen"]
        assert (ride.seats, ride.wheelchairs, ride.note) == (8, 1, "Hält auf Wunsch")
        assert ride.begins_s - ride.bookable_until_s == 3600


def test_publish_on_chosen_weekdays(volunteer: FlaskClient, runs: dict[str, str]) -> None:
    runs |= {"last_day": "2026-06-16", "weekdays": ["1", "3"]}  # type: ignore[dict-item]
    preview = volunteer.post("/buergerbus/neu", data=runs).text
    days = re.findall(r"<li>(\w+), (\d+)\. Juni 2026</li>", preview)
    assert days == [("Donnerstag", "4"), ("Dienstag", "9"), ("Donnerstag", "11"), ("Dienstag", "16")]
    again = volunteer.post("/buergerbus/neu/veroeffentlichen", data=runs | {"idempotency_key": "k"})
    assert again.status_code == 302
    page = volunteer.post(
        "/buergerbus/neu/veroeffentlichen", data=runs | {"idempotency_key": "k"}, follow_redirects=True
    ).text
    assert "4 Fahrten sind veröffentlicht" in page
    assert page.count("BürgerBus 501") == 4


def test_the_same_run_on_another_day(served: Served, volunteer: FlaskClient, runs: dict[str, str]) -> None:
    page = volunteer.get(f"/buergerbus/neu?wie={served.run_id}").text
    assert 'value="500"' in page and 'value="Zehren (Haltestelle)"' in page and 'value="10:15"' in page
    like = {name: value for name, value in hidden(page).items() if name.startswith("stops")}
    places = {f"stops-{i}-place": f"{place} (Haltestelle)" for i, (place, _) in enumerate(STOPS)}
    assert "Eine Fahrt ist veröffentlicht" in publish(volunteer, runs | like | places)


def test_more_rows_keep_what_was_typed(volunteer: FlaskClient, runs: dict[str, str]) -> None:
    page = volunteer.post("/buergerbus/neu/halte", data=runs).text
    assert 'name="stops-6-place"' in page and 'value="Zehren"' in page and 'value="13.15"' in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"line": ""}, "line", "nennen Sie die Linie"),
        ({"first_day": ""}, "first_day", "nennen Sie den Tag"),
        ({"first_day": "2026-06-01"}, "first_day", "schon vorbei"),
        ({"last_day": "2026-06-01"}, "last_day", "vor dem ersten"),
        ({"last_day": "2027-06-01"}, "last_day", "höchstens 120 Tage"),
        ({"stops-1-clock": "12:00"}, "first_day", "passen nicht zusammen"),
        ({"stops-1-clock": ""}, "stops-1-clock", "nennen Sie die Uhrzeit"),
        ({"stops-1-clock": "bald"}, "stops-1-clock", "wie 7:30"),
        ({"stops-1-place": ""}, "stops-1-place", "nennen Sie die Haltestelle"),
        ({"stops-1-place": "Xyzzy"}, "stops-1-place", "nicht gefunden"),
        ({"stops-1-place": "Hof Zehren"}, "stops-1-place", "nicht gefunden"),
        ({"seats": "0", "wheelchairs": "0"}, "seats", "Kein Platz angeboten"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    changes: dict[str, str], field: str, words: str, volunteer: FlaskClient, runs: dict[str, str]
) -> None:
    answer = volunteer.post("/buergerbus/neu", data=runs | changes)
    assert answer.status_code == 422
    said = re.search(rf'id="{field}-fehler">(.*?)</p>', answer.text, re.S)
    assert said is not None and words in said[1]
    assert f'href="#{field}"' in answer.text and "Hält auf Wunsch" in answer.text


def test_a_run_has_the_vehicle_that_was_chosen_and_its_places(
    club: Club, runs: dict[str, str], volunteer: FlaskClient, portal: Portal
) -> None:
    club.van()
    volunteer.post(
        f"{club.at}/fahrzeuge/neu", data=VAN | {"name": "Kleiner Bus", "seats": "6", "idempotency_key": "k"}
    )
    with portal.reading() as session:
        small = next(one for one in vehicles_of(session, club.id) if one.name == "Kleiner Bus")
    runs |= {"vehicle": small.id, "wheelchairs": "0"}
    refused = volunteer.post("/buergerbus/neu", data=runs)
    assert refused.status_code == 422 and "Dieses Fahrzeug hat nur 6 Sitzplätze." in refused.text
    publish(volunteer, runs | {"seats": "6"})
    with portal.reading() as session:
        (run,) = single_runs(session, club.id, 0)[1:]
        assert (run.line, run.vehicle_id, run.seats) == ("501", small.id, 6)
    assert "Kleiner Bus" in volunteer.get(f"/buergerbus/{run.id}").text


def test_only_who_has_fares_approved_says_that_of_runs_and_riders_read_it(
    app: Flask, served: Served, club: Club, volunteer: FlaskClient, runs: dict[str, str], portal: Portal
) -> None:
    publish(volunteer, runs | {"line": "500"})
    fare = f"/buergerbus/{served.run_id}/fahrpreis"
    assert volunteer.post(fare, data={"fare": "5 Euro"}).status_code == 403
    person(portal, "Vera", Role.TIMETABLE_STAFF)
    vera = signed_in(app, "vera@example.org")
    lines = vera.get(f"{club.at}/linien").text
    assert "2 Fahrten, die nächste am" in lines and "noch nicht eingetragen" in lines and fare in lines
    answer = vera.post(fare, data={"fare": "1,50 Euro je Fahrt"}, follow_redirects=True)
    assert "Fahrpreis: 1,50 Euro je Fahrt" in answer.text
    later = volunteer.post("/buergerbus/neu", data=runs | {"line": "500", "first_day": "2026-06-04"}).text
    assert "1,50 Euro je Fahrt" in later  # the same number is not approved twice
    volunteer.post("/buergerbus/neu/veroeffentlichen", data=hidden(later))
    with portal.reading() as session:
        assert {run.fare for run in single_runs(session, club.id, 0)} == {"1,50 Euro je Fahrt"}
    rider = signed_in(app, person(portal, "Erika").email)
    found = rider.post("/verbindungen", data=QUESTION).text
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]})
    rider.post("/buchen", data=form_of(review.text))
    at = re.search(r'href="(/meine-fahrten/[0-9a-f]{32})"', rider.get("/meine-fahrten").text)
    assert at is not None
    pages = (found, review.text, *(rider.get(at[1] + more).text for more in ("", "/druck", "/fahrschein")))
    with portal.reading() as session:
        mail = session.query(OutboxMessage).filter_by(recipient="erika@example.org").all()[-1].body
    assert [shown for shown in (*pages, mail) if "1,50 Euro je Fahrt" not in shown] == []


def test_too_few_halts(volunteer: FlaskClient, runs: dict[str, str]) -> None:
    few = {name: value for name, value in runs.items() if not name.startswith(("stops-1", "stops-2"))}
    answer = volunteer.post("/buergerbus/neu", data=few)
    assert answer.status_code == 422 and "mindestens zwei Halte" in answer.text


def test_one_driver_has_one_bus(volunteer: FlaskClient, runs: dict[str, str]) -> None:
    page = volunteer.get("/buergerbus/neu").text
    bernd = re.search(r'<option value="([0-9a-f]{32})">Bernd Beispiel', page)
    assert bernd is not None
    runs["driver"] = bernd[1]
    assert "Es fährt Bernd Beispiel" in publish(volunteer, runs)
    again = publish(volunteer, runs | {"line": "502", "stops-0-clock": "13:05"})
    assert "Nicht veröffentlicht: Mittwoch, 3. Juni 2026" in again and "gibt es schon eine Fahrt" in again


def test_nobody_is_told_of_a_run_without_bookings(served: Served, volunteer: FlaskClient) -> None:
    answer = volunteer.post(f"/buergerbus/{served.run_id}/absagen", data={}, follow_redirects=True)
    assert "Die Fahrt ist abgesagt." in answer.text and "Alle Fahrgäste" not in answer.text


def test_cancelling_names_the_affected_first(
    app: Flask, served: Served, volunteer: FlaskClient, portal: Portal
) -> None:
    rider = book_run(app, portal)
    page = volunteer.get(f"/buergerbus/{served.run_id}/absagen").text
    assert "1 Buchung ist betroffen" in page and "Erika Beispiel" in page and "0170 1234567" in page
    answer = volunteer.post(
        f"/buergerbus/{served.run_id}/absagen", data={"reason": "Werkstatt"}, follow_redirects=True
    )
    assert "Die Fahrt ist abgesagt. Alle Fahrgäste" in answer.text
    assert "abgesagt: Werkstatt" in answer.text
    assert "Fällt aus" in rider.get("/meine-fahrten").text
    assert RUN not in offers(rider)
    again = volunteer.post(f"/buergerbus/{served.run_id}/absagen", follow_redirects=True)
    assert again.status_code == 200


def test_other_associations_stay_apart(app: Flask, served: Served, portal: Portal) -> None:
    stranger = signed_in(app, person(portal, "Fritz", Role.VOLUNTEER).email)
    assert "noch zu keinem Verein" in stranger.get("/buergerbus").text
    for path in ("", "/absagen"):
        assert stranger.get(f"/buergerbus/{served.run_id}{path}").status_code == 404
    assert stranger.get(f"/buergerbus/neu?wie={served.run_id}").status_code == 404
    dispatcher = signed_in(app, person(portal, "Doris", Role.DISPATCHER).email)
    assert "BürgerBus 500" in dispatcher.get("/buergerbus").text
    assert dispatcher.get(f"/buergerbus/{served.run_id}").status_code == 200


def test_private_rides_are_not_shown_here(served: Served, volunteer: FlaskClient) -> None:
    assert volunteer.get(f"/buergerbus/{served.ride_id}").status_code == 404
