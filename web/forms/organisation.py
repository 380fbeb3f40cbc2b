"""Associations: found one, invite and change members, vehicles."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from mitfahr.db.people import MAX_EMAIL, MAX_PHONE
from mitfahr.db.vehicles import MAX_VEHICLE_NAME, OrganisationVehicle
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.languages import lazy
from mitfahr.services.keep_vehicle import VehicleDraft
from web.forms.baggage import BICYCLES, PIECES
from web.forms.fields import choices

ROLE_WORDS = {
    MembershipRole.COORDINATOR: lazy("Koordination"),
    MembershipRole.DRIVER: lazy("Fahren"),
    MembershipRole.TELEPHONE: lazy("Telefondienst"),
}
MAY_WORDS = {
    MembershipRole.COORDINATOR: lazy("plant Fahrten und Linien, lädt Mitglieder ein, pflegt die Fahrzeuge"),
    MembershipRole.DRIVER: lazy("sieht die Fahrten und wer wo ein- und aussteigt"),
    MembershipRole.TELEPHONE: lazy(
        "bucht für Anrufende, sieht die Fahrten mit Fahrgästen und kann Fahrten absagen"
    ),
}
CHOSEN_ROLES = {role.value: words for role, words in ROLE_WORDS.items()}
UP_TO_ALL = {str(n): str(n) for n in range(MAX_PASSENGERS + 1)}


class FoundForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Name des Vereins"),
        [
            DataRequired(lazy("Bitte nennen Sie den Namen des Vereins.")),
            Length(max=200, message=lazy("Höchstens 200 Zeichen, bitte.")),
        ],
    )
    phone = StringField(lazy("Telefonnummer des Vereins"), [Length(max=MAX_PHONE)])
    email = StringField(
        lazy("E-Mail-Adresse der ersten Koordinatorin oder des ersten Koordinators"),
        [DataRequired(lazy("Bitte geben Sie eine E-Mail-Adresse ein.")), Length(max=MAX_EMAIL)],
    )


class InviteForm(FlaskForm):  # type: ignore[misc]
    role = SelectField(lazy("Aufgabe"), choices=choices(CHOSEN_ROLES), default=MembershipRole.DRIVER.value)
    email = StringField(lazy("E-Mail-Adresse"), [Length(max=MAX_EMAIL)])
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        lazy("Code der Einladung"),
        [
            DataRequired(lazy("Bitte geben Sie den Code ein.")),
            Length(max=40, message=lazy("Höchstens 40 Zeichen, bitte.")),
        ],
    )


class MemberForm(FlaskForm):  # type: ignore[misc]
    roles = SelectMultipleField(
        lazy("Aufgaben"),
        [DataRequired(lazy("Bitte kreuzen Sie mindestens eine Aufgabe an."))],
        choices=choices(CHOSEN_ROLES),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class VehicleForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy("Name"),
        [
            DataRequired(lazy("Bitte geben Sie dem Fahrzeug einen Namen.")),
            Length(max=MAX_VEHICLE_NAME, message=lazy("Höchstens 80 Zeichen, bitte.")),
        ],
    )
    registration = StringField(
        lazy("Kennzeichen"), [Length(max=20, message=lazy("Höchstens 20 Zeichen, bitte."))]
    )
    seats = SelectField(
        lazy("Sitzplätze für Fahrgäste"), choices=choices(UP_TO_ALL), default=str(MAX_PASSENGERS)
    )
    wheelchairs = SelectField(
        lazy("Rollstuhlplätze"), choices=choices({str(n): str(n) for n in range(3)}), default="0"
    )
    child_seats = SelectField(lazy("Kindersitze an Bord"), choices=choices(UP_TO_ALL), default="0")
    luggage = SelectField(lazy("Platz für großes Gepäck"), choices=choices(PIECES), default="4")
    bicycles = SelectField(lazy("Platz für Fahrräder"), choices=choices(BICYCLES), default="0")
    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    @property
    def draft(self) -> VehicleDraft:
        return VehicleDraft(
            name=" ".join(self.name.data.split()),
            registration=self.registration.data or "",
            seats=int(self.seats.data),
            wheelchairs=int(self.wheelchairs.data),
            child_seats=int(self.child_seats.data),
            luggage=int(self.luggage.data),
            bicycles=int(self.bicycles.data),
        )


def form_of_vehicle(vehicle: OrganisationVehicle) -> VehicleForm:
    """The form as the vehicle is now."""
    numbers = ("seats", "wheelchairs", "child_seats", "luggage", "bicycles")
    return VehicleForm(
        formdata=None,
        data={"name": vehicle.name, "registration": vehicle.registration}
        | {name: str(getattr(vehicle, name)) for name in numbers},
    )
