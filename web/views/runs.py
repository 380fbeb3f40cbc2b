"""Runs of the BürgerBus: what is planned, publish more, who gets on where, cancel one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from mitfahr.db.bookings import holding_legs, passengers_of_ride
from mitfahr.db.people import Organisation, Person, members_of
from mitfahr.db.rides import Ride, ride_of, runs_of_organisation
from mitfahr.db.run_lines import approved_fare
from mitfahr.db.vehicles import OrganisationVehicle, vehicles_of
from mitfahr.domain.errors import NoSeats, NotAllowed, RideRefused, TooManySeats, Unknown
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, MembershipRole, Task
from mitfahr.domain.times import seconds
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import day as written_day
from mitfahr.languages.formats import local
from mitfahr.services.find_places import FoundPlace
from mitfahr.services.organisation_tasks import organisations_with_task, require_task
from mitfahr.services.publish_run import check_run, publish_run
from mitfahr.services.set_run_fare import set_run_fare, single_run
from mitfahr.services.withdraw_ride import withdraw_ride
from web.access import access
from web.contact_reads import note_reads
from web.errors import explain
from web.forms.line import FareForm
from web.forms.offer import ReasonForm
from web.forms.run import RunForm, form_for, form_like
from web.halts import halts_meant
from web.planned_pages import ask_fare
from web.portal import portal
from web.rides_view import RideView, ride_view, ride_views

views = Blueprint("runs", __name__, url_prefix="/buergerbus")

SHOWN_BACK = dt.timedelta(days=14)
"""Runs of the last two weeks stay in the list."""


@views.get("")
@access(Action.SEE_PASSENGERS)
def planned() -> str:
    now = dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        by_organisation = [
            (one, *_runs(session, one, now))
            for one in organisations_with_task(session, current_user.id, Task.SEE)
        ]
        plans = bool(organisations_with_task(session, current_user.id, Task.PLAN))
    return render_template(
        "runs/planned.html",
        organisations=[(one, _by_day(upcoming), _by_day(past)) for one, upcoming, past in by_organisation],
        plans=plans,
    )


@views.get("/<ride_id>")
@access(Action.SEE_PASSENGERS)
def one(ride_id: str) -> str:
    """The run sheet."""
    run, tasks = _run(ride_id)
    note_reads(run.open_legs)
    with portal().reading() as session:
        vehicle = session.get(OrganisationVehicle, run.ride.vehicle_id) if run.ride.vehicle_id else None
    return render_template("runs/one.html", run=run, tasks=tasks, vehicle=vehicle)


@views.get("/neu")
@access(Action.PUBLISH_RUN)
def form() -> str:
    """An empty form, or one filled in like an earlier run (`wie` is its id)."""
    like = request.args.get("wie")
    if like:
        return _form_page(form_like(_run(like, Task.PLAN)[0].ride))
    with portal().reading() as session:
        organisations = organisations_with_task(session, current_user.id, Task.PLAN)
        vehicles = [vehicle for one in organisations for vehicle in vehicles_of(session, one.id)]
    return _form_page(form_for(vehicles))


@views.post("/neu/halte")
@access(Action.PUBLISH_RUN)
def more_stops() -> str:
    """The form with room for more halts."""
    form = RunForm()
    form.add_rows()
    return _form_page(form)


@views.post("/neu/aendern")
@access(Action.PUBLISH_RUN)
def edit() -> str:
    """The form again, as it was filled in."""
    return _form_page(RunForm())


@views.post("/neu")
@access(Action.PUBLISH_RUN)
def check() -> ResponseReturnValue:
    """The runs as they would be published, or the form with what is wrong."""
    form = RunForm()
    halts, page = _halts(form)
    if page is not None:
        return page
    timetable = portal().live.served().without_rides.timetable
    try:
        for day in form.days:
            check_run(timetable, form.draft(day, halts), dt.datetime.now(dt.UTC))
    except RideRefused as error:
        return _refused(form, error, day)
    form.renew_key()
    with portal().reading() as session:
        fare = approved_fare(session, form.organisation.data, form.line.data.strip())
    return render_template(
        "runs/preview.html", form=form, halts=list(zip(form.halts, halts, strict=True)), fare=fare
    )


@views.post("/neu/veroeffentlichen")
@access(Action.PUBLISH_RUN)
def publish() -> ResponseReturnValue:
    """Publish one run after the other; what stands in the way of one does not stop the others."""
    form = RunForm()
    halts, page = _halts(form)
    if page is not None:
        return page
    here, now = portal(), dt.datetime.now(dt.UTC)
    timetable, published, refused = here.live.served().without_rides.timetable, 0, list[str]()
    for day in form.days:
        try:
            publish_run(
                here.writing,
                timetable,
                form.draft(day, halts),
                actor_id=current_user.id,
                idempotency_key=f"{form.idempotency_key.data}-{day}",
                vacations=here.settings.vacations,
                now=now,
            )
            published += 1
        except RideRefused as error:
            explained = explain(error)
            refused.append(f"{written_day(day)}: {explained.title}. {explained.advice}")
    if published:
        flash(
            ngettext("Eine Fahrt ist veröffentlicht.", "%(num)s Fahrten sind veröffentlicht.", published),
            "success",
        )
    for sentence in refused:
        flash(_("Nicht veröffentlicht: %(reason)s", reason=sentence), "danger")
    return redirect(url_for("runs.planned"))


@views.route("/<ride_id>/absagen", methods=["GET", "POST"])
@access(Action.PUBLISH_RUN)
def cancel(ride_id: str) -> ResponseReturnValue:
    """Say who is affected, then cancel the run."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    (run, _tasks), form = _run(ride_id, Task.CANCEL_RUNS), ReasonForm()
    if not form.validate_on_submit():
        note_reads(run.open_legs)
        return render_template("runs/cancel.html", run=run, form=form)
    withdraw_ride(
        here.writing,
        here.live.current(now),
        ride_id=ride_id,
        actor_id=current_user.id,
        now=now,
        reason=form.words,
    )
    flash(
        _("Die Fahrt ist abgesagt. Alle Fahrgäste bekommen eine Nachricht.")
        if run.everybody
        else _("Die Fahrt ist abgesagt."),
        "success",
    )
    return redirect(url_for("runs.one", ride_id=ride_id))


