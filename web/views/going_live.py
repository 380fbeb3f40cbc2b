"""Timetable staff: put a version live now or at a moment, go back to an earlier one, and see who did what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from mitfahr.db.audit import audit_entries
from mitfahr.db.people import Person
from mitfahr.db.switch_plans import open_plan_of
from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.domain.errors import (
    LossesHeld,
    NotYetValid,
    SecondPersonNeeded,
    TimetableRefused,
)
from mitfahr.domain.four_eyes import second_person_needed
from mitfahr.domain.roles import Action
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import _
from mitfahr.languages.formats import day_and_clock, local
from mitfahr.services.foresee_switch import foresee_switch
from mitfahr.services.go_live import (
    confirm_losses,
    go_back,
    go_live,
    losses_to_confirm,
    people_of,
    release_version,
    version_of,
    what_forbids,
)
from mitfahr.services.plan_switch import plan_switch, take_back_plan
from mitfahr.services.switch_timetable import rollback_targets
from web.access import access
from web.audit_view import audit_lines
from web.comparison_view import loss_words
from web.csv_file import csv_file
from web.errors import Explained, explain
from web.filters import now
from web.forms.timetable import AuditForm, ConfirmForm, PlanForm, SwitchForm
from web.portal import portal
from web.versions_view import compared, version_view

views = Blueprint("going_live", __name__, url_prefix="/fahrplan")

SHOWN_LINES = 200
QUIET_HOUR = dt.time(3)
"""When a switch disturbs the fewest people."""


@views.get("/<version_id>/schalten")
@access(Action.SWITCH_TIMETABLE)
def switch(version_id: str) -> str:
    """What would change, what speaks against it, and the ways to go live."""
    return _page(version_id)


@views.post("/<version_id>/schalten")
@access(Action.SWITCH_TIMETABLE)
def switch_now(version_id: str) -> ResponseReturnValue:
    four_eyes = portal().settings.timetable_four_eyes

    def do(session: Session, actor: Person) -> None:
        go_live(session, actor, version_id, now(), four_eyes=four_eyes)

    return _done(
        version_id, do, _("Der Fahrplan ist in Betrieb. Jede Suche benutzt ihn ab jetzt."), home=True
    )


@views.post("/<version_id>/bestaetigen")
@access(Action.SWITCH_TIMETABLE)
def confirm(version_id: str) -> ResponseReturnValue:
    """Sign for what would be lost."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(version_id, confirm_form=form), 422

    def do(session: Session, actor: Person) -> None:
        confirm_losses(session, actor, version_id, form.name.data, now())

    return _done(version_id, do, _("Ihre Bestätigung steht im Protokoll."))


@views.post("/<version_id>/freigeben")
@access(Action.SWITCH_TIMETABLE)
def release(version_id: str) -> ResponseReturnValue:
    """The second pair of eyes."""

    def do(session: Session, actor: Person) -> None:
        release_version(session, actor, version_id, now())

    return _done(version_id, do, _("Der Fahrplan ist freigegeben."))


@views.post("/<version_id>/planen")
@access(Action.SWITCH_TIMETABLE)
def plan(version_id: str) -> ResponseReturnValue:
    """The worker switches at the stated moment."""
    form = PlanForm()
    if not form.validate_on_submit():
        return _page(version_id, plan_form=form), 422
    due_at, four_eyes = form.due_at, portal().settings.timetable_four_eyes

    def do(session: Session, actor: Person) -> None:
        plan_switch(session, actor, version_id, due_at, now(), four_eyes=four_eyes)

    told = _("Geplant: Am %(moment)s geht der Fahrplan von selbst in Betrieb.", moment=day_and_clock(due_at))
    return _done(version_id, do, told, plan_form=form)


@views.post("/<version_id>/planung-zuruecknehmen")
@access(Action.SWITCH_TIMETABLE)
def take_back(version_id: str) -> ResponseReturnValue:
    def do(session: Session, actor: Person) -> None:
        take_back_plan(session, actor, version_id, now())

    return _done(version_id, do, _("Die Planung ist zurückgenommen. Es bleibt, wie es ist."))


