"""Duty of drivers: shifts, polls, papers, deadlines, and the codes of links."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.duty import DriverPapers, DutyShift
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.duty import Availability, Deadlines
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.plan_shifts import ShiftDraft
from web.forms.fields import ClockField, DayField, choices
from web.forms.line import FREE, HOLIDAYS, VACATIONS

HOUR_S = 3600
WARN = {
    str(24 * HOUR_S): lazy("1 Tag vorher"),
    str(48 * HOUR_S): lazy("2 Tage vorher"),
    str(72 * HOUR_S): lazy("3 Tage vorher"),
    str(5 * 24 * HOUR_S): lazy("5 Tage vorher"),
    str(7 * 24 * HOUR_S): lazy("1 Woche vorher"),
    str(14 * 24 * HOUR_S): lazy("2 Wochen vorher"),
}
TELL = {
    str(2 * HOUR_S): lazy("2 Stunden vorher"),
    str(6 * HOUR_S): lazy("6 Stunden vorher"),
    str(12 * HOUR_S): lazy("12 Stunden vorher"),
    str(18 * HOUR_S): lazy("18 Stunden vorher"),
    str(24 * HOUR_S): lazy("1 Tag vorher"),
    str(48 * HOUR_S): lazy("2 Tage vorher"),
}
ANSWERS = {
    Availability.YES: lazy("Ja"),
    Availability.MAYBE: lazy("Wenn es sein muss"),
    Availability.NO: lazy("Nein"),
}
NOBODY = ""


class DutyForm(FlaskForm):  # type: ignore[misc]
    """A form that may be sent twice."""

    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )


class TimesForm(FlaskForm):  # type: ignore[misc]
    begins = ClockField(lazy("Beginn"))
    ends = ClockField(lazy("Ende"))

    def validate_begins(self, field: ClockField) -> None:
        _needed(field, _("Bitte nennen Sie die Uhrzeit, zu der der Dienst beginnt."))

    def validate_ends(self, field: ClockField) -> None:
        _needed(field, _("Bitte nennen Sie die Uhrzeit, zu der der Dienst endet."))


class HoursForm(FlaskForm):  # type: ignore[misc]
    """Nothing typed means: as planned."""

    began = ClockField(lazy("Begonnen um"))
    finished = ClockField(lazy("Beendet um"))

    def moments(self, shift: DutyShift) -> tuple[int | None, int | None]:
        """UTC seconds; the beginning is on the day of the plan, an end that seems earlier is after midnight."""
        day, began, finished = local(shift.begins_s).date(), self.began.data, self.finished.data
        began_s = None if began is None else seconds(resolve(day, began).moment)
        if finished is None:
            return began_s, None
        finished_s = seconds(resolve(day, finished).moment)
        if finished_s <= (shift.begins_s if began_s is None else began_s):
            finished_s = seconds(resolve(day + dt.timedelta(days=1), finished).moment)
        return began_s, finished_s


class ShiftForm(TimesForm, DutyForm):
    vehicle = SelectField(lazy("Fahrzeug"))
    first_day = DayField(lazy("Erster Tag"))
    last_day = DayField(lazy("Letzter Tag"))
    weekdays = SelectMultipleField(
        lazy("An welchen Wochentagen?"),
        choices=choices({str(number): name for number, name in enumerate(WEEKDAYS)}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    free = SelectMultipleField(
        lazy("Wann ist kein Dienst?"),
        choices=choices(FREE),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def offer(self, vehicles: Sequence[OrganisationVehicle]) -> None:
        """What can be chosen here."""
        self.vehicle.choices = choices({one.id: one.name for one in vehicles})

    def validate_first_day(self, field: DayField) -> None:
        _needed(field, _("Bitte nennen Sie den ersten Tag."))

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("Dieser Tag liegt vor dem ersten."))

    @property
    def draft(self) -> ShiftDraft:
        """One day if no last one is named; every day if no weekdays are."""
        free, weekdays = self.free.data or [], self.weekdays.data or map(str, range(7))
        return ShiftDraft(
            vehicle_id=self.vehicle.data,
            begins=self.begins.data,
            ends=self.ends.data,
            weekdays=frozenset(map(int, weekdays)),
            first=self.first_day.data,
            last=self.last_day.data or self.first_day.data,
            skips_holidays=HOLIDAYS in free,
            skips_vacations=VACATIONS in free,
        )


class DriverForm(FlaskForm):  # type: ignore[misc]
    driver = SelectField(lazy("Wer fährt?"))

    def offer(self, words: Mapping[str, str]) -> None:
        """Person → name and what speaks for or against them."""
        self.driver.choices = choices({NOBODY: _("Niemand"), **words})


class PollForm(DutyForm):
    first_day = DayField(lazy("Dienste ab"))
    last_day = DayField(lazy("Dienste bis"))
    closes_on = DayField(lazy("Antworten bis"))

    def validate_first_day(self, field: DayField) -> None:
        _needed(field, _("Bitte nennen Sie den ersten Tag."))

    def validate_last_day(self, field: DayField) -> None:
        _needed(field, _("Bitte nennen Sie den letzten Tag."))
        if self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("Dieser Tag liegt vor dem ersten."))

    def validate_closes_on(self, field: DayField) -> None:
        _needed(field, _("Bitte nennen Sie den letzten Tag zum Antworten."))


class PapersForm(FlaskForm):  # type: ignore[misc]
    permit_until = DayField(lazy("Personenbeförderungsschein gilt bis"))
    medical_until = DayField(lazy("Ärztliche Untersuchung gilt bis"))


class DeadlinesForm(FlaskForm):  # type: ignore[misc]
    warn = SelectField(lazy("Fahrerinnen und Fahrer fragen"), choices=choices(WARN))
    tell = SelectField(lazy("Fahrten absagen und Fahrgästen einen anderen Weg nennen"), choices=choices(TELL))

    @property
    def deadlines(self) -> Deadlines:
        return Deadlines(int(self.warn.data), int(self.tell.data))


class DutyCodeForm(FlaskForm):  # type: ignore[misc]
    """Its code is the permission: no cookie is needed."""

    class Meta:
        csrf = False

    code = StringField(
        lazy("Code aus der E-Mail"),
        [
            DataRequired(lazy("Bitte geben Sie den Code ein.")),
            Length(max=40, message=lazy("Höchstens 40 Zeichen, bitte.")),
        ],
    )


def form_of_papers(papers: DriverPapers | None) -> PapersForm:
    """The form as it is entered now."""
    if papers is None:
        return PapersForm(formdata=None)
    return PapersForm(
        formdata=None, data={"permit_until": papers.permit_until, "medical_until": papers.medical_until}
    )


def form_of_hours(shift: DutyShift) -> HoursForm:
    return HoursForm(
        formdata=None,
        data={
            "began": None if shift.began_s is None else local(shift.began_s).time(),
            "finished": None if shift.finished_s is None else local(shift.finished_s).time(),
        },
    )


def form_of_deadlines(deadlines: Deadlines) -> DeadlinesForm:
    return DeadlinesForm(
        formdata=None, data={"warn": str(deadlines.warn_before_s), "tell": str(deadlines.tell_before_s)}
    )


def read_answers(fields: Mapping[str, str], shift_ids: Sequence[str]) -> dict[str, Availability]:
    """What was ticked per shift: fields are called `dienst-<id>`; anything else is left out."""
    known = {one.value for one in Availability}
    return {
        shift_id: Availability(fields[f"dienst-{shift_id}"])
        for shift_id in shift_ids
        if fields.get(f"dienst-{shift_id}") in known
    }


def read_drivers(
    fields: Mapping[str, str], shift_ids: Sequence[str], driver_ids: Collection[str]
) -> dict[str, str]:
    """Who was chosen per shift: fields are called `fahrt-<id>`; nobody, and anything else, is left out."""
    chosen = {shift_id: fields.get(f"fahrt-{shift_id}", NOBODY) for shift_id in shift_ids}
    return {shift_id: driver_id for shift_id, driver_id in chosen.items() if driver_id in driver_ids}


def read_first(text: str | None, today: dt.date) -> dt.date:
    """The day of an address, that of today where it is none or far away."""
    try:
        day = dt.date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if abs((day - today).days) < 3 * 366 else today


def _needed(field: ClockField | DayField, advice: str) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(advice)
