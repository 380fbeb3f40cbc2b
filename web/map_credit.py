"""Who drew the streets and place names that serve: the licence of OpenStreetMap wants it said on the pages."""

from __future__ import annotations

from mitfahr.domain.errors import NothingServes
from web.portal import served


def map_credit() -> str | None:
    """The attribution of the serving streets; None without streets."""
    try:
        roads = served().without_rides.roads
    except NothingServes:
        return None
    return roads.attribution if roads is not None else None
