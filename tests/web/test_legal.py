"""Anybody can tell the operator about a barrier; programs and second clicks do not fill the mailbox."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.services.send_feedback import MAX_PER_HOUR
from mitfahr.settings import Settings
from tests.web.conftest import NOW
from web.app import create_app
from web.portal import EXTENSION, Portal

PAGE = "/barriere-melden"


@pytest.fixture
def told(settings: Settings, sqlite_url: str) -> FlaskClient:
    """A portal whose operator has an address."""
    return create_app(
        replace(settings, database_url=sqlite_url, operator_email="portal@example.org")
    ).test_client()


def filled(client: FlaskClient, **more: str) -> dict[str, str]:
    """The form as somebody without cookies sends it a while later."""
    started = re.search(r'name="started" value="([^"]+)"', client.get(PAGE).text)
    assert started is not None
    return {"words": "Der Knopf ist zu klein.", "started": started[1]} | more


def mails(client: FlaskClient) -> list[OutboxMessage]:
    portal: Portal = client.application.extensions[EXTENSION]
    with portal.reading() as session:
        return list(session.scalars(select(OutboxMessage)))


def test_a_message_becomes_one_mail_however_often_it_is_sent(told: FlaskClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        form = filled(told, page="Suche", answer_to="erika@example.org")
        clock.shift(20)
        for _ in range(2):
            assert told.post(PAGE, data=form).location == "/barrierefreiheit"
    (mail,) = mails(told)
    assert mail.recipient == "portal@example.org"
    for words in ("Der Knopf ist zu klein.", "Seite: Suche", "Antwort an: erika@example.org"):
        assert words in mail.body


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"website": "http://spam.example"}, {"started": "geraten"}, {"words": "x" * 4001}],
)
def test_what_is_wrong_is_said_at_its_field(told: FlaskClient, wrong: dict[str, str]) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        form = filled(told, **wrong)
        clock.shift(20)
        answer = told.post(PAGE, data=form)
    assert answer.status_code == 422 and 'id="fehler"' in answer.text
    assert mails(told) == []


def test_faster_than_anybody_types_is_not_sent(told: FlaskClient) -> None:
    with time_machine.travel(NOW, tick=False):
        assert told.post(PAGE, data=filled(told)).status_code == 422
    assert mails(told) == []


def test_nobody_buries_the_operator(told: FlaskClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        forms = [filled(told) for _ in range(MAX_PER_HOUR + 1)]
        clock.shift(20)
        answers = [told.post(PAGE, data=form).status_code for form in forms]
        assert answers == [302] * MAX_PER_HOUR + [429]
        clock.shift(3601)
        assert told.post(PAGE, data=forms[-1]).status_code == 302


def test_without_an_address_there_is_no_form(client: FlaskClient) -> None:
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get("/barrierefreiheit").text


def test_the_statement_says_what_the_law_asks_for(told: FlaskClient) -> None:
    page = told.get("/barrierefreiheit").text
    for words in (
        "BfWebG",
        "teilweise vereinbar",
        "Durchsetzungsstelle",
        "Archivstraße 1",
        "am 23.11.2026 geprüft",
        PAGE,
    ):
        assert words in page
