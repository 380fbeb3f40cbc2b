"""Timetable staff: the sources of the timetable. List, add, change, have fetched, take away."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from mitfahr.db.feed_parts import live_parts
from mitfahr.db.feeds import Feed, feed_in_use
from mitfahr.db.people import Person
from mitfahr.domain.errors import FeedNeeded, SourceNameTaken
from mitfahr.domain.roles import Action
from mitfahr.languages import _
from mitfahr.services.add_feed import add_feed
from mitfahr.services.change_feed import ask_for_fetch, change_feed
from mitfahr.services.remove_feed import remove_feed
from web.access import access
from web.errors import explain
from web.feeds_view import feed_views
from web.forms.feeds import FeedForm
from web.portal import portal

views = Blueprint("feeds", __name__, url_prefix="/fahrplan/quellen")


@views.get("")
@access(Action.IMPORT_TIMETABLE)
def all_() -> str:
    return _page(FeedForm(formdata=None))


@views.post("")
@access(Action.IMPORT_TIMETABLE)
def add() -> ResponseReturnValue:
    """The same form sent twice adds one."""
    form = FeedForm()
    if not form.validate():
        return _page(form), 422
    try:
        with portal().writing.begin() as session:
            add_feed(session, _actor(session), form.name.data, _now(), form.url.data, form.every_minutes.data)
    except SourceNameTaken as error:
        form.name.errors = [explain(error).advice]
        return _page(form), 409
    flash(_("Die Quelle ist angelegt."), "success")
    return redirect(url_for("feeds.all_"))


@views.route("/<feed_id>", methods=["GET", "POST"])
@access(Action.IMPORT_TIMETABLE)
def change(feed_id: str) -> ResponseReturnValue:
    feed = _feed(feed_id)
    form = FeedForm(kept_every=feed.every_minutes, obj=feed)
    if not form.validate_on_submit():
        return render_template("feeds/change.html", form=form, feed=feed), 422 if form.errors else 200
    try:
        with portal().writing.begin() as session:
            change_feed(
                session,
                _actor(session),
                feed_id,
                _now(),
                name=form.name.data,
                url=form.url.data,
                every_minutes=form.every_minutes.data,
            )
    except SourceNameTaken as error:
        form.name.errors = [explain(error).advice]
        return render_template("feeds/change.html", form=form, feed=feed), 409
    flash(_("Gespeichert."), "success")
    return redirect(url_for("feeds.all_"))


@views.post("/<feed_id>/abrufen")
@access(Action.IMPORT_TIMETABLE)
def fetch(feed_id: str) -> ResponseReturnValue:
    with portal().writing.begin() as session:
        ask_for_fetch(session, _actor(session), feed_id)
    flash(_("Die Quelle wird innerhalb einer Minute abgerufen."), "success")
    return redirect(url_for("feeds.all_"))


@views.route("/<feed_id>/entfernen", methods=["GET", "POST"])
@access(Action.SWITCH_TIMETABLE)
def remove(feed_id: str) -> ResponseReturnValue:
    """Ask, then take it away; a second press finds it gone and says the same."""
    if request.method == "GET":
        with portal().reading() as session:
            feed = feed_in_use(session, feed_id)
            is_live = any(part.feed_id == feed_id for part in live_parts(session))
        return render_template("feeds/remove.html", feed=feed, is_live=is_live)
    try:
        with portal().writing.begin() as session:
            waiting = remove_feed(session, _actor(session), feed_id, _now())
    except FeedNeeded as error:
        explained = explain(error)
        return _page(FeedForm(formdata=None), explained.title, explained.advice), explained.status
    if waiting is None:
        flash(_("Die Quelle ist entfernt."), "success")
        return redirect(url_for("feeds.all_"))
    flash(
        _("Die Quelle ist entfernt. Der Fahrplan ohne sie wird jetzt gebaut; dann können Sie ihn schalten."),
        "success",
    )
    return redirect(url_for("timetables.one", version_id=waiting))


def _page(form: FeedForm, refused: str = "", advice: str = "") -> str:
    with portal().reading() as session:
        return render_template(
            "feeds/all.html", sources=feed_views(session), form=form, refused=refused, advice=advice
        )


def _feed(feed_id: str) -> Feed:
    with portal().reading() as session:
        return feed_in_use(session, feed_id)


def _actor(session: Session) -> Person:
    return session.get_one(Person, current_user.id)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
