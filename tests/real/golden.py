"""Forty questions about the real timetable and their answers, one journey a line."""

from __future__ import annotations

from pathlib import Path

from routing import Query, Snapshot, search
from routing.query import Point
from tests.journey_text import journey_line
from tests.real import rnv

GOLDEN = Path(__file__).with_name("golden_rnv.txt")


def golden_text(snapshot: Snapshot) -> str:
    """Thirty questions without rides, ten along the ways of ten drivers."""
    plain = [_told(snapshot, query) for query in rnv.queries(snapshot.timetable, 30, seed=1)]
    rides = rnv.rides(snapshot, 10, seed=2)
    driven = [_told(snapshot.with_rides(rides), query) for query in rnv.queries_along(rides)]
    return "\n".join([*plain, *driven])


def _told(snapshot: Snapshot, query: Query) -> str:
    ends = [
        end.name
        if isinstance(end, Point)
        else snapshot.timetable.stop_name[snapshot.timetable.stop(end.stop_id)]
        for end in (query.origin, query.destination)
    ]
    word = "by" if query.arrive_by else "from"
    title = f"## {ends[0]} → {ends[1]}, {word} {query.when:%H:%M}, {query.window_s // 60} min"
    return "\n".join([title, *map(journey_line, search(snapshot, query)), ""])
