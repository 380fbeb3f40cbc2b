"""The log of a vehicle: drivers enter kilometres and defects, coordinators see to them and to inspections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypedDict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from mitfahr.db.people import Person
from mitfahr.db.vehicle_log import defects_of, inspections_of, readings_of
from mitfahr.db.vehicles import vehicle_of
from mitfahr.domain.errors import LogInvalid
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.times import local, seconds
from mitfahr.domain.vehicle_log import InspectionKind, Urgency, urgency
from mitfahr.languages import _
from mitfahr.services.keep_vehicle_log import (
    finish_inspection,
    mend_defect,
    note_reading,
    plan_inspection,
    report_defect,
)
from mitfahr.services.organisation_tasks import require_task
from mitfahr.vehicle_messages import INSPECTION_WORDS
from web.access import access
from web.errors import explain
from web.forms.vehicle_log import DefectForm, DoneForm, InspectionForm, ReadingForm
from web.portal import portal

views = Blueprint("vehicle_log", __name__, url_prefix="/verein/<organisation_id>/fahrzeuge/<vehicle_id>/buch")

SHOWN_READINGS = 30
LOOK = {Urgency.FAR: "success", Urgency.NEAR: "info", Urgency.SOON: "warning", Urgency.OVER: "danger"}


class Entered(TypedDict):
    """What every entry says: of which vehicle, by whom, and when."""

    organisation_id: str
    vehicle_id: str
    actor_id: str
    now: dt.datetime


@views.get("")
@access(Action.SEE_ORGANISATION)
def one(organisation_id: str, vehicle_id: str) -> str:
    return _page(organisation_id, vehicle_id)


@views.post("/kilometer")
@access(Action.SEE_ORGANISATION)
def read(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    form = ReadingForm(prefix="km")
    return _kept(
        organisation_id,
        vehicle_id,
        form,
        form.km,
        lambda entered: note_reading(
            portal().writing,
            **entered,
            km=form.km.data,
            idempotency_key=form.idempotency_key.data,
        ),
    )


@views.post("/mangel")
@access(Action.SEE_ORGANISATION)
def report(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    form = DefectForm(prefix="mangel")
    return _kept(
        organisation_id,
        vehicle_id,
        form,
        form.text,
        lambda entered: report_defect(
            portal().writing,
            **entered,
            text=form.text.data,
            stops_driving=form.stops_driving.data,
            idempotency_key=form.idempotency_key.data,
        ),
    )


@views.post("/mangel/<defect_id>/behoben")
@access(Action.SEE_ORGANISATION)
def mend(organisation_id: str, vehicle_id: str, defect_id: str) -> ResponseReturnValue:
    mend_defect(
        portal().writing,
        **_entered(organisation_id, vehicle_id),
        defect_id=defect_id,
    )
    return _back(organisation_id, vehicle_id)


@views.post("/pruefung")
@access(Action.SEE_ORGANISATION)
def plan(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    form = InspectionForm(prefix="pruefung")
    return _kept(
        organisation_id,
        vehicle_id,
        form,
        form.due_on,
        lambda entered: plan_inspection(
            portal().writing,
            **entered,
            kind=InspectionKind(form.kind.data),
            due_on=form.due_on.data,
            due_km=form.due_km.data,
            idempotency_key=form.idempotency_key.data,
        ),
    )


@views.post("/pruefung/<inspection_id>/erledigt")
@access(Action.SEE_ORGANISATION)
def finish(organisation_id: str, vehicle_id: str, inspection_id: str) -> ResponseReturnValue:
    form = DoneForm(prefix=inspection_id)
    return _kept(
        organisation_id,
        vehicle_id,
        form,
        form.next_on,
        lambda entered: finish_inspection(
            portal().writing,
            **entered,
            inspection_id=inspection_id,
            next_on=form.next_on.data,
        ),
    )


def _kept(
    organisation_id: str, vehicle_id: str, form: FlaskForm, field: object, keep: Callable[[Entered], None]
) -> ResponseReturnValue:
    """Do what the form says and go back to the log, or show it with what is wrong at `field`."""
    if not form.validate():
        return _page(organisation_id, vehicle_id, form), 422
    try:
        keep(_entered(organisation_id, vehicle_id))
    except LogInvalid as error:
        explained = explain(error)
        field.errors = [*field.errors, f"{explained.title}. {explained.advice}"]  # type: ignore[attr-defined]
        return _page(organisation_id, vehicle_id, form), explained.status
    return _back(organisation_id, vehicle_id)


def _entered(organisation_id: str, vehicle_id: str) -> Entered:
    return {
        "organisation_id": organisation_id,
        "vehicle_id": vehicle_id,
        "actor_id": current_user.id,
        "now": _now(),
    }


def _back(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    flash(_("Gespeichert."), "success")
    return redirect(url_for("vehicle_log.one", organisation_id=organisation_id, vehicle_id=vehicle_id))


def _page(organisation_id: str, vehicle_id: str, filled: FlaskForm | None = None) -> str:
    """With the form that was filled in wrongly, if there is one."""
    today = local(seconds(_now())).date()
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE)
        vehicle = vehicle_of(session, organisation_id, vehicle_id)
        readings = readings_of(session, vehicle_id, SHOWN_READINGS)
        inspections = inspections_of(session, vehicle_id)
        km = readings[0].km if readings else None
        return render_template(
            "organisations/vehicle_log.html",
            organisation=organisation,
            vehicle=vehicle,
            tasks=session.get_one(Person, current_user.id).tasks_in(organisation_id),
            readings=readings,
            defects=defects_of(session, vehicle_id),
            due=[
                (one, urgency(one.due_on, one.due_km, km, today), (one.due_on - today).days)
                for one in inspections
                if one.done_on is None
            ],
            done=[one for one in inspections if one.done_on is not None],
            look=LOOK,
            words=INSPECTION_WORDS,
            forms={
                "km": _form(ReadingForm, filled, "km"),
                "mangel": _form(DefectForm, filled, "mangel"),
                "pruefung": _form(InspectionForm, filled, "pruefung"),
                **{one.id: _form(DoneForm, filled, one.id) for one in inspections},
            },
            filled=filled,
        )


def _form(kind: type[FlaskForm], filled: FlaskForm | None, prefix: str) -> FlaskForm:
    if isinstance(filled, kind) and filled._prefix == f"{prefix}-":
        return filled
    return kind(formdata=None, prefix=prefix)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
