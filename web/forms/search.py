"""The question of a resident: from, to, when, who, how."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.ride_terms import Need
from mitfahr.domain.times import ZONE, ClockChange, Resolved, resolve
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.find_places import FoundPlace, PlaceKind, stop_label
from routing.query import LegKind, Party, Point, StopRef
from routing.timetable import Timetable
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import ClockField, DayField, choices
from web.place_choice import encode

DEPART, ARRIVE = "ab", "an"
STAY = dt.timedelta(hours=2)
"""How long after arriving the way back is asked for, until the person says otherwise."""
PERSONS = {str(n): "1 Person" if n == 1 else f"{n} Personen" for n in range(1, 9)}
WHEELCHAIRS = {"0": "niemand", "1": "1 Person", "2": "2 Personen"}

NEEDS = {
    Need.CHILD_SEAT.value: "Wir brauchen einen Kindersitz",
    Need.PET.value: "Ein Tier fährt mit",
    Need.NO_SMOKE.value: "Nur Autos, in denen nicht geraucht wird",
}
KINDS = {
    LegKind.TRANSIT.value: "Bus und Bahn",
    LegKind.BUERGERBUS.value: "BürgerBus",
    LegKind.RUFBUS.value: "Rufbus (fährt nur nach Anruf)",
    LegKind.RIDE.value: "Private Mitfahrten",
}
PACES = {"1.25": "normal", "0.8": "langsam", "0.5": "sehr langsam"}
LONGEST_WALKS = {"300": "5 Minuten", "600": "10 Minuten", "1200": "20 Minuten", "1800": "30 Minuten"}
CHANGE_TIMES = {"120": "normal", "300": "mindestens 5 Minuten", "600": "mindestens 10 Minuten"}

NOT_NAMED = "Bitte geben Sie einen Ort, eine Haltestelle oder eine Adresse ein."


def _filled(_form: SearchForm, field: Any) -> None:
    """A time or day that could not be read has its own message already."""
    if field.data is None and not field.errors:
        raise ValidationError("Bitte füllen Sie dieses Feld aus.")


class SearchForm(FlaskForm):  # type: ignore[misc]
    """A search changes nothing, and works for those who take no cookies: no token."""

    class Meta:
        csrf = False

    origin = StringField("Von", [DataRequired(NOT_NAMED)])
    origin_choice = HiddenField()
    destination = StringField("Nach", [DataRequired(NOT_NAMED)])
    destination_choice = HiddenField()
    day = DayField("Tag", [_filled])
    clock = ClockField("Uhrzeit", [_filled])
    direction = RadioField(
        "Die Uhrzeit ist", choices=choices({DEPART: "die Abfahrt", ARRIVE: "die Ankunft"}), default=DEPART
    )
    persons = SelectField("Personen", choices=choices(PERSONS), default="1")
    wheelchairs = SelectField("Davon im Rollstuhl", choices=choices(WHEELCHAIRS), default="0")
    luggage = SelectField("Großes Gepäck", choices=choices(PIECES), default="0")
    bicycles = SelectField("Fahrräder", choices=choices(BICYCLES), default="0")
    needs = SelectMultipleField(
        "Bei privaten Mitfahrten",
        choices=choices(NEEDS),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    outward = HiddenField()
    """The chosen way there (a token of `mitfahr.offered`), when this asks for the way back to it."""
    kinds = SelectMultipleField(
        "Womit möchten Sie fahren?",
        choices=choices(KINDS),
        default=list(KINDS),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    pace = SelectField("Wie schnell gehen Sie zu Fuß?", choices=choices(PACES), default="1.25")
    longest_walk = SelectField("Wie weit am Stück?", choices=choices(LONGEST_WALKS), default="1200")
    change_time = SelectField("Zeit zum Umsteigen", choices=choices(CHANGE_TIMES), default="120")

    def validate_kinds(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Bitte kreuzen Sie mindestens eine Möglichkeit an.")

    def validate_wheelchairs(self, field: SelectField) -> None:
        if int(field.data or 0) > int(self.persons.data or 1):
            raise ValidationError("Das sind mehr, als zusammen fahren.")

    @property
    def moment(self) -> Resolved:
        """Day and time as a moment, with what the clock change made of it."""
        return resolve(self.day.data, self.clock.data)

    def request(self, origin: FoundPlace, destination: FoundPlace) -> TripRequest:
        """What is asked, once the places are known; the form must be valid."""
        wheelchairs = int(self.wheelchairs.data)
        return TripRequest(
            origin=origin.place,
            destination=destination.place,
            when=self.moment.moment,
            arrive_by=self.direction.data == ARRIVE,
            party=Party(
                int(self.persons.data) - wheelchairs,
                wheelchairs,
                int(self.luggage.data),
                int(self.bicycles.data),
            ),
            kinds=frozenset(LegKind(kind) for kind in self.kinds.data),
            walk_speed_m_s=float(self.pace.data),
            max_walk_s=int(self.longest_walk.data),
            transfer_slack_s=int(self.change_time.data),
            needs=frozenset(Need(need) for need in self.needs.data),
        )

    def swap(self) -> None:
        """Exchange from and to."""
        self.origin.data, self.destination.data = self.destination.data, self.origin.data
        self.origin_choice.data, self.destination_choice.data = (
            self.destination_choice.data,
            self.origin_choice.data,
        )

    def turn_round(self, arrival: dt.datetime) -> None:
        """Ask for the way back of somebody who arrives then; on the clocks of the district."""
        self.swap()
        self.move_to(arrival + STAY)
        self.direction.data = DEPART

    def move_to(self, moment: dt.datetime) -> None:
        """Ask for another day and time instead; `moment` on the clocks of the district."""
        for field, value in ((self.day, moment.date()), (self.clock, moment.time())):
            field.data, field.raw_data = value, None


def form_of(request: TripRequest, timetable: Timetable) -> SearchForm:
    """The form that asks `request` again."""
    form = SearchForm(formdata=None)
    origin, destination = (_found(place, timetable) for place in (request.origin, request.destination))
    form.origin.data, form.origin_choice.data = origin.label, encode(origin)
    form.destination.data, form.destination_choice.data = destination.label, encode(destination)
    form.move_to(request.when.astimezone(ZONE))
    form.direction.data = ARRIVE if request.arrive_by else DEPART
    form.persons.data = str(request.party.seats + request.party.wheelchairs)
    form.wheelchairs.data = str(request.party.wheelchairs)
    form.luggage.data, form.bicycles.data = str(request.party.luggage), str(request.party.bicycles)
    form.kinds.data = [kind.value for kind in request.kinds]
    form.needs.data = [need.value for need in request.needs]
    form.pace.data = f"{request.walk_speed_m_s:g}"
    form.longest_walk.data = str(request.max_walk_s)
    form.change_time.data = str(request.transfer_slack_s)
    return form


def _found(place: Point | StopRef, timetable: Timetable) -> FoundPlace:
    if isinstance(place, Point):
        return FoundPlace(PlaceKind.POINT, place.name, place.lat, place.lon, is_exact=True)
    stop = timetable.stop(place.stop_id)
    return FoundPlace(
        PlaceKind.STOP,
        stop_label(timetable.stop_name[stop]),
        float(timetable.stop_lat[stop]),
        float(timetable.stop_lon[stop]),
        place.stop_id,
        is_exact=True,
    )


CLOCK_CHANGE_WORDS = {
    ClockChange.SKIPPED: "In dieser Nacht werden die Uhren vorgestellt; diese Uhrzeit gibt es nicht. "
    "Gesucht wurde eine Stunde später.",
    ClockChange.TWICE: "In dieser Nacht werden die Uhren zurückgestellt; diese Uhrzeit gibt es zweimal. "
    "Gesucht wurde die erste (Sommerzeit).",
}
