"""The on-demand services of an association: list, enter, change, cancel days, end; the fare by those who approve it."""

from __future__ import annotations

import datetime as dt
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booked_ride_ids
from mitfahr.db.demand_services import (
    DemandService,
    service_of,
    services_of,
    tours_of_service,
)
from mitfahr.db.people import Person
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.demand_plans import DemandPlan, service_days
from mitfahr.domain.errors import NothingServes, PlanInvalid
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.times import local, seconds
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.keep_demand import (
    cancel_service_day,
    coming_tours,
    end_service,
    keep_demand,
    open_service_day,
    set_demand_fare,
)
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.publish_series import AHEAD
from routing.journey import Place
from web.access import access
from web.day_in_address import day_in_address
from web.forms.demand import DETOURS, FLEX, HOLIDAYS, LEADS, DemandForm, form_of_service
from web.forms.line import FareForm
from web.map_json import area_json
from web.planned_pages import ask_fare, ask_reason
from web.planned_view import shown_days
from web.portal import portal

views = Blueprint("demand", __name__, url_prefix="/verein/<organisation_id>/rufbus")

PLAN_ERRORS = {
    "overlap": (
        "begins",
        lazy("Diese Zeiten überschneiden sich mit anderen. Jede Zeit bitte nur einmal nennen."),
    ),
    "hours": ("begins", lazy("Bitte nennen Sie, wann er fährt.")),
}


@views.get("")
@access(Action.SEE_ORGANISATION)
def all_(organisation_id: str) -> str:
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        return render_template(
            "demand/all.html",
            organisation=organisation,
            tasks=session.get_one(Person, current_user.id).tasks_in(organisation_id),
            services=[(one, DemandPlan.from_json(one.plan)) for one in services_of(session, organisation_id)],
            has_vehicle=bool(vehicles_of(session, organisation_id)),
            weekdays=WEEKDAYS,
        )


@views.get("/<service_id>")
@access(Action.SEE_ORGANISATION)
def one(organisation_id: str, service_id: str) -> str:
    now = _now()
    today = local(seconds(now)).date()
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        tasks = session.get_one(Person, current_user.id).tasks_in(organisation_id)
        service = service_of(session, organisation_id, service_id)
        plan = DemandPlan.from_json(service.plan)
        tours = [
            tour for tour in tours_of_service(session, service_id, seconds(now)) if tour.withdrawn_at is None
        ]
        booked = booked_ride_ids(session, [tour.id for tour in tours])
        ended = service.ended_at is not None
        vacations = portal().settings.vacations
        planned = [] if ended else service_days(plan, vacations, today, today + AHEAD)
        return render_template(
            "demand/one.html",
            organisation=organisation,
            tasks=tasks,
            service=service,
            plan=plan,
            weekdays=WEEKDAYS,
            has_streets=_has_streets(),
            holidays=HOLIDAYS[plan.on_holidays.value],
            lead=LEADS.get(str(service.lead_s)),
            flex=FLEX.get(str(service.flex_s)),
            detour=DETOURS.get(str(service.detour_s)),
            days=shown_days(
                {one.day: one.skip for one in planned}, ((tour.demand_day, tour) for tour in tours), booked
            ),
        )


