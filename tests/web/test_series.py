"""Rides that come again on the pages: plan, preview, publish, look, leave out, change, end."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.rides import Ride
from mitfahr.db.series import RideSeries, rides_of_series
from mitfahr.domain.recurrence import Recurrence
from mitfahr.domain.ride_terms import Terms
from mitfahr.domain.roles import Role
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.find_itineraries import find_itineraries
from routing.query import StopRef
from tests.web.served import SEVEN, Served, person
from tests.web.test_offers import OFFER, hidden
from web.portal import EXTENSION, Portal

PUBLISH = "/fahrten/anbieten/veroeffentlichen"
SERIES = OFFER | {
    "repeat": "1",
    "weekdays1": ["1", "3"],
    "back": "16:00",
    "free": ["feiertage"],
    "exceptions": "11.6.2026",
    "luggage": "2",
    "bicycles": "1",
    "takes": ["kindersitz", "tiere"],
    "answer": "sofort",
}
"""From Wednesday, 3 June 2026, on Tuesdays and Thursdays; the fourth is Fronleichnam, no holiday here."""


@pytest.fixture
def driver(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.RESIDENT)


@pytest.fixture
def series_id(app: Flask, driver: FlaskClient) -> str:
    answer = driver.post(PUBLISH, data=every_field(driver.post("/fahrten/anbieten", data=SERIES).text))
    assert answer.status_code == 302
    return answer.location.rsplit("/", 1)[1]


def every_field(page: str) -> dict[str, list[str]]:
    """Every hidden field of a page, those that come several times too."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def rides(app: Flask, series_id: str) -> list[Ride]:
    """Those that take place."""
    portal: Portal = app.extensions[EXTENSION]
    with portal.reading() as session:
        return [ride for ride in rides_of_series(session, series_id, 0) if ride.withdrawn_at is None]


def days(app: Flask, series_id: str) -> list[int]:
    """Days of the month on which the ways out take place."""
    return [
        one.series_day.day
        for one in rides(app, series_id)
        if one.stops[0].name == "Lommatzsch" and one.series_day
    ]


def book(app: Flask, day: dt.date) -> None:
    """Rita books the way out of a day."""
    portal: Portal = app.extensions[EXTENSION]
    rita = person(portal, "Rita")
    when = dt.datetime.combine(day, dt.time(5, 0), dt.UTC)
    request = TripRequest(StopRef("Lommatzsch"), StopRef("Meißen"), when)
    answer = find_itineraries(
        portal.reading,
        portal.live.current(SEVEN),
        request,
        now=SEVEN,
        secret_key=portal.settings.secret_key,
        law=portal.price_law,
        person_id=rita.id,
    )
    token = next(one.token for one in answer.itineraries if one.journey.uses_private_ride)
    book_journey(
        portal.writing,
        portal.live.served().without_rides,
        BookingForm(token or "", rita.id),
        actor_id=rita.id,
        idempotency_key="book",
        secret_key=portal.settings.secret_key,
        law=portal.price_law,
        now=SEVEN,
    )


def test_the_preview_shows_the_plan_and_the_next_dates(driver: FlaskClient) -> None:
    page = driver.post("/fahrten/anbieten", data=SERIES).text
    assert "Dienstag, Donnerstag: hin 07:10 Uhr, zurück 16:00 Uhr" in page
    assert "ab 03.06.2026, bis Sie die Fahrt beenden" in page
    assert "nicht an sächsischen Feiertagen" in page
    assert "Donnerstag, 4. Juni 2026: hin 07:10 Uhr, zurück 16:00 Uhr" in " ".join(page.split())
    assert "fällt aus: Sie fahren nicht" in page
    assert "2 große Gepäckstücke, 1 Fahrrad" in page and "Kindersitz im Auto, Tiere dürfen mit" in page


def test_publish_and_look(app: Flask, driver: FlaskClient, series_id: str) -> None:
    assert days(app, series_id) == [4, 9, 16, 18, 23, 25, 30]
    first = rides(app, series_id)[0]
    assert (first.luggage, first.bicycles, first.terms) == (2, 1, Terms(child_seat=True, pets=True))
    page = driver.get(f"/fahrten/serien/{series_id}").text
    assert "Ihre regelmäßige Fahrt ist veröffentlicht" in page
    assert "noch niemand" in page and "fällt aus: Sie fahren nicht" in page
    mine = driver.get("/fahrten").text
    assert "Regelmäßige Fahrten" in mine and f"/fahrten/serien/{series_id}" in mine
    one = driver.get(f"/fahrten/{first.id}").text
    assert "Alle Termine dieser Fahrt" in one


