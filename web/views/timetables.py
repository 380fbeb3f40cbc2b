"""Timetable staff: upload a feed, watch it being checked, read the report, see which serves when.

Checking and building is the worker's work; these pages only take the file and show what has become of it.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session, undefer
from werkzeug.exceptions import RequestEntityTooLarge

from mitfahr.db.feed_parts import is_stale, live_parts, parts_of
from mitfahr.db.feeds import feeds
from mitfahr.db.people import Person
from mitfahr.db.switch_plans import open_plans
from mitfahr.db.timetables import FeedVersion, feed_versions, serving, switches
from mitfahr.domain.errors import FileTooLarge, NothingServes, TimetableRefused, Unknown
from mitfahr.domain.roles import Action
from mitfahr.domain.validity import SOON_DAYS, VERY_SOON_DAYS
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import _
from mitfahr.languages.formats import local
from mitfahr.services.accept_upload import accept_upload
from mitfahr.services.add_feed import add_feed
from mitfahr.services.foresee_validity import foresee_validity
from mitfahr.services.switch_timetable import rollback_targets
from web.access import access
from web.errors import Explained, explain
from web.filters import now
from web.findings_view import SEVERITY_SIGN, Asked, findings_view
from web.forms.feeds import NEW, UploadForm
from web.portal import portal, served
from web.versions_view import (
    REASON_WORDS,
    VersionView,
    version_view,
)

views = Blueprint("timetables", __name__, url_prefix="/fahrplan")

AROUND_THE_FILE_BYTES = 64 * 1024
"""What a form with a file in it has besides the file."""

WORKER_LATE = dt.timedelta(minutes=2)


@views.get("")
@access(Action.IMPORT_TIMETABLE)
def versions() -> ResponseReturnValue:
    return _versions_page(UploadForm(formdata=None))


@views.post("")
@access(Action.IMPORT_TIMETABLE)
def upload() -> ResponseReturnValue:
    """Take a file into quarantine. Its token is checked here, because reading it reads the whole file."""
    here = portal()
    limit_mb = here.settings.upload_limit_mb
    request.max_content_length = (limit_mb << 20) + AROUND_THE_FILE_BYTES
    try:
        form = UploadForm()
        with here.reading() as session:
            form.offer(feeds(session))
        if not form.validate():
            if "csrf_token" in form.errors:
                raise CSRFError(form.errors["csrf_token"][0])
            return _versions_page(form), 422
        version = accept_upload(
            here.writing,
            here.settings,
            form.file.data.stream,
            form.file.data.filename,
            dt.datetime.now(dt.UTC),
            uploaded_by=current_user.id,
            idempotency_key=form.idempotency_key.data,
            feed_id=_feed_id(form),
        )
    except RequestEntityTooLarge:
        return _refused(FileTooLarge(limit_mb))
    except TimetableRefused as error:
        return _refused(error)
    flash(_("Die Datei ist angekommen. Sie wird jetzt geprüft."), "success")
    return redirect(url_for("timetables.one", version_id=version.id))


@views.get("/gueltigkeit")
@access(Action.IMPORT_TIMETABLE)
def validity() -> str:
    """Which timetable covers which days, and what is coming."""
    here = portal()
    try:
        timetable = served().without_rides.timetable
    except NothingServes:
        timetable = None
    with here.reading() as session:
        found = foresee_validity(session, timetable, here.settings.vacations, local(now()).date())
    return render_template("timetables/validity.html", found=found, soon=SOON_DAYS, very_soon=VERY_SOON_DAYS)


@views.get("/<version_id>")
@access(Action.IMPORT_TIMETABLE)
def one(version_id: str) -> str:
    """State, progress and findings; while the worker is at it, the page renews itself."""
    with portal().reading() as session:
        shown = _version(session, version_id)
        parts, stale = parts_of(session, version_id), is_stale(session, shown.version)
        findings = findings_view(
            shown.version.findings,
            Asked(
                severity=request.args.get("schwere", ""),
                file=request.args.get("datei", ""),
                code=request.args.get("art", ""),
                words=request.args.get("suche", "")[:100],
                page=request.args.get("seite", 1, type=int),
            ),
        )
    waited = dt.datetime.now(dt.UTC) - shown.version.uploaded_at
    return render_template(
        "timetables/one.html",
        shown=shown,
        findings=findings,
        signs=SEVERITY_SIGN,
        parts=parts,
        is_stale=stale and shown.version.status is VersionStatus.BUILT,
        is_late=waited > WORKER_LATE,
    )


def _version(session: Session, version_id: str) -> VersionView:
    version = session.get(FeedVersion, version_id, options=[undefer(FeedVersion.findings)])
    if version is None:
        raise Unknown("feed_version", version_id)
    return version_view(version, _name(session, version.uploaded_by))


def _versions_page(form: UploadForm, refused: Explained | None = None) -> str:
    with portal().reading() as session:
        form.offer(feeds(session))
        log = [
            (
                line,
                REASON_WORDS[line.reason],
                session.get(FeedVersion, line.feed_version_id or ""),
                _name(session, line.by),
            )
            for line in switches(session, limit=10)
        ]
        return render_template(
            "timetables/versions.html",
            form=form,
            refused=refused,
            serving=serving(session),
            parts=live_parts(session),
            versions=[version_view(v, _name(session, v.uploaded_by)) for v in feed_versions(session)],
            can_go_back=bool(rollback_targets(session, limit=1)),
            plans=open_plans(session),
            log=log,
        )


def _feed_id(form: UploadForm) -> str:
    """The feed that was chosen; one with a new name is there from now on, whatever becomes of its file."""
    if form.feed.data != NEW:
        return str(form.feed.data)
    with portal().writing.begin() as session:
        return add_feed(session, _actor(session), form.new_name.data, dt.datetime.now(dt.UTC)).id


def _refused(error: TimetableRefused) -> ResponseReturnValue:
    explained = explain(error)
    return _versions_page(UploadForm(formdata=None), explained), explained.status


def _actor(session: Session) -> Person:
    return session.get_one(Person, current_user.id)


def _name(session: Session, person_id: str | None) -> str | None:
    person = session.get(Person, person_id) if person_id else None
    return person.full_name if person else None
