"""What the command line says when something is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DatabaseError, OperationalError

from mitfahr.domain import errors
from mitfahr.fetch_message import FetchFailed
from mitfahr.settings import SettingsInvalid
from routing.errors import QueryInvalid, RoutingError, SnapshotUnreadable


def _database(error: DatabaseError) -> str:
    reason = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    return f"Die Datenbank ist nicht erreichbar oder nicht lesbar ({reason[0]})"


def _always(text: str) -> Callable[[Any], str]:
    return lambda _error: text


SENTENCES: dict[type[Exception], Callable[[Any], str]] = {
    SettingsInvalid: str,
    OperationalError: _database,
    errors.NothingServes: _always(
        "Es gilt noch kein Fahrplan, oder seine Dateien sind beschädigt. "
        "Bitte zuerst einen einlesen: mitfahr import gtfs DATEI"
    ),
    errors.FileTooLarge: lambda e: f"Die Datei ist größer als {e.limit_mb} MB (Einstellung UPLOAD_LIMIT_MB)",
    errors.FileUnreadable: lambda e: f"{e.source} kann nicht gelesen werden: {e.reason}",
    errors.NotYetValid: lambda e: (
        f"Dieser Fahrplan gilt erst ab {e.first_day:%d.%m.%Y}, der jetzige gilt noch. "
        "Er ist gebaut; bitte auf der Seite /fahrplan für seinen ersten Tag planen"
    ),
    errors.LossesHeld: lambda e: (
        f"{e.number} Linien oder Gemeinden verlieren viele Fahrten. Wer das geprüft hat, bestätigt es mit Namen: "
        "--confirm „Vorname Nachname“, oder auf der Seite /fahrplan"
    ),
    errors.NameDiffers: _always("Zum Bestätigen wird ein Name gebraucht"),
    errors.SecondPersonNeeded: _always(
        "Vier-Augen-Prinzip (TIMETABLE_FOUR_EYES): Er ist gebaut; zwei Menschen mit Konto schalten ihn auf der Seite /fahrplan"
    ),
    errors.NotSwitchable: lambda e: f"Dieser Stand kann nicht gelten (Zustand: {e.state})",
    errors.NothingToRollBackTo: _always("Vor diesem Fahrplan hat kein anderer gegolten"),
    errors.SourceNameTaken: lambda e: f"Es gibt schon eine Quelle mit dem Namen {e.name}",
    errors.SourceAddressInvalid: lambda e: (
        f"{e.address} ist weder eine Adresse mit http:// oder https:// noch eine Datei"
    ),
    errors.FeedNeeded: lambda e: f"{e.name} ist die einzige Quelle, aus der der geltende Fahrplan kommt",
    FetchFailed: str,
    errors.Unknown: lambda e: f"Nicht gefunden: {e.key}",
    errors.NameMissing: _always("Vor- und Nachname sind nötig und haben je höchstens 80 Zeichen"),
    errors.EmailInvalid: lambda e: f"{e.email!r} ist keine E-Mail-Adresse",
    errors.EmailTaken: lambda e: f"Zu {e.email} gibt es schon ein Konto",
    errors.PhoneInvalid: lambda e: f"{e.phone!r} ist keine Telefonnummer",
    errors.PasswordUnfit: lambda e: f"Das Passwort braucht {e.shortest} bis {e.longest} Zeichen",
    errors.LastAdmin: _always("Mindestens eine Person muss die Rolle admin behalten"),
    QueryInvalid: lambda e: f"So kann nicht gesucht werden: {e}",
    SnapshotUnreadable: lambda e: f"Beschädigte Dateien: {e}",
    RoutingError: str,
}


def sentence(error: Exception) -> str | None:
    """The German sentence for an error that is not a programming mistake."""
    if type(error) is DatabaseError:  # not its kinds: most of them are our mistakes
        return _database(error)
    for kind in type(error).__mro__:
        if kind in SENTENCES:
            return SENTENCES[kind](error)
    return None