def test_the_button_pressed_twice_publishes_once(app: Flask, driver: FlaskClient) -> None:
    fields = every_field(driver.post("/fahrten/anbieten", data=SERIES).text)
    answers = [driver.post(PUBLISH, data=fields) for _ in range(2)]
    assert answers[0].location == answers[1].location
    portal: Portal = app.extensions[EXTENSION]
    with portal.reading() as session:
        assert len(session.scalars(select(RideSeries)).all()) == 1


def test_shifts_in_rotation(app: Flask, driver: FlaskClient) -> None:
    shifts = SERIES | {
        "repeat": "2",
        "weekdays2": ["1"],
        "clock2": "13:15",
        "back2": "22:00",
        "until": "20.6.2026",
    }
    page = driver.post("/fahrten/anbieten", data=shifts).text
    assert "Zweite Woche: Dienstag: hin 13:15 Uhr, zurück 22:00 Uhr" in page
    location = driver.post(PUBLISH, data=every_field(page)).location
    assert days(app, location.rsplit("/", 1)[1]) == [4, 9, 16, 18]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"until": "2.6.2026"}, "until", "vor dem ersten"),
        ({"day": "1.1.2029"}, "day", "mehr als ein Jahr"),
        ({"day": "1.1.0001"}, "day", "wie 23.11.2026"),
        ({"until": "31.12.9999"}, "until", "wie 23.11.2026"),
        ({"until": "irgendwann"}, "until", "wie 23.11.2026"),
        ({"exceptions": "24.12., nie"}, "exceptions", "wie 23.11.2026"),
        ({"back": "7:15"}, "back", "überschneiden sich"),
        ({"repeat": "2", "weekdays2": ["2"]}, "clock2", "wann Sie in dieser Woche losfahren"),
        ({"until": "3.6.2026"}, "repeat", "An keinem Tag"),
        ({"riders": "frauen"}, "riders", "bieten Frauen an"),
        ({"repeat": "5"}, "repeat", ""),
        ({"weekdays1": ["9"]}, "weekdays1", ""),
        ({"luggage": "99"}, "luggage", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    changes: dict[str, object], field: str, words: str, driver: FlaskClient
) -> None:
    answer = driver.post("/fahrten/anbieten", data=SERIES | changes)
    if field == "riders":
        answer = driver.post(PUBLISH, data=every_field(answer.text))
    assert answer.status_code == 422
    said = re.search(rf'id="{field}-fehler">(.*?)</p>', answer.text, re.S)
    assert said is not None and words in said[1]


def test_a_second_series_at_the_same_time_is_refused_with_the_reason(
    driver: FlaskClient, series_id: str
) -> None:
    free = SERIES | {"clock": "11:20", "back": "18:00"}
    fields = every_field(driver.post("/fahrten/anbieten", data=free).text)
    late = SERIES | {"clock": "7:20"}
    for answer in (
        driver.post("/fahrten/anbieten", data=late),
        driver.post(PUBLISH, data=fields | {"clock": ["7:20"]}),
    ):
        assert answer.status_code == 409
        assert "gibt es schon eine Fahrt" in answer.text and "Donnerstag, 4. Juni 2026" in answer.text


def test_a_single_ride_with_its_way_back(app: Flask, driver: FlaskClient) -> None:
    page = driver.post("/fahrten/anbieten", data=OFFER | {"back": "0:30"}).text
    assert "Rückfahrt" in page and "Donnerstag, 4. Juni 2026, 00:30 Uhr" in page
    answer = driver.post(PUBLISH, data=hidden(page))
    assert answer.location == "/fahrten"
    page = driver.get("/fahrten").text
    assert "Lommatzsch → Meißen" in page and "Meißen → Lommatzsch" in page


def test_a_day_is_left_out(app: Flask, driver: FlaskClient, series_id: str) -> None:
    answer = driver.post(f"/fahrten/serien/{series_id}/auslassen/2026-06-09")
    assert answer.location.endswith(series_id)
    assert 9 not in days(app, series_id)
    assert "Am Dienstag, 9. Juni 2026 fahren Sie nicht" in driver.get(answer.location).text
    assert driver.post(f"/fahrten/serien/{series_id}/auslassen/neulich").status_code == 404


def test_a_day_that_is_over_is_not_offered_to_be_left_out(driver: FlaskClient, series_id: str) -> None:
    for hours, is_there in (
        (8, True),
        (10, False),
    ):  # Thursday, 4 June, at three and at five in the afternoon
        with time_machine.travel(SEVEN + dt.timedelta(days=2, hours=hours), tick=False):
            assert ("auslassen/2026-06-04" in driver.get(f"/fahrten/serien/{series_id}").text) == is_there


