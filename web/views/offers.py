"""Offer a ride: fill in, choose between places of one name, look at it once more, publish."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.cars import car_of
from mitfahr.domain import errors
from mitfahr.domain.prices import asked_ct, shares_ct, total_allowed_ct
from mitfahr.domain.roles import Action
from mitfahr.services.offer_ride import offer_ride, preview_ride
from mitfahr.services.ride_draft import RideDraft
from routing.journey import Place
from web.access import PUBLIC, access
from web.errors import explain
from web.forms.offer import OfferForm
from web.forms.search import CLOCK_CHANGE_WORDS
from web.german import local
from web.place_choice import Choice, meant, take_chosen
from web.portal import portal

views = Blueprint("offers", __name__, url_prefix="/fahrten/anbieten")

FIELD_OF: dict[type[errors.RideRefused], str] = {
    errors.PriceTooHigh: "rate",
    errors.NoSeats: "seats",
    errors.TooManySeats: "seats",
    errors.NoWay: "destination",
    errors.InThePast: "clock",
    errors.WindowInvalid: "clock",
    errors.OverlapsOtherRide: "clock",
}


@views.get("")
@access(PUBLIC)
def form() -> ResponseReturnValue:
    """The empty form; guests are told what an offer is and log in first."""
    if not current_user.is_authenticated:
        return render_template("offers/guest.html")
    form = OfferForm(formdata=None)
    with portal().reading() as session:
        car = car_of(session, current_user.id)
    if car is not None:
        form.vehicle.data, form.seats.data = car.words, str(car.seats)
    return _form_page(form)


@views.post("/aendern")
@access(Action.OFFER_RIDE)
def edit() -> ResponseReturnValue:
    """The form again, as it was filled in."""
    return _form_page(OfferForm())


@views.post("")
@access(Action.OFFER_RIDE)
def check() -> ResponseReturnValue:
    """The offer as it would be published, or the form with what is wrong."""
    form = OfferForm()
    draft = _draft(form)
    if not isinstance(draft, RideDraft):
        return draft
    here, now = portal(), dt.datetime.now(dt.UTC)
    try:
        way = preview_ride(here.live.served().without_rides, draft, here.price_law, now)
    except errors.RideRefused as error:
        return _refused(form, error)
    form.renew_key()
    allowed_ct = total_allowed_ct(way.metres, here.price_law.on(draft.day))
    return render_template(
        "offers/preview.html",
        form=form,
        draft=draft,
        way=way,
        whole_way_ct=shares_ct([asked_ct(draft.rate_ct_per_km, way.metres, 1)], allowed_ct)[0],
        allowed_ct=allowed_ct,
        bookable_until=draft.earliest - dt.timedelta(seconds=draft.bookable_before_s),
        now=now,
        clock_change=CLOCK_CHANGE_WORDS.get(form.moment.clock_change),
    )


@views.post("/veroeffentlichen")
@access(Action.OFFER_RIDE)
def publish() -> ResponseReturnValue:
    form = OfferForm()
    draft = _draft(form)
    if not isinstance(draft, RideDraft):
        return draft
    here, now = portal(), dt.datetime.now(dt.UTC)
    try:
        ride_id = offer_ride(
            here.writing,
            here.live.served().without_rides,
            draft,
            driver_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            law=here.price_law,
            vacations=here.settings.vacations,
            now=now,
        )
    except errors.RideRefused as error:
        return _refused(form, error)
    flash("Ihre Fahrt ist veröffentlicht. Wer mitfahren möchte, findet sie ab jetzt.", "success")
    return redirect(url_for("rides.one", ride_id=ride_id))


def _draft(form: OfferForm) -> RideDraft | ResponseReturnValue:
    """What is offered, or the page that asks for what is missing."""
    if request.form.get("chosen"):
        take_chosen(form.origin, form.origin_choice)
        take_chosen(form.destination, form.destination_choice)
    form.validate()
    served, choices = portal().live.served(), list[Choice]()
    origin = meant(served.places, form.origin, form.origin_choice, choices)
    destination = meant(served.places, form.destination, form.destination_choice, choices)
    if form.errors:
        return _form_page(form), 422
    if origin is None or destination is None:
        return render_template("offers/choose.html", form=form, choices=choices)
    timetable = served.without_rides.timetable
    ends = []
    for found in (origin, destination):
        name = timetable.stop_name[timetable.stop(found.stop_id)] if found.stop_id else found.label
        ends.append(Place(name, found.lat, found.lon, found.stop_id))
    return form.draft(*ends)


def _refused(form: OfferForm, error: errors.RideRefused) -> ResponseReturnValue:
    explained = explain(error)
    field = form[FIELD_OF[type(error)]]
    field.errors = [*field.errors, f"{explained.title}. {explained.advice}"]
    return _form_page(form), explained.status


def _form_page(form: OfferForm) -> str:
    today = local(dt.datetime.now(dt.UTC)).date()
    if form.day.data is None and not form.day.raw_data:
        form.day.data = today
    return render_template("offers/form.html", form=form, rate=portal().price_law.on(today))
