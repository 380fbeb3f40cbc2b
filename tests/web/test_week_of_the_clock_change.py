"""A driver and a rider in the week in which the clocks go back: on Sunday, 25 October 2026, 02:00 comes twice.

All they do is done on the pages, at moved clocks. The jobs are the worker's, run at the moments told here,
and the mails are read where it lays them.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import dataclass, field

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from mitfahr.db.people import Person
from mitfahr.db.rides import rides_of_driver
from mitfahr.domain.times import ZONE, moment
from mitfahr.services.check_data import data_faults
from mitfahr.worker import Worker
from tests.web.served import person, serve
from tests.web.test_booking import form_of, signed_in
from tests.web.test_offers import OFFER
from tests.web.test_search import QUESTION
from tests.web.test_series import PUBLISH, every_field
from web.portal import EXTENSION, Portal

SERIES = OFFER | {
    "day": "24.10.2026",
    "clock": "7:10",
    "flexibility": "0",
    "back": "18:00",
    "repeat": "1",
    "weekdays1": ["0", "5", "6"],
    "until": "27.10.2026",
}
"""Saturday, Sunday and Monday; two seats, and Anna wants to be asked."""
BACK = {"origin": "Meißen", "destination": "Lommatzsch"}
PHONE = "0170 1234567"
TOMORROW, SOON = "Erinnerung an morgen", "Bald geht es los"
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=24)


def on(day: int, clock: str) -> dt.datetime:
    """What the clocks of the district show on a day of October 2026."""
    return dt.datetime.combine(dt.date(2026, 10, day), dt.time.fromisoformat(clock), ZONE)


def utc(day: int, clock: str) -> dt.datetime:
    return on(day, clock).replace(tzinfo=dt.UTC)


def at(now: dt.datetime) -> time_machine.travel:
    return time_machine.travel(now, tick=False)


@dataclass
class Week:
    app: Flask
    worker: Worker
    read: set[str] = field(default_factory=set)
    """Names of the mails that have been opened."""

    @property
    def portal(self) -> Portal:
        found: Portal = self.app.extensions[EXTENSION]
        return found

    def comes(self, first_name: str) -> FlaskClient:
        """Who has been away for days signs in again."""
        return signed_in(self.app, f"{first_name.lower()}@example.org")

    def work(self) -> None:
        """Every job of the worker that is due now, and the mails that come of it."""
        for job in self.worker.jobs:
            self.worker.tick(job)
        self.worker.jobs[0].run()

    def new_mails(self, first_name: str) -> list[tuple[str, str]]:
        """(What it is about, text) of the mails to somebody that were not opened before."""
        found = []
        for path in sorted(self.portal.settings.mail_dir.glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if path.name not in self.read and mail["To"] == f"{first_name.lower()}@example.org":
                self.read.add(path.name)
                body = mail.get_body()
                assert body is not None
                found.append((str(mail["Subject"]).split(":")[0], body.get_content()))
        return found

    def reminded(self, due: dt.datetime) -> list[str]:
        """What Rita is reminded of when the worker works at this moment, and not a second before."""
        with at(due - SECOND):
            self.work()
        assert self._reminders() == [], "too early"
        with at(due):
            self.work()
        return self._reminders()

    def _reminders(self) -> list[str]:
        return [subject for subject, _ in self.new_mails("Rita") if subject in (TOMORROW, SOON)]

    def departures(self) -> list[dt.datetime]:
        """When Anna sets off, as the database has it."""
        with self.portal.reading() as session:
            anna = session.scalars(select(Person.id).where(Person.first_name == "Anna")).one()
            rides = rides_of_driver(session, anna, int(on(24, "00:00").timestamp()))
            return sorted(moment(ride.earliest_s) for ride in rides)


@pytest.fixture
def week(app: Flask) -> Week:
    with at(on(21, "20:00")):
        serve(app, dt.date(2026, 10, 22), on(21, "20:00"), n_days=9)
        portal: Portal = app.extensions[EXTENSION]
        for name in ("Rita", "Otto"):
            person(portal, name)
        return Week(app, Worker(portal.settings))


def results(client: FlaskClient, day: int, clock: str, **asked: str) -> dict[str, str]:
    """Times of Anna's rides that a search finds → token."""
    page = client.post("/verbindungen", data=QUESTION | {"day": f"{day}.10.2026", "clock": clock} | asked)
    found = {}
    for part in re.split(r'<h3 class="journey__times">', page.text)[1:]:
        token = re.search(r'name="offer" value="([^"]+)"', part)
        if "Fahrt mit Anna" in part and token is not None:
            found[part[:13].strip()] = token[1]
    return found


