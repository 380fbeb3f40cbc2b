"""A new key for programs."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from mitfahr.db.access_tokens import MAX_NAME
from mitfahr.domain.access_tokens import Scope
from mitfahr.languages import lazy
from web.forms.fields import choices

SCOPES: dict[str, str] = {
    Scope.READ: lazy("nur lesen: meine Buchungen sehen"),
    Scope.BOOK: lazy("lesen, buchen, ändern und absagen"),
}


class TokenForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Wofür ist der Schlüssel?"),
        [
            DataRequired(lazy("Bitte schreiben Sie ein Wort, an dem Sie ihn wiedererkennen.")),
            Length(
                max=MAX_NAME, message=lazy("Bitte schreiben Sie höchstens %(most)s Zeichen.", most=MAX_NAME)
            ),
        ],
    )
    scope = RadioField(lazy("Was darf er?"), choices=choices(SCOPES), default=Scope.READ)
