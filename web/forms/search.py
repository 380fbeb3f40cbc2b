"""The question of a resident: from, to, when, who, how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.mobility import Aid, Preference, transfer_slack_s, walk_speed_m_s
from mitfahr.domain.ride_terms import Need
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import ZONE, ClockChange, Resolved, resolve
from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages import _, lazy, lazy_ngettext
from mitfahr.services.find_places import FoundPlace, PlaceKind, stop_label
from routing.query import LegKind, Party, Point, StopRef
from routing.timetable import Timetable
from web.forms.fields import ClockField, DayField, choices, number_of
from web.forms.preferences import PreferencesForm
from web.place_choice import encode
from web.shown_first import ANY_KIND, Order, Sieve

DEPART, ARRIVE = "ab", "an"
STAY = dt.timedelta(hours=2)
"""How long after arriving the way back is asked for, until the person says otherwise."""
PERSONS = {str(n): lazy_ngettext("%(num)s Person", "%(num)s Personen", n) for n in range(1, 9)}
ORDERS = {
    Order.BEST.value: lazy("die besten zuerst"),
    Order.DEPARTURE.value: lazy("Abfahrt"),
    Order.ARRIVAL.value: lazy("Ankunft"),
    Order.DURATION.value: lazy("Dauer"),
    Order.CHANGES.value: lazy("wenig Umstiege"),
    Order.PRICE.value: lazy("Kosten der Mitfahrt"),
    Order.WALKING.value: lazy("wenig Fußweg"),
}
SHOWN = {
    ANY_KIND: lazy("alles"),
    LegKind.TRANSIT.value: lazy("nur Bus und Bahn"),
    LegKind.BUERGERBUS.value: lazy("mit BürgerBus"),
    LegKind.RUFBUS.value: lazy("mit Rufbus"),
    LegKind.DEMAND.value: lazy("mit Fahrt auf Bestellung"),
    LegKind.RIDE.value: lazy("mit privater Mitfahrt"),
}
SIEVES = {
    Sieve.UNBOOKED.value: lazy("ohne Buchung und Anmeldung"),
    Sieve.ACCESSIBLE.value: lazy("überall als stufenfrei bekannt"),
}
STAYS = {
    "0": lazy("nur durchfahren"),
    "900": lazy("15 Minuten"),
    "1800": lazy("30 Minuten"),
    "3600": lazy("1 Stunde"),
    "7200": lazy("2 Stunden"),
    "10800": lazy("3 Stunden"),
}

NOT_NAMED = lazy("Bitte geben Sie einen Ort, eine Haltestelle oder eine Adresse ein.")


def _filled(_form: SearchForm, field: Any) -> None:
    """A time or day that could not be read has its own message already."""
    if field.data is None and not field.errors:
        raise ValidationError(_("Bitte füllen Sie dieses Feld aus."))


class SearchForm(PreferencesForm):
    """A search changes nothing, and works for those who take no cookies: no token."""

    class Meta:
        csrf = False

    origin = StringField(lazy("Von"), [DataRequired(NOT_NAMED)])
    origin_choice = HiddenField()
    destination = StringField(lazy("Nach"), [DataRequired(NOT_NAMED)])
    destination_choice = HiddenField()
    via = StringField(lazy("Über"))
    via_choice = HiddenField()
    stay = SelectField(lazy("Wie lange bleiben Sie dort mindestens?"), choices=choices(STAYS), default="0")
    day = DayField(lazy("Tag"), [_filled])
    clock = ClockField(lazy("Uhrzeit"), [_filled])
    direction = RadioField(
        lazy("Die Uhrzeit ist"),
        choices=choices({DEPART: lazy("die Abfahrt"), ARRIVE: lazy("die Ankunft")}),
        default=DEPART,
    )
    persons = SelectField(lazy("Personen"), choices=choices(PERSONS), default="1")
    outward = HiddenField()
    """The chosen way there (a token of `mitfahr.offered`), when this asks for the way back to it."""
    order = SelectField(lazy("Reihenfolge"), choices=choices(ORDERS), default=Order.BEST.value)
    shown = SelectField(lazy("Zeigen"), choices=choices(SHOWN), default=ANY_KIND)
    sieves = SelectMultipleField(
        lazy("Nur Verbindungen"),
        choices=choices(SIEVES),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def fill_in(self, kept: Mapping[str, object]) -> None:
        super().fill_in(kept)
        if int(self.wheelchairs.data) > int(self.persons.data):
            self.persons.data = self.wheelchairs.data

    def validate_wheelchairs(self, field: SelectField) -> None:
        if (number_of(field) or 0) > (number_of(self.persons) or MAX_PASSENGERS):
            raise ValidationError(_("Das sind mehr, als zusammen fahren."))

    @property
    def moment(self) -> Resolved:
        """Day and time as a moment, with what the clock change made of it."""
        return resolve(self.day.data, self.clock.data)

    def request(self, origin: FoundPlace, destination: FoundPlace) -> TripRequest:
        """What is asked, once the places are known; the form must be valid."""
        wheelchairs = int(self.wheelchairs.data)
        aids = frozenset(Aid(aid) for aid in self.aids.data)
        return TripRequest(
            origin=origin.place,
            destination=destination.place,
            when=self.moment.moment,
            arrive_by=self.direction.data == ARRIVE,
            party=Party(
                int(self.persons.data) - wheelchairs,
                wheelchairs,
                int(self.luggage.data) + len(aids),
                int(self.bicycles.data),
            ),
            kinds=frozenset(LegKind(kind) for kind in self.kinds.data),
            walk_speed_m_s=walk_speed_m_s(aids, float(self.pace.data)),
            max_walk_s=int(self.longest_walk.data),
            transfer_slack_s=transfer_slack_s(aids, int(self.change_time.data)),
            needs=frozenset(Need(need) for need in self.needs.data),
            aids=aids,
            prefers=Preference(self.prefers.data),
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
    fill_from(form, request, timetable)
    return form


def fill_from(form: SearchForm, request: TripRequest, timetable: Timetable) -> None:
    """Fill an empty form in with what `request` asks. Raises UnknownStop."""
    origin, destination = (place_of(place, timetable) for place in (request.origin, request.destination))
    form.origin.data, form.origin_choice.data = origin.label, encode(origin)
    form.destination.data, form.destination_choice.data = destination.label, encode(destination)
    form.move_to(request.when.astimezone(ZONE))
    form.direction.data = ARRIVE if request.arrive_by else DEPART
    form.persons.data = str(request.party.people)
    form.wheelchairs.data = str(request.party.wheelchairs)
    form.luggage.data = str(request.party.luggage - len(request.aids))
    form.bicycles.data = str(request.party.bicycles)
    form.kinds.data = [kind.value for kind in request.kinds]
    form.needs.data = [need.value for need in request.needs]
    form.pace.data = f"{request.walk_speed_m_s:g}"
    form.longest_walk.data = str(request.max_walk_s)
    form.change_time.data = str(request.transfer_slack_s)
    form.aids.data = [aid.value for aid in request.aids]
    form.prefers.data = request.prefers.value


def place_of(place: Point | StopRef, timetable: Timetable) -> FoundPlace:
    """A place of a query as fields know it; raises UnknownStop."""
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
    ClockChange.SKIPPED: lazy(
        "In dieser Nacht werden die Uhren vorgestellt; diese Uhrzeit gibt es nicht. "
        "Gesucht wurde eine Stunde später."
    ),
    ClockChange.TWICE: lazy(
        "In dieser Nacht werden die Uhren zurückgestellt; diese Uhrzeit gibt es zweimal. "
        "Gesucht wurde die erste (Sommerzeit)."
    ),
}
