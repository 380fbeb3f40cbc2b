"""Change seats, print, put into the calendar, cancel by mail without an account, keys for programs: on the pages."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from mitfahr.db.access_tokens import AccessToken
from mitfahr.db.bookings import Booking
from mitfahr.db.outbox import OutboxMessage
from mitfahr.mail import SmtpServer
from mitfahr.services.send_outbox import send_outbox
from tests.mitfahr.test_outbox import Inbox, inbox, smtp_url
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import RUN, form_of, offers, signed_in
from web.portal import Portal

__all__ = ["inbox", "smtp_url"]  # fixtures


@pytest.fixture
def rider(app: Flask, served: Served, portal: Portal) -> FlaskClient:
    return signed_in(app, person(portal, "Erika").email)


def booked(rider: FlaskClient) -> str:
    """The path of the page of a journey by BürgerBus for one."""
    form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
    return str(rider.post("/buchen", data=form).location)


def mails(portal: Portal, inbox: Inbox, smtp_url: str) -> list[str]:
    """Send what waits, through a real server; the bodies that arrived."""
    settings = portal.settings
    send_outbox(
        portal.writing,
        SmtpServer(smtp_url),
        "portal@landkreis.example",
        lambda: SEVEN,
        "https://mitfahren.example",
        settings.secret_key,
    )
    return [str(mail.get_body().get_content()) for mail in inbox.mails]  # type: ignore[union-attr]


def key_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(idempotency_key)" value="([^"]+)"', page))


class TestSeats:
    def test_more_people_then_too_many(self, rider: FlaskClient) -> None:
        place = booked(rider)
        assert "Plätze ändern" in rider.get(place).text
        asked = rider.get(place + "/plaetze").text
        assert 'name="persons"' in asked and 'name="luggage"' in asked
        form = key_in(asked)
        for _ in range(2):  # pressed twice
            answer = rider.post(place + "/plaetze", data=form | {"persons": "2"}, follow_redirects=True)
            assert "Ihre Buchung ist geändert." in answer.text and "2 Personen" in answer.text
        form = key_in(rider.get(place + "/plaetze").text)
        full = rider.post(place + "/plaetze", data=form | {"persons": "3"})
        assert full.status_code == 409 and "nicht mehr genug Platz" in full.text
        assert "2 Personen" in rider.get(place).text

    @pytest.mark.parametrize("seats", ["", "0", "-1", "9", "viele", "1" * 400])
    def test_what_is_no_number_of_people(self, rider: FlaskClient, seats: str) -> None:
        place = booked(rider)
        form = key_in(rider.get(place + "/plaetze").text)
        assert rider.post(place + "/plaetze", data=form | {"persons": seats}).status_code == 422
        assert "1 Person" in rider.get(place).text

    def test_more_luggage_than_the_list_holds_stays(self, rider: FlaskClient, portal: Portal) -> None:
        place = booked(rider)
        with portal.writing.begin() as session:
            session.execute(sa.update(Booking).values(luggage=8))
        page = rider.get(place + "/plaetze").text
        assert re.search(r'<option[^>]*value="8"[^>]* selected|<option selected value="8"', page)

    def test_not_once_the_bus_has_left(self, rider: FlaskClient) -> None:
        place = booked(rider)
        form = key_in(rider.get(place + "/plaetze").text)
        with time_machine.travel(SEVEN.timestamp() + 3 * 3600, tick=False):
            late = rider.post(place + "/plaetze", data=form | {"persons": "2"})
            assert late.status_code == 409 and "hat schon begonnen" in late.text
            assert "nicht mehr ändern" in rider.get(place + "/plaetze").text


class TestCancelLink:
    def confirmation(self, portal: Portal, inbox: Inbox, smtp_url: str) -> tuple[str, str, str]:
        """(link, number, code) of the mail that arrived."""
        (text,) = mails(portal, inbox, smtp_url)
        found = re.search(r"(https://\S+/absagen#(\S+)\.(\S+))", text)
        assert found is not None, text
        assert f"Buchungsnummer {found[2]}, Absagecode {found[3]}" in text
        return found[1], found[2], found[3]

    def test_from_the_mail_to_free_seats_without_cookies(
        self,
        app: Flask,
        rider: FlaskClient,
        portal: Portal,
        inbox: Inbox,
        smtp_url: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        place = booked(rider)
        link, number, code = self.confirmation(portal, inbox, smtp_url)
        app.config["WTF_CSRF_ENABLED"] = True
        parts = urlsplit(link)
        assert (parts.path, parts.query, parts.fragment) == ("/absagen", "", f"{number}.{code}")
        guest = app.test_client(use_cookies=False)
        assert "Absagecode" in guest.get(parts.path).text
        with caplog.at_level(logging.DEBUG):
            shown = guest.post(
                "/absagen/pruefen", data={"number": number.lower(), "code": code.replace("-", " ")}
            )
            assert "Lommatzsch → Meißen" in shown.text and "Jetzt absagen" in shown.text
            for _ in range(2):
                done = guest.post("/absagen", data={"number": number, "code": code})
                assert done.status_code == 200 and "Ihre Reise ist abgesagt" in done.text
        assert code not in caplog.text
        assert "Abgesagt" in rider.get(place).text
        again = guest.post("/absagen/pruefen", data={"number": number, "code": code})
        assert "nichts mehr abzusagen" in again.text

    @pytest.mark.parametrize(
        ("number", "code"), [("", ""), ("0000-0000", "AAAAA-AAAAA"), ("%00", "'"), ("x" * 300, "ä" * 300)]
    )
    def test_a_wrong_code_opens_nothing(
        self, rider: FlaskClient, client: FlaskClient, number: str, code: str
    ) -> None:
        place = booked(rider)
        for path in ("/absagen", "/absagen/pruefen"):
            answer = client.post(path, data={"number": number, "code": code})
            assert answer.status_code == 422 and "Lommatzsch" not in answer.text
        assert "fest gebucht" in rider.get(place).text

    def test_the_code_of_one_booking_does_not_open_another(
        self, rider: FlaskClient, client: FlaskClient, portal: Portal, inbox: Inbox, smtp_url: str
    ) -> None:
        first = booked(rider)
        _, number, _ = self.confirmation(portal, inbox, smtp_url)
        booked(rider)
        _, second = mails(portal, inbox, smtp_url)
        other_code = re.search(r"Absagecode (\S+)", second)
        assert other_code is not None
        answer = client.post("/absagen", data={"number": number, "code": other_code[1]})
        assert answer.status_code == 422 and "passen nicht zusammen" in answer.text
        assert "fest gebucht" in rider.get(first).text

    def test_too_late_says_until_when(
        self, rider: FlaskClient, client: FlaskClient, portal: Portal, inbox: Inbox, smtp_url: str
    ) -> None:
        booked(rider)
        _, number, code = self.confirmation(portal, inbox, smtp_url)
        with time_machine.travel(SEVEN.timestamp() + 3 * 3600, tick=False):
            late = client.post("/absagen", data={"number": number, "code": code})
        assert late.status_code == 409 and "10:00 Uhr" in late.text

    def test_a_message_cannot_smuggle_a_code_into_a_drivers_mail(
        self, rider: FlaskClient, portal: Portal, inbox: Inbox, smtp_url: str
    ) -> None:
        token = next(token for times, token in offers(rider).items() if times.startswith("09:30"))
        form = form_of(rider.post("/buchen/pruefen", data={"offer": token}).text)
        rider.post("/buchen", data=form | {"message": "Hallo {Absagecode}"})
        to_driver = next(text for text in mails(portal, inbox, smtp_url) if "möchte mitfahren" in text)
        assert "Hallo {Absagecode}" in to_driver


class TestConfirmation:
    def test_the_mail_brings_the_calendar_file(
        self, rider: FlaskClient, portal: Portal, inbox: Inbox, smtp_url: str
    ) -> None:
        place = booked(rider)
        (text,) = mails(portal, inbox, smtp_url)
        assert f"https://mitfahren.example{place}" in text
        (file,) = inbox.mails[0].iter_attachments()
        assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
        (entry,) = Calendar.from_ical(file.get_content()).walk("VEVENT")
        assert entry["organizer"] == "mailto:portal@landkreis.example"
        assert entry["url"] == f"https://mitfahren.example{place}"
        assert "portal.invalid" not in file.get_content().replace("\r\n ", "")
        by_hand = rider.get(place + "/reise.ics")
        assert by_hand.mimetype == "text/calendar"
        (downloaded,) = Calendar.from_ical(by_hand.data).walk("VEVENT")
        assert (downloaded["uid"], downloaded["sequence"]) == (entry["uid"], entry["sequence"])
        rider.post(place + "/absagen", data={"what": "alles"})
        mails(portal, inbox, smtp_url)
        (cancelled,) = inbox.mails[1].iter_attachments()
        assert cancelled.get_param("method") == "CANCEL"
        (gone,) = Calendar.from_ical(cancelled.get_content()).walk("VEVENT")
        assert (gone["uid"], gone["sequence"], gone["status"]) == (entry["uid"], 1, "CANCELLED")

    def test_the_page_to_print_says_everything(
        self, rider: FlaskClient, portal: Portal, inbox: Inbox, smtp_url: str
    ) -> None:
        place = booked(rider)
        (text,) = mails(portal, inbox, smtp_url)
        page = rider.get(place + "/druck").text
        code = re.search(r"Absagecode (\S+)", text)
        assert code is not None and code[1] in page
        for words in (
            "BürgerBus 500",
            "10:00 Uhr",
            "Aussteigen um 10:30 Uhr: Meißen",
            "03525 4711",
            "03521 725-0",
        ):
            assert words in page

    def test_nobody_else_prints_or_takes_the_file(
        self, app: Flask, rider: FlaskClient, portal: Portal
    ) -> None:
        place = booked(rider)
        other = signed_in(app, person(portal, "Otto").email)
        for path in ("/druck", "/reise.ics", "/plaetze"):
            assert other.get(place + path).status_code == 404


class TestKeys:
    def test_made_shown_once_used_and_revoked(self, app: Flask, rider: FlaskClient, portal: Portal) -> None:
        made = rider.post("/konto/schluessel", data={"name": "Kalender <b>", "scope": "read"})
        token = re.search(r"mitfahr_[\w-]{43}", made.text)
        assert token is not None and made.headers["Cache-Control"] == "no-store"
        listed = rider.get("/konto/schluessel").text
        assert token[0] not in listed and "Kalender &lt;b&gt;" in listed and "noch nie" in listed
        heads = {"Authorization": f"Bearer {token[0]}"}
        assert app.test_client().get("/api/v1/bookings", headers=heads).status_code == 200
        assert "noch nie" not in rider.get("/konto/schluessel").text
        revoke = re.search(r'href="(/konto/schluessel/\w+/loeschen)"', listed)
        assert revoke is not None
        other = signed_in(app, person(portal, "Otto").email)
        assert other.post(revoke[1]).status_code == 404
        assert "Jetzt löschen" in rider.get(revoke[1]).text
        assert "kommen damit nicht mehr herein" in rider.post(revoke[1], follow_redirects=True).text
        assert app.test_client().get("/api/v1/bookings", headers=heads).status_code == 401

    @pytest.mark.parametrize(
        "data", [{}, {"name": ""}, {"name": "x" * 81, "scope": "read"}, {"name": "x", "scope": "alles"}]
    )
    def test_what_makes_no_key(self, rider: FlaskClient, portal: Portal, data: dict[str, str]) -> None:
        assert rider.post("/konto/schluessel", data=data).status_code == 422
        with portal.reading() as session:
            assert session.scalars(sa.select(AccessToken)).all() == []

    def test_twenty_are_enough(self, rider: FlaskClient) -> None:
        for number in range(20):
            assert (
                rider.post("/konto/schluessel", data={"name": f"{number}", "scope": "book"}).status_code
                == 200
            )
        full = rider.post("/konto/schluessel", data={"name": "noch einer", "scope": "book"})
        assert full.status_code == 409 and "schon 20 Schlüssel" in full.text


def test_no_mail_keeps_a_code_in_the_database(rider: FlaskClient, portal: Portal) -> None:
    booked(rider)
    with portal.reading() as session:
        (message,) = session.scalars(sa.select(OutboxMessage)).all()
    assert re.search(r"Absagecode \{Absagecode\}", message.body)
