"""Upload a feed, switch to a version, go back."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField
from wtforms.validators import Length

from mitfahr.languages import lazy


class UploadForm(FlaskForm):  # type: ignore[misc]
    """`idempotency_key` is made with the page: however often its button is pressed, it is one upload."""

    file = FileField(
        lazy("Fahrplan-Datei (GTFS, zip)"), [FileRequired(lazy("Bitte wählen Sie zuerst eine Datei aus."))]
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])


class SwitchForm(FlaskForm):  # type: ignore[misc]
    """`seen_revision` is what served when the page was shown."""

    seen_revision = IntegerField()
