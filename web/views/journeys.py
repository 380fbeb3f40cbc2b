"""My journeys: what is booked, what became of it, cancel it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as of_browser
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.calendar_file import addressed, as_text
from mitfahr.db.bookings import booking_of, bookings_of_rider, replacements_of
from mitfahr.db.waiting import entries_of_person
from mitfahr.domain.booking_numbers import cancel_code
from mitfahr.domain.errors import BookingRefused, StateForbids, Unknown
from mitfahr.domain.times import seconds
from mitfahr.languages import _, lazy
from mitfahr.messages import calendar_of
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import change_party
from mitfahr.services.find_fallbacks import fallback_of_booking
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.replace_booking import replace_booking
from routing.snapshot import Snapshot
from web.access import SIGNED_IN, access
from web.bookings_view import BookingView, booking_views
from web.contact_reads import note_reads
from web.errors import Explained, explain
from web.forms.booking import CancelForm, OtherWayForm, PartyForm, party_form
from web.journeys_view import FallbackView, fallback_view
from web.portal import portal
from web.qr_code import qr_code
from web.trip_view import current_snapshot, trip_views
from web.views.booking import JUST_BOOKED
from web.way_on import WayOn, way_on

STILL_THERE = lazy("An Ihrer Buchung hat sich nichts geändert. Hier sehen Sie, was jetzt möglich ist.")


@dataclass(frozen=True, slots=True)
class Shown:
    """One booking on the page, with what can be done when a leg was lost or may be."""

    booking: BookingView
    way_on: WayOn | None
    fallback: FallbackView | None


views = Blueprint("journeys", __name__, url_prefix="/meine-fahrten")


@views.get("")
@access(SIGNED_IN)
def mine() -> str:
    now = dt.datetime.now(dt.UTC)
    snapshot = current_snapshot(now)
    timetable, live = (snapshot.timetable, snapshot.live) if snapshot else (None, None)
    with portal().reading() as session:
        bookings = bookings_of_rider(session, current_user.id, 0)
        replaced = replacements_of(session, [booking.id for booking in bookings])
        upcoming, past = booking_views(bookings, timetable, now, replaced, live)
        waiting = entries_of_person(session, current_user.id)
    return render_template("journeys/mine.html", upcoming=upcoming, past=past, waiting=waiting)


@views.get("/<booking_id>")
@access(SIGNED_IN)
def one(booking_id: str) -> str:
    """The booking, with what was booked as one with it."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    trip = _own_trip(booking_id)
    snapshot = current_snapshot(now)
    if snapshot is not None and any(booking.is_overdue(seconds(now)) for booking in trip):
        lapse_holds(here.writing, snapshot, now=now, ride_ids=_rides_of(trip))
        trip = _own_trip(booking_id)
    note_reads([leg_id for booking in trip for leg_id in booking.open_legs])
    shown = [
        Shown(
            booking,
            way_on(booking, snapshot, now) if snapshot and booking.needs_way_on else None,
            _fallback(booking, snapshot, now) if snapshot and booking.can_cancel else None,
        )
        for booking in trip
    ]
    return render_template(
        "journeys/one.html",
        shown=shown,
        booking=_asked_for(trip, booking_id),
        is_new=of_browser.pop(JUST_BOOKED, None) == booking_id,
    )


@views.post("/<booking_id>/ersatz")
@access(SIGNED_IN)
def take_other_way(booking_id: str) -> ResponseReturnValue:
    """Book the offered way in place of what is left of the booking."""
    booking, form = _own(booking_id), OtherWayForm()
    here, now = portal(), dt.datetime.now(dt.UTC)
    if not form.validate():
        return redirect(url_for("journeys.one", booking_id=booking_id))
    try:
        new_id = replace_booking(
            here.writing,
            here.live.current(now),
            booking_id=booking_id,
            token=form.offer.data,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            secret_key=here.settings.secret_key,
            law=here.price_law,
            now=now,
        )
    except BookingRefused as error:
        explained = explain(error)
        flash(f"{explained.title}. {STILL_THERE}", "danger")
        return redirect(url_for("journeys.one", booking_id=booking_id))
    except StateForbids:
        flash(_("Sie haben schon eine andere Verbindung gebucht."), "info")
        return redirect(url_for("journeys.one", booking_id=booking.replaced_by or booking_id))
    flash(_("Das hat geklappt. Hier ist Ihre neue Reise."), "success")
    return redirect(url_for("journeys.one", booking_id=new_id))