@views.route("/zurueck", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def back() -> ResponseReturnValue:
    """Show what served before, then go back to one of them; pressing twice goes back once."""
    form = SwitchForm()
    refused = None
    if form.validate_on_submit():
        try:
            with portal().writing.begin() as session:
                actor = session.get_one(Person, current_user.id)
                go_back(session, actor, now(), form.seen_revision.data, form.version_id.data or None)
        except TimetableRefused as error:
            refused = explain(error)
        else:
            flash(_("Der frühere Fahrplan ist wieder in Betrieb."), "success")
            return redirect(url_for("timetables.versions"))
    with portal().reading() as session:
        lines = rollback_targets(session)
        earlier = [
            (line, version_view(version))
            for line in lines
            if (version := session.get(FeedVersion, line.feed_version_id or "")) is not None
        ]
        page = render_template(
            "timetables/back.html",
            earlier=earlier,
            pointer=serving(session),
            refused=refused,
            today=local(now()).date(),
        )
    return (page, refused.status) if refused else page


@views.get("/<version_id>/zurueck")
@access(Action.SWITCH_TIMETABLE)
def back_to(version_id: str) -> str:
    """What going back to one version would change."""
    with portal().reading() as session:
        version, pointer = version_of(session, version_id), serving(session)
        return render_template(
            "timetables/back_to.html",
            shown=version_view(version),
            pointer=pointer,
            numbers=compared(pointer.feed, version),
            affected=foresee_switch(session, portal().settings.snapshots_dir, version, now=now()),
            is_earlier=version_id in {line.feed_version_id for line in rollback_targets(session)},
        )


@views.route("/protokoll", methods=["GET", "POST"])
@access(Action.IMPORT_TIMETABLE)
def audit() -> ResponseReturnValue:
    """Who did what, to be searched and taken along as a file."""
    form = AuditForm()
    form.offer()
    is_valid = request.method == "GET" or form.validate()
    with portal().reading() as session:
        entries = audit_entries(session, form.actions)
    lines = audit_lines(entries, (form.words.data or "") if is_valid else "")
    if request.form.get("als") == "csv":
        heads = [_("Wann"), _("Wer"), _("Was"), _("Womit"), _("Einzelheiten")]
        rows = ((day_and_clock(line.at), line.who, line.what, line.subject, line.more) for line in lines)
        return csv_file("protokoll.csv", heads, rows)
    return render_template(
        "timetables/audit.html", form=form, lines=lines[:SHOWN_LINES], n_found=len(lines), most=SHOWN_LINES
    )


def _done(
    version_id: str,
    do: Callable[[Session, Person], None],
    told: str,
    *,
    home: bool = False,
    plan_form: PlanForm | None = None,
) -> ResponseReturnValue:
    """Carry out one step in one transaction; what refuses it is said on the page."""
    try:
        with portal().writing.begin() as session:
            do(session, session.get_one(Person, current_user.id))
    except TimetableRefused as error:
        explained = explain(error)
        return _page(version_id, refused=explained, plan_form=plan_form), explained.status
    flash(told, "success")
    target = "timetables.versions" if home else "going_live.switch"
    return redirect(url_for(target) if home else url_for(target, version_id=version_id))


def _page(
    version_id: str,
    *,
    refused: Explained | None = None,
    confirm_form: ConfirmForm | None = None,
    plan_form: PlanForm | None = None,
) -> str:
    here, moment = portal(), now()
    four_eyes = here.settings.timetable_four_eyes
    with here.reading() as session:
        version, pointer = version_of(session, version_id), serving(session)
        actor, open_plan = session.get_one(Person, current_user.id), open_plan_of(session, version_id)
        forbidding = list(what_forbids(session, version, actor, moment, four_eyes=four_eyes))
        looked = people_of(session, version, None)
        is_new = version.status is VersionStatus.BUILT
        return render_template(
            "timetables/switch.html",
            shown=version_view(version),
            pointer=pointer,
            numbers=compared(pointer.feed, version),
            affected=foresee_switch(session, here.settings.snapshots_dir, version, now=moment),
            refused=refused,
            obstacles=[explain(error) for error in forbidding if not isinstance(error, LossesHeld)],
            losses=[loss_words(loss) for loss in losses_to_confirm(session, version_id)],
            must_confirm=any(isinstance(error, LossesHeld) for error in forbidding),
            is_early=any(isinstance(error, NotYetValid) for error in forbidding),
            needs_second=any(isinstance(error, SecondPersonNeeded) for error in forbidding),
            may_switch=not forbidding,
            plan=open_plan,
            plan_waits=is_new and four_eyes and second_person_needed(looked),
            may_release=is_new and four_eyes and actor.id not in looked,
            confirm_form=confirm_form or ConfirmForm(formdata=None),
            plan_form=plan_form or _proposed(version),
            is_over=version.valid_to is not None and version.valid_to < local(moment).date(),
        )


def _proposed(version: FeedVersion) -> PlanForm:
    """The first day of a version that begins later, else the next night."""
    today = local(now()).date()
    is_later = version.valid_from is not None and version.valid_from > today
    day = version.valid_from if is_later else today + dt.timedelta(days=1)
    return PlanForm(formdata=None, day=day, clock=dt.time(0) if is_later else QUIET_HOUR)
