"""Staff work off what people report about each other. Opening a report is written down."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.reports import handled_reports, open_reports, report_of, reports_about
from mitfahr.domain.reports import ReportOutcome
from mitfahr.domain.roles import Action, Role
from mitfahr.languages import _
from mitfahr.services.handle_report import handle_report
from mitfahr.services.note_contact_reads import note_report_read
from web.access import access
from web.forms.trust import HandleForm
from web.portal import portal

views = Blueprint("reports", __name__, url_prefix="/meldungen")

SHOWN = 50
"""Reports that are done, at most."""


@views.get("")
@access(Action.HANDLE_REPORTS)
def waiting() -> str:
    with portal().reading() as session:
        return render_template(
            "reports/all.html", open_=open_reports(session), handled=handled_reports(session, SHOWN)
        )


@views.route("/<report_id>", methods=["GET", "POST"])
@access(Action.HANDLE_REPORTS)
def one(report_id: str) -> ResponseReturnValue:
    """Who reported whom and why, with telephone numbers to call; then what was done."""
    here, now, form = portal(), dt.datetime.now(dt.UTC), HandleForm()
    with here.reading() as session:
        report = report_of(session, report_id)
        earlier = [row for row in reports_about(session, report.reported_id) if row.id != report.id]
    form.offer(may_close=Role.ADMIN not in report.reported.roles)
    if not form.validate_on_submit():
        note_report_read(here.writing, viewer_id=current_user.id, report_id=report_id, now=now)
        page = render_template("reports/one.html", report=report, earlier=earlier, form=form)
        return page, 422 if form.errors else 200
    handle_report(
        here.writing,
        here.live.current(now),
        report_id=report_id,
        actor_id=current_user.id,
        outcome=ReportOutcome(form.outcome.data),
        note=(form.note.data or "").strip() or None,
        now=now,
    )
    flash(_("Die Meldung ist bearbeitet."), "success")
    return redirect(url_for("reports.waiting"))
