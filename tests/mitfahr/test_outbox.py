"""The outbox against a real SMTP server and on both databases."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import multiprocessing
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy.engine import Engine

from mitfahr.db.base import engine_for
from mitfahr.db.outbox import CONTACT, OutboxMessage, queue_mail
from mitfahr.db.session import readers, sessions
from mitfahr.mail import MailFolder, SmtpServer, compose, transport_for
from mitfahr.services.send_outbox import LEASE, PAUSES, send_outbox
from mitfahr.settings import Settings, SettingsInvalid

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
SENDER = "Mitfahrportal <portal@landkreis.example>"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nSUMMARY:Fahrt nach Meißen\r\nEND:VCALENDAR\r\n"


class Inbox:
    """What an SMTP server accepted; `reply_to` may answer otherwise for an address."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.reply_to: dict[str, str] = {}

    async def handle_RCPT(
        self, server: Any, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.reply_to:
            return self.reply_to[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: SmtpSession, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp_url(inbox: Inbox) -> Iterator[str]:
    server = Controller(inbox, hostname="127.0.0.1", port=_free_port())
    server.start()
    yield f"smtp://127.0.0.1:{server.port}"
    server.stop()


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def queue(database: Engine, *recipients: str) -> None:
    with sessions(database).begin() as session:
        for recipient in recipients:
            queue_mail(session, recipient, "Ihre Buchung\nfür Meißen", "Grüße aus Meißen\n", NOW, CALENDAR)


def rows(database: Engine) -> list[OutboxMessage]:
    with readers(database)() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.recipient)))


def test_a_mail_arrives_once_and_whole(database: Engine, smtp_url: str, inbox: Inbox) -> None:
    queue(database, "anna@example.org")
    for _ in range(2):
        send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW))
    (mail,) = inbox.mails
    (row,) = rows(database)
    assert mail["Message-ID"] == f"<{row.id}@landkreis.example>"
    assert mail["To"] == "anna@example.org"
    assert mail["Subject"] == "Ihre Buchung für Meißen"
    body, calendar = mail.get_body(), next(mail.iter_attachments())
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Grüße aus Meißen\n"
    assert calendar.get_content_type() == "text/calendar"
    assert "SUMMARY:Fahrt nach Meißen" in calendar.get_content()
    assert row.sent_at == NOW


def test_what_is_rolled_back_is_never_sent(database: Engine, smtp_url: str, inbox: Inbox) -> None:
    with pytest.raises(RuntimeError), sessions(database).begin() as session:
        queue_mail(session, "anna@example.org", "x", "y", NOW)
        raise RuntimeError("the booking failed")
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW)) == 0
    assert inbox.mails == []


def test_a_server_that_is_down_costs_time_and_no_mail(database: Engine, inbox: Inbox) -> None:
    queue(database, "anna@example.org", "berta@example.org")
    port = _free_port()
    nobody = SmtpServer(f"smtp://127.0.0.1:{port}")
    assert send_outbox(sessions(database), nobody, SENDER, at(NOW)) == 0
    assert [row.attempts for row in rows(database)].count(1) == 1  # the other one lost no attempt
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert send_outbox(sessions(database), nobody, SENDER, at(NOW)) == 1
        assert send_outbox(sessions(database), nobody, SENDER, at(NOW + PAUSES[0])) == 1
    finally:
        server.stop()
    assert len(inbox.mails) == 2


def test_refused_for_good_is_given_up_and_keeps_nobody_waiting(
    database: Engine, smtp_url: str, inbox: Inbox
) -> None:
    inbox.reply_to["anna@example.org"] = "550 no such user"
    queue(database, "anna@example.org", "berta@example.org")
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW)) == 1
    anna, berta = rows(database)
    assert anna.given_up_at == NOW
    assert anna.last_error == "550 no such user"
    assert berta.sent_at == NOW


def test_a_message_that_makes_no_mail_is_given_up(database: Engine, smtp_url: str, inbox: Inbox) -> None:
    queue(database, "anna@example.org\nBcc: alle@example.org", "berta@example.org")
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW)) == 1
    assert [mail["To"] for mail in inbox.mails] == ["berta@example.org"]
    assert rows(database)[0].given_up_at == NOW


