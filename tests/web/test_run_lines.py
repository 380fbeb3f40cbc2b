"""Pages of an association's lines: entered, found by search, changed around bookings, days cancelled and added, ended."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.rides import Ride
from mitfahr.db.run_lines import RunLine
from mitfahr.domain.roles import MembershipRole, Role
from tests.web.served import Served, person
from tests.web.test_booking import form_of, offers, signed_in
from tests.web.test_offers import hidden
from tests.web.test_organisations import Club
from web.portal import Portal

STOPS = (("Lommatzsch", "12:00"), ("Zehren", "12:15"), ("Meißen", "12:30"))


@pytest.fixture
def club(app: Flask, served: Served, portal: Portal) -> Club:
    return Club(app, served, portal)


@pytest.fixture
def line(club: Club) -> dict[str, object]:
    """What the form sends: every day at 12:00 and at 9:45, from tomorrow's day on for a month."""
    return {
        "number": "501",
        "name": "Lommatzsch – Meißen",
        "vehicle": club.van(),
        "more_departures": "9:45",
        "weekdays": [str(day) for day in range(7)],
        "first_day": "2026-06-02",
        "last_day": "",
        "bookable": "1800",
        "note": "Bitte winken",
        "idempotency_key": "line",
        **{f"stops-{i}-place": place for i, (place, _) in enumerate(STOPS)},
        **{f"stops-{i}-clock": clock for i, (_, clock) in enumerate(STOPS)},
    }


def enter(club: Club, line: dict[str, object]) -> str:
    answer = club.bernd.post(f"{club.at}/linien/neu", data=line)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def runs(club: Club) -> list[str]:
    """When runs of lines take place, in UTC."""
    with club.portal.reading() as session:
        found = session.scalars(
            sa.select(Ride)
            .where(Ride.run_line_id.is_not(None), Ride.withdrawn_at.is_(None))
            .order_by(Ride.begins_s)
        )
        return [f"{run.line_day:%d.%m.} {run.line_clock:%H:%M}" for run in found]


def book(club: Club) -> FlaskClient:
    """Erika books the line at 9:45 on the first day."""
    rider = signed_in(club.app, person(club.portal, "Erika").email)
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)["09:45 – 10:15"]})
    assert rider.post("/buchen", data=form_of(review.text)).status_code == 302
    return rider


def test_a_line_is_entered_found_changed_and_ended(club: Club, line: dict[str, object]) -> None:
    at = enter(club, line)
    assert enter(club, line) == at  # pressed twice
    assert runs(club)[:3] == ["02.06. 09:45", "02.06. 12:00", "03.06. 09:45"]
    assert len(runs(club)) == 2 * 29
    page = club.bernd.get(at).text
    assert ">10:00</span> <strong>Zehren" in page and "09:45, 12:00" in page and "Bitte winken" in page
    assert "501: Lommatzsch – Meißen" in club.bernd.get(f"{club.at}/linien").text
    book(club)
    assert "1 Fahrt gebucht" in club.bernd.get(at).text
    form = club.bernd.get(f"{at}/aendern").text
    assert "Eine Fahrt ist schon gebucht" in form and 'value="10:00"' in form
    changed = line | {"more_departures": "", "idempotency_key": "second", "name": "Neuer Name"}
    club.bernd.post(f"{at}/aendern", data=changed)
    assert runs(club)[:3] == ["02.06. 09:45", "02.06. 12:00", "03.06. 12:00"]
    assert "Neuer Name" in club.bernd.get(at).text
    asked = club.bernd.get(f"{at}/beenden").text
    assert "Eine Fahrt ist gebucht" in asked
    club.bernd.post(f"{at}/beenden", data={"reason": ""})
    left = club.bernd.get(at).text
    assert (
        "1 Fahrt gebucht" in left
        and "Gebuchte Fahrten finden noch statt" in left
        and "Tag absagen" not in left
    )
    ended = club.bernd.post(f"{at}/beenden", data={"with_booked": "ja", "reason": ""}, follow_redirects=True)
    assert "beendet" in ended.text and "Eine Buchung ist betroffen" in ended.text and runs(club) == []
    assert "Diese Linie ist beendet" in club.bernd.get(at).text
    assert club.bernd.post(f"{at}/aendern", data=changed | {"idempotency_key": "late"}).status_code == 409


