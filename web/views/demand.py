"""The on-demand services of an association: list, enter, change, cancel days, end; the fare by those who approve it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.demand_services import (
    DemandService,
    booked_tour_ids,
    service_of,
    services_of,
    tours_of_service,
)
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.demand_plans import DemandPlan, ServiceDay, service_days
from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.recurrence import Skip
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.times import local, seconds
from mitfahr.languages import _, lazy, ngettext
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
from web.forms.demand import DETOURS, FLEX, HOLIDAYS, LEADS, DemandForm, form_of_service
from web.forms.line import FareForm
from web.forms.offer import ReasonForm
from web.map_json import area_json
from web.portal import portal
from web.views.run_lines import SKIP_WORDS

views = Blueprint("demand", __name__, url_prefix="/verein/<organisation_id>/rufbus")

PLAN_ERRORS = {
    "overlap": (
        "begins",
        lazy("Diese Zeiten überschneiden sich mit anderen. Jede Zeit bitte nur einmal nennen."),
    ),
    "hours": ("begins", lazy("Bitte nennen Sie, wann es fährt.")),
}


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the plan with its tours that take place; `skipped` says in words why there are none."""

    day: dt.date
    skipped: str | None
    can_open: bool
    tours: list[Ride]
    n_booked: int


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
        booked = booked_tour_ids(session, service_id)
        ended = service.ended_at is not None
        vacations = portal().settings.vacations
        planned = [] if ended else list(service_days(plan, vacations, today, today + AHEAD))
        return render_template(
            "demand/one.html",
            organisation=organisation,
            tasks=tasks,
            service=service,
            plan=plan,
            weekdays=WEEKDAYS,
            holidays=HOLIDAYS[plan.on_holidays.value],
            lead=LEADS.get(str(service.lead_s)),
            flex=FLEX.get(str(service.flex_s)),
            detour=DETOURS.get(str(service.detour_s)),
            days=_days(planned, tours, booked),
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
    form, here, on = ReasonForm(), portal(), _day(day)
    with here.reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id)
        coming = coming_tours(session, service_id, _now(), on)
    if not form.validate_on_submit():
        return render_template("demand/cancel.html", service=service, day=on, coming=coming, form=form)
    touched = cancel_service_day(
        here.writing,
        here.live.current(_now()),
        organisation_id=organisation_id,
        service_id=service_id,
        day=on,
        reason=form.words,
        actor_id=current_user.id,
        now=_now(),
    )
    flash(_("Der Tag ist abgesagt.") + _told(touched), "success")
    return _to(service)


@views.post("/<service_id>/tage/<day>/fahren")
@access(Action.SEE_ORGANISATION)
def open_day(organisation_id: str, service_id: str, day: str) -> ResponseReturnValue:
    """A day that was cancelled takes place after all."""
    here = portal()
    open_service_day(
        here.writing,
        organisation_id=organisation_id,
        service_id=service_id,
        day=_day(day),
        actor_id=current_user.id,
        vacations=here.settings.vacations,
        now=_now(),
    )
    flash(_("An diesem Tag wird wieder gefahren."), "success")
    return redirect(url_for("demand.one", organisation_id=organisation_id, service_id=service_id))


@views.route("/<service_id>/beenden", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def end(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """Say what is booked, then end the service."""
    form, here = ReasonForm(), portal()
    with here.reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id)
        coming = coming_tours(session, service_id, _now())
    if not form.validate_on_submit():
        return render_template("demand/end.html", service=service, coming=coming, form=form)
    touched = end_service(
        here.writing,
        here.live.current(_now()),
        organisation_id=organisation_id,
        service_id=service_id,
        with_booked="with_booked" in request.form,
        reason=form.words,
        actor_id=current_user.id,
        now=_now(),
    )
    flash(_("Das Angebot ist beendet.") + _told(touched), "success")
    return redirect(url_for("demand.all_", organisation_id=organisation_id))


@views.route("/<service_id>/fahrpreis", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def fare(organisation_id: str, service_id: str) -> ResponseReturnValue:
    """Only who has the fares approved."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SET_FARE)
        service = service_of(session, organisation_id, service_id)
    form = FareForm(obj=service)
    if not form.validate_on_submit():
        return render_template("demand/fare.html", service=service, form=form), 422 if form.errors else 200
    set_demand_fare(
        portal().writing,
        organisation_id=organisation_id,
        service_id=service_id,
        fare=" ".join((form.fare.data or "").split()) or None,
        actor_id=current_user.id,
        now=_now(),
    )
    flash(_("Gespeichert."), "success")
    return _to(service)


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
    flash(_("Gespeichert. Die nächsten vier Wochen sind buchbar."), "success")
    return redirect(url_for("demand.one", organisation_id=organisation_id, service_id=service_id))


def _days(planned: list[ServiceDay], tours: list[Ride], booked: set[str]) -> list[ShownDay]:
    """Days of the plan and days that still have tours, soonest first."""
    of_plan = {one.day: one for one in planned}
    found = []
    for day in sorted({*of_plan, *(tour.demand_day for tour in tours if tour.demand_day)}):
        skip = of_plan[day].skip if day in of_plan else None
        of_day = [tour for tour in tours if tour.demand_day == day]
        found.append(
            ShownDay(
                day,
                str(SKIP_WORDS[skip]) if skip else None,
                skip is Skip.EXCEPTION,
                of_day,
                sum(tour.id in booked for tour in of_day),
            )
        )
    return found


def _to(service: DemandService) -> ResponseReturnValue:
    return redirect(url_for("demand.one", organisation_id=service.organisation_id, service_id=service.id))


def _told(touched: int) -> str:
    if not touched:
        return ""
    return " " + ngettext(
        "Eine Buchung ist betroffen; die Fahrgäste bekommen eine Nachricht.",
        "%(num)s Buchungen sind betroffen; die Fahrgäste bekommen eine Nachricht.",
        touched,
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        abort(404)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
