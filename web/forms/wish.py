"""Keep a search as a wish: on which days, in which hours, how long."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.wishes import WishDays
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS, weekday_and_day
from web.forms.fields import ClockField, DayField, choices
from web.forms.search import SearchForm

ONCE, WEEKLY = "einmal", "woche"
USUAL_DAYS = dt.timedelta(days=28)
BEFORE, AFTER = dt.timedelta(hours=1), dt.timedelta(hours=2)
"""The hours that are proposed around the time asked for."""


def carried(question: SearchForm) -> str:
    """A search as one hidden value, for somebody who logs in before keeping it."""
    return json.dumps({field.name: field.raw_data or field.data for field in question}, default=str)


def picked_up(value: str) -> SearchForm | None:
    """The search again; None for anything that cannot be one."""
    try:
        fields = json.loads(value)
        return SearchForm(formdata=MultiDict(fields))
    except (ValueError, TypeError, AttributeError):
        return None


def _filled(_form: WishForm, field: Any) -> None:
    """What could not be read has its own message already."""
    if field.data is None and not field.errors:
        raise ValidationError(_("Bitte füllen Sie dieses Feld aus."))


def _filled_if_weekly(form: WishForm, field: Any) -> None:
    if form.repeat.data == WEEKLY:
        _filled(form, field)


class WishForm(FlaskForm):  # type: ignore[misc]
    """Stands beside the fields of the search (`web.forms.search`), which say from where to where."""

    repeat = RadioField(
        lazy("An welchen Tagen?"), [InputRequired(lazy("Bitte wählen Sie die Tage."))], default=ONCE
    )
    weekdays = SelectMultipleField(
        lazy("Wochentage"),
        choices=choices({str(number): name for number, name in enumerate(WEEKDAYS)}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    last_day = DayField(lazy("Bis zum"), [_filled_if_weekly])
    begins = ClockField(lazy("Frühestens um"), [_filled])
    ends = ClockField(lazy("Spätestens um"), [_filled])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    def offer(self, day: dt.date) -> None:
        """The choice between the day asked for and weekdays."""
        self.repeat.choices = choices(
            {
                ONCE: _("nur am %(day)s", day=weekday_and_day(day)),
                WEEKLY: _("jede Woche, an diesen Tagen:"),
            }
        )

    def propose(self, day: dt.date, clock: dt.time) -> None:
        """Fill in what is likely for a search for this day and time."""
        asked = dt.datetime.combine(day, clock)
        begins, ends = asked - BEFORE, asked + AFTER
        self.begins.data = begins.time() if begins.date() == day else dt.time(0)
        self.ends.data = ends.time() if ends.date() == day else dt.time(23, 59)
        self.weekdays.data = [str(day.weekday())]
        self.last_day.data = day + USUAL_DAYS

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        if self.repeat.data == WEEKLY and not field.data:
            raise ValidationError(_("Bitte kreuzen Sie mindestens einen Wochentag an."))

    def days(self, first: dt.date) -> WishDays:
        """The form must be valid."""
        weekly = self.repeat.data == WEEKLY
        begins, ends = (dt.datetime.combine(first, field.data) for field in (self.begins, self.ends))
        return WishDays(
            first=first,
            last=self.last_day.data if weekly else first,
            weekdays=frozenset(int(number) for number in self.weekdays.data) if weekly else frozenset(),
            begins=self.begins.data,
            window_s=int((ends - begins).total_seconds()),
        )