@views.route("/<booking_id>/absagen", methods=["GET", "POST"])
@access(SIGNED_IN)
def cancel(booking_id: str) -> ResponseReturnValue:
    """Ask what to cancel, then do it."""
    booking = _own(booking_id)
    form = CancelForm()
    form.ask_of(booking)
    if not form.validate_on_submit():
        if request.method == "GET":
            form.keep_others.data = booking.keep_others
        return render_template("journeys/cancel.html", booking=booking, form=form)
    cancel_booking(
        portal().writing,
        booking_id=booking_id,
        actor_id=current_user.id,
        now=dt.datetime.now(dt.UTC),
        **form.asked,
    )
    flash(_("Ihre Reise ist abgesagt.") if form.is_whole else _("Der Abschnitt ist abgesagt."), "success")
    return redirect(url_for("journeys.one", booking_id=booking_id))


@views.route("/<booking_id>/plaetze", methods=["GET", "POST"])
@access(SIGNED_IN)
def seats(booking_id: str) -> ResponseReturnValue:
    """Ask who and what travels, then change it on every leg or on none."""
    booking = _own(booking_id)
    form = party_form(booking)
    if not form.validate_on_submit():
        return _seats_page(booking, form)
    try:
        change_party(
            portal().writing,
            booking_id=booking_id,
            change=form.change,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            now=dt.datetime.now(dt.UTC),
        )
    except BookingRefused as error:
        return _seats_page(_own(booking_id), form, explain(error))
    flash(_("Ihre Buchung ist geändert."), "success")
    return redirect(url_for("journeys.one", booking_id=booking_id))


@views.get("/<booking_id>/druck")
@access(SIGNED_IN)
def printed(booking_id: str) -> str:
    """Everything for the way, in large type on paper; a delay of now would be read for days."""
    booking = _own(booking_id, is_live=False)
    note_reads(booking.open_legs)
    code = cancel_code(booking_id, portal().settings.secret_key)
    return render_template("journeys/print.html", booking=booking, cancel_code=code)


@views.get("/<booking_id>/fahrschein")
@access(SIGNED_IN)
def ticket(booking_id: str) -> str:
    """What is shown when boarding. The code holds the booking's number and nothing else."""
    booking = _own(booking_id)
    note_reads(booking.open_legs)
    return render_template("journeys/ticket.html", booking=booking, code=qr_code(booking.reference))


@views.get("/<booking_id>/reise.ics")
@access(SIGNED_IN)
def calendar(booking_id: str) -> Response:
    """The journey for a calendar, in the state that was last sent by mail."""
    _own(booking_id)
    here, now = portal(), dt.datetime.now(dt.UTC)
    with here.reading() as session:
        booking = booking_of(session, booking_id)
        text = calendar_of(booking, max(0, booking.calendars_sent - 1), now)
    file = as_text(addressed(text, here.settings.mail_from, here.settings.base_url))
    head = {"Content-Disposition": 'attachment; filename="reise.ics"'}
    return Response(file, headers=head, mimetype="text/calendar")


def _seats_page(
    booking: BookingView, form: PartyForm, refused: Explained | None = None
) -> ResponseReturnValue:
    page = render_template("journeys/seats.html", booking=booking, form=form, refused=refused)
    return page, refused.status if refused else 422 if form.errors else 200


def _own(booking_id: str, is_live: bool = True) -> BookingView:
    """A booking of the person asking; raises Unknown for anybody else's."""
    return _asked_for(_own_trip(booking_id, is_live), booking_id)


def _own_trip(booking_id: str, is_live: bool = True) -> list[BookingView]:
    """A booking of the person asking and what was booked as one with it, soonest first; raises Unknown.

    See `web.trip_view.trip_views`.
    """
    with portal().reading() as session:
        booking = booking_of(session, booking_id)
        if current_user.id not in (booking.rider_id, booking.booked_by_id):
            raise Unknown("booking", booking_id)
        return trip_views(session, booking, dt.datetime.now(dt.UTC), is_live)


def _asked_for(trip: list[BookingView], booking_id: str) -> BookingView:
    return next(booking for booking in trip if booking.booking_id == booking_id)


def _rides_of(trip: list[BookingView]) -> frozenset[str]:
    return frozenset(leg.shown.ride_id for one in trip for leg in one.legs if leg.shown.ride_id)


def _fallback(booking: BookingView, snapshot: Snapshot, now: dt.datetime) -> FallbackView | None:
    found = fallback_of_booking(portal().reading, snapshot, booking_id=booking.booking_id, now=now)
    return fallback_view(found, snapshot.timetable)