@views.route("/<ride_id>/fahrpreis", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def fare(ride_id: str) -> ResponseReturnValue:
    """Of a run that belongs to no line: only who has the fares approved."""
    with portal().reading() as session:
        ride = single_run(session, current_user.id, ride_id)
    return ask_fare(
        "runs/fare.html",
        FareForm(obj=ride),
        partial(set_run_fare, ride_id=ride_id),
        url_for("run_lines.all_", organisation_id=ride.organisation_id),
        ride=ride,
    )


def _runs(
    session: Session, organisation: Organisation, now: dt.datetime
) -> tuple[list[RideView], list[RideView]]:
    runs = runs_of_organisation(session, organisation.id, from_s=seconds(now - SHOWN_BACK))
    return ride_views(runs, holding_legs(session, [run.id for run in runs]), now)


def _by_day(runs: Sequence[RideView]) -> list[tuple[dt.date, list[RideView]]]:
    return [(day, list(of_day)) for day, of_day in groupby(runs, lambda run: local(run.ride.begins_s).date())]


def _run(ride_id: str, task: Task = Task.SEE) -> tuple[RideView, frozenset[Task]]:
    """A run for which the person asking may do this, and what else they may; raises Unknown, NotAllowed."""
    now = dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        ride: Ride = ride_of(session, ride_id)
        if ride.kind is RideKind.PRIVATE:
            raise Unknown("ride", ride_id)
        organisation = require_task(session, current_user.id, ride.organisation_id, task)
        tasks = session.get_one(Person, current_user.id).tasks_in(organisation.id)
        return ride_view(ride, passengers_of_ride(session, ride_id, seconds(now)), now), tasks


def _halts(form: RunForm) -> tuple[list[FoundPlace], ResponseReturnValue | None]:
    _offer(form)
    return halts_meant(form, lambda: _form_page(form), "runs/choose.html")


def _refused(form: RunForm, error: RideRefused, day: dt.date) -> ResponseReturnValue:
    explained = explain(error)
    field = form.seats if isinstance(error, TooManySeats | NoSeats) else form.first_day
    field.errors = [*field.errors, f"{written_day(day)}: {explained.title}. {explained.advice}"]
    return _form_page(form), explained.status


def _offer(form: RunForm) -> None:
    with portal().reading() as session:
        organisations = organisations_with_task(session, current_user.id, Task.PLAN)
        vehicles = [vehicle for one in organisations for vehicle in vehicles_of(session, one.id)]
        drivers: dict[str, Person] = {
            person.id: person
            for one in organisations
            for person in members_of(session, one.id, MembershipRole.DRIVER)
        }
        if not organisations and organisations_with_task(session, current_user.id, Task.SEE):
            raise NotAllowed(Task.PLAN)
    form.offer(organisations, vehicles, list(drivers.values()))


def _form_page(form: RunForm) -> str:
    _offer(form)
    return render_template("runs/form.html", form=form)
