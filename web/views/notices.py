"""What passengers should know now and in the next weeks, whatever line or stop it is about."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template

from mitfahr.domain.times import seconds
from mitfahr.local_layer import LaidNotice
from mitfahr.network import Network, network, number_order
from web.access import PUBLIC, access
from web.lines_view import title_of_line
from web.local_view import NoticeView, notice_view
from web.portal import portal

views = Blueprint("notices", __name__)

AHEAD = dt.timedelta(days=60)


@views.get("/hinweise")
@access(PUBLIC)
def all() -> str:
    now = dt.datetime.now(dt.UTC)
    snapshot = portal().live.current(now)
    layer = portal().live.local
    now_s = seconds(now)
    current = layer.current_notices(now_s, now_s)
    coming = [one for one in layer.current_notices(now_s, seconds(now + AHEAD)) if one not in current]
    known = network(snapshot)
    return render_template(
        "notices/all.html",
        current=_listed(current, known),
        coming=_listed(coming, known),
        now=now,
    )


def _listed(
    found: list[LaidNotice], known: Network
) -> list[tuple[NoticeView, list[tuple[str, str]], list[tuple[str, str]]]]:
    """(notice, (id, name) of its lines, (id, name) of its stops)"""
    return [(notice_view(one.entry_id, one.notice), _lines(one, known), _stops(one, known)) for one in found]


def _lines(one: LaidNotice, known: Network) -> list[tuple[str, str]]:
    named = one.route_ids | {route for route, _stop in one.pairs}
    lines = {int(known.line_of[known.route_by_id[route]]) for route in named if route in known.route_by_id}
    ordered = sorted(
        (known.route_by_id[known.timetable.route_id[line]] for line in lines),
        key=lambda line: number_order(known.line_name(line)),
    )
    return [(known.timetable.route_id[line], title_of_line(known, line)[1]) for line in ordered]


def _stops(one: LaidNotice, known: Network) -> list[tuple[str, str]]:
    timetable = known.timetable
    named = one.stop_ids | {stop for _route, stop in one.pairs}
    found = (timetable.stop_by_id[stop] for stop in named if stop in timetable.stop_by_id)
    heads = {int(known.stop_of[stop]) for stop in found}
    return sorted(
        ((timetable.stop_id[head], timetable.stop_name[head]) for head in heads), key=lambda s: s[1]
    )
