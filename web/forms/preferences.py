"""How somebody travels, from one search to the next: what they sit in or push, how they walk, what they take."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.domain.mobility import Aid, Preference
from mitfahr.domain.ride_terms import Need
from mitfahr.languages import _, lazy, lazy_ngettext
from routing.query import LegKind
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import choices

WHEELCHAIRS = {"0": lazy("niemand")} | {
    str(n): lazy_ngettext("%(num)s Person", "%(num)s Personen", n) for n in (1, 2)
}

NEEDS = {
    Need.CHILD_SEAT.value: lazy("Wir brauchen einen Kindersitz"),
    Need.PET.value: lazy("Ein Tier fährt mit"),
    Need.NO_SMOKE.value: lazy("Nur Autos, in denen nicht geraucht wird"),
}
KINDS = {
    LegKind.TRANSIT.value: lazy("Bus und Bahn"),
    LegKind.BUERGERBUS.value: lazy("BürgerBus"),
    LegKind.RUFBUS.value: lazy("Rufbus (fährt nur nach Anruf)"),
    LegKind.DEMAND.value: lazy("Fahrt auf Bestellung (ein Fahrzeug kommt, wenn Sie buchen)"),
    LegKind.RIDE.value: lazy("Private Mitfahrten"),
}
PACES = {"1.25": lazy("normal"), "0.8": lazy("langsam"), "0.5": lazy("sehr langsam")}
LONGEST_WALKS = {
    "300": lazy("5 Minuten"),
    "600": lazy("10 Minuten"),
    "1200": lazy("20 Minuten"),
    "1800": lazy("30 Minuten"),
}
AIDS = {Aid.ROLLATOR.value: lazy("Rollator"), Aid.PRAM.value: lazy("Kinderwagen")}
PREFERENCES = {
    Preference.NONE.value: lazy("schnell ankommen"),
    Preference.FEWER_CHANGES.value: lazy("wenig umsteigen"),
    Preference.LESS_WALKING.value: lazy("wenig zu Fuß gehen"),
}
CHANGE_TIMES = {
    "120": lazy("normal"),
    "300": lazy("mindestens 5 Minuten"),
    "600": lazy("mindestens 10 Minuten"),
}

KEPT = (
    "wheelchairs",
    "aids",
    "prefers",
    "pace",
    "longest_walk",
    "change_time",
    "luggage",
    "bicycles",
    "needs",
    "kinds",
)
"""Fields that a person may have filled in at every search."""


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """Part of every search, and by itself where somebody keeps them."""

    wheelchairs = SelectField(lazy("Davon im Rollstuhl"), choices=choices(WHEELCHAIRS), default="0")
    luggage = SelectField(lazy("Großes Gepäck"), choices=choices(PIECES), default="0")
    bicycles = SelectField(lazy("Fahrräder"), choices=choices(BICYCLES), default="0")
    needs = SelectMultipleField(
        lazy("Bei privaten Mitfahrten"),
        choices=choices(NEEDS),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    kinds = SelectMultipleField(
        lazy("Womit möchten Sie fahren?"),
        choices=choices(KINDS),
        default=list(KINDS),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    pace = SelectField(lazy("Wie schnell gehen Sie zu Fuß?"), choices=choices(PACES), default="1.25")
    longest_walk = SelectField(lazy("Wie weit am Stück?"), choices=choices(LONGEST_WALKS), default="1200")
    change_time = SelectField(lazy("Zeit zum Umsteigen"), choices=choices(CHANGE_TIMES), default="120")
    aids = SelectMultipleField(
        lazy("Was schieben Sie?"),
        choices=choices(AIDS),
        default=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    prefers = RadioField(
        lazy("Was ist Ihnen wichtiger?"), choices=choices(PREFERENCES), default=Preference.NONE.value
    )

    def validate_kinds(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Bitte kreuzen Sie mindestens eine Möglichkeit an."))

    @property
    def kept(self) -> dict[str, object]:
        """Plain values by name of the field, for `fill_in`."""
        return {name: self[name].data for name in KEPT}

    def fill_in(self, kept: Mapping[str, object]) -> None:
        """What was kept once; values that the form no longer offers are left out."""
        for name in KEPT:
            field, value = self[name], kept.get(name)
            offered = {choice.value for choice in field.choices}
            if isinstance(value, list):
                field.data = [one for one in value if one in offered]
            elif value in offered:
                field.data = value
