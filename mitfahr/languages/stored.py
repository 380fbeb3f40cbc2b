"""Standard phrases that are kept in the database, or travel through the search, as German texts: a ride's
name, the area somebody comes from, the reason of a cancellation. They are said in the language of whoever
reads them; what people have written themselves stays as it is. Phrases without places only have to be marked
where they are made."""

from __future__ import annotations

import re

from mitfahr.languages.words import _, catalogue, marked

RIDE_WITH = marked("Fahrt mit %(name)s")
RIDE_OF_NOBODY = marked("Fahrt")
NEAR = marked("in der Nähe von %(stop)s")
CLOSED_ACCOUNT = marked("Das Konto wurde geschlossen.")
REPLACED = marked("Sie haben eine andere Verbindung gewählt.")
PLAN_CHANGED = marked("Die Dauerbuchung ist geändert.")
DUTY = marked("Dienst beim Verein")
NO_DRIVER_FOUND = marked("Es hat sich niemand gefunden, der fährt.")
NO_STREET = marked("Zwischen Start und Ziel haben wir keine Straße gefunden.")
PRICE_TOO_HIGH = marked("Ihr Preis ist höher, als das Gesetz an diesem Tag erlaubt.")
WOMEN_ONLY = marked("Fahrten nur für Frauen bieten nur Frauen an; das steht nicht mehr in Ihrem Konto.")
ALREADY_DRIVING = marked("Zu dieser Zeit fahren Sie schon: %(ride)s.")
OTHER_CLOCK = marked(
    "Die Zeiten dieses Fahrplans gelten für die Zeitzone %(zone)s, die der anderen Quellen für %(others)s. Fahrpläne mit verschiedenen Uhrzeiten lassen sich nicht zusammenführen."
)
STOP_GONE = marked("Die Haltestelle %(stop)s gibt es im Fahrplan nicht mehr.")
SOURCE_SILENT = marked("Der Server ist nicht erreichbar (%(reason)s).")
SOURCE_ANSWERS = marked("Der Server antwortet mit %(status)s.")
SOURCE_SLOW = marked("Der Server hat nicht schnell genug geantwortet.")
SOURCE_TOO_LARGE = marked("Die Antwort ist größer als %(mb)s Megabyte (Einstellung REALTIME_LIMIT_MB).")
FILE_TOO_LARGE = marked("Die Datei ist größer als %(mb)s Megabyte (Einstellung UPLOAD_LIMIT_MB).")
FILE_CUT_OFF = marked("Die Datei ist nicht vollständig angekommen.")
FETCH_INTERRUPTED = marked("Der Abruf wurde unterbrochen (Neustart oder Abbruch).")
SOURCE_FILE = marked("Die Datei kann nicht gelesen werden (%(reason)s).")
SOURCE_UNREADABLE = marked(
    "Das ist keine vollständige GTFS-Realtime-Nachricht. Bitte prüfen Sie die Adresse; vielleicht zeigt der Server eine Fehlerseite."
)
SOURCE_DIFFERENTIAL = marked(
    "Die Quelle sendet nur Änderungen (DIFFERENTIAL). Das Portal braucht vollständige Nachrichten (FULL_DATASET). Bitte fragen Sie den Herausgeber nach einer solchen Adresse."
)
SOURCE_PUZZLES = marked(
    "Die Nachricht konnte nicht verarbeitet werden. Bitte geben Sie das der Betreuung des Portals weiter."
)

_PHRASES = (
    RIDE_WITH,
    NEAR,
    ALREADY_DRIVING,
    OTHER_CLOCK,
    STOP_GONE,
    SOURCE_SILENT,
    SOURCE_ANSWERS,
    SOURCE_TOO_LARGE,
    FILE_TOO_LARGE,
    SOURCE_FILE,
)
_PATTERNS = [
    (phrase, re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(phrase)))) for phrase in _PHRASES
]


def said(text: str) -> str:
    """A stored text in the current language."""
    for phrase, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _(phrase, **{name: said(value) for name, value in match.groupdict().items()})
    return catalogue().gettext(text) if text else text
