"""Why nothing was found, and the nearest thing that works: each in a drawn world, really searched."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.engine import Engine

from mitfahr.db.session import readers
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.explain_nothing import Nothing, Why, explain_nothing
from routing.query import LegKind, Party, Point, StopRef
from tests.worlds import World, world

DRAWN = """
days 5
at A 0 0
at B 5000 0
at C 10000 0
at F -2500 0
street F A 2500 m 200 s
street A B 5000 m 300 s
street B C 5000 m 300 s
line 1 | A B
t1 days 0,1 | 09:00 09:20
line 2 | A C
t2 days 0 wheelchair no | 09:00 09:40
run r | B 2 10:00 | C 2 10:15 | seats 8 | bookable 2 09:00
"""
LINES = frozenset({LegKind.TRANSIT})


def explained(database: Engine, request: TripRequest, at: str = "08:00") -> Nothing:
    drawn = world(DRAWN)
    return explain_nothing(readers(database), drawn.snapshot(), request, now=drawn.at(at))


def asked(drawn: World, origin: str, destination: str, clock: str = "08:30") -> TripRequest:
    return TripRequest(StopRef(origin), StopRef(destination), drawn.at(clock))


def test_a_vehicle_that_takes_no_wheelchair(database: Engine) -> None:
    request = replace(asked(world(DRAWN), "A", "C"), party=Party(0, 1), kinds=LINES)
    found = explained(database, request)
    assert [(one.why, one.leg.trip_id if one.leg else "") for one in found.obstacles] == [
        (Why.NOT_ACCESSIBLE, "t2")
    ]
    assert found.proposal is None


def test_the_buergerbus_of_another_day(database: Engine) -> None:
    drawn = world(DRAWN)
    found = explained(database, asked(drawn, "B", "C"))
    assert [one.why for one in found.obstacles] == [Why.NOT_TODAY]
    assert found.proposal is not None
    assert found.proposal.journey.departure_s == drawn.at("2 10:00").timestamp()
    assert found.proposal.request.when == drawn.at("2 10:00")


def test_what_went_earlier_that_day_goes_tomorrow(database: Engine) -> None:
    drawn = world(DRAWN)
    found = explained(database, asked(drawn, "A", "B", "10:00"))
    (obstacle,) = found.obstacles
    assert (obstacle.why, obstacle.moment_s) == (Why.OVER_TODAY, drawn.at("09:00").timestamp())
    assert found.proposal is not None
    assert found.proposal.journey.departure_s == drawn.at("1 09:00").timestamp()


def test_a_door_far_from_every_stop(database: Engine) -> None:
    drawn = world(DRAWN)
    door = Point(*drawn.places["F"], "Hof")
    request = replace(asked(drawn, "A", "B"), origin=door, kinds=LINES)
    found = explained(database, request)
    (obstacle,) = found.obstacles
    assert (obstacle.why, obstacle.stop, obstacle.walk_s) == (Why.ORIGIN_FAR, "A", 2000)
    assert found.proposal is not None and found.proposal.request.origin == StopRef("A")


def test_a_day_without_timetable(database: Engine) -> None:
    request = replace(asked(world(DRAWN), "A", "B"), when=dt.datetime(2026, 8, 1, 7, tzinfo=dt.UTC))
    assert [one.why for one in explained(database, request).obstacles] == [Why.NO_TIMETABLE]
