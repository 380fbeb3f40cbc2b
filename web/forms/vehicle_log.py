"""The log of a vehicle: kilometres, a defect, an inspection."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from mitfahr.db.vehicle_log import MAX_LOG_TEXT
from mitfahr.domain.vehicle_log import InspectionKind
from mitfahr.languages import lazy
from mitfahr.vehicle_messages import INSPECTION_WORDS
from web.forms.fields import DayField, KmField, choices

NUMBER = lazy("Bitte geben Sie den Kilometerstand als ganze Zahl ein.")


class _EntryForm(FlaskForm):  # type: ignore[misc]
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )


class ReadingForm(_EntryForm):
    km = KmField(lazy("Kilometerstand"), [InputRequired(NUMBER)])


class DefectForm(_EntryForm):
    text = TextAreaField(
        lazy("Was ist kaputt oder fällt auf?"),
        [
            DataRequired(lazy("Bitte beschreiben Sie den Mangel.")),
            Length(max=MAX_LOG_TEXT, message=lazy("Höchstens 500 Zeichen, bitte.")),
        ],
    )
    stops_driving = BooleanField(lazy("Damit soll das Fahrzeug nicht fahren"))


class InspectionForm(_EntryForm):
    kind = SelectField(
        lazy("Welche Prüfung?"),
        choices=choices({kind.value: INSPECTION_WORDS[kind] for kind in InspectionKind}),
    )
    due_on = DayField(
        lazy("Fällig am"), [DataRequired(lazy("Bitte nennen Sie den Tag, zum Beispiel 31.05.2027."))]
    )
    due_km = KmField(lazy("Oder bei diesem Kilometerstand"), [Optional()])


class DoneForm(FlaskForm):  # type: ignore[misc]
    next_on = DayField(lazy("Das nächste Mal fällig am"), [Optional()])
