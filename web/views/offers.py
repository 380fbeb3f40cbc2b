"""Offer a ride, once or again and again: fill in, choose between places of one name, look, publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.cars import car_of
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, last_ways_of_driver
from mitfahr.db.series import series_of
from mitfahr.domain import errors
from mitfahr.domain.prices import asked_ct, shares_ct, total_allowed_ct
from mitfahr.domain.privacy import EXACT_PLACES_S
from mitfahr.domain.roles import Action
from mitfahr.domain.times import seconds
from mitfahr.languages import _
from mitfahr.languages.formats import local
from mitfahr.services.change_series import Coming, change_series, coming_rides
from mitfahr.services.offer_ride import offer_ride, preview_ride
from mitfahr.services.offer_series import offer_series, preview_series
from mitfahr.services.ride_draft import RideDraft, draft_like
from web.access import PUBLIC, access
from web.errors import explain
from web.forms.offer import OfferForm
from web.forms.search import CLOCK_CHANGE_WORDS
from web.place_choice import Choice, as_place, fill_in_place, meant, take_chosen
from web.portal import portal
from web.series_view import plan_words, skip_words

views = Blueprint("offers", __name__, url_prefix="/fahrten/anbieten")

WAYS_SHOWN = 3

FIELD_OF: dict[type[errors.RideRefused], str] = {
    errors.PriceTooHigh: "rate",
    errors.NoSeats: "seats",
    errors.TooManySeats: "seats",
    errors.TooMuchBaggage: "luggage",
    errors.NoWay: "destination",
    errors.InThePast: "clock",
    errors.WindowInvalid: "clock",
    errors.OverlapsOtherRide: "clock",
    errors.NoDates: "repeat",
    errors.WomenOnly: "riders",
}
FIELD_OF_PLAN = {
    "first": "day",
    "weeks": "repeat",
    "weekdays": "weekdays1",
    "last": "until",
    "exceptions": "exceptions",
    "back": "back",
}


@views.get("")
@access(PUBLIC)
def form() -> ResponseReturnValue:
    """The empty form; guests are told what an offer is and log in first."""
    if not current_user.is_authenticated:
        return render_template("offers/guest.html")
    form, now = OfferForm(formdata=None), dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        car = car_of(session, current_user.id)
        ways = last_ways_of_driver(session, current_user.id, seconds(now) - EXACT_PLACES_S, WAYS_SHOWN)
    again = next((ride for ride in ways if ride.id == request.args.get("wie")), None)
    if ways:
        form.fill_in_ride(draft_like(again or ways[0]))
    if again is None:
        form.note.data = None
        if car is not None:
            form.vehicle.data, form.seats.data = car.words, str(car.seats)
    else:
        draft = draft_like(again)
        fill_in_place(form.origin, form.origin_choice, draft.origin)
        fill_in_place(form.destination, form.destination_choice, draft.destination)
        form.fill_in_clock(local(draft.earliest).time(), local(now))
    return form_page(form, ways)


@views.post("/aendern")
@access(Action.OFFER_RIDE)
def edit() -> ResponseReturnValue:
    """The form again, as it was filled in."""
    return form_page(OfferForm())


@views.post("")
@access(Action.OFFER_RIDE)
def check() -> ResponseReturnValue:
    """The offer as it would be published, or the form with what is wrong."""
    form = OfferForm()
    draft = _draft(form)
    if not isinstance(draft, RideDraft):
        return draft
    try:
        return _series_preview(form, draft) if form.weeks else _preview(form, draft)
    except errors.RideRefused as error:
        return _refused(form, error)


@views.post("/veroeffentlichen")
@access(Action.OFFER_RIDE)
def publish() -> ResponseReturnValue:
    """Once or again and again, new or changed: what was looked at is done."""
    form = OfferForm()
    draft = _draft(form)
    if not isinstance(draft, RideDraft):
        return draft
    try:
        return redirect(_publish_series(form, draft) if form.weeks else _publish(form, draft))
    except errors.RideRefused as error:
        return _refused(form, error)


def form_page(form: OfferForm, ways: Sequence[Ride] = ()) -> str:
    """`ways` are rides offered before, to be offered again."""
    today = local(dt.datetime.now(dt.UTC)).date()
    if form.day.data is None and not form.day.raw_data:
        form.day.data = today
    return render_template(
        "offers/form.html", form=form, ways=ways, rate=portal().price_law.on(today), is_woman=_is_woman()
    )


def _preview(form: OfferForm, draft: RideDraft) -> str:
    here, now = portal(), dt.datetime.now(dt.UTC)
    back = form.way_back(draft)
    way = preview_ride(
        here.reading,
        here.live.served().without_rides,
        draft,
        back=back,
        driver_id=current_user.id,
        law=here.price_law,
        vacations=here.settings.vacations,
        now=now,
    )
    form.renew_key()
    return render_template(
        "offers/preview.html",
        form=form,
        draft=draft,
        back=back,
        way=way,
        whole_way_ct=_whole_way_ct(draft, way.metres),
        bookable_until=draft.earliest - dt.timedelta(seconds=draft.bookable_before_s),
        now=now,
        clock_change=CLOCK_CHANGE_WORDS.get(form.moment.clock_change),
    )


def _series_preview(form: OfferForm, draft: RideDraft) -> str:
    here, now = portal(), dt.datetime.now(dt.UTC)
    series, vacations = form.series(draft), here.settings.vacations
    coming = _met(form.series_id.data, now)
    preview = preview_series(
        here.reading,
        here.live.served().without_rides,
        series,
        driver_id=current_user.id,
        law=here.price_law,
        vacations=vacations,
        now=now,
        is_new=not form.series_id.data,
    )
    form.renew_key()
    return render_template(
        "offers/series_preview.html",
        form=form,
        draft=draft,
        plan=plan_words(series.plan),
        way=preview.way,
        days=preview.days,
        skip_words=skip_words,
        known_to=vacations.known_to,
        whole_way_ct=_whole_way_ct(draft, preview.way.metres),
        coming=coming,
    )


def _publish(form: OfferForm, draft: RideDraft) -> str:
    """The address to go on with."""
    here = portal()
    back = form.way_back(draft)
    ride_id = offer_ride(
        here.writing,
        here.live.served().without_rides,
        draft,
        back=back,
        driver_id=current_user.id,
        idempotency_key=form.idempotency_key.data,
        law=here.price_law,
        vacations=here.settings.vacations,
        now=dt.datetime.now(dt.UTC),
    )
    if back is None:
        flash(_("Ihre Fahrt ist veröffentlicht. Wer mitfahren möchte, findet sie ab jetzt."), "success")
        return url_for("rides.one", ride_id=ride_id)
    flash(_("Hin- und Rückfahrt sind veröffentlicht. Wer mitfahren möchte, findet sie ab jetzt."), "success")
    return url_for("rides.mine")


def _publish_series(form: OfferForm, draft: RideDraft) -> str:
    """The address to go on with."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    series_id = form.series_id.data
    snapshot, series = here.live.served().without_rides, form.series(draft)
    rules = {
        "driver_id": current_user.id,
        "idempotency_key": form.idempotency_key.data,
        "law": here.price_law,
        "vacations": here.settings.vacations,
        "now": now,
    }
    if series_id:
        change_series(here.writing, snapshot, series, series_id=series_id, **rules)
        flash(_("Ihre regelmäßige Fahrt ist geändert."), "success")
    else:
        series_id = offer_series(here.writing, snapshot, series, **rules)
        flash(_("Ihre regelmäßige Fahrt ist veröffentlicht. Die ersten vier Wochen sind buchbar."), "success")
    return url_for("series.one", series_id=series_id)


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
        return form_page(form), 422
    if origin is None or destination is None:
        return render_template("offers/choose.html", form=form, choices=choices)
    timetable = served.without_rides.timetable
    return form.draft(as_place(origin, timetable), as_place(destination, timetable))


def _met(series_id: str, now: dt.datetime) -> Coming | None:
    """What a change of the own series meets; None for a new one."""
    if not series_id:
        return None
    with portal().reading() as session:
        return coming_rides(session, series_of(session, series_id, current_user.id).id, now)


def _refused(form: OfferForm, error: errors.RideRefused) -> ResponseReturnValue:
    explained = explain(error)
    named = FIELD_OF_PLAN[error.field] if isinstance(error, errors.PlanInvalid) else FIELD_OF[type(error)]
    form[named].errors = [*form[named].errors, f"{explained.title}. {explained.advice}"]
    return form_page(form), explained.status


def _whole_way_ct(draft: RideDraft, metres: int) -> int:
    """What one person pays who is alone and goes all the way."""
    allowed_ct = total_allowed_ct(metres, portal().price_law.on(draft.day))
    return shares_ct([asked_ct(draft.rate_ct_per_km, metres, 1)], allowed_ct)[0]


def _is_woman() -> bool:
    with portal().reading() as session:
        return session.get_one(Person, current_user.id).is_woman
