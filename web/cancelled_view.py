"""Departures that do not take place, as the results say them."""

from __future__ import annotations

from collections.abc import Iterable

from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages import _
from mitfahr.languages.formats import clock
from mitfahr.services.find_cancelled import find_cancelled
from routing.journey import Journey
from routing.snapshot import Snapshot
from web.lines_view import line_title


def cancelled_views(
    snapshot: Snapshot, asked: TripRequest, journeys: Iterable[Journey]
) -> list[tuple[str, str]]:
    """(icon, sentence) of each."""
    views = []
    for one in find_cancelled(snapshot, asked, journeys):
        icon, title = line_title(one.route_type, one.route)
        words = _(
            "%(title)s um %(time)s Uhr ab %(origin)s nach %(destination)s",
            title=title,
            time=clock(one.planned_s),
            origin=one.origin,
            destination=one.destination,
        )
        views.append((icon, words))
    return views
