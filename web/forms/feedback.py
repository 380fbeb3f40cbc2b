"""What somebody tells about barriers on the pages, without an account and without a riddle to solve."""

from __future__ import annotations

import time
from typing import cast

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import Form, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from mitfahr.domain.access_tokens import new_token
from mitfahr.languages import _, lazy
from mitfahr.services.send_feedback import MAX_WORDS, Feedback

TYPING_S = 3
"""Nobody reads the form and writes a sentence faster; programs do."""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cast(str, current_app.secret_key), salt="feedback")


class FeedbackForm(Form):  # type: ignore[misc]
    """`started` says when the form was shown, signed; `website` is hidden from people and must stay empty."""

    words = TextAreaField(
        lazy("Was funktioniert für Sie nicht?"),
        [
            DataRequired(lazy("Bitte schreiben Sie, was nicht funktioniert.")),
            Length(
                max=MAX_WORDS, message=lazy("Bitte schreiben Sie höchstens %(most)s Zeichen.", most=MAX_WORDS)
            ),
        ],
    )
    page = StringField(lazy("Auf welcher Seite?"), [Length(max=300)])
    answer_to = StringField(lazy("Wohin dürfen wir antworten?"), [Length(max=254)])
    website = StringField(lazy("Bitte leer lassen"))
    started = HiddenField(lazy("Formular"), default=lambda: _signer().dumps([int(time.time()), new_token()]))

    def validate_website(self, field: StringField) -> None:
        if field.data:
            raise ValidationError(_("Bitte lassen Sie dieses Feld leer."))

    def validate_started(self, field: HiddenField) -> None:
        try:
            shown_s, _key = _signer().loads(field.data or "")
        except BadSignature as error:
            self._start_again()
            raise ValidationError(_("Bitte senden Sie das Formular noch einmal.")) from error
        if time.time() - shown_s < TYPING_S:
            raise ValidationError(_("Das ging sehr schnell. Bitte senden Sie das Formular noch einmal."))

    def _start_again(self) -> None:
        self.started.data = _signer().dumps([int(time.time()), new_token()])

    @property
    def feedback(self) -> Feedback:
        return Feedback(
            (self.words.data or "").strip(),
            (self.page.data or "").strip(),
            (self.answer_to.data or "").strip(),
        )
