"""What the command line says when something is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import OperationalError

from mitfahr.domain import errors
from mitfahr.settings import SettingsInvalid
from routing.errors import OutsideTimetable, QueryInvalid, RoutingError, SnapshotUnreadable


def _always(text: str) -> Callable[[Any], str]:
    return lambda _error: text


SENTENCES: dict[type[Exception], Callable[[Any], str]] = {
    SettingsInvalid: str,
    OperationalError: lambda e: (
        f"Die Datenbank ist nicht erreichbar oder nicht lesbar ({_first_line(e.orig)})"
    ),
    errors.NothingServes: _always(
        "Es gilt noch kein Fahrplan, oder seine Dateien sind beschädigt. "
        "Bitte zuerst einen einlesen: mitfahr import gtfs DATEI"
    ),
    errors.FileTooLarge: lambda e: f"Die Datei ist größer als {e.limit_mb} MB (Einstellung UPLOAD_LIMIT_MB)",
    errors.FileUnreadable: lambda e: f"{e.source} kann nicht gelesen werden: {e.reason}",
    errors.NotSwitchable: lambda e: f"Dieser Stand kann nicht gelten (Zustand: {e.state})",
    errors.NothingToRollBackTo: _always("Vor diesem Fahrplan hat kein anderer gegolten"),
    errors.Unknown: lambda e: f"Nicht gefunden: {e.key}",
    errors.NameMissing: _always("Vor- und Nachname sind nötig und haben je höchstens 80 Zeichen"),
    errors.EmailInvalid: lambda e: f"{e.email!r} ist keine E-Mail-Adresse",
    errors.EmailTaken: lambda e: f"Zu {e.email} gibt es schon ein Konto",
    errors.PhoneInvalid: lambda e: f"{e.phone!r} ist keine Telefonnummer",
    errors.PasswordUnfit: lambda e: f"Das Passwort braucht {e.shortest} bis {e.longest} Zeichen",
    errors.LastAdmin: _always("Mindestens eine Person muss die Rolle admin behalten"),
    OutsideTimetable: _always("Für diesen Tag gibt es keinen Fahrplan"),
    QueryInvalid: lambda e: f"So kann nicht gesucht werden: {e}",
    SnapshotUnreadable: lambda e: f"Beschädigte Dateien: {e}",
    RoutingError: str,
}


def sentence(error: Exception) -> str | None:
    """The German sentence for an error that is not a programming mistake."""
    for kind in type(error).__mro__:
        if kind in SENTENCES:
            return SENTENCES[kind](error)
    return None


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
