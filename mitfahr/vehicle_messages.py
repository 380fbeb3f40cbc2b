"""What the coordinators of an association are told by mail about its vehicles."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.outbox import PORTAL
from mitfahr.db.people import Person
from mitfahr.db.vehicle_log import VehicleInspection
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.vehicle_log import InspectionKind, Urgency
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day
from mitfahr.messages import mail_person, words_of

INSPECTION_WORDS = {
    InspectionKind.MAIN: lazy("Hauptuntersuchung (HU)"),
    InspectionKind.SAFETY: lazy("Sicherheitsprüfung (SP)"),
    InspectionKind.PASSENGERS: lazy("Untersuchung für die Personenbeförderung (BOKraft)"),
    InspectionKind.SERVICE: lazy("Wartung in der Werkstatt"),
    InspectionKind.RAMP: lazy("Rampe oder Hublift"),
    InspectionKind.FIRST_AID: lazy("Verbandkasten"),
    InspectionKind.EXTINGUISHER: lazy("Feuerlöscher"),
    InspectionKind.OTHER: lazy("Andere Prüfung"),
}


def tell_defect(
    session: Session,
    person: Person,
    vehicle: OrganisationVehicle,
    text: str,
    stops_driving: bool,
    now: dt.datetime,
) -> None:
    """To a coordinator: somebody has found a defect."""
    with words_of(person):
        parts = [
            _(
                "Am Fahrzeug „%(vehicle)s“ wurde ein Mangel gemeldet: %(text)s",
                vehicle=vehicle.name,
                text=text,
            ),
            _("Damit soll das Fahrzeug nicht fahren. Bitte kümmern Sie sich gleich darum.")
            if stops_driving
            else _("Das Fahrzeug kann damit noch fahren."),
            _page(vehicle),
        ]
        subject = (
            _("Fahrzeug soll nicht fahren: %(vehicle)s", vehicle=vehicle.name)
            if stops_driving
            else _("Mangel gemeldet: %(vehicle)s", vehicle=vehicle.name)
        )
        mail_person(session, person, subject, parts, now)


def tell_inspection(
    session: Session,
    person: Person,
    vehicle: OrganisationVehicle,
    inspection: VehicleInspection,
    step: Urgency,
    now: dt.datetime,
) -> None:
    """To a coordinator: an inspection falls due, or is over."""
    facts = {
        "vehicle": vehicle.name,
        "inspection": INSPECTION_WORDS[inspection.kind],
        "day": day(inspection.due_on),
    }
    with words_of(person):
        if step is Urgency.OVER:
            subject = _("Überfällig: %(inspection)s, %(vehicle)s", **facts)
            opening = _(
                "Diese Prüfung ist überfällig: %(inspection)s für „%(vehicle)s“, fällig am %(day)s.", **facts
            )
        else:
            subject = _("Bald fällig: %(inspection)s, %(vehicle)s", **facts)
            opening = _("Bald ist fällig: %(inspection)s für „%(vehicle)s“, spätestens am %(day)s.", **facts)
        parts = [opening]
        if inspection.due_km is not None:
            parts.append(
                _("Oder bei %(km)s Kilometern, wenn die früher erreicht sind.", km=inspection.due_km)
            )
        parts.append(_page(vehicle))
        mail_person(session, person, subject, parts, now)


def _page(vehicle: OrganisationVehicle) -> str:
    words = _("Das Fahrzeugbuch im Mitfahrportal:")
    return f"{words}\n{PORTAL}/verein/{vehicle.organisation_id}/fahrzeuge/{vehicle.id}/buch"
