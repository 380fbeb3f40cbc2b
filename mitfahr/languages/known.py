"""The languages of the portal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is written into pages (BCP 47), cookies and the person's record; `name` in the language itself.

    `locale` is what Babel calls the rules for dates, numbers and plurals.
    """

    code: str
    name: str
    locale: str

    @property
    def catalogue(self) -> str:
        """The name of its file in `mitfahr/translations`."""
        return f"{self.code.replace('-', '_')}.po"


GERMAN = Language("de", "Deutsch", "de")
LEICHT = Language("de-simple", "Leichte Sprache", "de")
"""A second German; what it does not say in its own words is already simple."""
KNOWN = (
    GERMAN,
    LEICHT,
    Language("en", "English", "en_GB"),
    Language("cs", "Čeština", "cs"),
    Language("pl", "Polski", "pl"),
    Language("uk", "Українська", "uk"),
)
COMPLETE = frozenset({"de", "de-simple", "en", "cs", "pl", "uk"})
"""Languages that say everything; tests/mitfahr/test_translations.py holds them to it."""
OFFERED = tuple(known for known in KNOWN if known.code in COMPLETE)

_BY_CODE = {known.code: known for known in OFFERED}


def known_language(code: str) -> Language:
    """The language a person has chosen, or German when it is not offered any more."""
    return language(code) or GERMAN


def language(code: str | None) -> Language | None:
    """The language offered under this code."""
    return _BY_CODE.get(code or "")
