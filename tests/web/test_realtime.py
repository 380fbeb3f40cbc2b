"""Staff see how each source of real time is doing, add one, let it rest, take it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.feeds import FIRST_FEED_ID
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.realtime_sources import RealtimeSource, realtime_sources
from mitfahr.domain.roles import Role
from mitfahr.services.add_source import add_source
from mitfahr.services.poll_sources import poll_sources
from mitfahr.worker import Worker, utc_now
from tests.gtfs.messages import message
from tests.live_server import Source, live_server
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import BUS, form_of, offers, signed_in
from web.portal import Portal

PAGE = "/fahrplan/echtzeit"


@pytest.fixture
def staff(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.TIMETABLE_STAFF)


@pytest.fixture
def source() -> Iterator[Source]:
    with live_server() as source:
        yield source


def sources(portal: Portal) -> list[RealtimeSource]:
    with portal.reading() as session:
        return realtime_sources(session)


def poll(portal: Portal) -> None:
    """What the worker does."""
    timetable = portal.live.served().without_rides.timetable
    poll_sources(portal.writing, portal.settings, timetable, utc_now)


def test_a_source_from_its_address_to_its_end(staff: FlaskClient, portal: Portal, source: Source) -> None:
    assert "Es gibt noch keine Quelle." in staff.get(PAGE).text
    form = {"name": "Leitstelle", "url": f" {source.url} ", "feed": "first"}
    for _ in range(2):  # pressed twice
        page = staff.post(PAGE, data=form, follow_redirects=True).text
        assert "Die Quelle ist angelegt." in page and "wird gleich zum ersten Mal gefragt" in page
    (kept,) = sources(portal)
    updates = ('trip { trip_id: "t1" start_date: "20260602" } delay: 60', 'trip { trip_id: "weg" } delay: 60')
    source.content = message(*updates, timestamp=int(SEVEN.timestamp())).SerializeToString()
    poll(portal)
    page = staff.get(PAGE).text
    assert "in Ordnung" in page and "0 Sekunden alt" in page and "127.0.0.1" in page
    assert "geheim" not in page  # the key in the address
    assert "Fahrten mit erwarteten Zeiten: <strong>1</strong>" in page
    assert "Fahrten, die der Fahrplan nicht kennt: <strong>1</strong>" in page and "<code>weg</code>" in page
    source.status = 500
    poll(portal)
    page = staff.get(PAGE).text
    assert "Der Server antwortet mit 500" in page and "gilt noch" in page
    for wanted, words in (("ja", "ruht"), ("ja", "ruht"), ("nein", "sagt nichts Neues")):
        page = staff.post(f"{PAGE}/{kept.id}/ruhe", data={"ruht": wanted}, follow_redirects=True).text
        assert words in page
    assert "Quelle Leitstelle entfernen" in staff.get(f"{PAGE}/{kept.id}/entfernen").text
    for _ in range(2):
        gone = staff.post(f"{PAGE}/{kept.id}/entfernen", follow_redirects=True)
        assert "Die Quelle ist entfernt." in gone.text
    assert sources(portal) == []
    assert staff.get(f"{PAGE}/{kept.id}/entfernen").status_code == 404
    assert staff.post(f"{PAGE}/{kept.id}/ruhe", data={"ruht": "ja"}).status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Bitte geben Sie der Quelle einen Namen."),
        ({"url": ""}, "Bitte geben Sie die Adresse der Quelle an."),
        ({"url": "/etc/passwd"}, "beginnt mit https:// oder http://"),
        ({"url": "https://example.org/" + "x" * 1000}, "beginnt mit https:// oder http://"),
        ({"feed": "weg"}, "Bitte"),
    ],
)
def test_mistakes_are_said_beside_their_field(
    staff: FlaskClient, portal: Portal, changed: dict[str, str], said: str
) -> None:
    form = {"name": "Leitstelle", "url": "https://example.org/rt", "feed": "first", **changed}
    answer = staff.post(PAGE, data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert sources(portal) == []


def test_a_name_is_given_once(staff: FlaskClient) -> None:
    form = {"name": "Leitstelle", "url": "https://example.org/rt", "feed": "first"}
    staff.post(PAGE, data=form)
    answer = staff.post(PAGE, data={**form, "url": "https://example.org/other"})
    assert answer.status_code == 409
    assert "Leitstelle" in answer.text and "anderen Namen" in answer.text


def test_a_cancelled_trip_of_a_booked_journey_brings_another_way_once(
    app: Flask, served: Served, portal: Portal, source: Source
) -> None:
    rider = signed_in(app, person(portal, "Erika").email)
    review = rider.post("/buchen/pruefen", data={"offer": offers(rider)[BUS]})
    page = rider.post("/buchen", data=form_of(review.text)).location
    add_source(portal.writing, name="x", address=source.url, feed_id=FIRST_FEED_ID, actor_id=None, now=SEVEN)
    cancelled = 'trip { trip_id: "t1" start_date: "20260602" schedule_relationship: CANCELED }'
    worker = Worker(portal.settings)
    (poll_job,) = [job for job in worker.jobs if job.name == "poll_sources"]

    def mails() -> list[str]:
        with portal.reading() as session:
            texts = session.scalars(
                select(OutboxMessage.body).where(OutboxMessage.recipient == "erika@example.org")
            )
            return [text for text in texts if "Diese Fahrt fällt aus." in text]

    for seconds_later in (0, 1, 2):  # said again and again, as sources do
        stamp = int(SEVEN.timestamp()) - 10 + seconds_later
        source.content = message(cancelled, timestamp=stamp).SerializeToString()
        poll_job.run()
        assert len(mails()) == 1
    shown = rider.get(page).text
    assert "Fällt aus" in shown and "Diese Fahrt fällt aus." in shown
    assert "So geht es weiter" in shown
