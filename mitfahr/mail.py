"""Mails as they leave the house: composed here, handed to an SMTP server or laid into a folder."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from mitfahr.calendar_file import addressed, as_text
from mitfahr.db.outbox import PORTAL, OutboxMessage
from mitfahr.delivery import MessageDelayed, MessageRefused, text_of
from mitfahr.settings import Settings, SettingsInvalid

TIMEOUT_S = 30


class Transport(Protocol):
    """Takes mails for delivery; raises MessageRefused or MessageDelayed."""

    def send(self, mail: EmailMessage) -> None: ...

    def close(self) -> None: ...


def compose(
    message: OutboxMessage, sender: str, base_url: str = PORTAL, secret_key: str = "", contact: str = ""
) -> EmailMessage:
    """The mail of an outbox row; composing it again gives the same Message-ID.

    The last three: see `text_of`.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2].strip(' >')}>"
    mail["Date"] = format_datetime(message.created_at)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Auto-Submitted"] = "auto-generated"  # holiday notices stay quiet
    mail.set_content(text_of(message, base_url, secret_key, contact))
    if message.calendar is not None:
        calendar = addressed(message.calendar, sender, base_url)
        mail.add_attachment(
            as_text(calendar),
            subtype="calendar",
            params={"method": str(calendar.get("method", "PUBLISH"))},
            filename="reise.ics",
        )
    return mail


def transport_for(settings: Settings) -> Transport:
    """The operator's mail server, or the folder while none is set. Raises SettingsInvalid."""
    return SmtpServer(settings.smtp_url) if settings.smtp_url else MailFolder(settings.mail_dir)


class MailFolder:
    """Writes `<Message-ID>.eml` files; sending one again overwrites it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: EmailMessage) -> None:
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        draft = self.folder / f".{name}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(mail.as_bytes())
            draft.rename(self.folder / f"{name}.eml")
        except OSError as error:
            raise MessageDelayed(str(error)) from error

    def close(self) -> None:
        """Nothing is held open."""


class SmtpServer:
    """One connection for many mails, opened when the first one comes.

    smtp:// encrypts as soon as the server offers it, and insists on that before it gives a password
    away; smtps:// encrypts from the first byte.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> None:
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            code, reply = next(iter(error.recipients.values()))
            raise _by_code(code, reply) from error
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            self.close()
            raise _by_code(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MessageDelayed(str(error) or type(error).__name__) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        host, tls = self._url.hostname or "", ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=TIMEOUT_S, context=tls
            )
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=tls)
            elif self._url.username:
                server.close()
                raise MessageDelayed("the server offers no encryption; the password was not sent")
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        port_is_readable = parts.port is None or parts.port > 0
    except ValueError:
        port_is_readable = False
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not port_is_readable:
        raise SettingsInvalid(
            "SMTP_URL: erwartet wird smtp://NUTZER:PASSWORT@mail.example:587 oder smtps://…"
        )
    return parts


def _by_code(code: int, reply: bytes | str) -> Exception:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return (MessageRefused if code >= 500 else MessageDelayed)(f"{code} {text}")
