"""The stops of a trip, one row each with a name and a time, in the forms that say where and when something drives."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, StringField
from wtforms.fields.core import Label
from wtforms.validators import ValidationError

from mitfahr.languages import _, lazy
from web.forms.fields import ClockField

MORE_ROWS = 4


class StopRow(Form):  # type: ignore[misc]
    """A halt; rows left empty do not count."""

    place = StringField("Halt")
    choice = HiddenField()
    clock = ClockField(lazy("Uhrzeit"))

    @property
    def is_empty(self) -> bool:
        return not (self.place.data or "").strip() and self.clock.data is None and not self.clock.errors

    def validate_place(self, field: StringField) -> None:
        if self.clock.data is not None and not (field.data or "").strip():
            raise ValidationError(_("Bitte nennen Sie die Haltestelle."))

    def validate_clock(self, field: ClockField) -> None:
        if (self.place.data or "").strip() and field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie die Uhrzeit."))


class WithRows:
    """A form that has a FieldList `stops` whose rows may stay empty."""

    stops: Any

    @property
    def rows(self) -> list[Any]:
        return [entry.form for entry in self.stops.entries]

    @property
    def halts(self) -> list[Any]:
        """The rows that are filled in."""
        return [row for row in self.rows if not row.is_empty]

    def add_rows(self) -> None:
        for _more in range(min(MORE_ROWS, self.stops.max_entries - len(self.stops.entries))):
            self.stops.append_entry()


class WithStopRows(WithRows):
    """The rows are StopRows, of which a trip needs two."""

    def number_rows(self) -> None:
        """Say at each row which stop it is."""
        for number, row in enumerate(self.rows, 1):
            row.place.label = Label(row.place.id, _("Halt %(number)s", number=number))
            row.clock.label = Label(row.clock.id, _("Uhrzeit am Halt %(number)s", number=number))

    def validate_stops(self, field: Any) -> None:
        if len(self.halts) < 2 and field.entries:
            first = self.rows[0].place
            first.errors = [*first.errors, _("Bitte nennen Sie mindestens zwei Halte mit Uhrzeit.")]
            raise ValidationError(_("Bitte nennen Sie mindestens zwei Halte mit Uhrzeit."))
