"""Free days in Saxony: public holidays by rule, school vacations as far as they have been announced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import holidays


@dataclass(frozen=True, slots=True)
class Vacation:
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    name: str


@dataclass(frozen=True, slots=True)
class Vacations:
    """Announced without a gap, so every day from `known_from` to `known_to` is known to be free or not."""

    spans: tuple[Vacation, ...]

    @property
    def known_from(self) -> dt.date:
        return min((span.first for span in self.spans), default=dt.date.max)

    @property
    def known_to(self) -> dt.date:
        return max((span.last for span in self.spans), default=dt.date.min)

    def knows(self, day: dt.date) -> bool:
        return self.known_from <= day <= self.known_to

    def on(self, day: dt.date) -> str | None:
        """The name of the vacation on `day`; None on a school day and on a day that is not known."""
        return next((span.name for span in self.spans if span.first <= day <= span.last), None)


def public_holiday(day: dt.date) -> str | None:
    """The name of the holiday that is kept in all of Saxony, None on other days."""
    return _holidays(day.year).get(day)


@cache
def _holidays(year: int) -> dict[dt.date, str]:
    return dict(holidays.country_holidays("DE", subdiv="SN", years=year, language="de"))
