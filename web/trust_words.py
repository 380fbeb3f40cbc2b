"""What is known of people, and what was reported about them, in words."""

from __future__ import annotations

from flask import Flask

from mitfahr.domain.reports import ReportKind, ReportOutcome
from mitfahr.domain.trust import Praise, Trust
from mitfahr.languages import _, lazy

PRAISE_WORDS = {
    Praise.PUNCTUAL: lazy("pünktlich"),
    Praise.FRIENDLY: lazy("freundlich"),
    Praise.CLEAR: lazy("klare Absprachen"),
    Praise.SAFE: lazy("fährt sicher"),
    Praise.CLEAN: lazy("sauberes Auto"),
}
REPORT_WORDS = {
    ReportKind.UNSAFE: lazy("Gefährlich gefahren oder Regeln verletzt"),
    ReportKind.RUDE: lazy("Beleidigt, bedrängt oder bedroht"),
    ReportKind.DID_NOT_COME: lazy("Nicht gekommen, ohne abzusagen"),
    ReportKind.MONEY: lazy("Mehr Geld verlangt oder nicht bezahlt"),
    ReportKind.FALSE_DETAILS: lazy("Falsche Angaben (Person, Auto, Telefon)"),
    ReportKind.OTHER: lazy("Etwas anderes"),
}
OUTCOME_WORDS = {
    ReportOutcome.NOTHING: lazy("Nichts veranlasst"),
    ReportOutcome.TALKED: lazy("Mit den Beteiligten gesprochen"),
    ReportOutcome.ACCOUNT_CLOSED: lazy("Konto geschlossen"),
}


def trust_words(trust: Trust | None) -> list[str]:
    """One short sentence for each thing that is known; none for somebody nobody was asked about."""
    if trust is None:
        return []
    words = []
    if trust.mail_confirmed:
        words.append(_("E-Mail-Adresse bestätigt"))
    if trust.phone_confirmed:
        words.append(_("Telefonnummer bestätigt"))
    said = trust.standing
    if not said.ratings:
        return [*words, _("noch keine Bewertung")]
    words.append(
        _(
            "%(again)s von %(ratings)s würden wieder zusammen fahren",
            again=said.again,
            ratings=said.ratings,
        )
    )
    if said.praise:
        words.append(", ".join(str(PRAISE_WORDS[word]) for word in said.praise))
    return words


def register(app: Flask) -> None:
    """Offer these to the templates."""
    app.jinja_env.filters.update(
        trust_words=trust_words,
        report_words=REPORT_WORDS.__getitem__,
        outcome_words=OUTCOME_WORDS.__getitem__,
    )
