"""The words of a finding, in German and English, kept beside the check that says them."""

from __future__ import annotations

from dataclasses import dataclass, replace

VALUE_LENGTH = 120
"""Longest quotation of a feed's text, in characters."""


@dataclass(frozen=True)
class Words:
    """One or two sentences in both languages; `{names}` stand for what only the feed knows."""

    de: str
    en: str

    def about(self, **values: object) -> Words:
        quoted = {name: readable(one) if isinstance(one, str) else one for name, one in values.items()}
        return Words(self.de.format(**quoted), self.en.format(**quoted))

    def __add__(self, more: Words) -> Words:
        return Words(f"{self.de} {more.de}", f"{self.en} {more.en}")


@dataclass(frozen=True)
class Notice:
    """What may be wrong with a feed, and what to do about it.

    `code` is the notice code of the MobilityData GTFS validator wherever the meaning is the same
    (https://gtfs-validator.mobilitydata.org/rules.html); docs/notices.md lists both kinds.
    """

    code: str
    message: Words
    advice: Words

    def about(self, **values: object) -> Notice:
        """The same with its `{names}` filled in."""
        return replace(self, message=self.message.about(**values), advice=self.advice.about(**values))


def readable(text: str) -> str:
    """A feed's text for people: short, on one line, without control characters or marks that turn the line round."""
    shown = "".join(c if c.isprintable() else "�" for c in text[: VALUE_LENGTH + 1])
    return shown if len(text) <= VALUE_LENGTH else shown[:VALUE_LENGTH] + "…"
