"""Somebody chooses the mails they want."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.people import Person
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.roles import Role
from web.portal import Portal

PAGE = "/konto/mails"


def test_mails_are_chosen(client_as: Callable[[Role], FlaskClient], portal: Portal) -> None:
    client = client_as(Role.RESIDENT)
    assert client.get(PAGE).text.count(" checked") == 4
    for reminders, others in (([Reminder.SOON], [OptionalMail.RATING]), ([], [])):
        chosen = {"reminders": [*reminders], "others": [*others]}
        assert client.post(PAGE, data=chosen).location == "/konto"
        with portal.reading() as session:
            person = session.scalars(select(Person)).one()
        assert (person.wanted_reminders, person.wanted_mails) == (set(reminders), set(others))
        assert client.get(PAGE).text.count(" checked") == len(reminders + others)
    assert client.post(PAGE, data={"reminders": "never"}).status_code == 422