def test_days_are_cancelled_and_added(club: Club, line: dict[str, object]) -> None:
    at = enter(club, line)
    book(club)
    asked = club.bernd.get(f"{at}/tage/2026-06-02/absagen").text
    assert "Eine Fahrt ist gebucht" in asked
    done = club.bernd.post(
        f"{at}/tage/2026-06-02/absagen", data={"reason": "Werkstatt"}, follow_redirects=True
    ).text
    assert "Eine Buchung ist betroffen" in done and "abgesagt" in done
    assert runs(club)[0] == "03.06. 09:45"
    back = club.bernd.post(f"{at}/tage", data={"day": "2.6.2026"}, follow_redirects=True).text
    assert "An diesem Tag fährt die Linie" in back and runs(club)[0] == "02.06. 09:45"
    for wrong in ("1.6.2026", "Quatsch", ""):
        assert club.bernd.post(f"{at}/tage", data={"day": wrong}).status_code == 422
    assert club.bernd.get(f"{at}/tage/quatsch/absagen").status_code == 404


def test_a_point_of_the_map_is_a_stop_at_its_place_in_the_list(
    club: Club, served: Served, line: dict[str, object]
) -> None:
    without = {name: "" if name.startswith("stops-1-") else value for name, value in line.items()}

    def at(stop: str, form: dict[str, object], north: float = 0.0) -> dict[str, object]:
        lat, lon = served.world.places[stop]
        answer = club.bernd.post(f"{club.at}/linien/halt", data=form | {"lat": lat + north, "lon": lon})
        assert answer.status_code == 200
        found: dict[str, object] = answer.get_json()
        return found

    zehren = at("Zehren", without, north=0.001)
    assert (zehren["label"], zehren["row"]) == ("Zehren (Haltestelle)", 2)  # the second row is empty
    assert at("Zehren", line)["is_in"] == 1
    assert at("Lommatzsch", {"stops-0-place": "Zehren", "stops-1-place": "Meißen"})["row"] == 0
    assert at("Meißen", {"stops-0-place": "Lommatzsch", "stops-1-place": "Zehren"})["row"] == 2
    assert at("Meißen", {})["row"] == 0
    assert at("Meißen", {}, north=1.0) == {}
    assert club.bernd.post(f"{club.at}/linien/halt", data={"lat": "x"}).status_code == 400


def test_what_is_missing_is_said(club: Club, line: dict[str, object]) -> None:
    at = f"{club.at}/linien/neu"
    for wrong, said in (
        ({"weekdays": []}, "mindestens einen Wochentag"),
        ({"stops-1-place": "", "stops-1-clock": "", "stops-2-place": "", "stops-2-clock": ""}, "zwei Halte"),
        ({"stops-1-place": "Gibtesnicht"}, "nicht gefunden"),
        ({"stops-1-place": "Lommatzsch"}, "dieselbe Haltestelle wie davor"),
        ({"last_day": "1.6.2026"}, "vor dem ersten"),
        ({"more_departures": "25:00"}, "Uhrzeit"),
    ):
        answer = club.bernd.post(at, data=line | wrong)
        assert answer.status_code == 422 and said in answer.text, said
    assert club.bernd.post(at, data={}).status_code == 422
    more = club.bernd.post(at, data=line | {"mehr": "ja"}).text
    assert more.count("Uhrzeit am Halt") > 6 and runs(club) == []
    chosen = club.bernd.post(at, data=line | {"stops-1-place": "Zeren"})
    if "Welche Haltestelle" in chosen.text:
        assert club.bernd.post(at, data=hidden(chosen.text) | {"aendern": "ja"}).status_code == 200


