"""Book a chosen journey: look at it once more, then bind yourself.

The journey travels as a signed token in the body of the forms, through log-in and registration too.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as of_browser
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booking_of, bookings_of_trip
from mitfahr.domain.errors import BookingRefused
from mitfahr.domain.roles import Action
from mitfahr.domain.states import BookingState
from mitfahr.languages import _, marked
from mitfahr.languages.formats import local
from mitfahr.offered import Offered, read_all_signed
from mitfahr.services import book_journey as booking_service
from mitfahr.services.find_itineraries import facts_of_rides
from routing.timetable import Timetable
from web.access import PUBLIC, access
from web.errors import Explained, explain
from web.forms.account import LogInForm
from web.forms.booking import BookingForm
from web.forms.search import SearchForm, form_of
from web.journeys_view import JourneyView, journey_view
from web.portal import portal

views = Blueprint("booking", __name__)

DONE = {
    BookingState.BOOKED: marked("Das hat geklappt. Hier ist Ihre Bestätigung."),
    BookingState.WAITING: marked(
        "Ihre Anfrage ist gesendet. Sie bekommen eine E-Mail, sobald sie beantwortet ist."
    ),
}

JUST_BOOKED = "just_booked"
"""In the session: the booking that is shown as the last of three steps, once."""


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
        states = {one.state for one in bookings_of_trip(session, booking_of(session, booking_id))}
    waiting = BookingState.WAITING in states
    flash(_(DONE[BookingState.WAITING if waiting else BookingState.BOOKED]), "success")
    of_browser[JUST_BOOKED] = booking_id
    return redirect(url_for("journeys.one", booking_id=booking_id))


def review_page(
    token: str, form: BookingForm | None = None, refused: Explained | None = None
) -> ResponseReturnValue:
    """The chosen journey (there, or there and back) with everything to know before booking.

    Raises OfferTampered, WayBackTooEarly.

    Guests log in or register from here. What can no longer be booked is shown with the way to a new search.
    """
    here, now = portal(), dt.datetime.now(dt.UTC)
    offers = read_all_signed(token, here.settings.secret_key)
    refused = refused or next(filter(None, (too_old(offered, now) for offered in offers)), None)
    timetable = here.live.served().without_rides.timetable
    question = form_of(offers[0].request, timetable)
    journeys = [offered_view(offered, timetable, now) for offered in offers]
    page = render_template(
        "booking/review.html",
        journeys=journeys,
        price_ct=sum(prices)
        if (prices := [j.price_ct for j in journeys if j.price_ct is not None])
        else None,
        request_=offers[0].request,
        way_back=_way_back(offers[0], token, timetable) if len(offers) == 1 else None,
        form=form or BookingForm(formdata=None, offer=token),
        log_in=LogInForm(formdata=None, offer=token),
        question=question,
        refused=refused,
    )
    if refused is not None:
        return page, refused.status
    return page, 422 if form is not None and form.errors else 200


def offered_view(offered: Offered, timetable: Timetable, now: dt.datetime) -> JourneyView:
    """An offer that came back with its token, with what may be known of its rides now."""
    named = any(price is not None for price in offered.leg_price_ct)
    return journey_view(
        offered.journey,
        offered.leg_price_ct,
        facts_of_rides(portal().reading, offered.journey, now),
        timetable,
        price_ct=offered.price_ct if named else None,
    )


def _way_back(offered: Offered, token: str, timetable: Timetable) -> SearchForm:
    """The question for the way back, to be booked as one with the way there."""
    form = form_of(offered.request, timetable)
    form.turn_round(local(offered.journey.arrival_s))
    form.outward.data = token
    return form


def too_old(offered: Offered, now: dt.datetime) -> Explained | None:
    """What to say of an offer that can no longer be booked as shown; None while it can."""
    try:
        offered.check_fresh(now)
    except BookingRefused as error:
        return explain(error)
    return None