def book(client: FlaskClient, token: str) -> str:
    """The address of the journey."""
    review = client.post("/buchen/pruefen", data={"offer": token})
    return client.post("/buchen", data=form_of(review.text)).location


def calendar(client: FlaskClient, journey: str) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end in the calendar of whoever puts the journey there."""
    (event,) = Calendar.from_ical(client.get(f"{journey}/reise.ics").data).walk("VEVENT")
    return event["dtstart"].dt, event["dtend"].dt


def requests(client: FlaskClient) -> list[str]:
    """Addresses of the requests that wait for the driver's answer."""
    return sorted(
        set(re.findall(r'action="(/fahrten/anfragen/[0-9a-f]{32})/zusagen"', client.get("/fahrten").text))
    )


def only(found: dict[str, str]) -> tuple[str, str]:
    """When the only ride that was found leaves, and its token."""
    ((times, token),) = found.items()
    return times[:5], token


def test_seven_ten_is_seven_ten_and_a_day_has_its_hours(week: Week) -> None:
    # Thursday: Anna offers, Rita asks for all three mornings, Anna says yes.
    with at(on(22, "12:00")):
        anna, rita = week.comes("Anna"), week.comes("Rita")
        preview = anna.post("/fahrten/anbieten", data=SERIES).text
        assert "Sonntag, 25. Oktober 2026: hin 07:10 Uhr, zurück 18:00 Uhr" in " ".join(preview.split())
        assert anna.post(PUBLISH, data=every_field(preview)).status_code == 302
        assert week.departures() == [
            *(utc(24, "05:10"), utc(24, "16:00")),
            *(utc(25, "06:10"), utc(25, "17:00")),
            *(utc(26, "06:10"), utc(26, "17:00")),
        ]
        mornings = [only(results(rita, day, "7:00")) for day in (24, 25, 26)]
        assert [times for times, _ in mornings] == ["07:10"] * 3
        saturday, sunday, monday = (book(rita, token) for _, token in mornings)
        for address in requests(anna):
            anna.post(f"{address}/zusagen")
        assert "fest gebucht" in rita.get(sunday).text
        begins = [calendar(rita, journey)[0] for journey in (saturday, sunday, monday)]
        assert begins == [utc(24, "05:10"), utc(25, "06:10"), utc(26, "06:10")]
        ended = calendar(rita, saturday)[1]

    # Friday and Saturday: reminders at 18:00 and two hours before, by summer time.
    assert week.reminded(utc(23, "16:00")) == [TOMORROW]
    assert week.reminded(utc(24, "03:10")) == [SOON]
    assert week.reminded(utc(24, "16:00")) == [TOMORROW]

    # Saturday, 20:00: for Sunday's way back Rita asks Anna, who sleeps. Twelve hours, the clocks show eleven.
    with at(on(24, "20:00")):
        rita = week.comes("Rita")
        way_back = book(rita, only(results(rita, 25, "17:50", **BACK))[1])
        page = " ".join(rita.get(way_back).text.split())
        assert "Antwort spätestens Sonntag, 25. Oktober 2026, 07:00 Uhr" in page
        (asked,) = requests(week.comes("Anna"))

    # Sunday: an hour more since Saturday. The number closes 24 hours after the ride, the clocks show 23.
    assert week.reminded(utc(25, "04:10")) == [SOON]
    for when, is_open in ((ended + DAY - SECOND, True), (ended + DAY, False)):
        with at(when):
            assert (PHONE in week.comes("Rita").get(saturday).text) == is_open
    until = on(25, "07:00")
    for when, free in ((until - SECOND, 0), (until, 1)):
        with at(when):
            assert len(results(week.comes("Otto"), 25, "17:50", persons="2", **BACK)) == free
    with at(until):
        anna = week.comes("Anna")
        assert requests(anna) == []
        assert "Zugesagt" not in anna.post(f"{asked}/zusagen", follow_redirects=True).text
        week.work()
        (told,) = (text for subject, text in week.new_mails("Rita") if subject == "Änderung")
        assert "nicht rechtzeitig beantwortet" in told

    # Monday's reminder comes on Sunday at 18:00 by winter time, and nothing contradicts in the end.
    assert week.reminded(utc(25, "17:00")) == [TOMORROW]
    assert week.reminded(utc(26, "04:10")) == [SOON]
    with at(on(28, "12:00")):
        week.work()
        assert PHONE not in week.comes("Rita").get(monday).text
        portal = week.portal
        assert data_faults(portal.writing.kw["bind"], portal.price_law, on(28, "12:00")) == []
