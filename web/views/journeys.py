"""My journeys: what is booked, what became of it, cancel it."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booking_of, bookings_of_rider
from mitfahr.domain.errors import NothingServes, Unknown
from mitfahr.services.cancel_booking import cancel_booking
from routing.timetable import Timetable
from web.access import SIGNED_IN, access
from web.bookings_view import BookingView, booking_view, booking_views
from web.forms.booking import WHOLE, CancelForm
from web.forms.fields import choices
from web.portal import portal

views = Blueprint("journeys", __name__, url_prefix="/meine-fahrten")


@views.get("")
@access(SIGNED_IN)
def mine() -> str:
    with portal().reading() as session:
        bookings = bookings_of_rider(session, current_user.id, 0)
        upcoming, past = booking_views(bookings, _timetable(), dt.datetime.now(dt.UTC))
    return render_template("journeys/mine.html", upcoming=upcoming, past=past)


@views.get("/<booking_id>")
@access(SIGNED_IN)
def one(booking_id: str) -> str:
    return render_template("journeys/one.html", booking=_own(booking_id))


@views.route("/<booking_id>/absagen", methods=["GET", "POST"])
@access(SIGNED_IN)
def cancel(booking_id: str) -> ResponseReturnValue:
    """Ask what to cancel, then do it."""
    booking = _own(booking_id)
    form = CancelForm()
    single = {leg.leg_id: f"Nur {leg.shown.title} ab {leg.shown.origin}" for leg in booking.live_vehicles}
    form.what.choices = choices({WHOLE: "Die ganze Reise"} | single)
    if not form.validate_on_submit():
        if request.method == "GET":
            form.keep_others.data = booking.keep_others
        return render_template("journeys/cancel.html", booking=booking, form=form)
    whole = form.what.data == WHOLE
    cancel_booking(
        portal().writing,
        booking_id=booking_id,
        actor_id=current_user.id,
        now=dt.datetime.now(dt.UTC),
        leg_id=None if whole else form.what.data,
        keep_others=None if whole else form.keep_others.data,
    )
    flash("Ihre Reise ist abgesagt." if whole else "Der Abschnitt ist abgesagt.", "success")
    return redirect(url_for("journeys.one", booking_id=booking_id))


def _own(booking_id: str) -> BookingView:
    """A booking of the person asking; raises Unknown for anybody else's."""
    with portal().reading() as session:
        booking = booking_of(session, booking_id)
        if current_user.id not in (booking.rider_id, booking.booked_by_id):
            raise Unknown("booking", booking_id)
        return booking_view(booking, _timetable(), dt.datetime.now(dt.UTC))


def _timetable() -> Timetable | None:
    try:
        return portal().live.served().without_rides.timetable
    except NothingServes:
        return None
