"""The waiting list of a full run: get on it, leave it, say yes to a place that is held."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booking_of
from mitfahr.db.idempotency import MAX_KEY
from mitfahr.domain.errors import (
    IdempotencyConflict,
    MitfahrError,
    SeatTaken,
    StateForbids,
    TooLateToBook,
    TooManyWaiting,
)
from mitfahr.domain.roles import Action, Task
from mitfahr.languages import _
from mitfahr.services.take_place import take_place
from mitfahr.services.wait_for_place import stop_waiting, wait_for_place
from web.access import access
from web.errors import explain
from web.forms.search import SearchForm
from web.place_choice import Choice, as_place
from web.portal import portal
from web.views.search import ends_meant

views = Blueprint("waiting", __name__, url_prefix="/warteliste")


@views.post("")
@access(Action.BOOK)
def join() -> ResponseReturnValue:
    return _joined(current_user.id, url_for("journeys.mine"))


@views.post("/fuer/<person_id>")
@access(Task.ANSWER_CALLS)
def join_for(person_id: str) -> ResponseReturnValue:
    """For somebody who calls."""
    return _joined(person_id, url_for("telephone.one", person_id=person_id))


@views.post("/<entry_id>/verlassen")
@access(Action.BOOK)
def leave(entry_id: str) -> ResponseReturnValue:
    entry = stop_waiting(portal().writing, entry_id=entry_id, actor_id=current_user.id, now=_now())
    flash(_("Von der Warteliste genommen."), "success")
    if entry.person_id == current_user.id:
        return redirect(url_for("journeys.mine"))
    return redirect(url_for("telephone.one", person_id=entry.person_id))


@views.post("/zusagen/<booking_id>")
@access(Action.BOOK)
def take(booking_id: str) -> ResponseReturnValue:
    """Take the place that is held; for oneself or for a caller."""
    try:
        take_place(portal().writing, booking_id=booking_id, actor_id=current_user.id, now=_now())
    except StateForbids:
        flash(_("Die Zeit zum Zusagen ist vorbei. Der Platz ist weitergegeben."), "warning")
    else:
        flash(_("Das hat geklappt. Die Fahrt ist fest gebucht."), "success")
    with portal().reading() as session:
        is_own = booking_of(session, booking_id).rider_id == current_user.id
    return redirect(url_for("journeys.one" if is_own else "telephone.booking", booking_id=booking_id))


def _joined(person_id: str, page: str) -> ResponseReturnValue:
    """What was searched for travels in the body; nothing of it that cannot be read is waited for."""
    form, key = SearchForm(), request.form.get("idempotency_key", "")
    form.validate()
    origin, destination = ends_meant(form, list[Choice]())
    if form.errors or origin is None or destination is None or not 0 < len(key) <= MAX_KEY:
        flash(_("Bitte suchen Sie die Verbindung noch einmal und wählen Sie dann die Warteliste."), "info")
        return redirect(page)
    timetable = portal().live.served().without_rides.timetable
    try:
        wait_for_place(
            portal().writing,
            form.request(origin, destination),
            ride_id=request.form.get("ride_id", ""),
            origin=as_place(origin, timetable),
            destination=as_place(destination, timetable),
            person_id=person_id,
            actor_id=current_user.id,
            idempotency_key=key,
            now=_now(),
        )
    except (SeatTaken, TooLateToBook, TooManyWaiting, IdempotencyConflict) as error:
        _say(error)
    else:
        flash(
            _("Auf der Warteliste. Wird ein Platz frei, halten wir ihn einige Stunden frei und melden uns."),
            "success",
        )
    return redirect(page)


def _say(error: MitfahrError) -> None:
    explained = explain(error)
    flash(f"{explained.title}. {explained.advice}", "danger")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
