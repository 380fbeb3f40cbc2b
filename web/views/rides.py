"""My rides: what a driver offers, who asks, who comes along; say yes or no, take a ride back."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import holding_legs, leg_of, passengers_of_ride
from mitfahr.db.rides import Ride, ride_of, rides_of_driver
from mitfahr.db.series import series_of_driver
from mitfahr.db.trust import trust_of
from mitfahr.domain.errors import NoLongerHolds, StateForbids, Unknown
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action
from mitfahr.domain.states import LegState
from mitfahr.domain.times import seconds
from mitfahr.languages import _, marked
from mitfahr.seen import PassengerSeen
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.foresee_requests import foresee_requests
from mitfahr.services.ride_schedule import plan_ride
from mitfahr.services.series_draft import draft_of
from mitfahr.services.wanted_ways import wanted_ways
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.snapshot import Snapshot
from web.access import access
from web.contact_reads import note_reads
from web.forms.offer import PrivateReasonForm
from web.portal import portal
from web.rides_view import RideView, ride_view, ride_views
from web.series_view import plan_words

views = Blueprint("rides", __name__, url_prefix="/fahrten")

REQUEST_GONE = marked("Diese Anfrage gilt nicht mehr: Sie ist abgelaufen oder wurde zurückgezogen.")
DOES_NOT_FIT = marked(
    "Diese Anfrage passt nicht mehr: Mit denen, die schon zugesagt haben, würde der Umweg zu lang. "
    "Bitte lehnen Sie sie ab, dann bekommt die Person Bescheid."
)


@views.get("")
@access(Action.OFFER_RIDE)
def mine() -> str:
    now = dt.datetime.now(dt.UTC)
    snapshot = portal().live.served().without_rides
    with portal().reading() as session:
        rides = [r for r in rides_of_driver(session, current_user.id, from_s=0) if _is_listed(r)]
        legs = holding_legs(session, [ride.id for ride in rides])
        trust = trust_of(session, {leg.booking.rider_id for leg in legs}, seconds(now))
        foreseen = {
            ride.id: foresee_requests(
                snapshot, ride, [leg for leg in legs if leg.ride_id == ride.id], seconds(now)
            )
            for ride in rides
            if ride.ends_s > seconds(now)
            and any(leg.ride_id == ride.id and leg.state is LegState.REQUESTED for leg in legs)
        }
        upcoming, past = ride_views(rides, legs, now, trust, foreseen)
        wanted = wanted_ways(session, current_user.id, now)
        series = [(one, draft_of(one)) for one in series_of_driver(session, current_user.id)]
    return render_template(
        "rides/mine.html",
        upcoming=upcoming,
        past=past,
        wanted=wanted,
        schedules={leg_id: one for ride in upcoming for leg_id, one in ride.schedules.items()},
        series=[(one, draft, plan_words(draft.plan)) for one, draft in series],
    )


@views.get("/<ride_id>")
@access(Action.OFFER_RIDE)
def one(ride_id: str) -> str:
    ride = _own(ride_id, portal().live.served().without_rides)
    note_reads(ride.open_legs)
    return render_template("rides/one.html", ride=ride)


@views.post("/anfragen/<leg_id>/zusagen")
@access(Action.OFFER_RIDE)
def confirm(leg_id: str) -> ResponseReturnValue:
    here, now = portal(), dt.datetime.now(dt.UTC)
    ride, asking = _asked(leg_id)
    try:
        confirm_request(
            here.writing, here.live.current(now), leg_id=leg_id, driver_id=current_user.id, now=now
        )
    except NoLongerHolds:
        flash(_(DOES_NOT_FIT), "danger")
    except StateForbids:
        flash(_(REQUEST_GONE), "danger")
    else:
        name = asking.person.first_name if asking else _("Ihr Fahrgast")
        flash(_("Zugesagt. %(name)s bekommt gleich Bescheid.", name=name), "success")
    return redirect(url_for("rides.one", ride_id=ride.ride_id))


@views.route("/anfragen/<leg_id>/ablehnen", methods=["GET", "POST"])
@access(Action.OFFER_RIDE)
def decline(leg_id: str) -> ResponseReturnValue:
    """Ask why, then say no."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    ride, asking = _asked(leg_id)
    form = PrivateReasonForm()
    if not form.validate_on_submit():
        return render_template("rides/decline.html", ride=ride, asking=asking, form=form)
    try:
        decline_request(
            here.writing,
            here.live.current(now),
            leg_id=leg_id,
            driver_id=current_user.id,
            now=now,
            reason=form.words,
        )
    except StateForbids:
        flash(_(REQUEST_GONE), "danger")
    else:
        flash(_("Abgelehnt. Die Person bekommt Bescheid und sucht sich einen anderen Weg."), "success")
    return redirect(url_for("rides.one", ride_id=ride.ride_id))


@views.route("/<ride_id>/zuruecknehmen", methods=["GET", "POST"])
@access(Action.OFFER_RIDE)
def withdraw(ride_id: str) -> ResponseReturnValue:
    """Say who is affected, then take the ride back."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    ride, form = _own(ride_id), PrivateReasonForm()
    if not form.validate_on_submit():
        note_reads(ride.open_legs)
        return render_template("rides/withdraw.html", ride=ride, form=form)
    withdraw_ride(
        here.writing,
        here.live.current(now),
        ride_id=ride_id,
        actor_id=current_user.id,
        now=now,
        reason=form.words,
    )
    flash(_("Ihre Fahrt ist zurückgenommen. Wer mitfahren wollte, bekommt Bescheid."), "success")
    return redirect(url_for("rides.mine"))


def _is_listed(ride: Ride) -> bool:
    """Dates of a series that were taken back are listed with the series only."""
    return ride.kind is RideKind.PRIVATE and (ride.series_id is None or ride.withdrawn_at is None)


def _own(ride_id: str, snapshot: Snapshot | None = None) -> RideView:
    """A ride of the person asking; raises Unknown for anybody else's.

    With `snapshot`, its halts have the times at which it would be driven.
    """
    now = dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        ride = ride_of(session, ride_id)
        if ride.driver_id != current_user.id or ride.kind is not RideKind.PRIVATE:
            raise Unknown("ride", ride_id)
        plan = plan_ride(snapshot, ride) if snapshot is not None else None
        legs = passengers_of_ride(session, ride_id, seconds(now))
        foreseen = {}
        if snapshot is not None:
            foreseen = foresee_requests(snapshot, ride, holding_legs(session, [ride_id]), seconds(now))
        trust = trust_of(session, {leg.booking.rider_id for leg in legs}, seconds(now))
        return ride_view(ride, legs, now, plan, trust, foreseen)


def _asked(leg_id: str) -> tuple[RideView, PassengerSeen | None]:
    """The ride that somebody wants to join, and who; None if the request does not wait any more."""
    with portal().reading() as session:
        ride_id = leg_of(session, leg_id).ride_id
    if ride_id is None:
        raise Unknown("leg", leg_id)
    ride = _own(ride_id)
    waiting = (p for p in ride.requests if p.leg_id == leg_id and p.state is LegState.REQUESTED)
    return ride, next(waiting, None)
