"""What people tell about themselves. What a name, number or plate must be is the services' matter."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.cars import MAX_WORD
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.vehicles import Car
from mitfahr.languages import lazy
from web.forms.fields import choices
from web.forms.offer import SEATS

SHORT_WORD = Length(
    max=MAX_WORD, message=lazy("Bitte schreiben Sie höchstens %(most)s Zeichen.", most=MAX_WORD)
)


class DetailsForm(FlaskForm):  # type: ignore[misc]
    first_name = StringField(lazy("Vorname"), [DataRequired(lazy("Bitte geben Sie Ihren Vornamen ein."))])
    last_name = StringField(lazy("Nachname"), [DataRequired(lazy("Bitte geben Sie Ihren Nachnamen ein."))])
    phone = StringField(lazy("Telefonnummer"))


class CarForm(FlaskForm):  # type: ignore[misc]
    make = StringField(
        lazy("Marke und Modell"),
        [DataRequired(lazy("Bitte schreiben Sie, was für ein Auto es ist.")), SHORT_WORD],
    )
    colour = StringField(lazy("Farbe"), [SHORT_WORD])
    plate = StringField(lazy("Kennzeichen"))
    seats = SelectField(lazy("Plätze für Mitfahrende"), choices=choices(SEATS), default="3")

    @property
    def car(self) -> Car:
        return Car(
            " ".join(self.make.data.split()),
            " ".join((self.colour.data or "").split()),
            self.plate.data or None,
            int(self.seats.data),
        )


class MailsForm(FlaskForm):  # type: ignore[misc]
    reminders = SelectMultipleField(
        lazy("Erinnerungen an gebuchte Fahrten"),
        choices=choices(
            {
                Reminder.DAY_BEFORE.value: lazy("am Abend vorher"),
                Reminder.SOON.value: lazy("zwei Stunden vorher"),
            }
        ),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    others = SelectMultipleField(
        lazy("Weitere Nachrichten"),
        choices=choices(
            {
                OptionalMail.WISH_FITS.value: lazy("wenn ein Angebot zu Ihrem Gesuch passt"),
                OptionalMail.RATING.value: lazy("nach einer Mitfahrt: wie es war"),
            }
        ),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(lazy("Ihr Code"), [DataRequired(lazy("Bitte geben Sie die sechs Ziffern ein."))])


class JustTheButton(FlaskForm):  # type: ignore[misc]
    """A form that asks nothing: its button is the question."""