def test_a_booked_day_is_not_left_out_by_a_click(app: Flask, driver: FlaskClient, series_id: str) -> None:
    book(app, dt.date(2026, 6, 4))
    page = driver.get(f"/fahrten/serien/{series_id}").text
    assert "auslassen/2026-06-04" not in page and "auslassen/2026-06-09" in page
    answer = driver.post(f"/fahrten/serien/{series_id}/auslassen/2026-06-04")
    assert answer.location == f"/fahrten/{rides(app, series_id)[0].id}"
    assert "hat schon jemand gebucht" in driver.get(answer.location).text


def test_a_change_says_what_happens_to_booked_dates_before_it_does_it(
    app: Flask, driver: FlaskClient, series_id: str
) -> None:
    book(app, dt.date(2026, 6, 4))
    form = driver.get(f"/fahrten/serien/{series_id}/aendern").text
    assert 'value="07:10"' in form and 'value="16:00"' in form and 'value="11.06.2026"' in form
    assert re.search(r'name="weekdays1" value="1" checked', form)
    changed = SERIES | {"series_id": series_id, "clock": "8:00", "back": "", "weekdays1": ["1", "3"]}
    page = driver.post("/fahrten/anbieten", data=changed).text
    assert "Das passiert mit Ihren Terminen" in page and "1 Fahrt bleibt, wie sie ist" in page
    assert "Donnerstag, 4. Juni 2026, 07:10 Uhr" in page
    assert "13 Termine ohne Buchung werden" in page
    assert rides(app, series_id)[0].earliest_s % 86400 == 5 * 3600 + 600, "nothing has happened yet"
    answer = driver.post(PUBLISH, data=every_field(page))
    assert answer.location.endswith(series_id)
    clocks = [
        dt.datetime.fromtimestamp(one.earliest_s, dt.UTC).strftime("%H:%M") for one in rides(app, series_id)
    ]
    assert clocks == ["05:10", *["06:00"] * 6]
    once = driver.post("/fahrten/anbieten", data=changed | {"repeat": "0"})
    assert once.status_code == 422 and "beenden Sie sie bitte" in once.text


@pytest.mark.parametrize("booked", ["fahren", "absagen"])
def test_an_end_says_what_happens_to_booked_dates(
    booked: str, app: Flask, driver: FlaskClient, series_id: str
) -> None:
    book(app, dt.date(2026, 6, 4))
    page = driver.get(f"/fahrten/serien/{series_id}/beenden").text
    assert "1 Fahrt ist gebucht oder angefragt" in page and "Donnerstag, 4. Juni 2026, 07:10 Uhr" in page
    wrong = driver.post(f"/fahrten/serien/{series_id}/beenden", data={"last_day": "bald", "booked": booked})
    assert "wie 23.11.2026" in wrong.text and len(rides(app, series_id)) == 14
    answer = driver.post(f"/fahrten/serien/{series_id}/beenden", data={"last_day": "heute", "booked": booked})
    assert answer.status_code == 302
    assert days(app, series_id) == ([4] if booked == "fahren" else [])
    page = driver.get(answer.location).text
    assert "beendet" in page
    assert ("Wer gebucht hatte, bekommt Bescheid" in page) == (booked == "absagen")
    assert driver.get(f"/fahrten/serien/{series_id}/aendern").status_code == 302
    portal: Portal = app.extensions[EXTENSION]
    with portal.reading() as session:
        plan = session.get_one(RideSeries, series_id).plan
    assert Recurrence.from_json(plan).last == dt.date(2026, 6, 2)


def test_nobody_sees_or_changes_the_series_of_others(
    app: Flask, series_id: str, client_as: Callable[[Role], FlaskClient]
) -> None:
    stranger = client_as(Role.VOLUNTEER)
    for path in ("", "/aendern", "/beenden"):
        assert stranger.get(f"/fahrten/serien/{series_id}{path}").status_code == 404
    assert stranger.post(f"/fahrten/serien/{series_id}/auslassen/2026-06-09").status_code == 404
    assert (
        stranger.post(f"/fahrten/serien/{series_id}/beenden", data={"last_day": "heute"}).status_code == 404
    )
    changed = SERIES | {"series_id": series_id, "clock": "8:00"}
    assert stranger.post("/fahrten/anbieten", data=changed).status_code == 404
    assert stranger.post(PUBLISH, data=changed).status_code == 404
    assert len(rides(app, series_id)) == 14


def test_what_nobody_would_type_is_never_a_crash(driver: FlaskClient, series_id: str) -> None:
    odd = ["", "-1", "99999999999", "1.1.0001", "31.12.9999", "\x00"]
    for field in SERIES:
        for value in odd:
            assert driver.post("/fahrten/anbieten", data=SERIES | {field: value}).status_code < 500, (
                field,
                value,
            )
    for value in odd:
        ending = {"last_day": value, "booked": value, "reason": value}
        assert driver.post(f"/fahrten/serien/{series_id}/beenden", data=ending).status_code < 500, value
