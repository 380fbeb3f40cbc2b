"""The main menu: the pages a person may open, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_login import current_user

from web.access import is_open, rule_of

ENTRIES = (
    ("search.start", "Verbindung suchen"),
    ("journeys.mine", "Meine Fahrten"),
    ("wishes.mine", "Meine Gesuche"),
    ("offers.form", "Fahrt anbieten"),
    ("rides.mine", "Meine Angebote"),
    ("runs.planned", "BürgerBus"),
    ("timetables.versions", "Fahrplan"),
    ("calls.waiting", "Rückrufe"),
    ("reports.waiting", "Meldungen"),
    ("profile.mine", "Mein Konto"),
)
FOR_GUESTS = (
    ("account.log_in", "Anmelden"),
    ("account.register", "Registrieren"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    address: str
    is_here: bool


def menu() -> list[Entry]:
    """Entries whose access rule the person asking passes."""
    offered = ENTRIES if current_user.is_authenticated else ENTRIES + FOR_GUESTS
    return [
        Entry(label, url_for(endpoint), endpoint == request.endpoint)
        for endpoint, label in offered
        if is_open(rule_of(current_app, endpoint))
    ]
