"""Short messages as they leave the house: handed to a gateway on the web, or mailed to one that sends them on.

Which company delivers them is a matter of four settings (docs/settings.md): in address, headers and body
{number}, {digits}, {text} and {id} stand for what belongs to one message.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Protocol
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

from mitfahr.db.outbox import PORTAL, OutboxMessage
from mitfahr.delivery import MessageDelayed, MessageRefused, text_of
from mitfahr.domain.sms import plain
from mitfahr.download import USER_AGENT
from mitfahr.mail import Transport, transport_for
from mitfahr.settings import Settings, SettingsInvalid

TIMEOUT_S = 30
CHUNK, LONGEST_ANSWER = 1 << 12, 1 << 16
KEPT_OF_ANSWER = 300

NEVER = frozenset({400, 413, 422})
"""What gateways answer when this very message is wrong. Everything else may be mended: a wrong key, no credit."""

PLACEHOLDER = re.compile(r"\{(number|digits|text|id)\}")


@dataclass(frozen=True, slots=True)
class Sms:
    """`id` stays the same when the message is sent again, so that a gateway may know the repetition."""

    id: str
    number: str
    text: str

    def values(self) -> dict[str, str]:
        return {"number": self.number, "digits": self.number[1:], "text": self.text, "id": self.id}


class SmsGateway(Protocol):
    """Takes short messages for delivery; raises MessageRefused or MessageDelayed."""

    def send(self, sms: Sms) -> None: ...

    def close(self) -> None: ...


def compose_sms(
    message: OutboxMessage, base_url: str = PORTAL, secret_key: str = "", contact: str = ""
) -> Sms:
    """The short message of an outbox row; the last three: see `text_of`."""
    return Sms(message.id, message.recipient, plain(text_of(message, base_url, secret_key, contact)))


def gateway_for(settings: Settings) -> SmsGateway | None:
    """Where short messages go; None while SMS_URL is not set. Raises SettingsInvalid."""
    url = settings.sms_url
    if not url:
        return None
    if url.startswith("mailto:"):
        return MailGateway(url.removeprefix("mailto:"), transport_for(settings), settings.mail_from)
    return HttpGateway(url, settings.sms_body, settings.sms_headers, settings.sms_accepted)


class MailGateway:
    """Mails each message to an address made of its number; the company behind it sends it on."""

    def __init__(self, address: str, transport: Transport, sender: str) -> None:
        if not {"number", "digits"} & set(PLACEHOLDER.findall(address)) or "@" not in address:
            raise SettingsInvalid("SMS_URL: erwartet wird z. B. mailto:{number}@sms.example")
        self._address, self._transport, self._sender = address, transport, sender

    def send(self, sms: Sms) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = f"<{sms.id}@{self._sender.rpartition('@')[2].strip(' >')}>"
        mail["From"] = self._sender
        mail["To"] = _filled(self._address, sms.values())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(sms.text)
        self._transport.send(mail)

    def close(self) -> None:
        self._transport.close()


class HttpGateway:
    """One request for each message: POST where there is a body, else GET.

    A body that begins with { or [ is JSON, any other a form. `headers` has one "Name: value" a line; a user and
    password in the address become an Authorization header. Accepted is what is answered with 2xx and, where
    `accepted` is given, with a text in which that pattern is found.
    """

    def __init__(self, url: str, body: str = "", headers: str = "", accepted: str = "") -> None:
        self._headers = {"User-Agent": USER_AGENT, **_headers(headers)}
        self._url, login = _without_login(url)
        if login:
            self._headers["Authorization"] = f"Basic {login}"
        self._body = _body(body)
        self._accepted = _pattern(accepted)
        named = set(PLACEHOLDER.findall(f"{url} {body}"))
        if "text" not in named or not {"number", "digits"} & named:
            raise SettingsInvalid(
                "SMS_URL und SMS_BODY: {text} und {number} (oder {digits}) müssen darin vorkommen"
            )
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, sms: Sms) -> None:
        data, kind = self._body(sms.values()) if self._body else (None, None)
        request = urllib.request.Request(  # noqa: S310 (http or https, checked above)
            _filled(self._url, sms.values(), lambda value: quote(value, safe="")), data
        )
        if kind is not None:
            request.add_header("Content-Type", kind)
        for name, value in self._headers.items():
            request.add_header(name, _filled(value, sms.values()))
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                said = _read(answer) if self._accepted is not None else ""
        except urllib.error.HTTPError as error:
            with error:
                said = f"{error.code} {_read(error)}"[:KEPT_OF_ANSWER]
            raise (MessageRefused if error.code in NEVER else MessageDelayed)(said) from None
        except (OSError, http.client.HTTPException) as error:
            raise MessageDelayed(
                type(error).__name__
            ) from None  # its words may hold the address with its key
        if self._accepted is not None and not self._accepted.search(said):
            raise MessageDelayed(said[:KEPT_OF_ANSWER] or "leere Antwort")

    def close(self) -> None:
        """Nothing is held open."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Followed, a POST would become a GET without its message, and look as if it had been accepted."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


def _filled(
    template: str, values: Mapping[str, str], written: Callable[[str], str] = lambda value: value
) -> str:
    """In one pass: a {number} within the text of a message stays what somebody wrote."""
    return PLACEHOLDER.sub(lambda found: written(values[found[1]]), template)


def _body(template: str) -> Callable[[Mapping[str, str]], tuple[bytes, str]] | None:
    """What makes the body and its media type; None where there is none. Raises SettingsInvalid."""
    if not template:
        return None
    if template[0] not in "{[" or PLACEHOLDER.match(template):
        return lambda values: (
            _filled(template, values, quote_plus).encode(),
            "application/x-www-form-urlencoded",
        )
    try:
        tree = json.loads(template)
    except ValueError as error:
        raise SettingsInvalid(f"SMS_BODY: das JSON ist nicht lesbar ({error})") from error
    return lambda values: (json.dumps(_filled_in(tree, values)).encode(), "application/json")


def _filled_in(tree: Any, values: Mapping[str, str]) -> Any:
    match tree:
        case str():
            return _filled(tree, values)
        case list():
            return [_filled_in(part, values) for part in tree]
        case dict():
            return {name: _filled_in(part, values) for name, part in tree.items()}
    return tree


def _headers(lines: str) -> dict[str, str]:
    headers = {}
    for line in lines.splitlines():
        name, colon, value = line.partition(":")
        if not (colon and name.strip() and value.strip()):
            raise SettingsInvalid("SMS_HEADERS: erwartet wird je Zeile „Name: Wert“")
        headers[name.strip()] = value.strip()
    return headers


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise SettingsInvalid(f"SMS_ACCEPTED: das Muster ist nicht lesbar ({error})") from error


def _without_login(url: str) -> tuple[str, str]:
    """The address without user and password, and these two as HTTP wants them ("" where there are none)."""
    expected = "SMS_URL: erwartet wird https://… oder mailto:{number}@sms.example"
    try:
        parts = urlsplit(url)
        readable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    if not readable:
        raise SettingsInvalid(expected)
    login, at, host = parts.netloc.rpartition("@")
    encoded = base64.b64encode(unquote(login).encode()).decode() if at else ""
    return urlunsplit(parts._replace(netloc=host)), encoded


def _read(answer: Any) -> str:
    """Its beginning, and no longer than TIMEOUT_S: some servers answer a byte at a time."""
    parts, size, until_s = [], 0, time.monotonic() + TIMEOUT_S
    with suppress(OSError, http.client.HTTPException):  # cut off: what has come is the answer
        while size < LONGEST_ANSWER and time.monotonic() < until_s and (part := answer.read1(CHUNK)):
            parts.append(part)
            size += len(part)
    return b"".join(parts).decode(errors="replace")
