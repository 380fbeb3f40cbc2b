"""Search: start page, choice between places of one name, results.

What is asked travels in the body of the request only: no place stands in an address or in a log.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.languages.formats import local
from mitfahr.offered import join_tokens, read_signed
from mitfahr.places.index import PlaceIndex
from mitfahr.services.explain_nothing import Nothing, Why, explain_nothing
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.find_places import FoundPlace, PlaceKind
from mitfahr.services.find_via import Via, find_via
from routing.errors import RoutingError
from routing.timetable import Timetable
from web.access import PUBLIC, access
from web.cancelled_view import cancelled_views
from web.errors import explain
from web.forms.search import CLOCK_CHANGE_WORDS, SearchForm, form_of
from web.journeys_view import JourneyView, journey_view, journey_views
from web.nothing_words import obstacle_words
from web.place_choice import Choice, Position, encode, found_of, meant, position, take_chosen
from web.portal import portal, served
from web.run_reasons import runs_not, services_not
from web.shown_first import Order, gathered, lines_first, passes, rides_first

views = Blueprint("search", __name__)

SUGGESTIONS = 7
PLACE_FIELDS = ("origin", "destination", "via")
STOP_FIELD = re.compile(r"stops-\d+-place")
SHIFT = dt.timedelta(hours=2)


@views.get("/")
@access(PUBLIC)
def start() -> str:
    form = SearchForm(formdata=None)
    if current_user.is_authenticated and current_user.usual_search:
        form.fill_in(current_user.usual_search)
        return start_page(form)
    return start_page(form, is_fresh=True)


@views.post("/orte")
@access(PUBLIC)
def suggestions() -> str:
    """Places for what is typed so far, as a list that htmx puts below the field; or stops alone (`nur`)."""
    field = next(
        (name for name in request.form if name in PLACE_FIELDS or STOP_FIELD.fullmatch(name)), "origin"
    )
    beside = next((value for name, value in request.form.items() if name.endswith("choice")), None)
    kinds = (PlaceKind.STOP,) if request.args.get("nur") == "haltestellen" else tuple(PlaceKind)
    found = found_of(_places(), request.form.get(field, ""), kinds, _near(beside))[:SUGGESTIONS]
    options = [(encode(place), place) for place in found]
    return render_template("search/suggestions.html", field=field, options=options)


@views.post("/tauschen")
@access(PUBLIC)
def swapped() -> str:
    """The form with from and to exchanged, for those without JavaScript."""
    form = SearchForm()
    form.swap()
    return start_page(form)


@views.post("/suche-aendern")
@access(PUBLIC)
def edit() -> str:
    """The form again, as it was filled in."""
    return start_page(SearchForm())


@views.post("/rueckfahrt")
@access(PUBLIC)
def way_back() -> ResponseReturnValue:
    """Journeys back from a result, without the stop on the way there; when they should leave is a guess to change."""
    form = SearchForm()
    arrival_s = request.form.get("arrival_s", type=int)
    if arrival_s is None:
        form.swap()
        return start_page(form)
    form.via.data = form.via_choice.data = ""
    form.turn_round(local(arrival_s))
    return _answered(form)


@views.get("/verbindungen")
@access(PUBLIC)
def results_again() -> ResponseReturnValue:
    """Somebody kept the address; what was asked is not in it."""
    return redirect(url_for("search.start"))


@views.post("/verbindungen")
@access(PUBLIC)
def results() -> ResponseReturnValue:
    form = SearchForm()
    if request.form.get("chosen"):
        take_chosen(form.origin, form.origin_choice)
        take_chosen(form.destination, form.destination_choice)
        take_chosen(form.via, form.via_choice)
    _shift(form)
    return _answered(form)


def _answered(form: SearchForm) -> ResponseReturnValue:
    """Results, or what still has to be said or chosen before."""
    form.validate()
    choices = list[Choice]()
    origin, destination = ends_meant(form, choices)
    near = _near(form.origin_choice.data)
    via = meant(_places(), form.via, form.via_choice, choices, near=near)
    if form.errors:
        return start_page(form), 422
    if origin is None or destination is None or choices:
        return render_template("search/choose.html", form=form, choices=choices)
    if via is not None and not form.outward.data:
        return _results_via(form, origin, destination, via)
    return _results_page(form, origin, destination)


def ends_meant(form: SearchForm, choices: list[Choice]) -> tuple[FoundPlace | None, FoundPlace | None]:
    """Both ends of the way, each likelier near the other; see `web.place_choice.meant`."""
    near = _near(form.destination_choice.data)
    origin = meant(_places(), form.origin, form.origin_choice, choices, near=near)
    near = _near(form.origin_choice.data)
    return origin, meant(_places(), form.destination, form.destination_choice, choices, near=near)


def _results_via(
    form: SearchForm, origin: FoundPlace, destination: FoundPlace, via: FoundPlace
) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    here = portal()
    snapshot = here.live.current(now)
    asked = form.request(origin, destination)
    try:
        answer = find_via(
            here.reading,
            snapshot,
            asked,
            Via(via.place, int(form.stay.data)),
            now=now,
            secret_key=here.settings.secret_key,
            law=here.price_law,
            person_id=current_user.id if current_user.is_authenticated else None,
        )
    except RoutingError as error:
        explained = explain(error)
        form.day.errors = [*form.day.errors, f"{explained.title}. {explained.advice}"]
        return start_page(form), explained.status
    people = asked.party.people
    parts = [
        journey_views(part.itineraries, part.rides, snapshot.timetable, part.walks, people)
        for part in (answer.first, answer.second)
    ]
    return render_template(
        "search/via.html",
        form=form,
        asked=asked,
        ways=list(zip(answer.ways, *parts, strict=True)),
        clock_change=CLOCK_CHANGE_WORDS.get(form.moment.clock_change),
        timetable=snapshot.timetable,
        is_covered=snapshot.timetable.first_day <= form.day.data <= snapshot.timetable.last_day,
    )


def _results_page(form: SearchForm, origin: FoundPlace, destination: FoundPlace) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    here = portal()
    snapshot = here.live.current(now)
    try:
        answer = find_itineraries(
            here.reading,
            snapshot,
            form.request(origin, destination),
            now=now,
            secret_key=here.settings.secret_key,
            law=here.price_law,
            person_id=current_user.id if current_user.is_authenticated else None,
        )
    except RoutingError as error:
        explained = explain(error)
        form.day.errors = [*form.day.errors, f"{explained.title}. {explained.advice}"]
        return start_page(form), explained.status
    journeys = journey_views(
        answer.itineraries,
        answer.rides,
        snapshot.timetable,
        answer.walks,
        answer.request.party.people,
        answer.car_m,
    )
    is_found = any(journey.vehicles for journey in journeys)
    person_id = current_user.id if current_user.is_authenticated else None
    nothing = None
    if answer.beyond_window or not is_found:
        nothing = explain_nothing(
            here.reading,
            snapshot,
            answer.request,
            now=now,
            person_id=person_id,
            propose=not is_found,
        )
    outward = form.outward.data
    if outward:
        journeys = [
            replace(journey, token=join_tokens(outward, journey.token)) if journey.token else journey
            for journey in journeys
        ]
    journeys = gathered(journeys, answer.request.arrive_by)
    sifted = [one for one in journeys if passes(one, form.shown.data, form.sieves.data)]
    lines = [journey for journey in sifted if not journey.uses_private_ride]
    rides = [journey for journey in sifted if journey.uses_private_ride]
    asked, order = answer.request, Order(form.order.data)
    return render_template(
        "search/results.html",
        form=form,
        outward=read_signed(outward, here.settings.secret_key).journey if outward else None,
        asked=asked,
        lines=lines_first(lines, asked.arrive_by, order, asked.prefers),
        rides=rides_first(rides, lines, asked.arrive_by, order, asked.prefers),
        n_found=len(journeys),
        n_hidden=len(journeys) - len(sifted),
        is_found=is_found,
        beyond_window=answer.beyond_window,
        wait_key=uuid.uuid4().hex,
        runs_not=runs_not(snapshot, asked, answer.rides, now, person_id),
        services_not=services_not(snapshot, asked, answer.rides, now, person_id),
        cancelled=cancelled_views(snapshot, asked, [one.journey for one in answer.itineraries]),
        reasons=_reasons(nothing, snapshot.timetable),
        proposal=_proposal(nothing, snapshot.timetable),
        clock_change=CLOCK_CHANGE_WORDS.get(form.moment.clock_change),
        timetable=snapshot.timetable,
        is_covered=snapshot.timetable.first_day <= form.day.data <= snapshot.timetable.last_day,
        rides_wanted="ride" in form.kinds.data,
    )


def _reasons(nothing: Nothing | None, timetable: Timetable) -> list[str]:
    """In words, each once; that the day has no timetable stands on the page anyway."""
    obstacles = nothing.obstacles if nothing else ()
    words = [obstacle_words(one, timetable) for one in obstacles if one.why is not Why.NO_TIMETABLE]
    return list(dict.fromkeys(words))


def _proposal(nothing: Nothing | None, timetable: Timetable) -> tuple[JourneyView, SearchForm] | None:
    """The nearest thing that works, and the question that finds it."""
    if nothing is None or nothing.proposal is None:
        return None
    found = nothing.proposal
    journey = journey_view(found.journey, [None] * len(found.journey.legs), {}, timetable)
    return journey, form_of(found.request, timetable)


def start_page(form: SearchForm, is_fresh: bool = False) -> str:
    """The form as it is filled in; asks for now where no day is named."""
    if form.day.data is None and not form.day.raw_data:
        form.move_to(local(dt.datetime.now(dt.UTC)))
    return render_template("search/start.html", form=form, is_fresh=is_fresh)


def _near(beside: str | None) -> Position | None:
    """Where a place likely lies: near the one chosen in another field, else where the operator's people live."""
    return position(beside) or portal().settings.home


def _places() -> PlaceIndex:
    return served().places


def _shift(form: SearchForm) -> None:
    """Earlier or later: the same question two hours before or after."""
    shift = {"frueher": -SHIFT, "spaeter": SHIFT}.get(request.form.get("shift", ""))
    if shift is not None and form.day.data and form.clock.data:
        form.move_to(local(form.moment.moment + shift))
