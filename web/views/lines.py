"""Lines: the list of all, and the timetable of one as a table to look at and to print."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mitfahr.domain.day_types import cell_of
from mitfahr.domain.mobility import Known
from mitfahr.languages.formats import local
from mitfahr.network import Network, network
from mitfahr.services.line_timetable import GROUP_OF, DayGroup, line_timetable
from routing.timetable import RouteIdx
from web.access import PUBLIC, access
from web.day_words import GROUP_WORDS, special_days
from web.lines_view import title_of_line
from web.local_view import local_layer, of_line, orders_of_line
from web.portal import portal
from web.printed_view import table_view
from web.views.stops import day_asked

views = Blueprint("lines", __name__)

ALL_DAYS = "alle"


@views.get("/linien")
@access(PUBLIC)
def all() -> str:
    snapshot = portal().live.current(dt.datetime.now(dt.UTC))
    return render_template("lines/all.html", lines=_listed(network(snapshot)))


@views.get("/linie/<path:route_id>")
@access(PUBLIC)
def one(route_id: str) -> ResponseReturnValue:
    now = dt.datetime.now(dt.UTC)
    snapshot = portal().live.current(now)
    known, vacations = network(snapshot), portal().settings.vacations
    line = known.route_by_id.get(route_id)
    if line is None:
        return render_template("lines/all.html", lines=_listed(known), gone=route_id), 404
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
