"""A standing order: a search, and on which days it is travelled, out and back."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.recurrence import Recurrence, Week
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.find_places import FoundPlace
from mitfahr.services.keep_standing_order import OrderDraft
from routing.errors import UnknownStop
from routing.query import LegKind
from routing.timetable import Timetable
from web.forms.fields import ClockField, DayField, DaysField, choices
from web.forms.preferences import KINDS
from web.forms.public_text import no_contact
from web.forms.search import ARRIVE, SearchForm, fill_from
from web.place_choice import as_place

HOLIDAYS, VACATIONS = "feiertage", "ferien"
FREE = {HOLIDAYS: lazy("an sächsischen Feiertagen"), VACATIONS: lazy("in den sächsischen Schulferien")}
BY_HAND = frozenset({LegKind.RUFBUS, LegKind.RIDE})
"""Has to be ordered by telephone, or agreed with a driver: not what one relies on week after week, unless one says so."""


def _boxes(label: str, words: dict[str, str], validators: list[Any] | None = None) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        validators or [],
        choices=choices(words),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class StandingOrderForm(SearchForm):
    """The fields of a search; `day` is the first day, `clock` that of the way out."""

    day = DayField(lazy("Erster Tag"), [InputRequired(lazy("Bitte füllen Sie dieses Feld aus."))])
    weekdays = _boxes(
        lazy("An welchen Wochentagen?"),
        {str(number): name for number, name in enumerate(WEEKDAYS)},
        [DataRequired(lazy("Bitte kreuzen Sie mindestens einen Wochentag an."))],
    )
    back = ClockField(lazy("Rückfahrt frühestens um"))
    last_day = DayField(lazy("Letzter Tag"))
    free = _boxes(lazy("Dann fahre ich nicht"), FREE)
    exceptions = DaysField(lazy("Auch nicht am"))
    message = TextAreaField(
        lazy("Hinweis an alle, die fahren"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen.")), no_contact],
    )
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    def propose(self) -> None:
        """What most orders want."""
        self.direction.data = ARRIVE
        self.kinds.data = [kind for kind in KINDS if LegKind(kind) not in BY_HAND]

    def fill_from_order(self, draft: OrderDraft, timetable: Timetable) -> None:
        """As it is ordered now; places that the timetable no longer has are left to be filled in."""
        with suppress(UnknownStop):
            fill_from(self, draft.request, timetable)
        plan, week = draft.plan, draft.plan.weeks[0]
        self.weekdays.data = [str(number) for number in sorted(week.weekdays)]
        self.day.data, self.last_day.data = plan.first, plan.last
        self.clock.data, self.back.data = week.out, week.back
        kept = {HOLIDAYS: plan.skips_holidays, VACATIONS: plan.skips_vacations}
        self.free.data = [name for name, is_free in kept.items() if is_free]
        self.exceptions.data = plan.exceptions or None
        self.message.data = draft.message

    def validate_back(self, field: ClockField) -> None:
        if field.data is not None and self.clock.data is not None and field.data == self.clock.data:
            raise ValidationError(_("Bitte nennen Sie für die Rückfahrt eine andere Uhrzeit."))

    @property
    def plan(self) -> Recurrence:
        """The form must be valid."""
        return Recurrence(
            weeks=(Week(frozenset(int(day) for day in self.weekdays.data), self.clock.data, self.back.data),),
            first=self.day.data,
            last=self.last_day.data,
            exceptions=self.exceptions.data or frozenset(),
            skips_holidays=HOLIDAYS in self.free.data,
            skips_vacations=VACATIONS in self.free.data,
        )

    def draft(self, origin: FoundPlace, destination: FoundPlace, timetable: Timetable) -> OrderDraft:
        """The form must be valid."""
        return OrderDraft(
            request=self.request(origin, destination),
            plan=self.plan,
            origin=as_place(origin, timetable),
            destination=as_place(destination, timetable),
            message=(self.message.data or "").strip() or None,
        )


class PauseForm(FlaskForm):  # type: ignore[misc]
    """Nobody travels from one day to another, both included."""

    first = DayField(lazy("Erster Tag der Pause"), [InputRequired(lazy("Bitte füllen Sie dieses Feld aus."))])
    last = DayField(lazy("Letzter Tag der Pause"), [InputRequired(lazy("Bitte füllen Sie dieses Feld aus."))])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
