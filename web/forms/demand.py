"""An on-demand service of an association: where and when it drives, how long before one asks for it."""

from __future__ import annotations

import uuid
from collections import Counter
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
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.demand_services import MAX_PHONE, MAX_PHONE_HOURS, MAX_SERVICE_NAME, DemandService
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.demand_plans import DemandPlan, Hours, OnHolidays
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import FoundPlace, stop_label
from mitfahr.services.keep_demand import MOST_CORNERS, DemandDraft
from routing.journey import Place
from routing.timetable import Timetable
from web.forms.fields import ClockField, DayField, choices
from web.forms.line import FREE, VACATIONS
from web.named_places import corner, lines_of, place_named, stop_named

ROWS = 3
MOST_STOPS = 600
TOO_LONG = lazy("Bitte schreiben Sie höchstens 500 Zeichen.")
LEADS = {
    "0": lazy("sofort, wenn ein Fahrzeug frei ist"),
    "1800": lazy("eine halbe Stunde vorher"),
    "3600": lazy("eine Stunde vorher"),
    "7200": lazy("zwei Stunden vorher"),
    "14400": lazy("vier Stunden vorher"),
    "43200": lazy("zwölf Stunden vorher"),
    "86400": lazy("einen Tag vorher"),
}
FLEX = {
    "300": lazy("5 Minuten früher oder später"),
    "450": lazy("7½ Minuten früher oder später"),
    "600": lazy("10 Minuten früher oder später"),
    "900": lazy("15 Minuten früher oder später"),
    "1800": lazy("30 Minuten früher oder später"),
}
DETOURS = {
    "300": lazy("5 Minuten"),
    "600": lazy("10 Minuten"),
    "900": lazy("15 Minuten"),
    "1200": lazy("20 Minuten"),
    "1800": lazy("30 Minuten"),
}
HOLIDAYS = {
    OnHolidays.AS_USUAL.value: lazy("wie an jedem anderen Tag"),
    OnHolidays.AS_SUNDAY.value: lazy("wie an einem Sonntag"),
    OnHolidays.CLOSED.value: lazy("gar nicht"),
}


