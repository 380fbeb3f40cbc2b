"""At the wheel: my runs, one run halt by halt with ticks, and the sheets on paper. Nothing here but what a driver needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import holding_legs, passengers_of_ride
from mitfahr.db.duty import shifts_of_driver
from mitfahr.db.rides import Ride, driven_by_organisation, ride_of, rides_of_driver
from mitfahr.domain.duty import NOTED_WITHIN_S
from mitfahr.domain.errors import Unknown
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.run_progress import EARLY_S
from mitfahr.domain.times import resolve, seconds
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import local
from mitfahr.services.complete_legs import record_presence
from mitfahr.services.delay_tour import delay_tour
from mitfahr.services.drive_run import leave_stop
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.say_delay import say_delay
from web.access import access
from web.contact_reads import note_reads
from web.forms.driving import MINUTES, DelayForm, PresenceForm, StopForm, TourDelayForm
from web.portal import portal
from web.rides_view import RideView, ride_view, ride_views

views = Blueprint("driving", __name__, url_prefix="/fahrdienst")

AHEAD = dt.timedelta(days=14)


@views.get("")
@access(Action.SEE_PASSENGERS)
def mine() -> str:
    """What the person drives today and in the next two weeks."""
    now = _now()
    today = resolve(local(now).date(), dt.time()).moment
    with portal().reading() as session:
        runs = [
            ride
            for ride in rides_of_driver(session, current_user.id, seconds(today))
            if ride.kind is not RideKind.PRIVATE
            and ride.withdrawn_at is None
            and ride.begins_s < seconds(today + AHEAD)
        ]
        shifts = shifts_of_driver(
            session, current_user.id, seconds(now) - NOTED_WITHIN_S, seconds(now) + NOTED_WITHIN_S
        )
        seen = [
            view
            for views_ in ride_views(runs, holding_legs(session, [r.id for r in runs]), now)
            for view in views_
        ]
    seen.sort(key=lambda run: run.ride.begins_s)
    by_day = [(day, list(runs)) for day, runs in groupby(seen, lambda run: local(run.ride.begins_s).date())]
    return render_template(
        "driving/mine.html", by_day=by_day, today=local(now).date(), shifts=shifts, now_s=seconds(now)
    )


@views.get("/<ride_id>")
@access(Action.SEE_PASSENGERS)
def one(ride_id: str) -> str:
    """Halt by halt; what is next stands open."""
    run, now = _run(ride_id), _now()
    note_reads(run.open_legs)
    day_after = local(run.ride.over_s).date() + dt.timedelta(days=1)
    return render_template(
        "driving/one.html",
        run=run,
        can_tick=not run.is_withdrawn and run.ride.begins_s - EARLY_S <= seconds(now),
        form=DelayForm(formdata=None, minutes=str(run.ride.late_s // 60)),
        tour_form=_tour_form(run, now),
        kept_until_s=seconds(resolve(day_after, dt.time()).moment),
        suggested=_suggested_minutes(run),
    )


@views.get("/<ride_id>/fahrzettel")
@access(Action.SEE_PASSENGERS)
def sheet(ride_id: str) -> str:
    """One run on paper."""
    run = _run(ride_id)
    note_reads(run.open_legs)
    return render_template("driving/sheets.html", runs=[run], day=local(run.ride.begins_s).date())


@views.get("/zettel/<day>")
@access(Action.SEE_PASSENGERS)
def sheets(day: str) -> str:
    """Everything that the person drives on a day, on paper."""
    begins, ends = _day(day)
    with portal().reading() as session:
        runs = rides_of_driver(session, current_user.id, seconds(begins))
    return _sheets_page(runs, begins, ends)


@views.get("/verein/<organisation_id>/<day>")
@access(Action.SEE_PASSENGERS)
def sheets_of_all(organisation_id: str, day: str) -> str:
    """Everything that an association drives on a day, on paper, by drivers."""
    begins, ends = _day(day)
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SEE)
        runs = driven_by_organisation(session, organisation_id, seconds(begins))
    by_driver = sorted(runs, key=lambda run: (run.driver.full_name if run.driver else "", run.begins_s))
    return _sheets_page(by_driver, begins, ends)


@views.post("/fahrgast/<leg_id>")
@access(Action.SEE_PASSENGERS)
def tick(leg_id: str) -> ResponseReturnValue:
    """A passenger came, or did not."""
    form, now = PresenceForm(), _now()
    if not form.validate():
        abort(400)
    leg = record_presence(
        portal().writing,
        leg_id=leg_id,
        actor_id=current_user.id,
        came=form.came.data == "ja",
        now=now,
        said_at=form.said_at(now),
    )
    return redirect(url_for("driving.one", ride_id=leg.ride_id, _anchor=f"fahrgast-{leg_id}"))


@views.post("/<ride_id>/halt")
@access(Action.SEE_PASSENGERS)
def leave(ride_id: str) -> ResponseReturnValue:
    form, now = StopForm(), _now()
    if not form.validate():
        abort(400)
    leave_stop(
        portal().writing,
        ride_id=ride_id,
        actor_id=current_user.id,
        stops_done=form.stops_done.data,
        now=now,
        said_at=form.said_at(now),
    )
    return redirect(url_for("driving.one", ride_id=ride_id, _anchor="weiter"))


@views.post("/<ride_id>/verspaetung")
@access(Action.SEE_PASSENGERS)
def delay(ride_id: str) -> ResponseReturnValue:
    """Passengers further on are told, searches know at once, and the worker looks at what comes after."""
    form, now = DelayForm(), _now()
    if not form.validate():
        abort(400)
    told = say_delay(
        portal().writing,
        ride_id=ride_id,
        actor_id=current_user.id,
        late_s=int(form.minutes.data) * 60,
        now=now,
        said_at=form.said_at(now),
    )
    return _said(ride_id, told)


@views.post("/<ride_id>/ankunft")
@access(Action.SEE_PASSENGERS)
def delay_of_tour(ride_id: str) -> ResponseReturnValue:
    """When a vehicle on demand is at its next stop: everything behind it follows from that."""
    form, now, here = TourDelayForm(), _now(), portal()
    if not form.validate():
        abort(400)
    try:
        reached_s = form.moment_s
    except ValueError:
        abort(400)
    told = delay_tour(
        here.writing,
        here.live.current(now),
        ride_id=ride_id,
        actor_id=current_user.id,
        stop_id=form.stop_id.data,
        reached_s=reached_s,
        now=now,
        said_at=form.said_at(now),
    )
    return _said(ride_id, told)


def _said(ride_id: str, told: int) -> ResponseReturnValue:
    flash(
        ngettext(
            "Gespeichert. %(num)s Buchung bekommt Bescheid.",
            "Gespeichert. %(num)s Buchungen bekommen Bescheid.",
            told,
        )
        if told
        else _("Gespeichert. Es muss niemand Bescheid bekommen."),
        "success",
    )
    return redirect(url_for("driving.one", ride_id=ride_id))


def _tour_form(run: RideView, now: dt.datetime) -> TourDelayForm | None:
    """For saying when a tour on demand is at its next stop; None for runs, and where nothing is to come."""
    if run.ride.kind is not RideKind.DEMAND or run.next_visit is None:
        return None
    stop, _halt = run.next_visit
    form = TourDelayForm(formdata=None, stop_id=stop.id)
    form.offer(stop.arrival_s if stop.said_s is None else stop.earliest_s or 0, stop.said_s, now)
    return form


def _suggested_minutes(run: RideView) -> int | None:
    """By how much the last halt was left later than is known, in steps of five minutes; None if it is not much."""
    if run.ride.kind is RideKind.DEMAND:
        return None  # its passengers know spans of time
    if run.next_halt is None or run.ride.stops_done_at is None or run.ride.stops_done == 0 or run.is_past:
        return None
    left_s = run.ride.published_s[run.ride.stops_done - 1][1]
    late_min = (seconds(run.ride.stops_done_at) - left_s) // 300 * 5
    is_news = run.ride.late_at is None or run.ride.late_at < run.ride.stops_done_at
    return late_min if is_news and run.ride.late_s // 60 + 5 <= late_min <= MINUTES[-1] else None


def _sheets_page(runs: Sequence[Ride], begins: dt.datetime, ends: dt.datetime) -> str:
    now = _now()
    wanted = [
        ride
        for ride in runs
        if ride.kind is not RideKind.PRIVATE
        and ride.withdrawn_at is None
        and seconds(begins) <= ride.begins_s < seconds(ends)
    ]
    with portal().reading() as session:
        seen = [ride_view(ride, passengers_of_ride(session, ride.id, seconds(now)), now) for ride in wanted]
    for run in seen:
        note_reads(run.open_legs)
    return render_template("driving/sheets.html", runs=seen, day=local(begins).date())


def _run(ride_id: str) -> RideView:
    """A run of the person asking, or of an association whose passengers they may see; raises Unknown, NotAllowed."""
    now = _now()
    with portal().reading() as session:
        ride = ride_of(session, ride_id)
        if ride.kind is RideKind.PRIVATE:
            raise Unknown("ride", ride_id)
        if ride.driver_id != current_user.id:
            require_task(session, current_user.id, ride.organisation_id, Task.SEE)
        return ride_view(ride, passengers_of_ride(session, ride_id, seconds(now)), now)


def _day(text: str) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a day and of the next; a page for what is no day does not exist."""
    try:
        day = dt.date.fromisoformat(text)
        after = day + dt.timedelta(days=1)
    except (ValueError, OverflowError):
        abort(404)
    return resolve(day, dt.time()).moment, resolve(after, dt.time()).moment


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
