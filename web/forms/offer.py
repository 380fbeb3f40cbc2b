"""Offer a private ride; answer and withdraw."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.times import Resolved, resolve
from mitfahr.services.ride_draft import RideDraft
from routing.journey import Place
from web.forms.fields import CentField, ClockField, DayField, choices
from web.forms.public_text import no_contact
from web.forms.search import NOT_NAMED

FREE, PAID = "kostenlos", "beteiligung"
ASK, AT_ONCE = "fragen", "sofort"
SEATS = {str(n): "1 Platz" if n == 1 else f"{n} Plätze" for n in range(1, MAX_PASSENGERS + 1)}
WHEELCHAIRS = {"0": "nein", "1": "ja, 1 Rollstuhl"}
FLEXIBILITY = {"0": "keiner", "15": "15 Minuten später", "30": "30 Minuten später"}
BUDGETS = {"0": "kein Umweg"} | {str(n): f"bis {n} Minuten" for n in (5, 10, 15, 20, 30, 45, 60)}


def _filled(_form: OfferForm, field: Any) -> None:
    """A time or day that could not be read has its own message already."""
    if field.data is None and not field.errors:
        raise ValidationError("Bitte füllen Sie dieses Feld aus.")


class OfferForm(FlaskForm):  # type: ignore[misc]
    """The same fields on every step; `idempotency_key` is made with the last one."""

    origin = StringField("Start", [DataRequired(NOT_NAMED)])
    origin_choice = HiddenField()
    destination = StringField("Ziel", [DataRequired(NOT_NAMED)])
    destination_choice = HiddenField()
    day = DayField("Tag", [_filled])
    clock = ClockField("Abfahrt um", [_filled])
    flexibility = SelectField("Spielraum", choices=choices(FLEXIBILITY), default="0")
    seats = SelectField("Freie Plätze", choices=choices(SEATS), default="3")
    wheelchairs = SelectField("Platz für einen Rollstuhl", choices=choices(WHEELCHAIRS), default="0")
    budget = SelectField("Umweg für Mitfahrende", choices=choices(BUDGETS), default="10")
    price = RadioField(
        "Was kostet die Mitfahrt?",
        choices=choices({FREE: "nichts", PAID: "eine Beteiligung an den Fahrtkosten"}),
        default=FREE,
    )
    rate = CentField("Cent je Kilometer und Person")
    answer = RadioField(
        "Wer darf mitfahren?",
        choices=choices(
            {ASK: "Ich möchte jedes Mal gefragt werden", AT_ONCE: "Wer bucht, fährt mit, ohne Rückfrage"}
        ),
        default=ASK,
    )
    vehicle = StringField("Ihr Auto", [Length(max=120, message="Bitte schreiben Sie höchstens 120 Zeichen.")])
    note = TextAreaField(
        "Hinweis für Mitfahrende",
        [Length(max=500, message="Bitte schreiben Sie höchstens 500 Zeichen."), no_contact],
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])

    def validate_rate(self, field: CentField) -> None:
        if self.price.data == PAID and not field.data and not field.errors:
            raise ValidationError("Bitte nennen Sie den Betrag oder wählen Sie „nichts“.")

    @property
    def moment(self) -> Resolved:
        """Day and time as a moment, with what the clock change made of it."""
        return resolve(self.day.data, self.clock.data)

    def draft(self, origin: Place, destination: Place) -> RideDraft:
        """The offer, once the places are known; the form must be valid."""
        earliest = self.moment.moment
        return RideDraft(
            origin=origin,
            destination=destination,
            earliest=earliest,
            latest=earliest + dt.timedelta(minutes=int(self.flexibility.data)),
            budget_s=60 * int(self.budget.data),
            seats=int(self.seats.data),
            wheelchairs=int(self.wheelchairs.data),
            rate_ct_per_km=self.rate.data if self.price.data == PAID else 0,
            asks_first=self.answer.data == ASK,
            vehicle=(self.vehicle.data or "").strip() or None,
            note=(self.note.data or "").strip() or None,
        )

    def renew_key(self) -> None:
        """What is shown now is a new offer, whatever was sent before."""
        self.idempotency_key.data = uuid.uuid4().hex


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Cancel a run: why, for those who are told. An association may name its telephone number."""

    reason = StringField(
        "Ein Wort dazu", [Length(max=300, message="Bitte schreiben Sie höchstens 300 Zeichen.")]
    )

    @property
    def words(self) -> str | None:
        return (self.reason.data or "").strip() or None


class PrivateReasonForm(ReasonForm):
    """Decline a request, withdraw a ride: who reads it may not be matched."""

    def validate_reason(self, field: StringField) -> None:
        no_contact(self, field)
