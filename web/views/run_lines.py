"""The lines of an association: list, enter, change, cancel and add days, end; the fare by those who approve it."""

from __future__ import annotations

import datetime as dt
import math
from functools import partial
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booked_ride_ids
from mitfahr.db.people import Person
from mitfahr.db.run_lines import RunLine, line_of, lines_of, runs_of_line, single_runs
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.errors import InThePast, PlanInvalid, RideRefused
from mitfahr.domain.line_plans import LinePlan, line_days
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.stop_order import place_for
from mitfahr.domain.times import local, seconds
from mitfahr.languages import _
from mitfahr.languages.formats import WEEKDAYS
from mitfahr.services.find_places import FoundPlace, PlaceKind
from mitfahr.services.keep_line import add_day, cancel_day, coming_runs, end_line, keep_line, set_fare
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.publish_series import AHEAD
from mitfahr.services.stop_nearby import stop_nearby
from routing.journey import Place
from routing.legs import stop_place
from web.access import access
from web.day_in_address import day_in_address
from web.errors import explain
from web.forms.line import DayForm, FareForm, LineForm, form_of_line
from web.forms.run import BOOKABLE, NEEDS
from web.halts import halts_meant
from web.map_json import stops_json
from web.place_choice import encode, meant, stop_chosen
from web.planned_pages import ask_fare, ask_reason
from web.planned_view import shown_days
from web.portal import portal

views = Blueprint("run_lines", __name__, url_prefix="/verein/<organisation_id>/linien")


NEAR_M, FAR_M = 150.0, 3_000.0
"""A point on the map means a stop so near; who sees the whole district on it clicks less exactly."""


@views.get("")
@access(Action.SEE_ORGANISATION)
def all_(organisation_id: str) -> str:
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        tasks = session.get_one(Person, current_user.id).tasks_in(organisation_id)
        lines = [(one, LinePlan.from_json(one.plan)) for one in lines_of(session, organisation_id)]
        has_vehicle = bool(vehicles_of(session, organisation_id))
        single = single_runs(session, organisation_id, seconds(_now()))
    return render_template(
        "run_lines/all.html",
        organisation=organisation,
        tasks=tasks,
        lines=lines,
        has_vehicle=has_vehicle,
        single=[list(runs) for _number, runs in groupby(single, key=lambda run: run.line)],
        weekdays=WEEKDAYS,
    )


@views.get("/<line_id>")
@access(Action.SEE_ORGANISATION)
def one(organisation_id: str, line_id: str) -> str:
    return _line_page(organisation_id, line_id, DayForm(formdata=None))


@views.get("/<line_id>/weg")
@access(Action.SEE_ORGANISATION)
def way(organisation_id: str, line_id: str) -> ResponseReturnValue:
    """What the page's map draws: the stops in their order."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        line = line_of(session, organisation_id, line_id)
    return stops_json([Place(stop["name"], stop["lat"], stop["lon"], stop["stop_id"]) for stop in line.stops])


@views.post("/weg")
@access(Action.SEE_ORGANISATION)
def typed_way(organisation_id: str) -> ResponseReturnValue:
    """What the map beside the form draws: the stops as they have been typed, those that are clear."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
    served, form = portal().live.served(), LineForm()
    snapshot, by_id = served.without_rides, served.without_rides.timetable.stop_by_id
    found = (meant(served.places, row.place, row.choice, [], (PlaceKind.STOP,)) for row in form.rows)
    known = (by_id.get(place.stop_id or "") for place in found if place is not None)
    return stops_json([stop_place(snapshot, stop) for stop in known if stop is not None])


@views.post("/halt")
@access(Action.SEE_ORGANISATION)
def stop_at(organisation_id: str) -> ResponseReturnValue:
    """The stop next to a point of the map, and before which row of the form it belongs; or the row it stands in."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
    lat, lon = (request.form.get(name, default=math.nan, type=float) for name in ("lat", "lon"))
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        abort(400)
    served, form = portal().live.served(), LineForm()
    timetable = served.without_rides.timetable
    within_m = request.form.get("within_m", default=NEAR_M, type=float)
    index = stop_nearby(timetable, lat, lon, min(max(NEAR_M, within_m), FAR_M))
    if index is None:
        return {}
    stop = stop_place(served.without_rides, index)
    typed = [
        (number, place)
        for number, row in enumerate(form.rows)
        if (place := meant(served.places, row.place, row.choice, [], (PlaceKind.STOP,))) is not None
    ]
    found = stop_chosen(stop.name, stop.lat, stop.lon, stop.stop_id)
    answer: dict[str, object] = {"label": found.label, "choice": encode(found)}
    for number, place in typed:
        if place.stop_id == stop.stop_id:
            return answer | {"is_in": number}
    before = place_for((stop.lat, stop.lon), [(place.lat, place.lon) for _number, place in typed])
    row = typed[before][0] if before < len(typed) else typed[-1][0] + 1 if typed else 0
    return answer | {"row": row}


@views.route("/neu", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def add(organisation_id: str) -> ResponseReturnValue:
    form = LineForm(formdata=None) if request.method == "GET" else LineForm()
    return _kept(organisation_id, None, form)


@views.route("/<line_id>/aendern", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def change(organisation_id: str, line_id: str) -> ResponseReturnValue:
    """Says before what happens with runs that somebody has booked."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        line = line_of(session, organisation_id, line_id)
    if request.method == "POST":
        return _kept(organisation_id, line, LineForm())
    timetable = portal().live.served().without_rides.timetable
    return _kept(organisation_id, line, form_of_line(line, timetable))


