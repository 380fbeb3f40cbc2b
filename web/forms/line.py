"""A line of an association: its stops with the times of the first run, its days, its departures."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.rides import MAX_FARE
from mitfahr.db.run_lines import MAX_LINE_NAME, MAX_LINE_NUMBER, RunLine
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.line_plans import MOST_DEPARTURES, LinePlan
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.find_places import FoundPlace, stop_label
from mitfahr.services.keep_line import LineDraft, LineStop
from routing.timetable import Timetable
from web.forms.fields import DayField, choices
from web.forms.local import ClocksField
from web.forms.run import BOOKABLE, MOST_ROWS, NEEDS, ROWS
from web.forms.stop_rows import StopRow, WithStopRows
from web.place_choice import encode, stop_chosen

A_DAY_S = 24 * 3600
HOLIDAYS, VACATIONS = "feiertage", "ferien"
FREE = {HOLIDAYS: lazy("an gesetzlichen Feiertagen"), VACATIONS: lazy("in den Schulferien")}


class LineForm(WithStopRows, FlaskForm):  # type: ignore[misc]
    """The clocks of the stops are those of one run, the first of the day; all others run alike."""

    number = StringField(
        lazy("Nummer"),
        [
            DataRequired(lazy("Bitte nennen Sie die Nummer der Linie.")),
            Length(max=MAX_LINE_NUMBER, message=lazy("Höchstens 20 Zeichen, bitte.")),
        ],
    )
    name = StringField(
        lazy("Name der Linie"),
        [
            DataRequired(lazy("Bitte geben Sie der Linie einen Namen.")),
            Length(max=MAX_LINE_NAME, message=lazy("Höchstens 120 Zeichen, bitte.")),
        ],
    )
    vehicle = SelectField(lazy("Fahrzeug"))
    stops = FieldList(FormField(StopRow), min_entries=ROWS, max_entries=MOST_ROWS)
    more_departures = ClocksField(lazy("Weitere Abfahrten am Tag"))
    weekdays = SelectMultipleField(
        lazy("An welchen Wochentagen?"),
        [DataRequired(lazy("Bitte kreuzen Sie mindestens einen Wochentag an."))],
        choices=choices({str(number): name for number, name in enumerate(WEEKDAYS)}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    free = SelectMultipleField(
        lazy("Wann fährt die Linie nicht?"),
        choices=choices(FREE),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    first_day = DayField(lazy("Erster Tag"))
    last_day = DayField(lazy("Letzter Tag"))
    booking = SelectField(lazy("Mitfahren"), choices=choices(NEEDS), default=BookingNeed.REQUIRED.value)
    bookable = SelectField(lazy("Buchbar"), choices=choices(BOOKABLE), default="3600")
    note = TextAreaField(
        lazy("Hinweis für Fahrgäste"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen."))],
    )
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    def offer(self, vehicles: Sequence[OrganisationVehicle]) -> None:
        """What can be chosen here."""
        self.vehicle.choices = choices({one.id: one.name for one in vehicles})

    def validate_first_day(self, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie den ersten Tag."))

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("Dieser Tag liegt vor dem ersten."))

    def validate_more_departures(self, field: ClocksField) -> None:
        if len(field.data or ()) >= MOST_DEPARTURES:
            raise ValidationError(_("Bitte höchstens %(most)s Abfahrten am Tag.", most=MOST_DEPARTURES))

    def draft(self, halts: Sequence[FoundPlace]) -> LineDraft:
        """`halts` are the places of `self.halts`; a clock that seems earlier is after midnight."""
        offsets, first = list[int](), _seconds(self.halts[0].clock.data)
        for row in self.halts:
            after_s = (_seconds(row.clock.data) - first) % A_DAY_S
            offsets.append(after_s)
        free = self.free.data or []
        return LineDraft(
            number=self.number.data.strip(),
            name=" ".join(self.name.data.split()),
            vehicle_id=self.vehicle.data,
            stops=tuple(
                LineStop(place.stop_id or "", after_s) for place, after_s in zip(halts, offsets, strict=True)
            ),
            plan=LinePlan.weekly(
                frozenset(map(int, self.weekdays.data)),
                (self.halts[0].clock.data, *(self.more_departures.data or ())),
                self.first_day.data,
                self.last_day.data,
                skips_holidays=HOLIDAYS in free,
                skips_vacations=VACATIONS in free,
            ),
            booking=BookingNeed(self.booking.data),
            bookable_before_s=int(self.bookable.data),
            note=(self.note.data or "").strip() or None,
        )


class FareForm(FlaskForm):  # type: ignore[misc]
    fare = StringField(
        lazy("Fahrpreis, wie er genehmigt ist"),
        [Length(max=MAX_FARE, message=lazy("Höchstens 200 Zeichen, bitte."))],
    )

    @property
    def words(self) -> str | None:
        return " ".join((self.fare.data or "").split()) or None


class DayForm(FlaskForm):  # type: ignore[misc]
    day = DayField(lazy("Tag"))

    def validate_day(self, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie den Tag."))


def form_of_line(line: RunLine, timetable: Timetable) -> LineForm:
    """The form as the line is now; a stop that the timetable has no longer is to be named anew."""
    plan = LinePlan.from_json(line.plan)
    days = plan.days
    return LineForm(
        formdata=None,
        data={
            "number": line.number,
            "name": line.name,
            "vehicle": line.vehicle_id,
            "stops": [
                {
                    "place": stop_label(stop["name"]),
                    "choice": _choice(stop, timetable),
                    "clock": plan.clocks_after(stop["after_s"])[0],
                }
                for stop in line.stops
            ],
            "more_departures": plan.departures[1:] or None,
            "weekdays": [str(day) for day in sorted(days.weeks[0].weekdays)],
            "free": [HOLIDAYS] * days.skips_holidays + [VACATIONS] * days.skips_vacations,
            "first_day": days.first,
            "last_day": days.last,
            "booking": line.booking.value,
            "bookable": str(line.bookable_before_s),
            "note": line.note,
        },
    )


def _choice(stop: dict[str, Any], timetable: Timetable) -> str:
    index = timetable.stop_by_id.get(stop["stop_id"])
    if index is None:
        return ""
    lat, lon = float(timetable.stop_lat[index]), float(timetable.stop_lon[index])
    return encode(stop_chosen(stop["name"], lat, lon, stop["stop_id"]))


def _seconds(clock: dt.time) -> int:
    return clock.hour * 3600 + clock.minute * 60
