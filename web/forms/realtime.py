"""Add a source of real time."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from mitfahr.db.feeds import Feed
from mitfahr.languages import lazy
from web.forms.feeds import NAME_TOO_LONG
from web.forms.fields import choices


class SourceForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Name"), [DataRequired(lazy("Bitte geben Sie der Quelle einen Namen.")), NAME_TOO_LONG]
    )
    url = StringField(
        lazy("Adresse (GTFS-Realtime)"), [DataRequired(lazy("Bitte geben Sie die Adresse der Quelle an."))]
    )
    feed = SelectField(lazy("Von welchem Fahrplan spricht sie?"))

    def offer(self, feeds: Iterable[Feed]) -> None:
        """Let one of these be chosen; without a choice it is the first."""
        named = {feed.id: feed.name for feed in feeds}
        self.feed.choices = choices(named)
        if self.feed.data is None:
            self.feed.data = next(iter(named), None)
