"""Book and cancel."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from web.forms.public_text import no_contact

WHOLE = "alles"
BOTH = "hin-und-zurueck"
TOO_LONG = "Das ist zu lang. Bitte prüfen Sie Ihre Eingabe."


class BookingForm(FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the page: however often its button is pressed, it books once."""

    offer = HiddenField(validators=[DataRequired()])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
    message = TextAreaField(
        "Nachricht an die Fahrerin oder den Fahrer",
        [Length(max=500, message="Bitte schreiben Sie höchstens 500 Zeichen."), no_contact],
    )
    keep_others = BooleanField("Fällt ein Abschnitt aus, möchte ich die anderen behalten")


class OtherWayForm(FlaskForm):  # type: ignore[misc]
    """Book the offered way in place of what is left of a booking."""

    offer = HiddenField(validators=[DataRequired()])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )


class CancelForm(FlaskForm):  # type: ignore[misc]
    """`what` is WHOLE, BOTH (there and back) or the id of one leg."""

    what = RadioField("Was möchten Sie absagen?", default=WHOLE)
    keep_others = BooleanField("Die anderen Abschnitte behalten")


class CancelCodeForm(FlaskForm):  # type: ignore[misc]
    """What the confirmation names; whoever has both may cancel, with cookies or without."""

    class Meta:
        csrf = False

    number = StringField(
        "Buchungsnummer",
        [DataRequired("Bitte geben Sie die Buchungsnummer ein."), Length(max=40, message=TOO_LONG)],
    )
    code = StringField(
        "Absagecode", [DataRequired("Bitte geben Sie den Absagecode ein."), Length(max=40, message=TOO_LONG)]
    )


class SeatsForm(FlaskForm):  # type: ignore[misc]
    """How many travel from now on, besides wheelchairs."""

    seats = SelectField("Personen", coerce=int)
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