def test_each_role_at_a_line(club: Club, line: dict[str, object]) -> None:
    """Coordinator, driver, somebody of another association, and who has the fares approved."""
    at = enter(club, line)
    dora = club.member("Dora", MembershipRole.DRIVER)
    other = club.member("Olga", MembershipRole.COORDINATOR, "Nachbarverein")
    staff = signed_in(club.app, person(club.portal, "Stefan", Role.TIMETABLE_STAFF).email)
    clients = (club.bernd, dora, other, staff)
    expected = {
        ("GET", at): (200, 200, 404, 200),
        ("GET", f"{at}/aendern"): (200, 403, 404, 403),
        ("POST", f"{at}/tage"): (422, 422, 404, 422),
        ("GET", f"{at}/tage/2026-06-03/absagen"): (200, 403, 404, 403),
        ("GET", f"{at}/beenden"): (200, 403, 404, 403),
        ("GET", f"{at}/fahrpreis"): (403, 403, 403, 200),
        ("GET", f"{club.at}/linien/neu"): (200, 403, 404, 403),
    }
    drawn = club.bernd.get(f"{at}/weg").json
    assert drawn is not None
    named = [one["properties"]["name"] for one in drawn["features"] if one["geometry"]["type"] == "Point"]
    assert named == [name for name, _ in STOPS] and len(drawn["features"]) == 5
    expected[("GET", f"{at}/weg")] = (200, 200, 404, 200)
    for (method, path), statuses in expected.items():
        assert tuple(one.open(path, method=method).status_code for one in clients) == statuses, path
    for path, data in (("tage", {"day": "6.6.2026"}), ("beenden", {}), ("aendern", line)):
        assert [one.post(f"{at}/{path}", data=data).status_code for one in clients[1:]] == [403, 404, 403]
    assert "nur die Fahrplanpflege" in club.bernd.get(at).text
    staff.post(f"{at}/fahrpreis", data={"fare": "1 Euro je Fahrt"})
    assert "1 Euro je Fahrt" in dora.get(at).text
    club.bernd.post(f"{at}/aendern", data=line | {"idempotency_key": "x", "fare": "5 Euro"})
    assert "1 Euro je Fahrt" in dora.get(at).text and re.search("10:00|12:00", dora.get(at).text)
    assert len(runs(club)) == 2 * 29


def test_stops_are_suggested_and_drawn_as_they_are_typed(club: Club, line: dict[str, object]) -> None:
    typed = {"stops-1-place": "Zehr", "stops-0-choice": ""}
    offered = club.bernd.post("/orte?nur=haltestellen", data=typed).text
    assert "Zehren (Haltestelle)" in offered and 'id="stops-1-place-ort-1"' in offered
    assert (
        "(Haltestelle)" not in club.bernd.post("/orte?nur=haltestellen", data={"stops-1-place": "xyz"}).text
    )
    drawn = club.bernd.post(f"{club.at}/linien/weg", data=line | {"stops-1-place": "Gibtesnicht"}).get_json()
    names = [one["properties"]["name"] for one in drawn["features"] if one["geometry"]["type"] == "Point"]
    assert names == ["Lommatzsch", "Meißen"]
    assert club.bernd.post(f"{club.at}/linien/weg").get_json()["features"] == []


def test_what_need_not_be_booked_and_what_it_costs_is_said(club: Club, line: dict[str, object]) -> None:
    """On the page of the line, in results until it leaves, on the review, and on the ticket."""
    at = enter(club, line | {"booking": "not_needed"})
    assert "nur ohne Buchung" in club.bernd.get(at).text
    staff = signed_in(club.app, person(club.portal, "Fritz", Role.TIMETABLE_STAFF).email)
    staff.post(f"{at}/fahrpreis", data={"fare": "2 Euro je Fahrt"})
    rider = signed_in(club.app, person(club.portal, "Erika").email)
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)["09:45 – 10:15"]}).text
    assert "Sie müssen nicht buchen" in review and "2 Euro je Fahrt" in review and "Reise vormerken" in review
    booked = rider.post("/buchen", data=form_of(review), follow_redirects=True)
    assert "Ohne Buchung: Steigen Sie einfach ein" in booked.text
    ticket = rider.get(f"{booked.request.path.removesuffix('/gebucht')}/fahrschein").text
    assert "Fahrpreis: 2 Euro je Fahrt" in ticket and "Ohne Buchung" in ticket


def test_passengers_read_the_line_on_pages_of_its_own(club: Club, line: dict[str, object]) -> None:
    line_id = enter(club, line | {"booking": "possible"}).rpartition("/")[2]
    anybody, address = club.app.test_client(), f"/buergerbus-linie/{line_id}"
    page = anybody.get(address).text
    assert "bis eine halbe Stunde vorher" in page and "auch ohne Buchung" in page and "12:15" in page
    assert address in anybody.get("/linien").text
    assert anybody.get(f"{address}/weg").get_json()["features"][0]["geometry"]["type"] == "LineString"
    with club.portal.reading() as session:
        stop_id = session.scalars(sa.select(RunLine)).one().stops[0]["stop_id"]
    board = anybody.get(f"/haltestelle/{stop_id}?tag=2.6.2026&ab=9:00").text
    assert address in board and "auch ohne Buchung" in board
    club.bernd.post(f"{club.at}/linien/{line_id}/beenden", data={"reason": ""})
    assert anybody.get(address).status_code == 404
    assert anybody.get(f"{address}/weg").get_json()["features"] == []
