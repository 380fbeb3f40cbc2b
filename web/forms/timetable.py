"""Put a version live now or at a moment, sign for losses, go back; look through the audit."""

from __future__ import annotations

import datetime as dt

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from mitfahr.domain.audit import AuditAction
from mitfahr.domain.times import resolve
from mitfahr.languages import _, lazy
from web.audit_view import ACTION_WORDS
from web.forms.fields import ClockField, DayField, choices

ANY = ""
MAX_WORDS = 100


class SwitchForm(FlaskForm):  # type: ignore[misc]
    """`seen_revision` is what served when the page was shown; `version_id` names an earlier version to go back to."""

    seen_revision = IntegerField()
    version_id = StringField()


class PlanForm(FlaskForm):  # type: ignore[misc]
    day = DayField(lazy("Tag"), validators=[InputRequired(lazy("Bitte nennen Sie den Tag."))])
    clock = ClockField(lazy("Uhrzeit"), validators=[InputRequired(lazy("Bitte nennen Sie die Uhrzeit."))])

    @property
    def due_at(self) -> dt.datetime:
        return resolve(self.day.data, self.clock.data).moment


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Ihr Vor- und Nachname"),
        validators=[InputRequired(lazy("Bitte tippen Sie Ihren Namen ein.")), Length(max=200)],
    )


class AuditForm(FlaskForm):  # type: ignore[misc]
    """Sent by POST: the words may be somebody's name, and names are in no address."""

    action = SelectField(lazy("Was"), validate_choice=False)
    words = StringField(lazy("Mit den Wörtern"), validators=[Length(max=MAX_WORDS)])

    def offer(self) -> None:
        self.action.choices = choices({ANY: _("alles"), **{str(a): str(w) for a, w in ACTION_WORDS.items()}})

    @property
    def actions(self) -> list[AuditAction]:
        return [action for action in AuditAction if action == self.action.data]
