"""Book and cancel."""

from __future__ import annotations

import uuid
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.languages import _, lazy
from mitfahr.services.change_party import PartyChange
from web.bookings_view import BookingView
from web.forms.baggage import BICYCLES, MOST_BICYCLES, MOST_PIECES, PIECES, bicycle_numbers, piece_numbers
from web.forms.fields import choices, number_of
from web.forms.preferences import WHEELCHAIRS
from web.forms.public_text import no_contact
from web.forms.search import PERSONS

WHOLE = "alles"
BOTH = "hin-und-zurueck"
TOO_LONG = lazy("Das ist zu lang. Bitte prüfen Sie Ihre Eingabe.")


class BookingForm(FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the page: however often its button is pressed, it books once."""

    offer = HiddenField(validators=[DataRequired()])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
    message = TextAreaField(
        lazy("Nachricht an die Fahrerin oder den Fahrer"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen.")), no_contact],
    )
    keep_others = BooleanField(lazy("Fällt ein Abschnitt aus, möchte ich die anderen behalten"))


class OtherWayForm(FlaskForm):  # type: ignore[misc]
    """Book the offered way in place of what is left of a booking."""

    offer = HiddenField(validators=[DataRequired()])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )


class CancelForm(FlaskForm):  # type: ignore[misc]
    """`what` is WHOLE, BOTH (there and back) or the id of one leg."""

    what = RadioField(lazy("Was möchten Sie absagen?"), default=WHOLE)
    keep_others = BooleanField(lazy("Die anderen Abschnitte behalten"))

    def ask_of(self, booking: BookingView) -> None:
        """The choices that this booking leaves."""
        options = {WHOLE: _("Nur diese Reise") if booking.trip_id else _("Die ganze Reise")}
        if booking.trip_id:
            options[BOTH] = _("Hin- und Rückfahrt")
        if len(booking.live_vehicles) > 1:
            options |= {
                leg.leg_id: _("Nur %(title)s ab %(stop)s", title=leg.shown.title, stop=leg.shown.origin)
                for leg in booking.live_vehicles
            }
        self.what.choices = choices(options)

    @property
    def is_whole(self) -> bool:
        return self.what.data in (WHOLE, BOTH)

    @property
    def asked(self) -> dict[str, Any]:
        """For `cancel_booking`; the form must be valid."""
        return {
            "leg_id": None if self.is_whole else self.what.data,
            "keep_others": None if self.is_whole else self.keep_others.data,
            "whole_trip": self.what.data == BOTH,
        }


class CancelCodeForm(FlaskForm):  # type: ignore[misc]
    """What the confirmation names; whoever has both may cancel, with cookies or without."""

    class Meta:
        csrf = False

    number = StringField(
        lazy("Buchungsnummer"),
        [DataRequired(lazy("Bitte geben Sie die Buchungsnummer ein.")), Length(max=40, message=TOO_LONG)],
    )
    code = StringField(
        lazy("Absagecode"),
        [DataRequired(lazy("Bitte geben Sie den Absagecode ein.")), Length(max=40, message=TOO_LONG)],
    )


class PartyForm(FlaskForm):  # type: ignore[misc]
    """Who and what travels from now on; what is not sent stays as it is."""

    persons = SelectField(lazy("Personen"), choices=choices(PERSONS))
    wheelchairs = SelectField(lazy("Davon im Rollstuhl"), choices=choices(WHEELCHAIRS))
    luggage = SelectField(lazy("Großes Gepäck"), choices=choices(PIECES))
    bicycles = SelectField(lazy("Fahrräder"), choices=choices(BICYCLES))
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    def let_stay(self, luggage: int, bicycles: int) -> None:
        """What a booking has now is among the choices, however much it is."""
        self.luggage.choices = choices(piece_numbers(max(MOST_PIECES, luggage)))
        self.bicycles.choices = choices(bicycle_numbers(max(MOST_BICYCLES, bicycles)))

    def validate_wheelchairs(self, field: SelectField) -> None:
        if (number_of(field) or 0) > (number_of(self.persons) or MAX_PASSENGERS):
            raise ValidationError(_("Das sind mehr, als zusammen fahren."))

    @property
    def change(self) -> PartyChange:
        """What is asked for; the form must be valid."""
        wheelchairs = int(self.wheelchairs.data)
        return PartyChange(
            int(self.persons.data) - wheelchairs,
            wheelchairs,
            int(self.luggage.data),
            int(self.bicycles.data),
        )


def party_form(booking: BookingView) -> PartyForm:
    """Who and what travels on a booking now, to be changed."""
    form = PartyForm(
        persons=str(booking.persons),
        wheelchairs=str(booking.wheelchairs),
        luggage=str(booking.luggage),
        bicycles=str(booking.bicycles),
    )
    form.let_stay(booking.luggage, booking.bicycles)
    return form
