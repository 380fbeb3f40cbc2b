"""One connection by itself: every step in words, to print, to keep in a calendar, to link to.

What was found in a search comes as its signed token in the body of a form: it may hold a door. A link is only made when
somebody presses the button for it, names stops and vehicles and nobody's door, and is looked at anew each time.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.calendar_file import as_text, journey_calendar
from mitfahr.domain.errors import LinkUnreadable
from mitfahr.domain.times import local
from mitfahr.journey_link import can_be_linked, link_texts, read_link
from mitfahr.offered import Offered, read_signed
from mitfahr.services.find_itineraries import Answer, facts_of_rides
from mitfahr.services.recheck_journey import recheck_journey
from mitfahr.walk_ways import walk_ways
from routing.errors import RoutingError
from routing.journey import Journey
from routing.query import Point
from routing.timetable import Timetable
from web.access import PUBLIC, access
from web.forms.search import SearchForm, form_of
from web.journeys_view import JourneyView, journey_view, journey_views
from web.portal import portal, served
from web.reason_words import reason_words

views = Blueprint("connection", __name__)


@views.post("/verbindung")
@access(PUBLIC)
def look() -> ResponseReturnValue:
    """A journey of a result, as it was shown. Raises OfferTampered."""
    offered = _offered()
    here, now = portal(), dt.datetime.now(dt.UTC)
    snapshot = here.live.current(now)
    journey = journey_view(
        offered.journey,
        offered.leg_price_ct,
        facts_of_rides(here.reading, offered.journey, now),
        snapshot.timetable,
        token=request.form["offer"],
        price_ct=offered.price_ct if any(ct is not None for ct in offered.leg_price_ct) else None,
        walks=walk_ways(snapshot, [offered.journey], avoids_stairs=offered.request.avoids_steps),
        people=offered.request.party.people,
    )
    return render_template(
        "connection/one.html",
        journey=journey,
        asked=offered.request,
        offer=request.form["offer"],
        can_link=can_be_linked(offered.journey),
        has_doors=any(
            isinstance(end, Point) for end in (offered.request.origin, offered.request.destination)
        ),
        question=_question(offered, snapshot.timetable),
        title=_title(offered.journey),
    )


@views.post("/verbindung/link")
@access(PUBLIC)
def link() -> ResponseReturnValue:
    """The address of a journey of a result. Raises OfferTampered, LinkUnreadable (it begins at a door)."""
    journey = _offered().journey
    if not can_be_linked(journey):
        raise LinkUnreadable()
    return redirect(url_for("connection.linked", abschnitt=link_texts(journey)), 303)


@views.get("/verbindung")
@access(PUBLIC)
def linked() -> ResponseReturnValue:
    """A linked journey as it stands now. Raises LinkUnreadable."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    texts = request.args.getlist("abschnitt")
    if not texts:
        return redirect(url_for("search.start"))
    legs = read_link(texts)
    snapshot = here.live.current(now)
    found = recheck_journey(
        here.reading,
        snapshot,
        legs,
        now=now,
        secret_key=here.settings.secret_key,
        law=here.price_law,
        person_id=current_user.id if current_user.is_authenticated else None,
    )
    journey, other = _shown(found.now, snapshot.timetable), None
    if found.other is not None:
        other = _shown(found.other, snapshot.timetable)
    offer = journey.token
    return render_template(
        "connection/one.html",
        journey=journey,
        asked=found.now.request,
        recheck=found,
        troubles=[(journey.vehicles[i], reason_words(reason)) for i, reason in found.reasons.items()],
        other=other,
        offer=offer,
        address=url_for("connection.linked", abschnitt=texts),
        question=_question_of(found.now, snapshot.timetable) if not found.gone_stops else None,
        title=_title(found.now.itineraries[0].journey),
    )


@views.post("/verbindung/kalender")
@access(PUBLIC)
def calendar() -> Response:
    """A journey for a calendar, booked or not. Raises OfferTampered."""
    offered = _offered()
    now = dt.datetime.now(dt.UTC)
    journey = journey_view(
        offered.journey,
        offered.leg_price_ct,
        facts_of_rides(portal().reading, offered.journey, now),
        served().without_rides.timetable,
    )
    text = render_template("connection/calendar.txt", journey=journey)
    file = as_text(journey_calendar(offered.journey, text, now))
    head = {"Content-Disposition": 'attachment; filename="verbindung.ics"'}
    return Response(file, headers=head, mimetype="text/calendar")


def _offered() -> Offered:
    return read_signed(request.form.get("offer", ""), portal().settings.secret_key)


def _shown(answer: Answer, timetable: Timetable) -> JourneyView:
    (journey,) = journey_views(answer.itineraries, answer.rides, timetable, answer.walks)
    return journey


def _title(journey: Journey) -> tuple[str, str]:
    return journey.legs[0].origin.name, journey.legs[-1].destination.name


def _question(offered: Offered, timetable: Timetable) -> SearchForm | None:
    """The search that led here; None when one of its stops is gone."""
    try:
        return form_of(offered.request, timetable)
    except RoutingError:
        return None


def _question_of(answer: Answer, timetable: Timetable) -> SearchForm:
    """A search for the same way at the same time, or from now on when that is over."""
    form = form_of(answer.request, timetable)
    now = local(int(dt.datetime.now(dt.UTC).timestamp()))
    if form.day.data and (form.day.data, form.clock.data) < (now.date(), now.time()):
        form.move_to(now)
    form.longest_walk.data = "1200"
    return form
