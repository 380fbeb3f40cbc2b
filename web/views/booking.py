"""Book a chosen journey: look at it once more, then bind yourself.

The journey travels as a signed token in the body of the forms, through log-in and registration too.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booking_of
from mitfahr.domain.errors import BookingRefused
from mitfahr.domain.roles import Action
from mitfahr.domain.states import BookingState
from mitfahr.offered import Offered, read_signed
from mitfahr.services import book_journey as booking_service
from mitfahr.services.find_itineraries import facts_of_rides
from web.access import PUBLIC, access
from web.errors import Explained, explain
from web.forms.account import LogInForm
from web.forms.booking import BookingForm
from web.forms.search import form_of
from web.journeys_view import journey_view
from web.portal import portal

views = Blueprint("booking", __name__)

DONE = {
    BookingState.BOOKED: "Das hat geklappt. Hier ist Ihre Bestätigung.",
    BookingState.WAITING: "Ihre Anfrage ist gesendet. Sie bekommen eine E-Mail, sobald sie beantwortet ist.",
}


@views.post("/buchen/pruefen")
@access(PUBLIC)
def review() -> ResponseReturnValue:
    return review_page(request.form.get("offer", ""))


@views.post("/buchen")
@access(Action.BOOK)
def book() -> ResponseReturnValue:
    form = BookingForm()
    if not form.validate():
        return review_page(form.offer.data or "", form)
    here, now = portal(), dt.datetime.now(dt.UTC)
    try:
        booking_id = booking_service.book_journey(
            here.writing,
            here.live.current(now),
            booking_service.BookingForm(
                token=form.offer.data,
                rider_id=current_user.id,
                keep_others=form.keep_others.data,
                message=(form.message.data or "").strip() or None,
            ),
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            secret_key=here.settings.secret_key,
            law=here.price_law,
            now=now,
        )
    except BookingRefused as error:
        return review_page(form.offer.data, form, explain(error))
    with here.reading() as session:
        state = booking_of(session, booking_id).state
    flash(DONE.get(state, DONE[BookingState.BOOKED]), "success")
    return redirect(url_for("journeys.one", booking_id=booking_id))


def review_page(
    token: str, form: BookingForm | None = None, refused: Explained | None = None
) -> ResponseReturnValue:
    """The chosen journey with everything to know before booking; raises OfferTampered.

    Guests log in or register from here. What can no longer be booked is shown with the way to a new search.
    """
    here, now = portal(), dt.datetime.now(dt.UTC)
    offered = read_signed(token, here.settings.secret_key)
    refused = refused or _too_old(offered, now)
    timetable = here.live.served().without_rides.timetable
    question = form_of(offered.request, timetable)
    page = render_template(
        "booking/review.html",
        journey=journey_view(
            offered.journey,
            offered.leg_price_ct,
            facts_of_rides(here.reading, offered.journey, now),
            timetable,
            token,
            offered.price_ct if any(price is not None for price in offered.leg_price_ct) else None,
        ),
        request_=offered.request,
        form=form or BookingForm(formdata=None, offer=token),
        log_in=LogInForm(formdata=None, offer=token),
        question=question,
        refused=refused,
    )
    if refused is not None:
        return page, refused.status
    return page, 422 if form is not None and form.errors else 200


def _too_old(offered: Offered, now: dt.datetime) -> Explained | None:
    try:
        offered.check_fresh(now)
    except BookingRefused as error:
        return explain(error)
    return None
