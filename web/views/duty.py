"""Duty of an association's drivers: the roster by week and month, one shift, polls, papers, hours, deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from mitfahr.db.duty import (
    DriverPapers,
    DutyPoll,
    DutyShift,
    answers_for,
    deadlines_of,
    driven_shifts,
    drivers_of,
    papers_of,
    polls_of,
    shift_of,
)
from mitfahr.db.people import Organisation, Person
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.duty import Availability, Paper, paper
from mitfahr.domain.errors import (
    DutyRefused,
    OverlapsOtherRide,
    Unknown,
)
from mitfahr.domain.roles import Action, MembershipRole, Task
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.languages import _, lazy, ngettext
from mitfahr.languages.formats import near_day_and_clock
from mitfahr.services.ask_availability import answer_poll, ask_availability, shifts_of_poll
from mitfahr.services.assign_driver import assign_driver, seek_substitute, stop_seeking
from mitfahr.services.assign_shifts import assign_shifts
from mitfahr.services.keep_papers import keep_papers
from mitfahr.services.note_hours import begin_shift, finish_shift, note_hours
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.plan_shifts import (
    driverless_runs,
    move_shift,
    plan_shifts,
    plan_shifts_of_runs,
    remove_shift,
    shifts_of_runs,
)
from mitfahr.services.set_deadlines import set_deadlines
from web.access import access
from web.csv_file import csv_file
from web.duty_view import days_of, hours_of, overview, proposal, views_of
from web.errors import Explained, explain
from web.forms.duty import (
    ANSWERS,
    DeadlinesForm,
    DriverForm,
    HoursForm,
    PapersForm,
    PollForm,
    ShiftForm,
    TimesForm,
    form_of_deadlines,
    form_of_hours,
    form_of_papers,
    read_answers,
    read_drivers,
    read_first,
)
from web.portal import portal

views = Blueprint("duty", __name__, url_prefix="/verein/<organisation_id>/dienste")

A_WEEK = dt.timedelta(days=7)
FIRST_YEAR = 2025
PAPER_WORDS = {
    Paper.UNKNOWN: lazy("nicht eingetragen"),
    Paper.GOOD: lazy("gültig"),
    Paper.SOON: lazy("läuft bald ab"),
    Paper.OVER: lazy("abgelaufen"),
}
PAPER_TAGS = {Paper.UNKNOWN: "info", Paper.GOOD: "success", Paper.SOON: "warning", Paper.OVER: "danger"}


@views.get("")
@access(Action.SEE_ORGANISATION)
def week(organisation_id: str) -> str:
    """The roster of a week, and how the next weeks stand."""
    now = _now()
    today = local(seconds(now)).date()
    day = read_first(request.args.get("ab"), today)
    monday = day - dt.timedelta(days=day.weekday())
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        loose = driverless_runs(session, organisation_id, now)
        mine = papers_of(session, organisation_id).get(current_user.id)
        return render_template(
            "duty/week.html",
            organisation=organisation,
            tasks=tasks,
            drives=_drives(session, organisation_id),
            drives_until=mine.good_until if mine is not None else None,
            monday=monday,
            sunday=monday + dt.timedelta(days=6),
            before=monday - A_WEEK,
            after=monday + A_WEEK,
            days=days_of(session, organisation_id, monday, 7, now),
            overview=overview(session, organisation_id, now),
            loose_runs=len(loose),
            to_make=len(shifts_of_runs(session, organisation_id, now)) if loose else 0,
            polls=[poll for poll in polls_of(session, organisation_id) if poll.closes_at > now],
        )


@views.get("/monat")
@access(Action.SEE_ORGANISATION)
def month(organisation_id: str) -> str:
    now = _now()
    today = local(seconds(now)).date()
    first = read_first(request.args.get("ab"), today).replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    monday = first - dt.timedelta(days=first.weekday())
    weeks = -(-(following - monday).days // 7)
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        days = days_of(session, organisation_id, monday, 7 * weeks, now, month=first.month)
        return render_template(
            "duty/month.html",
            organisation=organisation,
            tasks=tasks,
            first=first,
            before=(first - dt.timedelta(days=1)).replace(day=1),
            after=following,
            weeks=[days[i : i + 7] for i in range(0, len(days), 7)],
        )


@views.route("/neu", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def add(organisation_id: str) -> ResponseReturnValue:
    """Shifts by weekdays, or one of them."""
    form = ShiftForm(formdata=None) if request.method == "GET" else ShiftForm()
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.PLAN)
        form.offer(vehicles_of(session, organisation_id))
    page = {"organisation": organisation, "form": form}
    if request.method == "GET":
        return render_template("duty/new.html", **page)
    if not form.validate():
        return render_template("duty/new.html", **page), 422
    try:
        added = plan_shifts(
            portal().writing,
            form.draft,
            organisation_id=organisation_id,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            vacations=portal().settings.vacations,
            now=_now(),
        )
    except DutyRefused as error:
        explained = explain(error)
        return render_template("duty/new.html", **page, refused=explained), explained.status
    _flash_added(added)
    return redirect(url_for("duty.week", organisation_id=organisation_id, ab=form.first_day.data))


@views.post("/aus-fahrten")
@access(Action.SEE_ORGANISATION)
def add_for_runs(organisation_id: str) -> ResponseReturnValue:
    """A shift wherever published runs have none."""
    _flash_added(
        plan_shifts_of_runs(
            portal().writing, organisation_id=organisation_id, actor_id=current_user.id, now=_now()
        )
    )
    return redirect(url_for("duty.week", organisation_id=organisation_id))


@views.get("/<shift_id>")
@access(Action.SEE_ORGANISATION)
def one(organisation_id: str, shift_id: str) -> str:
    return _shift_page(organisation_id, shift_id)


@views.post("/<shift_id>/uebernehmen")
@access(Action.SEE_ORGANISATION)
def take(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """Drive it oneself."""
    return _assigned(organisation_id, shift_id, current_user.id, _("Danke! Sie fahren diesen Dienst."))


@views.route("/<shift_id>/abgeben", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def give_up(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """Ask, then give it up; sent again when somebody else drives already, it changes nothing."""
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.SEE)
        shift = _shift(session, organisation_id, shift_id)
        [view] = views_of(session, [shift], organisation_id, _now())
        rules = deadlines_of(session, organisation_id)
    if shift.driver_id != current_user.id:
        return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))
    if request.method == "GET":
        taking_place = (run.begins_s for run in view.runs if run.withdrawn_at is None)
        return render_template(
            "duty/give_up.html",
            organisation=organisation,
            view=view,
            is_late=rules.asks_s(shift.begins_s) <= view.now_s,
            cancels_s=rules.first_cancels_s(taking_place, view.now_s),
        )
    return _assigned(organisation_id, shift_id, None, _("Sie fahren diesen Dienst nicht mehr."))


@views.post("/<shift_id>/einteilen")
@access(Action.SEE_ORGANISATION)
def assign(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """Who plans says who drives."""
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        form = _driver_form(session, _shift(session, organisation_id, shift_id), formdata=True)
    if not form.validate():
        return _shift_page(organisation_id, shift_id, form=form), 422
    return _assigned(organisation_id, shift_id, form.driver.data or None, _("Gespeichert."))


@views.post("/<shift_id>/ersatz")
@access(Action.SEE_ORGANISATION)
def substitute(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """Ask the others; the driver stays until somebody says yes."""
    with portal().reading() as session:
        _shift(session, organisation_id, shift_id)
    try:
        seek_substitute(
            portal().writing,
            shift_id=shift_id,
            actor_id=current_user.id,
            secret_key=portal().settings.secret_key,
            now=_now(),
        )
    except DutyRefused as error:
        return _refused(organisation_id, shift_id, error)
    flash(_("Wir haben die anderen gefragt. Bis jemand übernimmt, bleibt der Dienst bei Ihnen."), "success")
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


@views.post("/<shift_id>/ersatz-beenden")
@access(Action.SEE_ORGANISATION)
def no_substitute(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    with portal().reading() as session:
        _shift(session, organisation_id, shift_id)
    stop_seeking(portal().writing, shift_id=shift_id, actor_id=current_user.id)
    flash(_("Gespeichert."), "success")
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


@views.route("/<shift_id>/zeiten", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def move(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """Other times on the same day."""
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.PLAN)
        shift = _shift(session, organisation_id, shift_id)
    page = {"organisation": organisation, "shift": shift}
    if request.method == "GET":
        present = {"begins": local(shift.begins_s).time(), "ends": local(shift.ends_s).time()}
        return render_template("duty/times.html", **page, form=TimesForm(formdata=None, data=present))
    form = TimesForm()
    if not form.validate():
        return render_template("duty/times.html", **page, form=form), 422
    try:
        move_shift(
            portal().writing,
            organisation_id=organisation_id,
            shift_id=shift_id,
            begins=form.begins.data,
            ends=form.ends.data,
            actor_id=current_user.id,
            vacations=portal().settings.vacations,
            now=_now(),
        )
    except (DutyRefused, OverlapsOtherRide) as error:
        explained = explain(error)
        return render_template("duty/times.html", **page, form=form, refused=explained), explained.status
    flash(_("Gespeichert."), "success")
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


@views.post("/<shift_id>/begonnen")
@access(Action.SEE_ORGANISATION)
def begin(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """At the wheel: it begins now."""
    return _noted(organisation_id, shift_id, begin_shift, _("Gute Fahrt! Der Beginn ist notiert."))


@views.post("/<shift_id>/beendet")
@access(Action.SEE_ORGANISATION)
def finish(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """At the wheel: it ends now."""
    return _noted(organisation_id, shift_id, finish_shift, _("Danke! Das Ende ist notiert."))


@views.route("/<shift_id>/gefahren", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def note(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    """When it really began and ended, written down afterwards."""
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.SEE)
        shift = _shift(session, organisation_id, shift_id)
    page = {"organisation": organisation, "shift": shift}
    if request.method == "GET":
        return render_template("duty/note.html", **page, form=form_of_hours(shift))
    form = HoursForm()
    if not form.validate():
        return render_template("duty/note.html", **page, form=form), 422
    began_s, finished_s = form.moments(shift)
    try:
        note_hours(
            portal().writing,
            shift_id=shift_id,
            began_s=began_s,
            finished_s=finished_s,
            actor_id=current_user.id,
            now=_now(),
        )
    except DutyRefused as error:
        explained = explain(error)
        return render_template("duty/note.html", **page, form=form, refused=explained), explained.status
    flash(_("Gespeichert."), "success")
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


@views.post("/<shift_id>/entfernen")
@access(Action.SEE_ORGANISATION)
def remove(organisation_id: str, shift_id: str) -> ResponseReturnValue:
    try:
        remove_shift(
            portal().writing,
            organisation_id=organisation_id,
            shift_id=shift_id,
            actor_id=current_user.id,
            now=_now(),
        )
    except DutyRefused as error:
        return _refused(organisation_id, shift_id, error)
    flash(_("Der Dienst steht nicht mehr im Plan."), "success")
    return redirect(url_for("duty.week", organisation_id=organisation_id))


@views.route("/umfragen", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def polls(organisation_id: str) -> ResponseReturnValue:
    """Ask all drivers when they can drive."""
    form = PollForm(formdata=None) if request.method == "GET" else PollForm()
    refused: Explained | None = None
    if request.method == "POST" and form.validate():
        try:
            poll_id = ask_availability(
                portal().writing,
                organisation_id=organisation_id,
                first=form.first_day.data,
                last=form.last_day.data,
                closes_on=form.closes_on.data,
                actor_id=current_user.id,
                idempotency_key=form.idempotency_key.data,
                secret_key=portal().settings.secret_key,
                now=_now(),
            )
        except DutyRefused as error:
            refused = explain(error)
        else:
            flash(_("Die Umfrage ist an alle unterwegs, die fahren."), "success")
            return redirect(url_for("duty.poll", organisation_id=organisation_id, poll_id=poll_id))
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        page = render_template(
            "duty/polls.html",
            organisation=organisation,
            tasks=tasks,
            form=form,
            refused=refused,
            polls=polls_of(session, organisation_id),
            now=_now(),
        )
    return page if request.method == "GET" else (page, refused.status if refused else 422)


@views.route("/umfragen/<poll_id>", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def poll(organisation_id: str, poll_id: str) -> ResponseReturnValue:
    """What everybody has said; who drives answers here too."""
    now = _now()
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        asked = _poll(session, organisation_id, poll_id)
        shifts = shifts_of_poll(session, asked, now)
        answers = answers_for(session, [shift.id for shift in shifts])
        people = drivers_of(session, organisation_id)
        page = {
            "organisation": organisation,
            "tasks": tasks,
            "poll": asked,
            "is_closed": asked.closes_at <= now,
            "drives": _drives(session, organisation_id),
            "shifts": views_of(session, shifts, organisation_id, now),
            "people": people,
            "names": {
                shift.id: {
                    said: [one.full_name for one in people if answers.get((shift.id, one.id)) is said]
                    for said in Availability
                }
                for shift in shifts
            },
            "answered": sum(any((shift.id, one.id) in answers for shift in shifts) for one in people),
            "words": ANSWERS,
            "mine": {shift.id: answers.get((shift.id, current_user.id)) for shift in shifts},
            "choices": _choices(session, shifts, people) if Task.PLAN in tasks else {},
            "proposed": proposal(shifts, answers),
        }
        if request.method == "GET":
            return render_template("duty/poll.html", **page)
    try:
        answer_poll(
            portal().writing,
            poll_id=poll_id,
            person_id=current_user.id,
            answers=read_answers(request.form, [shift.id for shift in shifts]),
            now=now,
        )
    except DutyRefused as error:
        explained = explain(error)
        return render_template("duty/poll.html", **page, refused=explained), explained.status
    flash(_("Danke! Ihre Antworten sind gespeichert."), "success")
    return redirect(url_for("duty.poll", organisation_id=organisation_id, poll_id=poll_id))


@views.post("/umfragen/<poll_id>/einteilen")
@access(Action.SEE_ORGANISATION)
def assign_all(organisation_id: str, poll_id: str) -> ResponseReturnValue:
    """Who drives each open shift of the poll, for all of them at once."""
    here, now = portal(), _now()
    with here.reading() as session:
        require_task(session, current_user.id, organisation_id, Task.PLAN)
        shifts = {
            one.id: one for one in shifts_of_poll(session, _poll(session, organisation_id, poll_id), now)
        }
        people = [one.id for one in drivers_of(session, organisation_id)]
    roster = assign_shifts(
        here.writing,
        read_drivers(request.form, list(shifts), people),
        organisation_id=organisation_id,
        actor_id=current_user.id,
        secret_key=here.settings.secret_key,
        vacations=here.settings.vacations,
        now=now,
    )
    said = ngettext("%(num)s Dienst ist eingeteilt.", "%(num)s Dienste sind eingeteilt.", roster.assigned)
    flash(said, "success" if roster.assigned else "info")
    for shift_id, error in roster.refused.items():
        when = near_day_and_clock(shifts[shift_id].begins_s, seconds(now))
        flash(_("Nicht eingeteilt: %(when)s. %(why)s.", when=when, why=explain(error).title), "warning")
    return redirect(url_for("duty.poll", organisation_id=organisation_id, poll_id=poll_id))


@views.get("/nachweise")
@access(Action.SEE_ORGANISATION)
def papers(organisation_id: str) -> str:
    """Until when permits and medical checks are good; drivers see their own only."""
    today = local(seconds(_now())).date()
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        held = papers_of(session, organisation_id)
        sees_all = Task.MANAGE_MEMBERS in tasks
        rows = [
            (person, [_paper(kind, until, today) for kind, until in _untils(held.get(person.id))])
            for person in drivers_of(session, organisation_id)
            if sees_all or person.id == current_user.id
        ]
        return render_template(
            "duty/papers.html",
            organisation=organisation,
            tasks=tasks,
            rows=rows,
            words=PAPER_WORDS,
            tags=PAPER_TAGS,
        )


@views.route("/nachweise/<person_id>", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def change_papers(organisation_id: str, person_id: str) -> ResponseReturnValue:
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.MANAGE_MEMBERS)
        person = session.get(Person, person_id)
        if person is None or MembershipRole.DRIVER not in person.roles_in(organisation_id):
            raise Unknown("member", person_id)
        held = session.get(DriverPapers, (person_id, organisation_id))
        form = form_of_papers(held) if request.method == "GET" else PapersForm()
    page = {"organisation": organisation, "person": person, "form": form}
    if request.method == "GET":
        return render_template("duty/change_papers.html", **page)
    if not form.validate():
        return render_template("duty/change_papers.html", **page), 422
    keep_papers(
        portal().writing,
        organisation_id=organisation_id,
        person_id=person_id,
        permit_until=form.permit_until.data,
        medical_until=form.medical_until.data,
        actor_id=current_user.id,
    )
    flash(_("Gespeichert."), "success")
    return redirect(url_for("duty.papers", organisation_id=organisation_id))


@views.get("/stunden")
@access(Action.SEE_ORGANISATION)
def hours(organisation_id: str) -> ResponseReturnValue:
    """Hours of a year by person; as a file with ?als=csv."""
    now = _now()
    this_year = local(seconds(now)).year
    asked = request.args.get("jahr", "")
    year = int(asked) if asked.isdigit() and FIRST_YEAR <= int(asked) <= this_year else this_year
    first, following = (dt.date(one, 1, 1) for one in (year, year + 1))
    from_s, until_s = (seconds(resolve(day, dt.time(0)).moment) for day in (first, following))
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        rows = hours_of(driven_shifts(session, organisation_id, from_s, until_s, seconds(now)))
        if request.args.get("als") == "csv":
            return csv_file(
                f"stunden-{year}.csv",
                [_("Nachname"), _("Vorname"), _("Dienste"), _("davon mit notierten Zeiten"), _("Stunden")],
                [
                    (one.person.last_name, one.person.first_name, one.shifts, one.noted, one.hours)
                    for one in rows
                ],
            )
        return render_template(
            "duty/hours.html",
            organisation=organisation,
            tasks=tasks,
            year=year,
            before=year - 1 if year > FIRST_YEAR else None,
            after=year + 1 if year < this_year else None,
            rows=rows,
            total=sum(one.hours for one in rows),
        )


@views.route("/fristen", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def deadlines(organisation_id: str) -> ResponseReturnValue:
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.PLAN)
        present = deadlines_of(session, organisation_id)
    form = form_of_deadlines(present) if request.method == "GET" else DeadlinesForm()
    if request.method == "GET":
        return render_template("duty/deadlines.html", organisation=organisation, form=form)
    if not form.validate():
        return render_template("duty/deadlines.html", organisation=organisation, form=form), 422
    try:
        set_deadlines(
            portal().writing,
            organisation_id=organisation_id,
            deadlines=form.deadlines,
            actor_id=current_user.id,
        )
    except DutyRefused as error:
        explained = explain(error)
        page = render_template("duty/deadlines.html", organisation=organisation, form=form, refused=explained)
        return page, explained.status
    flash(_("Gespeichert."), "success")
    return redirect(url_for("duty.week", organisation_id=organisation_id))


def _assigned(organisation_id: str, shift_id: str, driver_id: str | None, said: str) -> ResponseReturnValue:
    with portal().reading() as session:
        _shift(session, organisation_id, shift_id)
    try:
        assign_driver(
            portal().writing,
            shift_id=shift_id,
            driver_id=driver_id,
            actor_id=current_user.id,
            secret_key=portal().settings.secret_key,
            vacations=portal().settings.vacations,
            now=_now(),
        )
    except (DutyRefused, OverlapsOtherRide) as error:
        return _refused(organisation_id, shift_id, error)
    flash(said, "success")
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


def _noted(organisation_id: str, shift_id: str, note: Callable[..., None], said: str) -> ResponseReturnValue:
    """Whoever pressed it at the wheel comes back there."""
    with portal().reading() as session:
        _shift(session, organisation_id, shift_id)
    try:
        note(portal().writing, shift_id=shift_id, actor_id=current_user.id, now=_now())
    except DutyRefused as error:
        return _refused(organisation_id, shift_id, error)
    flash(said, "success")
    if request.form.get("from") == "wheel":
        return redirect(url_for("driving.mine"))
    return redirect(url_for("duty.one", organisation_id=organisation_id, shift_id=shift_id))


def _refused(organisation_id: str, shift_id: str, error: Exception) -> ResponseReturnValue:
    explained = explain(error)
    return _shift_page(organisation_id, shift_id, refused=explained), explained.status


def _shift_page(
    organisation_id: str,
    shift_id: str,
    *,
    form: DriverForm | None = None,
    refused: Explained | None = None,
) -> str:
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        shift = _shift(session, organisation_id, shift_id)
        [view] = views_of(session, [shift], organisation_id, _now())
        mine = papers_of(session, organisation_id).get(current_user.id)
        return render_template(
            "duty/one.html",
            organisation=organisation,
            tasks=tasks,
            view=view,
            drives=_drives(session, organisation_id),
            may_not=mine is not None and mine.is_over(local(shift.begins_s).date()),
            form=form or _driver_form(session, shift, formdata=False),
            refused=refused,
        )


def _driver_form(session: Session, shift: DutyShift, *, formdata: bool) -> DriverForm:
    """Every driver, with what they have said and how their papers stand."""
    form = DriverForm() if formdata else DriverForm(formdata=None, data={"driver": shift.driver_id or ""})
    form.offer(_choices(session, [shift], drivers_of(session, shift.organisation_id))[shift.id])
    return form


def _choices(
    session: Session, shifts: Sequence[DutyShift], people: Sequence[Person]
) -> dict[str, dict[str, str]]:
    """Shift of one association → driver → name, what they have said and how their papers stand."""
    held = papers_of(session, shifts[0].organisation_id) if shifts else {}
    answers = answers_for(session, [shift.id for shift in shifts])
    words: dict[str, dict[str, str]] = {shift.id: {} for shift in shifts}
    for shift in shifts:
        day = local(shift.begins_s).date()
        for person in people:
            papers = held.get(person.id)
            state = paper(papers.good_until, day) if papers is not None else Paper.UNKNOWN
            words[shift.id][person.id] = _driver_words(person, answers.get((shift.id, person.id)), state)
    return words


def _driver_words(person: Person, answer: Availability | None, state: Paper) -> str:
    name = person.full_name
    if state is Paper.OVER:
        return _("%(name)s (Nachweis abgelaufen)", name=name)
    if answer is not None:
        return _("%(name)s (Antwort: %(answer)s)", name=name, answer=ANSWERS[answer])
    return name


def _untils(papers: DriverPapers | None) -> list[tuple[str, dt.date | None]]:
    return [
        (_("Personenbeförderungsschein"), papers.permit_until if papers else None),
        (_("Ärztliche Untersuchung"), papers.medical_until if papers else None),
    ]


def _paper(kind: str, until: dt.date | None, today: dt.date) -> tuple[str, dt.date | None, Paper]:
    return kind, until, paper(until, today)


def _shift(session: Session, organisation_id: str, shift_id: str) -> DutyShift:
    """The association's own shift, for whoever may see its runs; raises Unknown, NotAllowed."""
    require_task(session, current_user.id, organisation_id, Task.SEE)
    shift = shift_of(session, shift_id)
    if shift.organisation_id != organisation_id:
        raise Unknown("shift", shift_id)
    return shift


def _poll(session: Session, organisation_id: str, poll_id: str) -> DutyPoll:
    found = session.get(DutyPoll, poll_id)
    if found is None or found.organisation_id != organisation_id:
        raise Unknown("poll", poll_id)
    return found


def _drives(session: Session, organisation_id: str) -> bool:
    """Whether the person asking drives for the association."""
    person = session.get_one(Person, current_user.id)
    return MembershipRole.DRIVER in person.roles_in(organisation_id)


def _organisation(session: Session, organisation_id: str, task: Task) -> tuple[Organisation, frozenset[Task]]:
    organisation = require_task(session, current_user.id, organisation_id, task)
    return organisation, session.get_one(Person, current_user.id).tasks_in(organisation_id)


def _flash_added(added: int) -> None:
    if added:
        flash(ngettext("%(num)s Dienst steht im Plan.", "%(num)s Dienste stehen im Plan.", added), "success")
    else:
        flash(_("Alle Fahrten haben schon einen Dienst."), "info")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
