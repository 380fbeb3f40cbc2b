"""Staff put a timetable live: they see what it does to booked journeys, sign, plan, release, go back, and it is all noted."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.base import new_id
from mitfahr.db.bookings import booking_of
from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.roles import Role
from mitfahr.domain.states import BookingState
from mitfahr.domain.trip_request import TripRequest
from mitfahr.offered import Offered, expiry_s, sign
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.services.do_planned_switches import do_planned_switches
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.worker import Worker, utc_now
from routing.query import StopRef
from routing.search import search
from tests.gtfs.feeds import CALENDAR, STOP_TIMES, TRIPS, feed, to_zip
from tests.web.served import person
from tests.web.test_search import QUESTION
from web.audit_view import ACTION_WORDS
from web.portal import EXTENSION, Portal

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
TOMORROW_EIGHT = dt.datetime(2026, 6, 2, 6, 0, tzinfo=dt.UTC)
"""08:00 in the district."""


@pytest.fixture(autouse=True)
def june() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def add(portal: Portal, tmp_path: Path) -> Callable[..., str]:
    """A built and compared version; a keyword replaces a file of its feed."""

    def add_one(**changed: str) -> str:
        path = to_zip(feed(**changed), tmp_path / f"{new_id()}.zip")
        built = import_timetable(portal.writing, portal.settings, path, path.name, utc_now)
        compare_waiting(portal.writing, portal.settings, utc_now)
        return built.id

    return add_one


@pytest.fixture
def first(add: Callable[..., str], portal: Portal) -> str:
    """The version that serves."""
    version_id = add()
    with portal.writing.begin() as session:
        switch_timetable(session, None, version_id, NOW)
    return version_id


def moved(minutes: int) -> str:
    """The stop times of the feed, later."""
    return (
        STOP_TIMES.replace("08:00", f"08:{minutes:02}")
        .replace("08:10", f"08:{10 + minutes}")
        .replace("08:11", f"08:{11 + minutes}")
        .replace("08:20", f"08:{20 + minutes}")
    )


def book(portal: Portal, first_name: str = "Rita") -> str:
    """Tomorrow's bus from A to C."""
    rider, snapshot = person(portal, first_name), portal.live.current(NOW)
    request = TripRequest(StopRef("A"), StopRef("C"), TOMORROW_EIGHT)
    journey = search(snapshot, request.query())[0]
    offered = Offered(journey, request, (None,) * len(journey.legs), "drawn", expiry_s(NOW))
    return book_journey(
        portal.writing,
        snapshot,
        BookingForm(sign(offered, portal.settings.secret_key), rider.id),
        actor_id=rider.id,
        idempotency_key=new_id(),
        secret_key=portal.settings.secret_key,
        law=portal.price_law,
        now=NOW,
    )


def served(portal: Portal) -> str | None:
    with portal.reading() as session:
        return serving(session).feed_version_id