@views.post("/<line_id>/tage")
@access(Action.SEE_ORGANISATION)
def more_days(organisation_id: str, line_id: str) -> ResponseReturnValue:
    """One day more."""
    form = DayForm()
    if not form.validate():
        return _line_page(organisation_id, line_id, form), 422
    here = portal()
    try:
        add_day(
            here.writing,
            here.live.served().without_rides.timetable,
            organisation_id=organisation_id,
            line_id=line_id,
            day=form.day.data,
            actor_id=current_user.id,
            vacations=here.settings.vacations,
            now=_now(),
        )
    except (InThePast, PlanInvalid) as error:
        explained = explain(error)
        form.day.errors = [f"{explained.title}. {explained.advice}"]
        return _line_page(organisation_id, line_id, form), explained.status
    flash(_("An diesem Tag fährt die Linie."), "success")
    return redirect(_page_of(organisation_id, line_id))


@views.route("/<line_id>/tage/<day>/absagen", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def cancel(organisation_id: str, line_id: str, day: str) -> ResponseReturnValue:
    """Say who is affected, then cancel the day."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        line, on = line_of(session, organisation_id, line_id), day_in_address(day)
        coming = coming_runs(session, line_id, _now(), on)
    return ask_reason(
        "run_lines/cancel.html",
        partial(cancel_day, organisation_id=organisation_id, line_id=line_id, day=on),
        _("Der Tag ist abgesagt."),
        _page_of(organisation_id, line_id),
        line=line,
        day=on,
        coming=coming,
    )


@views.route("/<line_id>/beenden", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def end(organisation_id: str, line_id: str) -> ResponseReturnValue:
    """Say what is booked, then end the line."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        line = line_of(session, organisation_id, line_id)
        coming = coming_runs(session, line_id, _now())
    return ask_reason(
        "run_lines/end.html",
        partial(
            end_line,
            organisation_id=organisation_id,
            line_id=line_id,
            with_booked="with_booked" in request.form,
        ),
        _("Die Linie ist beendet."),
        url_for("run_lines.all_", organisation_id=organisation_id),
        line=line,
        coming=coming,
    )


@views.route("/<line_id>/fahrpreis", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def fare(organisation_id: str, line_id: str) -> ResponseReturnValue:
    """Only who has the fares approved."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SET_FARE)
        line = line_of(session, organisation_id, line_id)
    return ask_fare(
        "run_lines/fare.html",
        FareForm(obj=line),
        partial(set_fare, organisation_id=organisation_id, line_id=line_id),
        _page_of(organisation_id, line_id),
        line=line,
    )


def _kept(organisation_id: str, line: RunLine | None, form: LineForm) -> ResponseReturnValue:
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.PLAN)
        form.offer(vehicles_of(session, organisation_id))
        booked = coming_runs(session, line.id, _now()).booked if line else []

    def page() -> str:
        form.number_rows()
        return render_template(
            "run_lines/form.html", organisation=organisation, line=line, form=form, booked=booked
        )

    if request.form.get("mehr"):
        form.add_rows()
        return page()
    if request.method == "GET" or request.form.get("aendern"):
        return page()
    halts, asked = halts_meant(form, page, "run_lines/choose.html")
    if asked is not None:
        return asked
    try:
        line_id = _keep(organisation_id, line, form, halts)
    except RideRefused as error:
        explained = explain(error)
        first = form.rows[0].clock
        first.errors = [*first.errors, f"{explained.title}. {explained.advice}"]
        return page(), explained.status
    flash(_("Gespeichert. Die Fahrten der nächsten vier Wochen sind veröffentlicht."), "success")
    return redirect(_page_of(organisation_id, line_id))


def _keep(organisation_id: str, line: RunLine | None, form: LineForm, halts: list[FoundPlace]) -> str:
    here = portal()
    return keep_line(
        here.writing,
        here.live.served().without_rides.timetable,
        form.draft(halts),
        organisation_id=organisation_id,
        line_id=line.id if line else None,
        actor_id=current_user.id,
        idempotency_key=form.idempotency_key.data,
        vacations=here.settings.vacations,
        now=_now(),
    )


def _line_page(organisation_id: str, line_id: str, form: DayForm) -> str:
    now = _now()
    today = local(seconds(now)).date()
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE_LINES)
        tasks = session.get_one(Person, current_user.id).tasks_in(organisation_id)
        line = line_of(session, organisation_id, line_id)
        plan = LinePlan.from_json(line.plan)
        runs = [one for one in runs_of_line(session, line_id, seconds(now)) if one.withdrawn_at is None]
        booked = booked_ride_ids(session, [run.id for run in runs])
        ended = line.ended_at is not None
        planned = [] if ended else line_days(plan, portal().settings.vacations, today, today + AHEAD)
        return render_template(
            "run_lines/one.html",
            organisation=organisation,
            tasks=tasks,
            line=line,
            plan=plan,
            weekdays=WEEKDAYS,
            needs=NEEDS,
            bookable=BOOKABLE,
            days=shown_days(
                {one.day: one.skip for one in planned}, ((run.line_day, run) for run in runs), booked
            ),
            form=form,
        )


def _page_of(organisation_id: str, line_id: str) -> str:
    return url_for("run_lines.one", organisation_id=organisation_id, line_id=line_id)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
