"""Lines: the list of all, and the timetable of one as a table to look at and to print."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mitfahr.db.run_lines import lines_in_order, running_line, runs_of_line
from mitfahr.domain.day_types import cell_of
from mitfahr.domain.line_plans import LinePlan, line_days
from mitfahr.domain.mobility import Known
from mitfahr.domain.times import seconds
from mitfahr.languages.formats import WEEKDAYS, local
from mitfahr.network import Network, network
from mitfahr.services.line_timetable import GROUP_OF, DayGroup, line_timetable
from routing.journey import Place
from routing.timetable import RouteIdx
from web.access import PUBLIC, access
from web.day_words import GROUP_WORDS, special_days
from web.forms.run import BOOKABLE
from web.lines_view import title_of_line
from web.local_view import local_layer, of_line, orders_of_line
from web.map_json import stops_json
from web.portal import portal
from web.printed_view import table_view
from web.views.stops import day_asked

views = Blueprint("lines", __name__)

ALL_DAYS = "alle"
SHOWN_AHEAD = dt.timedelta(days=14)


@views.get("/linien")
@access(PUBLIC)
def all() -> str:
    return render_template("lines/all.html", **_all())


@views.get("/buergerbus-linie/<line_id>")
@access(PUBLIC)
def run_line(line_id: str) -> ResponseReturnValue:
    """A line of an association as passengers read it: its stops with their times, its days, how one travels."""
    now, vacations = dt.datetime.now(dt.UTC), portal().settings.vacations
    with portal().reading() as session:
        line = running_line(session, line_id)
        if line is None:
            return render_template("lines/all.html", **_all(), gone=line_id), 404
        plan = LinePlan.from_json(line.plan)
        runs = [run for run in runs_of_line(session, line_id, seconds(now)) if run.withdrawn_at is None]
        today = local(now).date()
        planned = line_days(plan, vacations, today, today + SHOWN_AHEAD)
        return render_template(
            "lines/run_line.html",
            line=line,
            plan=plan,
            weekdays=WEEKDAYS,
            times=[(stop, plan.clocks_after(stop["after_s"])) for stop in line.stops],
            days=sorted(
                {run.line_day for run in runs if run.line_day and run.line_day <= today + SHOWN_AHEAD}
            ),
            left_out=[one.day for one in planned if one.skip is not None],
            until=BOOKABLE.get(str(line.bookable_before_s)),
        )


@views.get("/buergerbus-linie/<line_id>/weg")
@access(PUBLIC)
def run_line_way(line_id: str) -> ResponseReturnValue:
    """What the page's map draws."""
    with portal().reading() as session:
        line = running_line(session, line_id)
    stops = line.stops if line else []
    return stops_json([Place(stop["name"], stop["lat"], stop["lon"], stop["stop_id"]) for stop in stops])


@views.get("/linie/<path:route_id>")
@access(PUBLIC)
def one(route_id: str) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    snapshot = portal().live.current(now)
    known, vacations = network(snapshot), portal().settings.vacations
    line = known.route_by_id.get(route_id)
    if line is None:
        return render_template("lines/all.html", **_all(), gone=route_id), 404
    day = day_asked("ab") or local(now).date()
    groups = _groups(request.args.get("tage", ""), GROUP_OF[cell_of(day, vacations)[0]])
    found = line_timetable(snapshot, line, day, vacations, groups)
    days, timetable = found.days, snapshot.timetable
    symbol, title = title_of_line(known, line)
    return render_template(
        "lines/one.html",
        route_id=route_id,
        symbol=symbol,
        title=title,
        long_name=_long_name(known, line),
        tables=[table_view(table, timetable) for table in found.tables],
        group_words=GROUP_WORDS,
        shown=ALL_DAYS if len(groups) > 1 else groups[0].value,
        days=days,
        special=special_days(days, local(now).date(), vacations) if days else None,
        wheelchair={Known.of_gtfs(value) for value in found.wheelchair},
        orders=orders_of_line(local_layer(), known, line),
        notices=of_line(local_layer(), known, line, now),
        agency=found.agency,
        phone=found.phone,
        timetable=timetable,
    )


def _all() -> dict[str, object]:
    """Lines of the timetable, and of associations."""
    known = network(portal().live.current(dt.datetime.now(dt.UTC)))
    with portal().reading() as session:
        return {"lines": _listed(known), "run_lines": lines_in_order(session)}


def _groups(asked: str, today: DayGroup) -> tuple[DayGroup, ...]:
    """All for paper, else those asked for, else those of today."""
    if asked == ALL_DAYS:
        return tuple(DayGroup)
    return (DayGroup(asked) if asked in set(DayGroup) else today,)


def _listed(known: Network) -> list[tuple[str, str, str, str]]:
    """(route id, icon, title, long name) by number."""
    timetable = known.timetable
    return [
        (timetable.route_id[line], *title_of_line(known, line), _long_name(known, line))
        for line in known.lines
    ]


def _long_name(known: Network, line: RouteIdx) -> str:
    """What the timetable says of a line besides its number."""
    name = known.timetable.route_long_name[line]
    return "" if name == known.line_name(line) else name
