"""Fields that read dates and times the way people write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from wtforms import Field, FieldList, Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import TextInput

from mitfahr.languages import GERMAN, _, marked, using
from mitfahr.languages.formats import local, weekday
from web.filters import now

_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:.,h]|uhr)?\s*(\d{2})?\s*(?:uhr)?", re.IGNORECASE)
_AMOUNT = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*(€|euro?|ct|cent)?", re.IGNORECASE)
_DATE = re.compile(r"(?:\w+,?\s+)?(\d{1,2})[./]\s*(\d{1,2})[./]?\s*(\d{2}|\d{4})?")
FARTHEST_YEARS = 100
MOST_DIGITS = 9
_FROM_TODAY = (marked("heute"), marked("morgen"), marked("übermorgen"))


def choices(words: Mapping[str, str]) -> list[SelectChoice]:
    """Options of a select or radio field: value → what is read."""
    return [SelectChoice(value, label) for value, label in words.items()]


def chosen(field: SelectField) -> str:
    """What is read at the chosen option."""
    return next((choice.label for choice in field.choices if choice.value == (field.data or "")), "")


def number_of(field: SelectField) -> int | None:
    """The number that was chosen; None for what is no choice: the field says so itself."""
    is_choice = any(choice.value == field.data for choice in field.choices)
    return int(field.data) if is_choice else None


def errors_of(form: Form) -> list[tuple[str | None, str, str]]:
    """(id of the field, its label, what is wrong) of every field, rows of a list included.

    Remarks on the form as a whole have no field.
    """
    found: list[tuple[str | None, str, str]] = [(None, "", error) for error in form.form_errors]
    for field in form:
        if isinstance(field, FieldList):
            for entry in field.entries:
                found += errors_of(entry.form)
        else:
            found += [(field.id, field.label.text, error) for error in field.errors]
    return found


class _Typed(Field):  # type: ignore[misc]
    """Keeps what was typed, so that a form with an error shows it again."""

    widget = TextInput()
    data: Any
    raw_data: list[str] | None

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self.written(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = self.read(valuelist[0].strip()) if valuelist and valuelist[0].strip() else None

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def written(self, value: Any) -> str:
        raise NotImplementedError


class ClockField(_Typed):
    """A time of day: 7:05, 07.05, 0705, 7, 7 Uhr, 7 Uhr 05."""

    def read(self, text: str) -> dt.time:
        match = _CLOCK.fullmatch(text)
        if match is not None:
            hour, minute = int(match[1]), int(match[2] or 0)
            if hour < 24 and minute < 60:
                return dt.time(hour, minute)
        raise ValueError(_("Bitte schreiben Sie die Uhrzeit wie 7:30 oder 14:05."))

    def written(self, value: dt.time) -> str:
        return f"{value:%H:%M}"


class DayField(_Typed):
    """A day: 23.11.2026, 23/11, 23.11., heute, morgen, Mittwoch, 2026-11-23.

    Without a year the next such day is meant, a weekday means the next one from today on.
    """

    def read(self, text: str) -> dt.date:
        return _day(text)

    def written(self, value: dt.date) -> str:
        return f"{value:%d.%m.%Y}"


def _day(text: str) -> dt.date:
    today, word = local(now()).date(), text.casefold()
    for days, name in enumerate(_FROM_TODAY):
        if word in (name, _(name).casefold()):
            return today + dt.timedelta(days=days)
    for number in range(7):
        if word in _names_of(number):
            return today + dt.timedelta(days=(number - today.weekday()) % 7)
    try:
        date = _date(text, today)
        if abs(date.year - today.year) > FARTHEST_YEARS:
            raise ValueError(text)  # clocks of the year 1 or 9999 cannot be told in UTC
        return date
    except ValueError:
        raise ValueError(_("Bitte schreiben Sie den Tag wie 23.11.2026, heute oder morgen.")) from None


def _names_of(weekday_number: int) -> set[str]:
    """In German and in the language of the page, in full and the two letters of calendars."""
    with using(GERMAN):
        german = weekday(weekday_number).casefold()
    shown = weekday(weekday_number).casefold()
    return {german, german[:2], shown, shown[:2]}


def _date(text: str, today: dt.date) -> dt.date:
    match = _DATE.fullmatch(text)
    if match is None:
        return dt.date.fromisoformat(text)
    day, month, year = match.groups()
    if year is None:
        date = dt.date(today.year, int(month), int(day))
        return date if date >= today else date.replace(year=today.year + 1)
    return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


class DaysField(_Typed):
    """Several days, each as a `DayField` reads it, with commas, semicolons or new lines between."""

    def read(self, text: str) -> frozenset[dt.date]:
        return frozenset(_day(part.strip()) for part in re.split(r"[;,\n]", text) if part.strip())

    def written(self, value: frozenset[dt.date]) -> str:
        return ", ".join(f"{day:%d.%m.%Y}" for day in sorted(value))


class KmField(_Typed):
    """What stands on a vehicle's clock: 120500, 120.500, 120 500 km."""

    def read(self, text: str) -> int:
        digits = re.sub(r"[.\s]|km$", "", text.lower())
        if not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
            raise ValueError(_("Bitte geben Sie den Kilometerstand als ganze Zahl ein."))
        return int(digits)

    def written(self, value: int) -> str:
        return str(value)


class CentField(_Typed):
    """A small amount of money in cents: 20, 20 Cent, 0,20, 0,20 €."""

    def read(self, text: str) -> int:
        match = _AMOUNT.fullmatch(text)
        if match is None:
            raise ValueError(_("Bitte schreiben Sie den Betrag wie 20 Cent oder 0,20 €."))
        whole, fraction, unit = int(match[1]), match[2], (match[3] or "").lower()
        if fraction is None and not unit.startswith(("€", "eu")):
            return whole
        return 100 * whole + int((fraction or "0").ljust(2, "0"))

    def written(self, value: int) -> str:
        return str(value)
