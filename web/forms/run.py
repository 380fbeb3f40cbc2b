"""Publish runs of the BürgerBus: one line with its stops and times, on one day or on several."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Label
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride, RideStop
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import local, resolve
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.find_places import FoundPlace, PlaceKind, stop_label
from mitfahr.services.publish_run import RunDraft, RunStop
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import ClockField, DayField, choices
from web.place_choice import encode

ROWS, MORE_ROWS, MOST_ROWS = 6, 4, 60
MOST_DAYS = 120
NOBODY = ""
BOOKABLE = {
    "0": lazy("bis zur Abfahrt"),
    "1800": lazy("bis eine halbe Stunde vorher"),
    "3600": lazy("bis eine Stunde vorher"),
    "7200": lazy("bis zwei Stunden vorher"),
    "43200": lazy("bis zwölf Stunden vorher"),
    "86400": lazy("bis einen Tag vorher"),
}
SEATS = {str(n): str(n) for n in range(MAX_PASSENGERS, -1, -1)}
WHEELCHAIRS = {str(n): str(n) for n in range(3)}


class StopRow(Form):  # type: ignore[misc]
    """A halt; rows left empty do not count."""

    place = StringField("Halt")
    choice = HiddenField()
    clock = ClockField(lazy("Uhrzeit"))

    @property
    def is_empty(self) -> bool:
        return not (self.place.data or "").strip() and self.clock.data is None and not self.clock.errors

    def validate_place(self, field: StringField) -> None:
        if self.clock.data is not None and not (field.data or "").strip():
            raise ValidationError(_("Bitte nennen Sie die Haltestelle."))

    def validate_clock(self, field: ClockField) -> None:
        if (self.place.data or "").strip() and field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie die Uhrzeit."))


class RunForm(FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the last step; each day of it is sent once."""

    organisation = SelectField(lazy("Verein"))
    line = StringField(
        lazy("Linie"),
        [
            DataRequired(lazy("Bitte nennen Sie die Linie.")),
            Length(max=20, message=lazy("Höchstens 20 Zeichen, bitte.")),
        ],
    )
    first_day = DayField(lazy("Tag"))
    last_day = DayField(lazy("Wiederholen bis"))
    weekdays = SelectMultipleField(
        lazy("An welchen Wochentagen?"),
        choices=choices({str(number): name for number, name in enumerate(WEEKDAYS)}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    stops = FieldList(FormField(StopRow), min_entries=ROWS, max_entries=MOST_ROWS)
    seats = SelectField(lazy("Sitzplätze"), choices=choices(SEATS), default=str(MAX_PASSENGERS))
    wheelchairs = SelectField(lazy("Rollstuhlplätze"), choices=choices(WHEELCHAIRS), default="0")
    luggage = SelectField(lazy("Platz für großes Gepäck"), choices=choices(PIECES), default="4")
    bicycles = SelectField(lazy("Platz für Fahrräder"), choices=choices(BICYCLES), default="0")
    bookable = SelectField(lazy("Buchbar"), choices=choices(BOOKABLE), default="3600")
    driver = SelectField(lazy("Es fährt"))
    note = TextAreaField(
        lazy("Hinweis für Fahrgäste"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen."))],
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])

    def offer(self, organisations: Sequence[Organisation], members: Sequence[Person]) -> None:
        """What can be chosen here, and the numbers of the halts."""
        self.organisation.choices = choices({one.id: one.name for one in organisations})
        self.driver.choices = choices(
            {NOBODY: _("noch offen")} | {person.id: person.full_name for person in members}
        )
        for number, row in enumerate(self.rows, 1):
            row.place.label = Label(row.place.id, _("Halt %(number)s", number=number))
            row.clock.label = Label(row.clock.id, _("Uhrzeit am Halt %(number)s", number=number))

    @property
    def rows(self) -> list[StopRow]:
        return [entry.form for entry in self.stops.entries]

    @property
    def halts(self) -> list[StopRow]:
        """The rows that are filled in."""
        return [row for row in self.rows if not row.is_empty]

    def validate_first_day(self, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie den Tag."))

    def validate_last_day(self, field: DayField) -> None:
        first, last = self.first_day.data, field.data
        if first is None or last is None:
            return
        if last < first:
            raise ValidationError(_("Dieser Tag liegt vor dem ersten."))
        if (last - first).days > MOST_DAYS:
            raise ValidationError(_("Bitte höchstens %(days)s Tage auf einmal.", days=MOST_DAYS))
        if not self.days:
            raise ValidationError(_("Keiner der gewählten Wochentage kommt in dieser Zeit vor."))

    def validate_stops(self, field: Any) -> None:
        if len(self.halts) < 2 and field.entries:
            first = self.rows[0].place
            first.errors = [*first.errors, _("Bitte nennen Sie mindestens zwei Halte mit Uhrzeit.")]
            raise ValidationError(_("Bitte nennen Sie mindestens zwei Halte mit Uhrzeit."))

    @property
    def days(self) -> list[dt.date]:
        """The days meant: the first alone, or all chosen weekdays up to the last."""
        first, last = self.first_day.data, self.last_day.data
        if last is None:
            return [first]
        wanted = {int(number) for number in self.weekdays.data or range(7)}
        every = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in every if day.weekday() in wanted]

    def draft(self, day: dt.date, halts: Sequence[FoundPlace]) -> RunDraft:
        """The run of one day; `halts` are the places of `self.halts`."""
        moments = [resolve(day, row.clock.data).moment for row in self.halts]
        return RunDraft(
            organisation_id=self.organisation.data,
            line=self.line.data.strip(),
            stops=tuple(
                RunStop(place.stop_id or "", moment, moment)
                for place, moment in zip(halts, moments, strict=True)
            ),
            seats=int(self.seats.data),
            wheelchairs=int(self.wheelchairs.data),
            luggage=int(self.luggage.data),
            bicycles=int(self.bicycles.data),
            driver_id=self.driver.data or None,
            bookable_before_s=int(self.bookable.data),
            note=(self.note.data or "").strip() or None,
        )

    def add_rows(self) -> None:
        for _more in range(min(MORE_ROWS, MOST_ROWS - len(self.stops.entries))):
            self.stops.append_entry()

    def renew_key(self) -> None:
        """What is shown now is a new set of runs, whatever was sent before."""
        self.idempotency_key.data = uuid.uuid4().hex


def form_like(ride: Ride) -> RunForm:
    """The form that publishes this run again, on a day that is still to be named."""
    spare_s = ride.begins_s - ride.bookable_until_s
    return RunForm(
        formdata=None,
        data={
            "organisation": ride.organisation_id,
            "line": ride.line,
            "stops": [
                {
                    "place": stop_label(stop.name),
                    "choice": encode(_found(stop)),
                    "clock": local(stop.departure_s).time(),
                }
                for stop in ride.stops
            ],
            "seats": str(ride.seats),
            "wheelchairs": str(ride.wheelchairs),
            "bookable": str(spare_s) if str(spare_s) in BOOKABLE else "3600",
            "driver": NOBODY,
            "note": ride.note,
        },
    )


def _found(stop: RideStop) -> FoundPlace:
    return FoundPlace(PlaceKind.STOP, stop_label(stop.name), stop.lat, stop.lon, stop.stop_id, is_exact=True)
