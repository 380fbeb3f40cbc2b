"""Sample journeys that are searched in the timetable of before and in the new one."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from mitfahr.domain.day_types import Kind
from mitfahr.languages import lazy
from web.forms.fields import ClockField, choices
from web.forms.search import NOT_NAMED

KINDS = {
    str(int(Kind.SCHOOL)): lazy("an einem Schultag"),
    str(int(Kind.VACATION)): lazy("an einem Ferientag"),
    str(int(Kind.SATURDAY)): lazy("an einem Samstag"),
    str(int(Kind.SUNDAY)): lazy("an einem Sonn- oder Feiertag"),
}


class SampleForm(FlaskForm):  # type: ignore[misc]
    origin = StringField(lazy("Von"), [DataRequired(NOT_NAMED)])
    origin_choice = HiddenField()
    destination = StringField(lazy("Nach"), [DataRequired(NOT_NAMED)])
    destination_choice = HiddenField()
    kind = SelectField(lazy("Wann"), choices=choices(KINDS), default=str(int(Kind.SCHOOL)))
    clock = ClockField(lazy("Frühestens um"), [InputRequired(lazy("Bitte füllen Sie dieses Feld aus."))])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )
