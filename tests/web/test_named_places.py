"""Stops typed one a line."""

from __future__ import annotations

import pytest

from mitfahr.places.index import PlaceIndex
from tests.worlds import world
from web.named_places import stop_named

SERVED = "from 2026-06-02\ndays 1\nat A 0 0\nat B 8000 0\nline 1 | A B\nt1 days 0 | 09:00 09:20"
WITH_HAMLET = SERVED.replace("line", "at Weiler 9000 0\nline").replace("A B", "A B Weiler") + " 09:30"


def test_a_stop_that_no_line_serves_is_known_by_its_whole_name() -> None:
    places, timetable = PlaceIndex.of(world(SERVED).timetable), world(WITH_HAMLET).timetable
    for typed in ("Weiler", "Weiler (Haltestelle)", "[Weiler]"):
        assert stop_named(places, timetable, typed).stop_id == "Weiler"
    with pytest.raises(ValueError, match="nicht gefunden"):
        stop_named(places, timetable, "Weil")