class HoursRow(Form):  # type: ignore[misc]
    """Hours on some weekdays; a row left empty does not count."""

    weekdays = SelectMultipleField(
        lazy("Wochentage"),
        choices=choices({str(number): name for number, name in enumerate(WEEKDAYS)}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    begins = ClockField(lazy("Von"))
    ends = ClockField(lazy("Bis"))

    @property
    def is_empty(self) -> bool:
        clocks = (self.begins, self.ends)
        return not self.weekdays.data and all(one.data is None and not one.errors for one in clocks)

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        if not self.is_empty and not field.data:
            raise ValidationError(_("Bitte kreuzen Sie mindestens einen Wochentag an."))

    def validate_begins(self, field: ClockField) -> None:
        self._needed(field)

    def validate_ends(self, field: ClockField) -> None:
        self._needed(field)

    def _needed(self, field: ClockField) -> None:
        if not self.is_empty and field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie die Uhrzeit."))


class DemandForm(FlaskForm):  # type: ignore[misc]
    """Stops and the corners of the area are typed one a line; `read_places` finds what they mean."""

    name = StringField(
        lazy("Name des Rufbusses"),
        [
            DataRequired(lazy("Bitte geben Sie dem Rufbus einen Namen.")),
            Length(max=MAX_SERVICE_NAME, message=lazy("Höchstens 120 Zeichen, bitte.")),
        ],
    )
    vehicles = SelectMultipleField(
        lazy("Welche Fahrzeuge fahren?"),
        [DataRequired(lazy("Bitte kreuzen Sie mindestens ein Fahrzeug an."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    base = StringField(
        lazy("Wo stehen die Fahrzeuge?"),
        [DataRequired(lazy("Bitte nennen Sie eine Haltestelle oder Adresse.")), Length(max=200)],
    )
    stops = TextAreaField(lazy("Haltestellen, an denen er hält"))
    area = TextAreaField(lazy("Gebiet, in dem er überall hält"))
    hours = FieldList(FormField(HoursRow), min_entries=ROWS, max_entries=2 * ROWS)
    on_holidays = SelectField(
        lazy("An gesetzlichen Feiertagen fährt er"),
        choices=choices(HOLIDAYS),
        default=OnHolidays.AS_SUNDAY.value,
    )
    free = SelectMultipleField(
        lazy("Wann fährt er nicht?"),
        choices=choices({VACATIONS: FREE[VACATIONS]}),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    first_day = DayField(lazy("Erster Tag"))
    last_day = DayField(lazy("Letzter Tag"))
    lead = SelectField(lazy("Anmelden bis spätestens"), choices=choices(LEADS), default="3600")
    flex = SelectField(lazy("Abgeholt wird höchstens"), choices=choices(FLEX), default="450")
    detour = SelectField(
        lazy("Umweg für andere Fahrgäste höchstens"), choices=choices(DETOURS), default="900"
    )
    phone = StringField(lazy("Telefon für die Anmeldung"), [Length(max=MAX_PHONE)])
    phone_hours = StringField(lazy("Wann ist das Telefon besetzt?"), [Length(max=MAX_PHONE_HOURS)])
    note = TextAreaField(lazy("Hinweis für Fahrgäste"), [Length(max=500, message=TOO_LONG)])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    def offer(self, vehicles: Sequence[OrganisationVehicle]) -> None:
        """What can be chosen here."""
        self.vehicles.choices = choices({one.id: one.name for one in vehicles})

    @property
    def rows(self) -> list[HoursRow]:
        return [entry.form for entry in self.hours.entries]

    def validate_hours(self, _field: FieldList) -> None:
        if all(row.is_empty for row in self.rows):
            first = self.rows[0].begins
            first.errors = [*first.errors, _("Bitte nennen Sie, wann er fährt.")]
            raise ValidationError(first.errors[-1])

    def validate_first_day(self, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie den ersten Tag."))

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("Dieser Tag liegt vor dem ersten."))

    def validate_stops(self, field: TextAreaField) -> None:
        if not lines_of(field.data) and not lines_of(self.area.data):
            raise ValidationError(_("Bitte nennen Sie Haltestellen oder ein Gebiet."))
        if len(lines_of(field.data)) > MOST_STOPS:
            raise ValidationError(_("Bitte höchstens %(most)s Haltestellen.", most=MOST_STOPS))
        if len(lines_of(field.data)) == 1 and not lines_of(self.area.data):
            raise ValidationError(_("Bitte nennen Sie mindestens zwei Haltestellen."))

    def validate_area(self, field: TextAreaField) -> None:
        corners = lines_of(field.data)
        if corners and not 3 <= len(corners) <= MOST_CORNERS:
            raise ValidationError(
                _("Ein Gebiet hat mindestens drei Ecken und höchstens %(most)s.", most=MOST_CORNERS)
            )

    def read_places(
        self, places: PlaceIndex, timetable: Timetable
    ) -> tuple[list[FoundPlace], FoundPlace, list[tuple[float, float]]] | None:
        """The stops, the base and the corners that are meant; None leaves an error at their fields."""
        found, corners, base = list[FoundPlace](), list[tuple[float, float]](), None
        for line in lines_of(self.stops.data):
            try:
                found.append(stop_named(places, timetable, line))
            except ValueError as error:
                self.stops.errors = [*self.stops.errors, str(error)]
        try:
            base = place_named(places, self.base.data.strip())
        except ValueError as error:
            self.base.errors = [*self.base.errors, str(error)]
        for line in lines_of(self.area.data):
            try:
                corners.append(corner(places, timetable, line))
            except ValueError as error:
                self.area.errors = [*self.area.errors, str(error)]
        if self.stops.errors or self.area.errors or base is None:
            return None
        return found, base, corners

    def draft(
        self, stops: Sequence[FoundPlace], base: FoundPlace, corners: Sequence[tuple[float, float]]
    ) -> DemandDraft:
        hours = tuple(
            Hours(frozenset(map(int, row.weekdays.data)), row.begins.data, row.ends.data)
            for row in self.rows
            if not row.is_empty
        )
        plan = DemandPlan(
            hours,
            self.first_day.data,
            self.last_day.data,
            OnHolidays(self.on_holidays.data),
            VACATIONS in (self.free.data or []),
        )
        return DemandDraft(
            name=" ".join(self.name.data.split()),
            vehicle_ids=tuple(self.vehicles.data),
            plan=plan,
            base=Place(base.label, base.lat, base.lon),
            stop_ids=tuple(dict.fromkeys(stop.stop_id or "" for stop in stops)),
            area=tuple(corners),
            lead_s=int(self.lead.data),
            flex_s=int(self.flex.data),
            detour_s=int(self.detour.data),
            phone=_words(self.phone.data),
            phone_hours=_words(self.phone_hours.data),
            note=(self.note.data or "").strip() or None,
        )


def form_of_service(service: DemandService) -> DemandForm:
    """The form as the service is now."""
    plan = DemandPlan.from_json(service.plan)
    return DemandForm(
        formdata=None,
        data={
            "name": service.name,
            "vehicles": [one.id for one in service.vehicles],
            "base": service.base_name,
            "stops": "\n".join(_written(service.stops)),
            "area": "\n".join(f"{one['lat']:.6f}, {one['lon']:.6f}" for one in service.area),
            "hours": [
                {
                    "weekdays": [str(day) for day in sorted(one.weekdays)],
                    "begins": one.begins,
                    "ends": one.ends,
                }
                for one in plan.hours
            ],
            "on_holidays": plan.on_holidays.value,
            "free": [VACATIONS] * plan.skips_vacations,
            "first_day": plan.first,
            "last_day": plan.last,
            "lead": str(service.lead_s),
            "flex": str(service.flex_s),
            "detour": str(service.detour_s),
            "phone": service.phone,
            "phone_hours": service.phone_hours,
            "note": service.note,
        },
    )


def _written(stops: Sequence[dict[str, Any]]) -> list[str]:
    """A line a stop, with its id where another has the same name."""
    labels = [stop_label(stop["name"]) for stop in stops]
    twice = {label for label, times in Counter(labels).items() if times > 1}
    return [
        f"{label} [{stop['stop_id']}]" if label in twice else label
        for label, stop in zip(labels, stops, strict=True)
    ]


def _words(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
