"""Offer a private ride, once or again and again; answer and withdraw."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.recurrence import Recurrence, Week
from mitfahr.domain.ride_terms import Terms
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import Resolved, resolve
from mitfahr.languages import _, lazy, lazy_ngettext
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.ride_draft import RideDraft
from mitfahr.services.series_draft import SeriesDraft
from routing.journey import Place
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import CentField, ClockField, DayField, DaysField, choices
from web.forms.public_text import no_contact
from web.forms.search import NOT_NAMED

FREE, PAID = "kostenlos", "beteiligung"
ASK, AT_ONCE = "fragen", "sofort"
EVERYBODY, WOMEN = "alle", "frauen"
ONCE = "0"
CHILD_SEAT, PETS, SMOKING = "kindersitz", "tiere", "rauchen"
HOLIDAYS, VACATIONS = "feiertage", "ferien"
SEATS = {str(n): lazy_ngettext("%(num)s Platz", "%(num)s Plätze", n) for n in range(1, MAX_PASSENGERS + 1)}
WHEELCHAIRS = {"0": lazy("nein"), "1": lazy("ja, 1 Rollstuhl")}
FLEXIBILITY = {
    "0": lazy("keiner"),
    "15": lazy("15 Minuten später"),
    "30": lazy("30 Minuten später"),
    "60": lazy("1 Stunde später"),
}
BUDGETS = {"0": lazy("kein Umweg")} | {
    str(n): lazy("bis %(minutes)s Minuten", minutes=n) for n in (5, 10, 15, 20, 30, 45, 60)
}
REPEATS = {
    ONCE: lazy("nein, nur an diesem Tag"),
    "1": lazy("ja, jede Woche gleich"),
    "2": lazy("ja, 2 Wochen im Wechsel"),
    "3": lazy("ja, 3 Wochen im Wechsel"),
    "4": lazy("ja, 4 Wochen im Wechsel"),
}


def _filled(_form: FlaskForm, field: Any) -> None:
    """A time or day that could not be read has its own message already."""
    if field.data is None and not field.errors:
        raise ValidationError(_("Bitte füllen Sie dieses Feld aus."))


def _boxes(label: str, words: dict[str, str]) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=choices(words),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


def _weekdays(label: str) -> SelectMultipleField:
    return _boxes(label, {str(number): name for number, name in enumerate(WEEKDAYS)})


class OfferForm(FlaskForm):  # type: ignore[misc]
    """The same fields on every step; `idempotency_key` is made with the last one.

    `series_id` names the series that is being changed. The first week of a rotation has the times of
    the form's beginning, the others their own.
    """

    origin = StringField(lazy("Start"), [DataRequired(NOT_NAMED)])
    origin_choice = HiddenField()
    destination = StringField(lazy("Ziel"), [DataRequired(NOT_NAMED)])
    destination_choice = HiddenField()
    day = DayField(lazy("Tag"), [_filled])
    clock = ClockField(lazy("Abfahrt um"), [_filled])
    seats = SelectField(lazy("Freie Plätze"), choices=choices(SEATS), default="3")

    repeat = SelectField(lazy("Fahren Sie das öfter?"), choices=choices(REPEATS), default=ONCE)
    weekdays1 = _weekdays(lazy("An diesen Tagen"))
    until = DayField(lazy("Letzter Tag"))
    free = _boxes(
        lazy("Dann fahre ich nicht"),
        {HOLIDAYS: lazy("an Feiertagen"), VACATIONS: lazy("in den sächsischen Schulferien")},
    )
    exceptions = DaysField(lazy("Auch nicht am"))
    weekdays2 = _weekdays(lazy("Zweite Woche: an diesen Tagen"))
    clock2 = ClockField(lazy("Zweite Woche: Abfahrt um"))
    back2 = ClockField(lazy("Zweite Woche: Rückfahrt um"))
    weekdays3 = _weekdays(lazy("Dritte Woche: an diesen Tagen"))
    clock3 = ClockField(lazy("Dritte Woche: Abfahrt um"))
    back3 = ClockField(lazy("Dritte Woche: Rückfahrt um"))
    weekdays4 = _weekdays(lazy("Vierte Woche: an diesen Tagen"))
    clock4 = ClockField(lazy("Vierte Woche: Abfahrt um"))
    back4 = ClockField(lazy("Vierte Woche: Rückfahrt um"))

    back = ClockField(lazy("Rückfahrt um"))
    back_day = DayField(lazy("Tag der Rückfahrt"))

    flexibility = SelectField(lazy("Spielraum"), choices=choices(FLEXIBILITY), default="0")
    budget = SelectField(lazy("Umweg für Mitfahrende"), choices=choices(BUDGETS), default="10")
    answer = RadioField(
        lazy("Wie möchten Sie zusagen?"),
        choices=choices(
            {ASK: lazy("Ich möchte jedes Mal gefragt werden"), AT_ONCE: lazy("Sofort: Wer bucht, fährt mit")}
        ),
        default=ASK,
    )

    wheelchairs = SelectField(lazy("Platz für einen Rollstuhl"), choices=choices(WHEELCHAIRS), default="0")
    luggage = SelectField(lazy("Platz für großes Gepäck"), choices=choices(PIECES), default="0")
    bicycles = SelectField(lazy("Platz für Fahrräder"), choices=choices(BICYCLES), default="0")
    takes = _boxes(
        lazy("In meinem Auto"),
        {
            CHILD_SEAT: lazy("gibt es einen Kindersitz"),
            PETS: lazy("dürfen Tiere mitfahren"),
            SMOKING: lazy("wird geraucht"),
        },
    )
    riders = RadioField(
        lazy("Wen nehmen Sie mit?"),
        choices=choices({EVERYBODY: lazy("alle"), WOMEN: lazy("nur Frauen")}),
        default=EVERYBODY,
    )

    price = RadioField(
        lazy("Was kostet die Mitfahrt?"),
        choices=choices({FREE: lazy("nichts"), PAID: lazy("eine Beteiligung an den Fahrtkosten")}),
        default=FREE,
    )
    rate = CentField(lazy("Cent je Kilometer und Person"))
    vehicle = StringField(
        lazy("Ihr Auto"), [Length(max=120, message=lazy("Bitte schreiben Sie höchstens 120 Zeichen."))]
    )
    note = TextAreaField(
        lazy("Hinweis für Mitfahrende"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen.")), no_contact],
    )
    series_id = HiddenField()
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])

    def validate_rate(self, field: CentField) -> None:
        if self.price.data == PAID and not field.data and not field.errors:
            raise ValidationError(_("Bitte nennen Sie den Betrag oder wählen Sie „nichts“."))

    def validate_repeat(self, field: SelectField) -> None:
        if self.series_id.data and field.data == ONCE:
            raise ValidationError(
                _("Diese Fahrt kommt regelmäßig. Wenn sie nicht mehr kommen soll, beenden Sie sie bitte.")
            )

    def validate_back_day(self, field: DayField) -> None:
        if field.data is not None and self.back.data is None and not self.back.errors:
            raise ValidationError(_("Bitte schreiben Sie auch, um wie viel Uhr Sie zurückfahren."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the fields: each week of a rotation with days has a time, unless it is that of the first."""
        is_valid: bool = super().validate(extra_validators)
        for number in range(2, self.weeks + 1):
            days, clock = self[f"weekdays{number}"], self[f"clock{number}"]
            if days.data and clock.data is None and not clock.errors:
                clock.errors = [_("Bitte schreiben Sie, wann Sie in dieser Woche losfahren.")]
                is_valid = False
        return is_valid

    @property
    def weeks(self) -> int:
        """Weeks of the rotation; 0 when the ride does not come again."""
        return int(self.repeat.data) if self.repeat.data in REPEATS else 0

    @property
    def moment(self) -> Resolved:
        """Day and time as a moment, with what the clock change made of it."""
        return resolve(self.day.data, self.clock.data)

    def draft(self, origin: Place, destination: Place) -> RideDraft:
        """The offer, once the places are known; the form must be valid."""
        earliest = self.moment.moment
        takes = self.takes.data or []
        return RideDraft(
            origin=origin,
            destination=destination,
            earliest=earliest,
            latest=earliest + dt.timedelta(minutes=int(self.flexibility.data)),
            budget_s=60 * int(self.budget.data),
            seats=int(self.seats.data),
            wheelchairs=int(self.wheelchairs.data),
            luggage=int(self.luggage.data),
            bicycles=int(self.bicycles.data),
            rate_ct_per_km=self.rate.data if self.price.data == PAID else 0,
            asks_first=self.answer.data == ASK,
            terms=Terms(
                child_seat=CHILD_SEAT in takes,
                pets=PETS in takes,
                smoking=SMOKING in takes,
                women_only=self.riders.data == WOMEN,
            ),
            vehicle=(self.vehicle.data or "").strip() or None,
            note=(self.note.data or "").strip() or None,
        )

    def way_back(self, out: RideDraft) -> RideDraft | None:
        """The return ride of a single offer; without a day of its own it is the next such time."""
        if self.back.data is None:
            return None
        if self.back_day.data is not None:
            day = self.back_day.data
        else:
            day = self.day.data + dt.timedelta(days=self.back.data <= self.clock.data)
        earliest = resolve(day, self.back.data).moment
        latest = earliest + dt.timedelta(minutes=int(self.flexibility.data))
        return replace(out, origin=out.destination, destination=out.origin, earliest=earliest, latest=latest)

    def series(self, out: RideDraft) -> SeriesDraft:
        """The offer with its plan. Nobody has to tick the weekday of the day that stands above."""
        first = frozenset(map(int, self.weekdays1.data or [])) or frozenset({self.day.data.weekday()})
        weeks = [Week(first, self.clock.data, self.back.data)]
        for number in range(2, self.weeks + 1):
            days = frozenset(map(int, self[f"weekdays{number}"].data or []))
            clock = self[f"clock{number}"].data or self.clock.data
            weeks.append(Week(days, clock, self[f"back{number}"].data))
        free = self.free.data or []
        plan = Recurrence(
            weeks=tuple(weeks),
            first=self.day.data,
            last=self.until.data,
            exceptions=self.exceptions.data or frozenset(),
            skips_holidays=HOLIDAYS in free,
            skips_vacations=VACATIONS in free,
        )
        return SeriesDraft(out, plan)

    def fill_in(self, series: SeriesDraft) -> None:
        """The form as it would have been filled in for this series, but for the places."""
        ride, plan = series.ride, series.plan
        self.day.data, self.until.data = plan.first, plan.last
        self.exceptions.data = plan.exceptions or None
        self.repeat.data = str(len(plan.weeks))
        self.free.data = [HOLIDAYS] * plan.skips_holidays + [VACATIONS] * plan.skips_vacations
        for number, week in enumerate(plan.weeks, start=1):
            ending = "" if number == 1 else str(number)
            self[f"weekdays{number}"].data = [str(day) for day in sorted(week.weekdays)]
            self[f"clock{ending}"].data, self[f"back{ending}"].data = week.out, week.back
        self.fill_in_ride(ride)

    def fill_in_ride(self, ride: RideDraft) -> None:
        """What an offer says besides places and times."""
        window = (ride.latest or ride.earliest) - ride.earliest
        self.flexibility.data = _at_most(FLEXIBILITY, int(window.total_seconds()) // 60)
        self.budget.data = _at_most(BUDGETS, ride.budget_s // 60)
        self.seats.data, self.wheelchairs.data = str(ride.seats), str(ride.wheelchairs)
        self.luggage.data, self.bicycles.data = str(ride.luggage), str(ride.bicycles)
        self.answer.data = ASK if ride.asks_first else AT_ONCE
        terms = ride.terms
        self.takes.data = [CHILD_SEAT] * terms.child_seat + [PETS] * terms.pets + [SMOKING] * terms.smoking
        self.riders.data = WOMEN if terms.women_only else EVERYBODY
        self.price.data = PAID if ride.rate_ct_per_km else FREE
        self.rate.data = ride.rate_ct_per_km or None
        self.vehicle.data, self.note.data = ride.vehicle, ride.note

    def fill_in_clock(self, clock: dt.time, now: dt.datetime) -> None:
        """The next time that it is so late."""
        self.clock.data = clock
        self.day.data = now.date() + dt.timedelta(days=clock <= now.time())

    def renew_key(self) -> None:
        """What is shown now is a new offer, whatever was sent before."""
        self.idempotency_key.data = uuid.uuid4().hex


def _at_most(options: Mapping[str, str], minutes: int) -> str:
    """The longest of the options that is not longer."""
    return str(max(option for option in map(int, options) if option <= max(minutes, 0)))


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Cancel a run: why, for those who are told. An association may name its telephone number."""

    reason = StringField(
        lazy("Ein Wort dazu"), [Length(max=300, message=lazy("Bitte schreiben Sie höchstens 300 Zeichen."))]
    )

    @property
    def words(self) -> str | None:
        return (self.reason.data or "").strip() or None


class PrivateReasonForm(ReasonForm):
    """Decline a request, withdraw a ride: who reads it may not be matched."""

    def validate_reason(self, field: StringField) -> None:
        no_contact(self, field)


class EndSeriesForm(PrivateReasonForm):
    """End a series: after which day, and what becomes of dates that somebody has booked."""

    last_day = DayField(lazy("Letzter Tag"), [_filled])
    booked = RadioField(
        lazy("Fahrten, die schon gebucht sind"),
        choices=choices({"fahren": lazy("fahre ich noch"), "absagen": lazy("nehme ich zurück")}),
        default="fahren",
    )
