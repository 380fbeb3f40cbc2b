"""The programming interface: open to everybody, without a key, the same JSON as the command line.

No page is served from here that needs a session, so that an answer costs a search and nothing else.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask import Blueprint, Response, render_template, request

from mitfahr.board_json import board_json
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.times import seconds
from mitfahr.itinerary import answer_json
from mitfahr.languages import _
from mitfahr.local_json import notice_json, plan_json
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_fallbacks import find_fallbacks
from mitfahr.services.next_departures import next_departures
from routing.overlay import RideKind
from routing.search import search
from routing.snapshot import Snapshot
from web.access import PUBLIC, access
from web.forms.parameters import Parameter, ParametersInvalid, moment, number, read_parameters
from web.forms.plan import read_plan
from web.openapi import MOST_DEPARTURES, description
from web.portal import portal
from web.problems import json_response, problem

views = Blueprint("api", __name__, url_prefix="/api")


@views.get("/v1/plan")
@access(PUBLIC)
def plan() -> Response:
    try:
        asked = read_plan(request.args)
    except ParametersInvalid as error:
        mistakes = [dataclasses.asdict(mistake) for mistake in error.mistakes]
        return problem(400, _("So kann nicht gesucht werden"), str(error), mistakes)
    now = dt.datetime.now(dt.UTC)
    snapshot = portal().live.current(now)
    with portal().reading() as session:
        banned = closed_to(session, None, frozenset(), now)
    journeys = search(snapshot, asked.query(booked_at=now, banned=banned))
    fallbacks = find_fallbacks(snapshot, asked, journeys, now)
    return json_response(plan_json(portal().live.local, snapshot.timetable, journeys, fallbacks))


NOTICES_AHEAD = dt.timedelta(days=60)
DEPARTURES = {
    "time": Parameter(moment),
    "limit": Parameter(number(1, MOST_DEPARTURES), "20"),
}


@views.get("/v1/stops/<path:stop_id>/departures")
@access(PUBLIC)
def departures(stop_id: str) -> Response:
    now = dt.datetime.now(dt.UTC)
    try:
        asked = read_parameters(DEPARTURES, {"time": now.isoformat(), **request.args})
    except ParametersInvalid as error:
        mistakes = [dataclasses.asdict(mistake) for mistake in error.mistakes]
        return problem(400, _("So kann nicht gesucht werden"), str(error), mistakes)
    snapshot = portal().live.current(now)
    stop = snapshot.timetable.stop(stop_id)
    board = next_departures(snapshot, stop, seconds(asked["time"]), asked["limit"])
    return json_response(board_json(snapshot, stop, board))


@views.get("/v1/notices")
@access(PUBLIC)
def notices() -> Response:
    """What passengers are told now and in the next weeks."""
    now = dt.datetime.now(dt.UTC)
    portal().live.current(now)
    coming = portal().live.local.current_notices(seconds(now), seconds(now + NOTICES_AHEAD))
    return json_response({"notices": [notice_json(one) for one in coming]})


@views.get("/v1/status")
@access(PUBLIC)
def status() -> Response:
    try:
        snapshot = portal().live.current(dt.datetime.now(dt.UTC))
    except NothingServes:
        snapshot = None
    return json_response(_status(snapshot))


@views.get("/openapi.json")
@access(PUBLIC)
def openapi() -> Response:
    return json_response(description(portal().settings.operator_name))


@views.get("")
@access(PUBLIC)
def page() -> str:
    """The description as a page for people."""
    return render_template("api/page.html", api=description(portal().settings.operator_name))


def _status(snapshot: Snapshot | None) -> dict[str, Any]:
    if snapshot is None:
        nothing = dict.fromkeys(("stops", "routes", "trips", "stop_times", "days", "rides", "runs"), 0)
        return {"timetable": None, "counts": nothing, "has_roads": False}
    timetable = snapshot.timetable
    return {
        "timetable": {
            **answer_json(timetable, [])["timetable"],
            "name": timetable.name,
            "timezone": timetable.timezone,
            "is_demo": timetable.is_demo,
        },
        "counts": {
            "stops": timetable.n_stops,
            "routes": len(timetable.route_id),
            "trips": timetable.n_trips,
            "stop_times": len(timetable.time_arr),
            "days": timetable.n_days,
            "rides": sum(ride.kind is RideKind.PRIVATE for ride in snapshot.rides.values()),
            "runs": sum(ride.kind is RideKind.RUN for ride in snapshot.rides.values()),
        },
        "has_roads": snapshot.roads is not None,
    }
