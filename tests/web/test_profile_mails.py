"""Somebody chooses the reminders they want."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.people import Person
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.roles import Role
from web.portal import Portal

PAGE = "/konto/mails"


def test_reminders_are_chosen(client_as: Callable[[Role], FlaskClient], portal: Portal) -> None:
    client = client_as(Role.RESIDENT)
    assert client.get(PAGE).text.count(" checked") == 2
    for wanted in ([Reminder.SOON], []):
        assert client.post(PAGE, data={"reminders": [one.value for one in wanted]}).location == "/konto"
        with portal.reading() as session:
            assert session.scalars(select(Person)).one().wanted_reminders == set(wanted)
        assert client.get(PAGE).text.count(" checked") == len(wanted)
    assert client.post(PAGE, data={"reminders": "never"}).status_code == 422
