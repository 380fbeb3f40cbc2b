"""A new key for programs."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from mitfahr.db.access_tokens import MAX_NAME
from mitfahr.domain.access_tokens import Scope
from web.forms.fields import choices

SCOPES: dict[str, str] = {
    Scope.READ: "nur lesen: meine Buchungen sehen",
    Scope.BOOK: "lesen, buchen, ändern und absagen",
}


class TokenForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Wofür ist der Schlüssel?",
        [
            DataRequired("Bitte schreiben Sie ein Wort, an dem Sie ihn wiedererkennen."),
            Length(max=MAX_NAME, message=f"Bitte schreiben Sie höchstens {MAX_NAME} Zeichen."),
        ],
    )
    scope = RadioField("Was darf er?", choices=choices(SCOPES), default=Scope.READ)
