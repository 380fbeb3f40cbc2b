"""What is known of people, and what was reported about them, in words."""

from __future__ import annotations

from flask import Flask

from mitfahr.domain.reports import ReportKind, ReportOutcome
from mitfahr.domain.trust import Praise, Trust

PRAISE_WORDS = {
    Praise.PUNCTUAL: "pünktlich",
    Praise.FRIENDLY: "freundlich",
    Praise.CLEAR: "klare Absprachen",
    Praise.SAFE: "fährt sicher",
    Praise.CLEAN: "sauberes Auto",
}
REPORT_WORDS = {
    ReportKind.UNSAFE: "Gefährlich gefahren oder Regeln verletzt",
    ReportKind.RUDE: "Beleidigt, bedrängt oder bedroht",
    ReportKind.DID_NOT_COME: "Nicht gekommen, ohne abzusagen",
    ReportKind.MONEY: "Mehr Geld verlangt oder nicht bezahlt",
    ReportKind.FALSE_DETAILS: "Falsche Angaben (Person, Auto, Telefon)",
    ReportKind.OTHER: "Etwas anderes",
}
OUTCOME_WORDS = {
    ReportOutcome.NOTHING: "Nichts veranlasst",
    ReportOutcome.TALKED: "Mit den Beteiligten gesprochen",
    ReportOutcome.ACCOUNT_CLOSED: "Konto geschlossen",
}


def trust_words(trust: Trust | None) -> list[str]:
    """One short sentence for each thing that is known; none for somebody nobody was asked about."""
    if trust is None:
        return []
    words = []
    if trust.mail_confirmed:
        words.append("E-Mail-Adresse bestätigt")
    if trust.phone_confirmed:
        words.append("Telefonnummer bestätigt")
    said = trust.standing
    if not said.ratings:
        return [*words, "noch keine Bewertung"]
    words.append(f"{said.again} von {said.ratings} würden wieder zusammen fahren")
    if said.praise:
        words.append(", ".join(PRAISE_WORDS[word] for word in said.praise))
    return words


def register(app: Flask) -> None:
    """Offer these to the templates."""
    app.jinja_env.filters.update(
        trust_words=trust_words,
        report_words=REPORT_WORDS.__getitem__,
        outcome_words=OUTCOME_WORDS.__getitem__,
    )
