"""The page of the outbox: what became of messages without anybody's address, and what was refused once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from mitfahr.db.outbox import OutboxMessage, queue_mail, queue_sms
from mitfahr.domain.roles import Role
from web.portal import Portal

NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)


def fill(portal: Portal) -> None:
    """Two that were refused, one of them long ago; one that waits after a delay; one that has left."""
    with portal.writing.begin() as session:
        mail = queue_mail(session, "anna.berg@example.org", "Ihre Buchung", "Der Code: 123456", NOW - HOUR)
        mail.given_up_at, mail.attempts = NOW - HOUR, 3
        mail.last_error = "550 <anna.berg@example.org>: no such user, call +49 3521 725"
        old = queue_sms(session, "0171 2345678", "Ihr Code: 654321", NOW - 9 * 24 * HOUR)
        old.given_up_at = NOW - 9 * 24 * HOUR
        late = queue_sms(session, "0160 1234567", "Der Bus kommt später", NOW - HOUR)
        late.attempts, late.next_try_at, late.last_error = 1, NOW + HOUR, "503 busy"
        sent = queue_mail(session, "otto@example.net", "Hallo", "Text", NOW - HOUR)
        sent.sent_at = NOW - HOUR


def given_up(portal: Portal) -> list[str]:
    with portal.reading() as session:
        return list(
            session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.given_up_at.is_not(None)))
        )


def test_it_tells_what_became_of_messages_and_nobodys_address(
    portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    fill(portal)
    dispatcher = client_as(Role.DISPATCHER)
    open_ = dispatcher.get("/postausgang").text
    assert "E-Mail an …@example.org" in open_ and "SMS an …4567" in open_ and "SMS an …5678" in open_
    assert "550 &lt;…@example.org&gt;: no such user, call …" in open_ and "example.net" not in open_
    assert not any(word in open_ for word in ("anna", "0171", "171234", "123456", "654321", "Ihre Buchung"))
    sent = dispatcher.get("/postausgang?zustand=gesendet&weg=mail").text
    assert "…@example.net" in sent and "…@example.org" not in sent and "Noch einmal" not in sent
    assert dispatcher.get("/postausgang?zustand=quatsch&weg=taube").status_code == 200


def test_what_was_refused_these_days_is_sent_once_more(
    portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    fill(portal)
    admin = client_as(Role.ADMIN)
    assert admin.get("/postausgang").text.count('aria-label="Noch einmal versuchen, ') == 1
    done = admin.post("/postausgang/noch-einmal", data={}, follow_redirects=True).text
    assert "gleich noch einmal mit einer Nachricht" in done
    assert given_up(portal) == ["+491712345678"]  # nine days old: it speaks of what is over
    with portal.reading() as session:
        mail = session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.recipient == "anna.berg@example.org")
        ).one()
        assert (mail.attempts, mail.next_try_at <= dt.datetime.now(dt.UTC)) == (0, True)
    again = admin.post("/postausgang/noch-einmal", data={"message": mail.id}, follow_redirects=True).text
    assert "Es gibt keine Nachricht, die noch einmal gesendet werden kann." in again