@views.get("/<service_id>/gebiet")
@access(Action.SEE_ORGANISATION)
def area(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """What the page's map draws."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        service = service_of(session, organisation_id, service_id)
    stops = [Place(stop["name"], stop["lat"], stop["lon"], stop["stop_id"]) for stop in service.stops]
    corners = [
        Place(_("Gebiet von %(name)s", name=service.name), one["lat"], one["lon"]) for one in service.area
    ]
    return area_json(stops, corners)


@views.route("/neu", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def add(organisation_id: str) -> ResponseReturnValue:
    return _kept(
        organisation_id, None, DemandForm(formdata=None) if request.method == "GET" else DemandForm()
    )


@views.route("/<service_id>/aendern", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def change(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """Says before what happens with tours that somebody has booked."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id)
    return _kept(
        organisation_id, service, DemandForm() if request.method == "POST" else form_of_service(service)
    )


@views.route("/<service_id>/tage/<day>/absagen", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def cancel(organisation_id: str, service_id: str, day: str) -> ResponseReturnValue:
    """Say who is affected, then cancel the day."""
    on = day_in_address(day)
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id)
        coming = coming_tours(session, service_id, _now(), on)
    return ask_reason(
        "demand/cancel.html",
        partial(cancel_service_day, organisation_id=organisation_id, service_id=service_id, day=on),
        _("Der Tag ist abgesagt."),
        _page_of(organisation_id, service_id),
        service=service,
        day=on,
        coming=coming,
    )


@views.post("/<service_id>/tage/<day>/fahren")
@access(Action.SEE_ORGANISATION)
def open_day(organisation_id: str, service_id: str, day: str) -> ResponseReturnValue:
    """A day that was cancelled takes place after all."""
    here = portal()
    open_service_day(
        here.writing,
        organisation_id=organisation_id,
        service_id=service_id,
        day=day_in_address(day),
        actor_id=current_user.id,
        vacations=here.settings.vacations,
        now=_now(),
    )
    flash(_("An diesem Tag wird wieder gefahren."), "success")
    return redirect(_page_of(organisation_id, service_id))


@views.route("/<service_id>/beenden", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def end(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """Say what is booked, then end the service."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id)
        coming = coming_tours(session, service_id, _now())
    return ask_reason(
        "demand/end.html",
        partial(
            end_service,
            organisation_id=organisation_id,
            service_id=service_id,
            with_booked="with_booked" in request.form,
        ),
        _("Der Rufbus ist beendet."),
        url_for("demand.all_", organisation_id=organisation_id),
        service=service,
        coming=coming,
    )


@views.route("/<service_id>/fahrpreis", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def fare(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """Only who has the fares approved."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SET_FARE)
        service = service_of(session, organisation_id, service_id)
    return ask_fare(
        "demand/fare.html",
        FareForm(obj=service),
        partial(set_demand_fare, organisation_id=organisation_id, service_id=service_id),
        _page_of(organisation_id, service_id),
        service=service,
    )


def _kept(organisation_id: str, service: DemandService | None, form: DemandForm) -> ResponseReturnValue:
    here = portal()
    with here.reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.PLAN)
        form.offer(vehicles_of(session, organisation_id))
        booked = coming_tours(session, service.id, _now()).booked if service else []

    def page() -> str:
        return render_template(
            "demand/form.html",
            organisation=organisation,
            service=service,
            form=form,
            booked=booked,
        )

    if request.method == "GET":
        return page()
    if not form.validate():
        return page(), 422
    served = here.live.served()
    timetable = served.without_rides.timetable
    named = form.read_places(served.places, timetable)
    if named is None:
        return page(), 422
    try:
        service_id = keep_demand(
            here.writing,
            timetable,
            form.draft(*named),
            organisation_id=organisation_id,
            service_id=service.id if service else None,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            vacations=here.settings.vacations,
            now=_now(),
        )
    except PlanInvalid as error:
        if error.field not in PLAN_ERRORS:
            raise
        name, words = PLAN_ERRORS[error.field]
        field = form.rows[0][name]
        field.errors = [*field.errors, words]
        return page(), 422
    said = _("Gespeichert. Die nächsten vier Wochen sind buchbar.") if _has_streets() else _("Gespeichert.")
    flash(said, "success")
    return redirect(_page_of(organisation_id, service_id))


def _has_streets() -> bool:
    """Without them nobody knows how long a vehicle takes, and nothing is offered."""
    try:
        return portal().live.served().without_rides.roads is not None
    except NothingServes:
        return False


def _page_of(organisation_id: str, service_id: str) -> str:
    return url_for("demand.one", organisation_id=organisation_id, service_id=service_id)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
