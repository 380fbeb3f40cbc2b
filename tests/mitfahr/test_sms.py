"""Short messages against a real web server, a real SMTP server and both databases."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from mitfahr.cli import main
from mitfahr.db.outbox import CONTACT, PORTAL, OutboxMessage, queue_mail, queue_sms
from mitfahr.db.session import readers, sessions
from mitfahr.domain.channels import Channel
from mitfahr.domain.errors import PhoneInvalid
from mitfahr.domain.phone_numbers import international, takes_sms
from mitfahr.domain.sms import parts, plain
from mitfahr.mail import SmtpServer
from mitfahr.services.send_outbox import LEASE, NO_GATEWAY, PAUSES, send_outbox
from mitfahr.settings import Settings, SettingsInvalid
from mitfahr.sms import HttpGateway, Sms, SmsGateway, gateway_for
from tests.mitfahr.test_outbox import NOW, SENDER, Inbox, at, inbox, smtp_url

__all__ = ["inbox", "smtp_url"]  # fixtures

JSON = '{"messages": [{"to": "{number}", "text": "{text}", "ref": "{id}"}]}'
NUMBER = "0171 234 56 78"
TEXT = 'Sie fahren um 8:00 Uhr ab „Markt" & zurück: {number} \\ ja?'


class Gateway(ThreadingHTTPServer):
    """A web server that writes down what it gets and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, answer = self.server.answers.pop(0) if self.server.answers else (200, "")
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        self.wfile.write(answer.encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def queue(database: Engine, *numbers: str, text: str = TEXT) -> None:
    with sessions(database).begin() as session:
        for number in numbers:
            queue_sms(session, number, text, NOW)


def send(database: Engine, sms: SmsGateway | None, moment: dt.datetime = NOW) -> int:
    nobody = SmtpServer("smtp://127.0.0.1:9")
    return send_outbox(
        sessions(database), nobody, SENDER, at(moment), "https://fahr.example", "", "03521 725", sms
    )


def rows(database: Engine) -> list[OutboxMessage]:
    with readers(database)() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.recipient)))


def test_json_a_form_and_an_address_are_filled_in_whatever_the_text_holds(gateway: Gateway) -> None:
    sms = Sms("abc123", "+491712345678", TEXT)
    HttpGateway(gateway.url, JSON, "X-Api-Key: geheim\nIdempotency-Key: {id}").send(sms)
    HttpGateway(gateway.url.replace("//", "//portal:p%40ss@"), "to={digits}&text={text}").send(sms)
    HttpGateway(f"{gateway.url}/senden?to={{number}}&text={{text}}").send(sms)
    (_, _, headers, as_json), (method, _, login, form), (got, path, _, _) = gateway.asked
    assert json.loads(as_json) == {"messages": [{"to": "+491712345678", "text": TEXT, "ref": "abc123"}]}
    assert (headers["X-Api-Key"], headers["Idempotency-Key"]) == ("geheim", "abc123")
    assert headers["Content-Type"] == "application/json"
    assert (method, parse_qs(form)) == ("POST", {"to": ["491712345678"], "text": [TEXT]})
    assert login["Authorization"] == f"Basic {base64.b64encode(b'portal:p@ss').decode()}"
    assert (got, parse_qs(urlsplit(path).query)) == ("GET", {"to": ["+491712345678"], "text": [TEXT]})


def test_a_message_leaves_once_with_what_only_the_sender_knows(database: Engine, gateway: Gateway) -> None:
    queue(database, NUMBER, text=f"Gebucht – {PORTAL}/reise\n\nFragen? {CONTACT}")
    assert send(database, HttpGateway(gateway.url, JSON)) == 1
    assert send(database, HttpGateway(gateway.url, JSON)) == 0
    (asked,) = gateway.asked
    (message,) = json.loads(asked[3])["messages"]
    assert message["text"] == "Gebucht - https://fahr.example/reise\nFragen? 03521 725"
    (row,) = rows(database)
    assert (row.channel, row.recipient, row.sent_at) == (Channel.SMS, "+491712345678", NOW)
    assert message["ref"] == row.id


def test_a_gateway_that_fails_delays_its_own_channel_only(
    database: Engine, gateway: Gateway, smtp_url: str, inbox: Inbox
) -> None:
    queue(database, NUMBER, "+420 601 234 567")
    with sessions(database).begin() as session:
        queue_mail(session, "anna@example.org", "Ihre Buchung", "Grüße\n", NOW)
    gateway.answers = [(401, "wrong key")]
    sms = HttpGateway(gateway.url, JSON)
    assert send_outbox(sessions(database), SmtpServer(smtp_url), SENDER, at(NOW), sms=sms) == 1
    assert len(gateway.asked) == 1 and len(inbox.mails) == 1  # the second number lost no attempt
    (delayed,) = [row for row in rows(database) if row.last_error]
    assert (delayed.last_error, delayed.next_try_at) == ("401 wrong key", NOW + PAUSES[0])
    assert send(database, sms, NOW + PAUSES[0]) == 2


def test_what_is_refused_is_given_up_and_what_is_unclear_is_tried_again(
    database: Engine, gateway: Gateway
) -> None:
    queue(database, NUMBER)
    accepted = HttpGateway(gateway.url, JSON, accepted='"ok": ?true')
    gateway.answers = [(200, '{"ok": false}'), (302, ""), (200, ""), (200, '{"ok":true}')]
    moment = NOW
    for pause, said in zip(PAUSES[:3], ('{"ok": false}', "302 ", "leere Antwort"), strict=True):
        assert send(database, accepted, moment) == 0
        assert rows(database)[0].last_error == said
        moment += pause
    assert send(database, accepted, moment) == 1
    queue(database, "0049 160 1234567")
    gateway.answers = [(400, "no such number")]
    assert send(database, accepted, moment) == 0
    assert rows(database)[0].given_up_at == moment


