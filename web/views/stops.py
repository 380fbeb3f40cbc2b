"""Stops: the next departures, what can be said about a stop, its timetable for the wall, and the list of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mitfahr.db.rides import Ride, rides_without_stops
from mitfahr.domain.times import seconds
from mitfahr.languages.formats import local
from mitfahr.network import Network, dictionary_order, network
from mitfahr.services.describe_stop import describe_stop
from mitfahr.services.find_places import PlaceKind, find_places
from mitfahr.services.next_departures import Board, Departure, next_departures, runs_at_stop
from mitfahr.services.stop_timetable import stop_timetable
from mitfahr.services.suggest_stops import suggest_stops
from routing.query import StopRef
from routing.snapshot import Snapshot
from routing.timetable import StopIdx
from web.access import PUBLIC, access
from web.day_words import column_words, special_days
from web.departures_view import by_day
from web.forms.departures import FEW, DeparturesForm, kept
from web.forms.search import SearchForm, place_of
from web.lines_view import lines_here, way_of_key
from web.local_view import local_layer, of_stop, seen_view
from web.place_choice import encode
from web.portal import portal, served
from web.printed_view import block_view
from web.qr_code import qr_code
from web.views.search import start_page

views = Blueprint("stops", __name__)

FOUND = 20
LOOKED_THROUGH = 80
"""So many places are found before those that are no stops are left out."""
RUNS_AHEAD = dt.timedelta(weeks=4)
"""So far ahead single runs of the BürgerBus are told on paper."""
OWN_HEADING = 4
"""So many stops whose names begin alike stand under a heading of their own."""


@views.get("/haltestelle/<path:stop_id>")
@access(PUBLIC)
def one(stop_id: str) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    snapshot, known = _current(now)
    stop = snapshot.timetable.stop_by_id.get(stop_id)
    if stop is None:
        return _gone(known, stop_id)
    if known.stop_of[stop] != stop:
        head = snapshot.timetable.stop_id[int(known.stop_of[stop])]
        return redirect(url_for("stops.one", stop_id=head, **kept()))
    facts = describe_stop(snapshot, stop, local(now).date())
    lines = lines_here(known, facts)
    form = DeparturesForm.asked([(line.key, line.with_destination) for line in lines])
    valid = form.validate()
    moment = form.moment(now) if valid else now
    board = _board(snapshot, known, stop, moment, form.linie.data, form.limit)
    return render_template(
        "stops/one.html",
        facts=facts,
        lines=lines,
        access={platform.wheelchair for platform in facts.platforms},
        seen=seen_view(local_layer().checked_of(facts.stop_id)),
        notices=of_stop(local_layer(), known, stop, [line.line for line in facts.lines], now),
        form=form,
        is_now=form.is_now and valid,
        here=url_for("stops.one", stop_id=facts.stop_id, **kept()),
        renewed=url_for("stops.board", stop_id=facts.stop_id, **kept()),
        **_shown(board, snapshot, stop, now, moment),
        has_more=board.has_more and form.limit == FEW,
        more=url_for("stops.one", stop_id=facts.stop_id, **(kept() | {"mehr": "1"})),
        timetable=snapshot.timetable,
    ), 200 if valid else 422


@views.get("/abfahrten/<path:stop_id>")
@access(PUBLIC)
def board(stop_id: str) -> ResponseReturnValue:
    """The departures of now alone, for the page that renews them."""
    now = dt.datetime.now(dt.UTC)
    snapshot, known = _current(now)
    stop = snapshot.timetable.stop(stop_id)
    form = DeparturesForm.asked([])
    found = _board(snapshot, known, stop, now, request.args.get("linie", ""), form.limit)
    return render_template("stops/departures.html", **_shown(found, snapshot, stop, now, now))


@views.get("/aushang/<path:stop_id>")
@access(PUBLIC)
def poster(stop_id: str) -> ResponseReturnValue:
    """The timetable of a stop, to print and hang up."""
    now = dt.datetime.now(dt.UTC)
    snapshot, known = _current(now)
    stop = snapshot.timetable.stop_by_id.get(stop_id)
    if stop is None:
        return _gone(known, stop_id)
    stop = StopIdx(int(known.stop_of[stop]))
    day = day_asked("ab") or local(now).date()
    vacations = portal().settings.vacations
    found = stop_timetable(snapshot, stop, day, vacations)
    blocks = [block_view(known, block) for block in found.blocks]
    chosen = request.args.get("linie", "")
    address = portal().settings.base_url + url_for("stops.one", stop_id=snapshot.timetable.stop_id[stop])
    days = found.days
    runs = runs_at_stop(snapshot, stop, seconds(now), seconds(now + RUNS_AHEAD))
    return render_template(
        "stops/poster.html",
        stop_id=snapshot.timetable.stop_id[stop],
        name=snapshot.timetable.stop_name[stop],
        blocks=[block for block in blocks if not chosen or block.line.key == chosen],
        all_blocks=blocks,
        notices=of_stop(local_layer(), known, stop, [block.line for block in found.blocks], now),
        chosen=chosen,
        days=days,
        columns=[column_words(column, days.columns) for column in days.columns] if days else [],
        special=special_days(days, local(now).date(), vacations) if days else None,
        runs=by_day(runs, snapshot.timetable, seconds(now), _rides(runs)),
        address=address,
        qr=qr_code(address),
        timetable=snapshot.timetable,
        now=now,
    )


@views.get("/von/<path:stop_id>")
@access(PUBLIC)
def from_here(stop_id: str) -> ResponseReturnValue:
    """The search with this stop as its start."""
    return _search(stop_id, "origin")


@views.get("/nach/<path:stop_id>")
@access(PUBLIC)
def to_here(stop_id: str) -> ResponseReturnValue:
    """The search with this stop as its goal."""
    return _search(stop_id, "destination")


@views.get("/haltestellen")
@access(PUBLIC)
def all() -> str:
    return _all_page()


@views.post("/haltestellen")
@access(PUBLIC)
def search() -> str:
    """Stops by what is typed; it travels in the body, like every place that somebody looks for."""
    typed = request.form.get("name", "")
    snapshot, known = _current(dt.datetime.now(dt.UTC))
    stop_by_id = snapshot.timetable.stop_by_id
    places = find_places(served().places, typed, LOOKED_THROUGH)
    stops = [
        stop_by_id[place.stop_id]
        for place in places
        if place.kind is PlaceKind.STOP and place.stop_id in stop_by_id
    ]
    heads = dict.fromkeys(StopIdx(int(known.stop_of[stop])) for stop in stops)
    return _all_page(typed=typed, found=_named(known, list(heads)[:FOUND]))


@views.get("/haltestellen/<letter>")
@access(PUBLIC)
def of_letter(letter: str) -> ResponseReturnValue:
    _, known = _current(dt.datetime.now(dt.UTC))
    stops = [(name, stop) for name, stop in known.stops if _initial(name) == letter]
    if not stops:
        return _all_page(), 404
    return _all_page(letter=letter, places=_by_place(known, stops))


def day_asked(name: str) -> dt.date | None:
    """A day in the address; None where there is none or it cannot be read."""
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _current(now: dt.datetime) -> tuple[Snapshot, Network]:
    snapshot = portal().live.current(now)
    return snapshot, network(snapshot)


def _board(
    snapshot: Snapshot, known: Network, stop: StopIdx, moment: dt.datetime, key: str, limit: int
) -> Board:
    from_s = seconds(moment) // 60 * 60
    return next_departures(snapshot, stop, from_s, limit, way_of_key(known, key))


def _shown(
    board: Board, snapshot: Snapshot, stop: StopIdx, now: dt.datetime, moment: dt.datetime
) -> dict[str, object]:
    timetable = snapshot.timetable
    return {
        "days": by_day(board.departures, timetable, seconds(now), _rides(board.departures)),
        "has_live": board.has_live,
        "moment": moment,
        "is_covered": timetable.first_day <= local(moment).date() <= timetable.last_day,
        "stop_id": timetable.stop_id[stop],
    }


def _rides(departures: Sequence[Departure]) -> dict[str, Ride]:
    """The runs among these departures, by id."""
    ids = {one.run.ride_id for one in departures if one.run}
    if not ids:
        return {}
    with portal().reading() as session:
        return rides_without_stops(session, ids)


def _search(stop_id: str, end: str) -> ResponseReturnValue:
    snapshot, known = _current(dt.datetime.now(dt.UTC))
    if stop_id not in snapshot.timetable.stop_by_id:
        return _gone(known, stop_id)
    place = place_of(StopRef(stop_id), snapshot.timetable)
    form = SearchForm(formdata=None)
    form[end].data, form[f"{end}_choice"].data = place.label, encode(place)
    return start_page(form)


def _gone(known: Network, stop_id: str) -> ResponseReturnValue:
    here = portal()
    suggested = suggest_stops(here.reading, here.settings.snapshots_dir, known, served().places, stop_id)
    found = _named(known, suggested.stops)
    return render_template("stops/gone.html", stop_id=stop_id, name=suggested.name, found=found), 404


def _named(known: Network, stops: Sequence[StopIdx]) -> list[tuple[str, str]]:
    """(stop id, name)"""
    timetable = known.timetable
    return [(timetable.stop_id[stop], timetable.stop_name[stop]) for stop in stops]


def _all_page(**shown: object) -> str:
    _, known = _current(dt.datetime.now(dt.UTC))
    letters = list(dict.fromkeys(_initial(name) for name, _stop in known.stops))
    return render_template("stops/all.html", letters=letters, **shown)


def _initial(name: str) -> str:
    """The letter that a stop stands under; 0-9 for what begins otherwise."""
    first = dictionary_order(name)[:1]
    return first.upper() if first.isalpha() else "0-9"


def _by_place(
    known: Network, stops: Sequence[tuple[str, StopIdx]]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """(place, its stops); many stops of one place have a heading, others stand under "" in their order."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for place, own in groupby(stops, key=lambda entry: _place(entry[0])):
        found = _named(known, [stop for _, stop in own])
        if len(found) >= OWN_HEADING:
            groups.append((place, found))
        elif groups and not groups[-1][0]:
            groups[-1][1].extend(found)
        else:
            groups.append(("", found))
    return groups


def _place(name: str) -> str:
    """Meißen of "Meißen Bahnhof", Bad Schandau of "Bad Schandau, Markt"."""
    before_comma, comma, _rest = name.partition(",")
    words = before_comma.split()
    if comma or not words:
        return before_comma
    return " ".join(words[:2]) if words[0] in ("Bad", "Sankt", "St.") else words[0]
