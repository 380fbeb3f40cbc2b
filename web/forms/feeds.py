"""Add a source of timetables, or change one; say of which a file is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from mitfahr.db.feeds import Feed
from mitfahr.domain.errors import SourceAddressInvalid
from mitfahr.domain.feeds import EVERY_MINUTES, LONGEST_NAME, checked_address
from mitfahr.languages import _, lazy, ngettext
from web.forms.fields import choices

NEW = "+"
"""Instead of a feed's id, which has letters and digits."""

NAME_TOO_LONG = Length(
    max=LONGEST_NAME, message=lazy("Bitte schreiben Sie höchstens %(most)s Zeichen.", most=LONGEST_NAME)
)


def every_words(minutes: int) -> str:
    """How often a publisher is asked."""
    if minutes == 1440:
        return _("einmal am Tag")
    if minutes % 60 == 0:
        return ngettext("jede Stunde", "alle %(num)s Stunden", minutes // 60)
    return ngettext("jede Minute", "alle %(num)s Minuten", minutes)


class FeedForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Name"), [DataRequired(lazy("Bitte geben Sie der Quelle einen Namen.")), NAME_TOO_LONG]
    )
    url = StringField(lazy("Adresse der Datei"))
    every_minutes = SelectField(lazy("Wie oft nach Neuem fragen?"), coerce=int, default=EVERY_MINUTES[1])

    def __init__(self, kept_every: int = EVERY_MINUTES[1], **values: object) -> None:
        super().__init__(**values)
        self.every_minutes.choices = [
            (minutes, every_words(minutes)) for minutes in sorted({*EVERY_MINUTES, kept_every})
        ]

    def validate_url(self, field: StringField) -> None:
        try:
            checked_address(field.data)
        except SourceAddressInvalid:
            raise ValidationError(_("Die Adresse einer Quelle beginnt mit https:// oder http://.")) from None


class UploadForm(FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the page: however often its button is pressed, it is one upload."""

    feed = SelectField(lazy("Von welcher Quelle ist die Datei?"))
    new_name = StringField(lazy("Name der neuen Quelle"), [NAME_TOO_LONG])
    file = FileField(
        lazy("Fahrplan-Datei (GTFS, zip)"), [FileRequired(lazy("Bitte wählen Sie zuerst eine Datei aus."))]
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])

    def offer(self, feeds: Iterable[Feed]) -> None:
        """Let one of these be chosen, or a new one; without a choice it is the first."""
        named = {feed.id: feed.name for feed in feeds}
        self.feed.choices = choices({**named, NEW: _("eine neue Quelle")})
        if self.feed.data is None:
            self.feed.data = next(iter(named))

    def validate_new_name(self, field: StringField) -> None:
        if self.feed.data == NEW and not (field.data or "").strip():
            raise ValidationError(_("Bitte geben Sie der neuen Quelle einen Namen."))