def test_booked_journeys_are_counted_before_and_followed_after(
    first: str, add: Callable[..., str], portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    staff, booking_id = client_as(Role.TIMETABLE_STAFF), book(portal)
    later = add(stop_times=moved(5), trips=TRIPS.replace("t1", "t1"))
    page = staff.get(f"/fahrplan/{later}/schalten").text
    assert "1 Reise ist gebucht." in page
    counts = page.split('id="reisen"')[1].split("</section>")[0]
    shifted = counts.split("Andere Zeiten, alle Umstiege klappen")[1].split("</dd>")[0]
    assert shifted.rstrip().endswith("1</span>")
    staff.post(f"/fahrplan/{later}/schalten")
    assert served(portal) == later
    worker = Worker(replace(portal.settings, database_url=str(portal.engine.url)))
    job = next(job for job in worker.jobs if job.name == "follow_timetable")
    assert worker.run_due(job, NOW)
    with portal.reading() as session:
        booking = booking_of(session, booking_id)
        assert booking.state is BookingState.BOOKED
        assert booking.departure_s == int(TOMORROW_EIGHT.timestamp()) + 300
    back = staff.get("/fahrplan/zurueck").text
    assert f'value="{first}"' in back
    assert "Andere Zeiten, alle Umstiege klappen" in staff.get(f"/fahrplan/{first}/zurueck").text
    done = staff.post(
        "/fahrplan/zurueck", data={"seen_revision": "2", "version_id": first}, follow_redirects=True
    )
    assert "wieder in Betrieb" in done.text and served(portal) == first


def test_a_switch_is_planned_shown_and_taken_back(
    first: str, add: Callable[..., str], portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    staff = client_as(Role.TIMETABLE_STAFF)
    july = add(calendar=CALENDAR.replace("20260601,20260630", "20260615,20260731"))
    address = f"/fahrplan/{july}"
    page = staff.get(f"{address}/schalten").text
    assert "Dieser Fahrplan gilt noch nicht" in page and "Jetzt schalten" not in page
    assert 'value="15.06.2026"' in page and 'value="00:00"' in page
    refused = staff.post(f"{address}/schalten")
    assert refused.status_code == 409 and "planen Sie ihn für seinen ersten Tag" in refused.text
    for data, words in (
        ({"day": "31.05.2026", "clock": "3:00"}, "schon vorbei"),
        ({"day": "1.8.2026", "clock": "3:00"}, "gilt der Fahrplan nicht mehr"),
        ({"day": "14.06.2026", "clock": "3:00"}, "gilt noch nicht"),
        ({"day": "irgendwann", "clock": "25 Uhr"}, "Bitte prüfen Sie Ihre Angaben"),
    ):
        answer = staff.post(f"{address}/planen", data=data)
        assert answer.status_code in (409, 422) and words in answer.text
    done = staff.post(f"{address}/planen", data={"day": "15.06.2026", "clock": "0:00"}, follow_redirects=True)
    assert "geht dieser Fahrplan von selbst in Betrieb" in done.text
    assert "geht in Betrieb:" in staff.get("/fahrplan").text
    assert "geplant, geht von selbst in Betrieb" in staff.get("/fahrplan/gueltigkeit").text
    done = staff.post(f"{address}/planung-zuruecknehmen", follow_redirects=True)
    assert "Planung ist zurückgenommen" in done.text
    assert staff.post(f"{address}/planung-zuruecknehmen").status_code == 422
    late = dt.datetime(2026, 6, 20, tzinfo=dt.UTC)
    assert do_planned_switches(portal.writing, now=late, four_eyes=False) == 0


def test_four_eyes_say_who_is_missing(
    first: str, add: Callable[..., str], app: Flask, client_as: Callable[[Role], FlaskClient]
) -> None:
    portal: Portal = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(portal, settings=replace(portal.settings, timetable_four_eyes=True))
    second = add(trips=TRIPS.replace("Radebeul", "zwei"))
    erika, ada = client_as(Role.TIMETABLE_STAFF), client_as(Role.ADMIN)
    page = erika.get(f"/fahrplan/{second}/schalten").text
    assert "Eine zweite Person wird gebraucht" in page and "Jetzt schalten" not in page
    assert erika.post(f"/fahrplan/{second}/schalten").status_code == 409
    done = erika.post(
        f"/fahrplan/{second}/planen", data={"day": "morgen", "clock": "3:00"}, follow_redirects=True
    )
    assert "Es fehlt noch eine zweite Person." in done.text
    assert "Als zweite Person freigeben" not in done.text
    assert "Als zweite Person freigeben" in ada.get(f"/fahrplan/{second}/schalten").text
    ada.post(f"/fahrplan/{second}/freigeben")
    assert "Es fehlt noch" not in erika.get(f"/fahrplan/{second}/schalten").text
    night = dt.datetime(2026, 6, 2, 1, 0, tzinfo=dt.UTC)
    assert do_planned_switches(portal.writing, now=night, four_eyes=True) == 1


def test_the_audit_is_searched_and_taken_along(
    first: str, add: Callable[..., str], client_as: Callable[[Role], FlaskClient]
) -> None:
    staff = client_as(Role.TIMETABLE_STAFF)
    second = add(trips=TRIPS.replace("Radebeul", "zwei"))
    staff.post(f"/fahrplan/{second}/planen", data={"day": "morgen", "clock": "3:00"})
    staff.post(f"/fahrplan/{second}/schalten")
    page = staff.get("/fahrplan/protokoll").text
    assert "4 Einträge" in page and "Timetable_Staff Beispiel" in page
    found = staff.post("/fahrplan/protokoll", data={"action": "planned", "words": "beispiel 2. juni"}).text
    assert "1 Eintrag" in found and "für Dienstag, 2. Juni 2026" in found
    assert "0 Einträge" in staff.post("/fahrplan/protokoll", data={"words": "gibtesnicht"}).text
    file = staff.post("/fahrplan/protokoll", data={"als": "csv", "action": "switched"})
    assert file.mimetype == "text/csv"
    lines = file.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "in Betrieb genommen" in lines[1] and "Timetable_Staff Beispiel" in lines[1]


def test_every_line_of_the_audit_has_words() -> None:
    assert set(ACTION_WORDS) == set(AuditAction)


def test_no_request_fails_while_timetables_are_switched(
    first: str, add: Callable[..., str], app: Flask, portal: Portal
) -> None:
    versions = [add(trips=TRIPS.replace("Radebeul", word)) for word in ("eins", "zwei")] + [first]
    question = QUESTION | {"origin": "Meißen Markt", "destination": "Radebeul Ost", "clock": "7"}
    codes: list[int] = []
    over = threading.Event()

    def ask() -> None:
        client = app.test_client()
        while not over.is_set():
            codes.append(client.get("/haltestelle/A").status_code)
            codes.append(client.post("/verbindungen", data=question).status_code)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for n in range(12):
        with portal.writing.begin() as session:
            switch_timetable(session, None, versions[n % 3], NOW)
        over.wait(0.05)
    over.set()
    for asker in askers:
        asker.join()
    assert len(codes) > 12 and set(codes) == {200}
    with portal.reading() as session:
        assert session.get_one(FeedVersion, versions[2]).id == served(portal)
