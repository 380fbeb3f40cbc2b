"""The menus: the pages a person may open, in this order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_login import current_user

from mitfahr.languages import lazy
from web.access import is_open, rule_of

ENTRIES = (
    ("search.start", lazy("Verbindung suchen")),
    ("stops.all", lazy("Abfahrten")),
    ("notices.all", lazy("Hinweise")),
    ("journeys.mine", lazy("Meine Fahrten")),
    ("wishes.mine", lazy("Meine Gesuche")),
    ("offers.form", lazy("Fahrt anbieten")),
    ("rides.mine", lazy("Meine Angebote")),
    ("runs.planned", lazy("BürgerBus")),
    ("driving.mine", lazy("Fahrdienst")),
    ("organisations.mine", lazy("Verein")),
    ("timetables.versions", lazy("Fahrplan")),
    ("local.all", lazy("Örtliche Angaben")),
    ("telephone.find", lazy("Telefon")),
    ("standing_orders.unsettled", lazy("Dauerbuchungen")),
    ("calls.waiting", lazy("Rückrufe")),
    ("reports.waiting", lazy("Meldungen")),
    ("outbox.all_", lazy("Postausgang")),
)
ACCOUNT = (("profile.mine", lazy("Mein Konto")),)
FOR_GUESTS = (
    ("account.log_in", lazy("Anmelden")),
    ("account.register", lazy("Registrieren")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    address: str
    current: str
    """`aria-current`: "page" for the page itself, "true" for the pages below it, else empty."""


def menu() -> list[Entry]:
    """What the portal offers to the person asking."""
    return _open_to_person(ENTRIES)


def account_menu() -> list[Entry]:
    """The person's own account, or the ways to one."""
    return _open_to_person(ACCOUNT if current_user.is_authenticated else FOR_GUESTS)


def _open_to_person(entries: Iterable[tuple[str, str]]) -> list[Entry]:
    """Entries whose access rule the person asking passes."""
    shown = [
        (label, endpoint, url_for(endpoint))
        for endpoint, label in entries
        if is_open(rule_of(current_app, endpoint))
    ]
    here = f"{request.script_root}{request.path}/"
    nearest = max((address for *_, address in shown if here.startswith(f"{address}/")), key=len, default=None)
    return [
        Entry(
            label,
            address,
            "" if address != nearest else "page" if endpoint == request.endpoint else "true",
        )
        for label, endpoint, address in shown
    ]
