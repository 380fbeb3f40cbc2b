"""What a drawn world answers, as lines; the oracle must agree on departure, arrival and vehicles."""

from __future__ import annotations

from typing import Any

from routing import search
from tests.journey_text import journey_line
from tests.oracle import best_journeys
from tests.worlds import world


def expect(drawing: str, origin: str, destination: str, when: str, *lines: str, **options: Any) -> None:
    """`lines` in any order; options as in Query."""
    drawn = world(drawing)
    query = drawn.query(origin, destination, when, **options)
    found = search(drawn.snapshot(), query)
    expected = best_journeys(
        drawn.timetable,
        drawn.links,
        drawn.roads,
        drawn.rides,
        query,
        drawn.live,
        drawn.services,
        drawn.tours,
    )
    assert sorted(journey_line(journey) for journey in found) == sorted(lines)
    assert sorted((j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride) for j in found) == sorted(
        (*one.criteria, one.uses_private_ride) for one in expected
    )