def test_pauses_grow_and_end(database: Engine, smtp_url: str, inbox: Inbox) -> None:
    inbox.reply_to["anna@example.org"] = "450 try later"
    queue(database, "anna@example.org")
    moment = NOW
    for pause in PAUSES:
        send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(moment))
        (row,) = rows(database)
        assert row.next_try_at == moment + pause
        send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(moment + pause / 2))
        moment += pause
    send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(moment))
    (row,) = rows(database)
    assert row.attempts == len(PAUSES) + 1
    assert row.given_up_at == moment


def test_two_workers_send_each_mail_once(database_url: str, smtp_url: str, inbox: Inbox) -> None:
    database = engine_for(database_url)
    queue(database, *(f"person{number:02}@example.org" for number in range(30)))
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_send_all, args=(database_url, smtp_url)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(mail["To"] for mail in inbox.mails) == [f"person{n:02}@example.org" for n in range(30)]
    assert all(row.sent_at is not None and row.attempts == 1 for row in rows(database))
    database.dispose()


def test_after_a_crash_the_lease_lapses_and_the_id_stays(
    database: Engine, smtp_url: str, inbox: Inbox
) -> None:
    queue(database, "anna@example.org")
    with pytest.raises(KeyboardInterrupt):
        send_outbox(sessions(database), _DiesAfter(SmtpServer(smtp_url)), SENDER, at(NOW))
    before = NOW + LEASE - dt.timedelta(seconds=1)
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(before)) == 0
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW + LEASE)) == 1
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_password_is_never_sent_unencrypted(database: Engine, inbox: Inbox) -> None:
    seen: list[object] = []

    def watch(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append(data)
        return AuthResult(success=isinstance(data, LoginPassword))

    server = Controller(
        inbox, hostname="127.0.0.1", port=_free_port(), authenticator=watch, auth_require_tls=False
    )
    server.start()
    try:
        queue(database, "anna@example.org")
        url = f"smtp://portal:geheim@127.0.0.1:{server.port}"
        assert send_outbox(sessions(database), SmtpServer(url), SENDER, at(NOW)) == 0
    finally:
        server.stop()
    assert seen == []
    assert rows(database)[0].sent_at is None


def test_without_a_server_mails_become_files(database: Engine, settings: Settings) -> None:
    queue(database, "anna@example.org", "berta@example.org")
    assert send_outbox(sessions(database), transport_for(settings), settings.mail_from, at(NOW)) == 2
    files = sorted(settings.mail_dir.iterdir())
    assert {file.stem for file in files} == {row.id for row in rows(database)}
    mail = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == "Ihre Buchung für Meißen"


def test_a_full_disk_delays(database: Engine, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    queue(database, "anna@example.org")
    assert send_outbox(sessions(database), MailFolder(blocked / "mail"), SENDER, at(NOW)) == 0
    assert rows(database)[0].next_try_at == NOW + PAUSES[0]


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://mail.example:viel", "mail.example"]
)
def test_an_unreadable_server_address_is_said_at_once(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="SMTP_URL"):
        SmtpServer(url)


class _DiesAfter:
    """A worker that is killed when the server has said yes and we have not written it down."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    def send(self, mail: EmailMessage) -> None:
        self.server.send(mail)
        raise KeyboardInterrupt

    def close(self) -> None:
        self.server.close()


def _send_all(database_url: str, smtp_url: str) -> None:
    send_outbox(sessions(engine_for(database_url)), SmtpServer(smtp_url), SENDER, at(NOW))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_every_mail_says_how_to_reach_the_operator_where_that_is_known(database: Engine) -> None:
    with sessions(database).begin() as session:
        body = f"Guten Tag,\n\nHallo.\n\nFragen? {CONTACT}\n\nIhr Mitfahrportal\n"
        message = queue_mail(session, "erika@example.org", "Hallo", body, NOW)
    reached = compose(message, SENDER, contact="03521 725-0 (Mo bis Fr 8 bis 16 Uhr)")
    assert "Fragen? 03521 725-0 (Mo bis Fr 8 bis 16 Uhr)" in reached.get_content()
    nobody = compose(message, SENDER).get_content()
    assert "Fragen" not in nobody and "Hallo.\n\nIhr Mitfahrportal" in nobody.replace("\r\n", "\n")
