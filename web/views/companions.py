"""The other side of a booked private ride: say how it was, report, never ride together again.

A person is named by the leg that both share, so that nobody learns the id of anybody.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import BookingLeg, leg_of
from mitfahr.db.people import Person
from mitfahr.db.ratings import rating_by
from mitfahr.domain.errors import NotRateable
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import OF_DRIVERS, OF_RIDERS, Praise, may_rate
from mitfahr.languages import _
from mitfahr.seen import companion
from mitfahr.services.block_person import block_person
from mitfahr.services.rate_leg import rate_leg
from mitfahr.services.report_person import report_person
from web.access import SIGNED_IN, access
from web.forms.profile import JustTheButton
from web.forms.trust import NO, YES, RatingForm, ReportForm
from web.portal import portal

views = Blueprint("companions", __name__, url_prefix="/mitfahrt/<leg_id>")


@views.route("/bewerten", methods=["GET", "POST"])
@access(SIGNED_IN)
def rate(leg_id: str) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    leg, other, back = _shared(leg_id)
    if not may_rate(leg.state, leg.arrival_s, seconds(now)):
        raise NotRateable
    form = RatingForm()
    form.offer(OF_RIDERS if other.id == leg.booking.rider_id else OF_DRIVERS)
    if not form.validate_on_submit():
        if request.method == "GET":
            _fill_in(form, leg_id)
        page = render_template("companions/rate.html", form=form, leg=leg, other=other, back=back)
        return page, 422 if form.errors else 200
    rate_leg(
        portal().writing,
        leg_id=leg_id,
        rater_id=current_user.id,
        again=form.again.data == YES,
        praise=[Praise(word) for word in form.praise.data],
        now=now,
    )
    flash(_("Danke, Ihre Antwort ist gespeichert."), "success")
    return redirect(back)


@views.route("/melden", methods=["GET", "POST"])
@access(SIGNED_IN)
def report(leg_id: str) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    leg, other, back = _shared(leg_id)
    form = ReportForm()
    if not form.validate_on_submit():
        page = render_template("companions/report.html", form=form, leg=leg, other=other, back=back)
        return page, 422 if form.errors else 200
    report_person(
        portal().writing,
        leg_id=leg_id,
        reporter_id=current_user.id,
        kind=form.chosen_kind,
        words=form.words.data.strip(),
        idempotency_key=form.idempotency_key.data,
        now=now,
    )
    if form.block.data:
        _block(other, now)
    flash(
        _("Ihre Meldung ist bei uns. Wir kümmern uns darum und melden uns, wenn wir Fragen haben."), "success"
    )
    return redirect(back)


@views.route("/sperren", methods=["GET", "POST"])
@access(SIGNED_IN)
def block(leg_id: str) -> ResponseReturnValue:
    """Say what it means, then keep the two apart."""
    leg, other, back = _shared(leg_id)
    form = JustTheButton()
    if not form.validate_on_submit():
        return render_template("companions/block.html", form=form, leg=leg, other=other, back=back)
    _block(other, dt.datetime.now(dt.UTC))
    flash(
        _(
            "Erledigt. Sie und %(name)s bekommen keine gemeinsame Fahrt mehr angeboten.",
            name=other.first_name,
        ),
        "success",
    )
    return redirect(url_for("profile.blocked"))


def _block(other: Person, now: dt.datetime) -> None:
    here = portal()
    block_person(
        here.writing, here.live.current(now), blocker_id=current_user.id, blocked_id=other.id, now=now
    )


def _shared(leg_id: str) -> tuple[BookingLeg, Person, str]:
    """The leg, the other person and the page of the ride; raises Unknown for anybody who is not on it."""
    with portal().reading() as session:
        leg = leg_of(session, leg_id)
        other = companion(leg, current_user.id)
        if other.id == leg.booking.rider_id:
            return leg, other, url_for("rides.one", ride_id=leg.ride_id)
        return leg, other, url_for("journeys.one", booking_id=leg.booking_id)


def _fill_in(form: RatingForm, leg_id: str) -> None:
    with portal().reading() as session:
        known = rating_by(session, leg_id, current_user.id)
    if known is not None:
        form.again.data = YES if known.again else NO
        form.praise.data = [word.value for word in known.words]
