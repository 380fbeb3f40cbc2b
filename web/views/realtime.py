"""Timetable staff: the sources of real time. How each is doing; add one, let it rest, take it away."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.feeds import Feed, feeds
from mitfahr.db.realtime_sources import RealtimeSource, realtime_sources
from mitfahr.domain.errors import SourceAddressInvalid, SourceNameTaken, Unknown
from mitfahr.domain.roles import Action
from mitfahr.languages import _
from mitfahr.services.add_source import add_source
from mitfahr.services.pause_source import pause_source
from mitfahr.services.remove_source import remove_source
from web.access import access
from web.errors import explain
from web.filters import now
from web.forms.realtime import SourceForm
from web.portal import portal
from web.realtime_view import source_view

views = Blueprint("realtime", __name__, url_prefix="/fahrplan/echtzeit")


@views.get("")
@access(Action.IMPORT_TIMETABLE)
def all_() -> str:
    return _page(SourceForm(formdata=None))


@views.post("")
@access(Action.IMPORT_TIMETABLE)
def add() -> ResponseReturnValue:
    """The same form sent twice adds one."""
    form = SourceForm()
    with portal().reading() as session:
        form.offer(feeds(session))
    if not form.validate():
        return _page(form), 422
    try:
        add_source(
            portal().writing,
            name=form.name.data.strip(),
            address=form.url.data.strip(),
            feed_id=form.feed.data,
            actor_id=current_user.id,
            now=dt.datetime.now(dt.UTC),
        )
    except SourceNameTaken as error:
        form.name.errors = [explain(error).advice]
        return _page(form), 409
    except SourceAddressInvalid as error:
        form.url.errors = [explain(error).advice]
        return _page(form), 422
    flash(_("Die Quelle ist angelegt. Sie wird gleich zum ersten Mal gefragt."), "success")
    return redirect(url_for("realtime.all_"))


@views.post("/<source_id>/ruhe")
@access(Action.IMPORT_TIMETABLE)
def pause(source_id: str) -> ResponseReturnValue:
    """The button says what is wanted, so that pressing it twice does it once."""
    is_paused = request.form.get("ruht") == "ja"
    pause_source(
        portal().writing,
        source_id=source_id,
        is_paused=is_paused,
        actor_id=current_user.id,
        now=dt.datetime.now(dt.UTC),
    )
    flash(
        _("Die Quelle ruht. Es gilt wieder der Fahrplan.")
        if is_paused
        else _("Die Quelle wird wieder gefragt."),
        "success",
    )
    return redirect(url_for("realtime.all_"))


@views.route("/<source_id>/entfernen", methods=["GET", "POST"])
@access(Action.IMPORT_TIMETABLE)
def remove(source_id: str) -> ResponseReturnValue:
    """Ask, then take it away; a second press finds it gone and says the same."""
    if request.method == "GET":
        with portal().reading() as session:
            source = session.get(RealtimeSource, source_id)
        if source is None:
            raise Unknown("realtime_source", source_id)
        return render_template("realtime/remove.html", source=source)
    remove_source(
        portal().writing, source_id=source_id, actor_id=current_user.id, now=dt.datetime.now(dt.UTC)
    )
    flash(_("Die Quelle ist entfernt."), "success")
    return redirect(url_for("realtime.all_"))


def _page(form: SourceForm) -> str:
    with portal().reading() as session:
        form.offer(feeds(session))
        sources = [
            source_view(source, session.get_one(Feed, source.feed_id).name, now())
            for source in realtime_sources(session)
        ]
    return render_template("realtime/all.html", sources=sources, form=form)
