"""My recurring rides: what is coming, leave out a day, change, end."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import holding_legs
from mitfahr.db.series import RideSeries, gaps_of_series, rides_of_series, series_of
from mitfahr.domain.errors import Unknown
from mitfahr.domain.recurrence import planned_days
from mitfahr.domain.roles import Action
from mitfahr.domain.states import holds_seats
from mitfahr.domain.times import seconds
from mitfahr.languages import _
from mitfahr.languages.formats import day as written_day
from mitfahr.languages.formats import local
from mitfahr.services.change_series import coming_rides, end_series, leave_out
from mitfahr.services.publish_series import AHEAD
from mitfahr.services.series_draft import draft_of
from web.access import access
from web.forms.offer import EndSeriesForm, OfferForm
from web.place_choice import fill_in_place
from web.portal import portal
from web.series_view import plan_words, series_days
from web.views.offers import form_page

views = Blueprint("series", __name__, url_prefix="/fahrten/serien")


@views.get("/<series_id>")
@access(Action.OFFER_RIDE)
def one(series_id: str) -> str:
    now = dt.datetime.now(dt.UTC)
    today = local(now).date()
    with portal().reading() as session:
        series = series_of(session, series_id, current_user.id)
        draft = draft_of(series)
        rides = [
            r for r in rides_of_series(session, series_id, seconds(now)) if _is_shown(r.withdrawn_at, series)
        ]
        people: dict[str, int] = {}
        for leg in holding_legs(session, [ride.id for ride in rides]):
            if leg.ride_id is not None and holds_seats(leg.state, leg.hold_until_s, seconds(now)):
                people[leg.ride_id] = people.get(leg.ride_id, 0) + leg.party.people
        gaps = gaps_of_series(session, series_id, today)
    vacations = portal().settings.vacations
    coming = [] if series.ended_at else planned_days(draft.plan, vacations, today, today + AHEAD)
    planned = [one for one in coming if one.skip or one.rides[-1].leaves.moment > now]
    return render_template(
        "series/one.html",
        series=series,
        draft=draft,
        plan=plan_words(draft.plan),
        days=series_days(planned, rides, gaps, people),
        known_to=vacations.known_to,
    )


@views.post("/<series_id>/auslassen/<day>")
@access(Action.OFFER_RIDE)
def leave(series_id: str, day: str) -> ResponseReturnValue:
    """On one day the driver does not drive."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        raise Unknown("day", day) from None
    booked = leave_out(
        portal().writing,
        series_id=series_id,
        driver_id=current_user.id,
        day=date,
        now=dt.datetime.now(dt.UTC),
    )
    if booked:
        flash(
            _(
                "Am %(day)s hat schon jemand gebucht. Diese Fahrt bleibt, bis Sie sie zurücknehmen.",
                day=written_day(date),
            ),
            "warning",
        )
        return redirect(url_for("rides.one", ride_id=booked[0]))
    flash(_("Am %(day)s fahren Sie nicht.", day=written_day(date)), "success")
    return redirect(url_for("series.one", series_id=series_id))


@views.get("/<series_id>/aendern")
@access(Action.OFFER_RIDE)
def change(series_id: str) -> ResponseReturnValue:
    """The form of the offer as it was filled in; what a change does is said before it is done."""
    with portal().reading() as session:
        series = series_of(session, series_id, current_user.id)
    if series.ended_at is not None:
        return redirect(url_for("series.one", series_id=series_id))
    draft, form = draft_of(series), OfferForm(formdata=None)
    form.fill_in(draft)
    form.series_id.data = series_id
    for text, choice, place in (
        (form.origin, form.origin_choice, draft.ride.origin),
        (form.destination, form.destination_choice, draft.ride.destination),
    ):
        fill_in_place(text, choice, place)
    return form_page(form)


@views.route("/<series_id>/beenden", methods=["GET", "POST"])
@access(Action.OFFER_RIDE)
def end(series_id: str) -> ResponseReturnValue:
    """Say what happens to booked dates, then end it."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    form = EndSeriesForm()
    with here.reading() as session:
        series = series_of(session, series_id, current_user.id)
        coming = coming_rides(session, series_id, now)
    if form.last_day.data is None and not form.last_day.raw_data:
        form.last_day.data = local(now).date()
    if not form.validate_on_submit():
        return render_template(
            "series/end.html", series=series, draft=draft_of(series), coming=coming, form=form
        )
    touched = end_series(
        here.writing,
        here.live.current(now),
        series_id=series_id,
        driver_id=current_user.id,
        last_day=form.last_day.data,
        with_booked=form.booked.data == "absagen",
        reason=form.words,
        now=now,
    )
    last_day = written_day(form.last_day.data)
    flash(
        _("Ihre regelmäßige Fahrt endet am %(day)s. Wer gebucht hatte, bekommt Bescheid.", day=last_day)
        if touched
        else _("Ihre regelmäßige Fahrt endet am %(day)s.", day=last_day),
        "success",
    )
    return redirect(url_for("series.one", series_id=series_id))


def _is_shown(withdrawn_at: dt.datetime | None, series: RideSeries) -> bool:
    """Dates that were taken back one by one are said; what fell with the series is not."""
    return withdrawn_at is None or series.ended_at is None