def test_after_a_crash_the_id_says_that_it_is_the_same_one(database: Engine, gateway: Gateway) -> None:
    queue(database, NUMBER)

    class DiesAfter(HttpGateway):
        def send(self, sms: Sms) -> None:
            super().send(sms)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(database, DiesAfter(gateway.url, JSON))
    assert send(database, HttpGateway(gateway.url, JSON), NOW + LEASE) == 1
    first, second = (json.loads(body)["messages"][0]["ref"] for _, _, _, body in gateway.asked)
    assert first == second


def test_without_a_gateway_nothing_is_promised_and_nothing_waits(
    database: Engine, settings: Settings
) -> None:
    assert gateway_for(settings) is None and not settings.sends_sms
    queue(database, NUMBER)
    assert send(database, None) == 0
    assert [(row.given_up_at, row.last_error) for row in rows(database)] == [(NOW, NO_GATEWAY)]


def test_a_gateway_that_reads_mail_gets_number_and_text(
    database: Engine, tmp_path: Path, smtp_url: str, inbox: Inbox
) -> None:
    settings = Settings.from_env(
        {
            "MITFAHR_DATA_DIR": str(tmp_path),
            "SMTP_URL": smtp_url,
            "SMS_URL": "mailto:{digits}@sms.example",
            "MAIL_FROM": SENDER,
        }
    )
    queue(database, NUMBER, text="Grüße aus Großenhain")
    assert send(database, gateway_for(settings)) == 1
    (mail,) = inbox.mails
    assert mail["To"] == "491712345678@sms.example"
    assert mail["Message-ID"] == f"<{rows(database)[0].id}@landkreis.example>"
    assert mail.get_content().strip() == "Grüße aus Großenhain"


@pytest.mark.parametrize(
    ("named", "settings"),
    [
        ("SMS_URL", {"SMS_URL": "sms.example"}),
        ("SMS_URL", {"SMS_URL": "https://sms.example:viel/?{number}{text}"}),
        ("SMS_URL", {"SMS_URL": "mailto:sms@sms.example"}),
        ("SMS_BODY", {"SMS_URL": "https://sms.example", "SMS_BODY": '{"to": "{number}", "text": {text}}'}),
        ("SMS_BODY", {"SMS_URL": "https://sms.example", "SMS_BODY": "to={number}"}),
        ("SMS_HEADERS", {"SMS_URL": "https://sms.example/?{number}{text}", "SMS_HEADERS": "geheim"}),
        ("SMS_ACCEPTED", {"SMS_URL": "https://sms.example/?{number}{text}", "SMS_ACCEPTED": "(ok"}),
    ],
)
def test_what_cannot_be_used_is_said_at_the_start(
    tmp_path: Path, named: str, settings: dict[str, str]
) -> None:
    with pytest.raises(SettingsInvalid, match=named):
        gateway_for(Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path), **settings}))


@pytest.mark.parametrize(
    ("written", "number", "mobile"),
    [
        ("0171 234 56 78", "+491712345678", True),
        ("+49 (0) 171/2345678", "+491712345678", True),
        ("0049-3521-7250", "+4935217250", False),
        ("+48 601 234 567", "+48601234567", True),
        ("7250", None, False),
        ("0171", None, False),
        (None, None, False),
    ],
)
def test_numbers_are_understood_as_people_write_them(
    written: str | None, number: str | None, mobile: bool
) -> None:
    assert (international(written), takes_sms(written)) == (number, mobile)


def test_a_number_that_rings_nowhere_is_not_queued(database: Engine) -> None:
    with pytest.raises(PhoneInvalid), sessions(database).begin() as session:
        queue_sms(session, "7250", "Hallo", NOW)


def test_what_a_text_costs() -> None:
    assert [parts("ä" * 160), parts("ä" * 161), parts("€" * 80), parts("€" * 81)] == [1, 2, 1, 2]
    assert [parts("ž" * 70), parts("ž" * 71), parts("ж" * 135)] == [1, 2, 3]
    assert parts(plain("Lommatzsch → Meißen – „Markt“…")) == 1


def test_the_command_tells_what_became_of_messages_and_nobodys_number(
    database: Engine, database_url: str, gateway: Gateway, tmp_path: Path
) -> None:
    queue(database, NUMBER, text="Ihr Code: 123456")
    gateway.answers = [(400, "not reachable")]
    assert send(database, HttpGateway(gateway.url, JSON)) == 0
    with sessions(database).begin() as session:
        queue_mail(session, "anna@example.org", "Ihre Buchung", "Grüße\n", NOW)
    environ = {"MITFAHR_DATA_DIR": str(tmp_path), "DATABASE_URL": database_url, "COLUMNS": "200"}
    everything = CliRunner().invoke(main, ["outbox"], env=environ)
    assert everything.exit_code == 0, everything.output
    assert "…@example.org" in everything.output and "aufgegeben" in everything.output
    assert "…5678" in everything.output and "400 not reachable" in everything.output
    assert not any(word in everything.output for word in ("anna", "171", "123456"))
    waiting = CliRunner().invoke(main, ["outbox", "--sms", "--failed", "--limit", "1"], env=environ)
    assert "…5678" in waiting.output and "example.org" not in waiting.output
