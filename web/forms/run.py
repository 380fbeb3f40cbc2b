"""Publish runs of the BürgerBus: one line with its stops and times, on one day or on several."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

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

from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import local, resolve
from mitfahr.languages import _, lazy, ngettext
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.find_places import FoundPlace, stop_label
from mitfahr.services.publish_run import RunDraft, RunStop
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import DayField, choices, number_of
from web.forms.stop_rows import StopRow, WithStopRows
from web.place_choice import encode, stop_chosen

ROWS, MOST_ROWS = 6, 60
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
NEEDS = {
    BookingNeed.REQUIRED.value: lazy("nur mit Buchung"),
    BookingNeed.POSSIBLE.value: lazy("mit und ohne Buchung"),
    BookingNeed.NOT_NEEDED.value: lazy("nur ohne Buchung: einfach einsteigen"),
}
SEATS = {str(n): str(n) for n in range(MAX_PASSENGERS, -1, -1)}
WHEELCHAIRS = {str(n): str(n) for n in range(3)}


class RunForm(WithStopRows, FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the last step; each day of it is sent once."""

    vehicles: Sequence[OrganisationVehicle] = ()

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
    booking = SelectField(lazy("Mitfahren"), choices=choices(NEEDS), default=BookingNeed.REQUIRED.value)
    bookable = SelectField(lazy("Buchbar"), choices=choices(BOOKABLE), default="3600")
    vehicle = SelectField(lazy("Fahrzeug"), default=NOBODY)
    driver = SelectField(lazy("Es fährt"))
    note = TextAreaField(
        lazy("Hinweis für Fahrgäste"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen."))],
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])

    def offer(
        self,
        organisations: Sequence[Organisation],
        vehicles: Sequence[OrganisationVehicle],
        members: Sequence[Person],
    ) -> None:
        """What can be chosen here, and the numbers of the halts."""
        names = {one.id: one.name for one in organisations}
        self.organisation.choices = choices(names)
        self.vehicles = vehicles
        self.vehicle.choices = choices(
            {NOBODY: _("noch offen")}
            | {
                one.id: f"{one.name} ({names[one.organisation_id]})" if len(names) > 1 else one.name
                for one in vehicles
            }
        )
        self.driver.choices = choices(
            {NOBODY: _("noch offen")} | {person.id: person.full_name for person in members}
        )
        self.number_rows()

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

    def validate_vehicle(self, _field: SelectField) -> None:
        chosen = self.chosen_vehicle
        if chosen is not None and chosen.organisation_id != self.organisation.data:
            raise ValidationError(_("Dieses Fahrzeug gehört einem anderen Verein."))

    def validate_seats(self, field: SelectField) -> None:
        chosen = self.chosen_vehicle
        if chosen is not None and (number_of(field) or 0) > chosen.seats:
            raise ValidationError(
                ngettext(
                    "Dieses Fahrzeug hat nur einen Sitzplatz.",
                    "Dieses Fahrzeug hat nur %(num)s Sitzplätze.",
                    chosen.seats,
                )
            )

    def validate_wheelchairs(self, field: SelectField) -> None:
        chosen = self.chosen_vehicle
        if chosen is not None and (number_of(field) or 0) > chosen.wheelchairs:
            raise ValidationError(
                ngettext(
                    "Dieses Fahrzeug hat nur einen Rollstuhlplatz.",
                    "Dieses Fahrzeug hat nur %(num)s Rollstuhlplätze.",
                    chosen.wheelchairs,
                )
                if chosen.wheelchairs
                else _("Dieses Fahrzeug hat keinen Rollstuhlplatz.")
            )

    @property
    def chosen_vehicle(self) -> OrganisationVehicle | None:
        """The one chosen, or the only one that the association has."""
        if self.vehicle.data:
            return next((one for one in self.vehicles if one.id == self.vehicle.data), None)
        owned = [one for one in self.vehicles if one.organisation_id == self.organisation.data]
        return owned[0] if len(owned) == 1 else None

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
            vehicle_id=self.vehicle.data or None,
            driver_id=self.driver.data or None,
            booking=BookingNeed(self.booking.data),
            bookable_before_s=int(self.bookable.data),
            note=(self.note.data or "").strip() or None,
        )

    def renew_key(self) -> None:
        """What is shown now is a new set of runs, whatever was sent before."""
        self.idempotency_key.data = uuid.uuid4().hex


def form_for(vehicles: Sequence[OrganisationVehicle]) -> RunForm:
    """An empty form; with the places of the vehicle where there is only one."""
    if len(vehicles) != 1:
        return RunForm(formdata=None)
    (only,) = vehicles
    return RunForm(
        formdata=None,
        data={
            "vehicle": only.id,
            "seats": str(only.seats),
            "wheelchairs": str(only.wheelchairs),
            "luggage": str(only.luggage),
            "bicycles": str(only.bicycles),
        },
    )


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
                    "choice": encode(stop_chosen(stop.name, stop.lat, stop.lon, stop.stop_id)),
                    "clock": local(stop.departure_s).time(),
                }
                for stop in ride.stops
            ],
            "seats": str(ride.seats),
            "wheelchairs": str(ride.wheelchairs),
            "luggage": str(ride.luggage),
            "bicycles": str(ride.bicycles),
            "booking": ride.booking.value,
            "bookable": str(spare_s) if str(spare_s) in BOOKABLE else "3600",
            "vehicle": ride.vehicle_id or NOBODY,
            "driver": NOBODY,
            "note": ride.note,
        },
    )
