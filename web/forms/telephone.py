"""What whoever answers the telephone types: who calls, what they want to tell the driver, where a letter goes."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from mitfahr.db.people import MAX_NAME, MAX_PHONE
from mitfahr.languages import lazy
from mitfahr.services.keep_caller import CallerDraft
from web.forms.public_text import no_contact

MAX_TYPED = 80
TOO_LONG = lazy("Das ist zu lang. Bitte prüfen Sie Ihre Eingabe.")


class FindForm(FlaskForm):  # type: ignore[misc]
    who = StringField(
        lazy("Name oder Telefonnummer"),
        [
            DataRequired(lazy("Bitte geben Sie einen Namen oder eine Telefonnummer ein.")),
            Length(max=MAX_TYPED, message=TOO_LONG),
        ],
    )


class CallerForm(FlaskForm):  # type: ignore[misc]
    """Nobody needs an e-mail address or a password to travel."""

    first_name = StringField(
        lazy("Vorname"),
        [DataRequired(lazy("Bitte fragen Sie nach dem Vornamen.")), Length(max=MAX_NAME, message=TOO_LONG)],
    )
    last_name = StringField(
        lazy("Nachname"),
        [DataRequired(lazy("Bitte fragen Sie nach dem Nachnamen.")), Length(max=MAX_NAME, message=TOO_LONG)],
    )
    phone = StringField(lazy("Telefonnummer"), [Length(max=MAX_PHONE, message=TOO_LONG)])
    agrees_to_sms = BooleanField(lazy("Darf bei Änderungen eine SMS bekommen"), false_values=(False, ""))
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    @property
    def draft(self) -> CallerDraft:
        return CallerDraft(
            self.first_name.data, self.last_name.data, self.phone.data or None, self.agrees_to_sms.data
        )


class CallBookingForm(FlaskForm):  # type: ignore[misc]
    """`instead_of` is the booking that this one replaces."""

    offer = HiddenField(validators=[DataRequired(lazy("Bitte wählen Sie eine Verbindung."))])
    instead_of = HiddenField(validators=[Length(max=32)])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
    message = StringField(
        lazy("Hinweis für die Fahrerin oder den Fahrer"),
        [Length(max=500, message=lazy("Bitte schreiben Sie höchstens 500 Zeichen.")), no_contact],
    )


class LetterForm(FlaskForm):  # type: ignore[misc]
    """The address stands on the letter only: it is not kept."""

    address = TextAreaField(lazy("Anschrift für das Brieffenster"), [Length(max=300, message=TOO_LONG)])


class SmsForm(FlaskForm):  # type: ignore[misc]
    """To the number that the person's record has; pressed twice, one is sent."""

    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
