"""Journeys that the demonstration is there to show, on ordinary days of the week of 23 November 2026."""

from __future__ import annotations

import datetime as dt

from mitfahr.demo.bookings import destination_point, point
from mitfahr.domain.times import local, resolve
from routing import Query, search
from routing.journey import Journey
from routing.query import VEHICLE_KINDS, LegKind, Point
from tests.mitfahr.demo.conftest import World

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
PUBLIC = VEHICLE_KINDS - {LegKind.RIDE}


def _search(
    world: World, origin: Point, destination: Point, day: dt.date, clock: str, kinds: frozenset[LegKind]
) -> list[Journey]:
    when = resolve(day, dt.time.fromisoformat(clock)).moment
    return search(world.snapshot(), Query(origin, destination, when, kinds=kinds, booked_at=world.now))


def _text(journey: Journey) -> str:
    """Vehicles of a journey: "08:32 401 Lommatzsch Busbahnhof → Meißen Bahnhof 08:51"."""
    return " | ".join(
        f"{local(leg.departure_s):%H:%M} {leg.route} {leg.origin.name} → {leg.destination.name} {local(leg.arrival_s):%H:%M}"
        for leg in journey.legs
        if leg.kind is not LegKind.WALK
    )


def test_to_the_hospital_by_bus(world: World) -> None:
    found = _search(
        world, point("Lommatzsch"), destination_point("Elblandklinikum Meißen"), TUESDAY, "08:00", PUBLIC
    )
    assert _text(found[0]) == (
        "08:32 401 Lommatzsch Zöthainer Straße → Meißen 08:49 | 08:52 B Meißen → Meißen-Bohnitzsch 08:58"
    )


def test_a_village_that_only_the_buergerbus_reaches(world: World) -> None:
    ways = (point("Churschütz"), point("Lommatzsch"))
    scheduled = PUBLIC - {LegKind.DEMAND}
    assert [j for j in _search(world, *ways, MONDAY, "08:30", scheduled) if j.vehicles] == []
    found = _search(world, *ways, TUESDAY, "08:30", scheduled)
    assert {leg.kind for journey in found for leg in journey.legs} == {LegKind.WALK, LegKind.BUERGERBUS}
    assert _text(found[0]) == "08:49 BürgerBus 501 Churschütz → Lommatzsch Zöthainer Straße 09:15"


def test_buergerbus_then_bus_then_train(world: World) -> None:
    found = _search(world, point("Petzschwitz"), point("Dresden Hauptbahnhof"), TUESDAY, "08:15", PUBLIC)
    assert _text(found[0]) == (
        "08:51 BürgerBus 501 Petzschwitz → Zöthain 09:05"
        " | 09:34 401 Zöthain → Meißen Bahnhof 09:50 | 10:02 S1 Meißen Bahnhof → Dresden Hbf 10:39"
    )


def test_a_private_ride_as_first_mile(world: World) -> None:
    ways = (point("Strehla"), point("Dresden Hauptbahnhof"))
    found = _search(world, *ways, TUESDAY, "06:40", VEHICLE_KINDS)
    kinds = [[leg.kind for leg in journey.legs if leg.kind is not LegKind.WALK] for journey in found]
    assert [LegKind.RIDE, LegKind.TRANSIT] in kinds
    public = [journey for journey, own in zip(found, kinds, strict=True) if LegKind.RIDE not in own]
    assert public == _search(world, *ways, TUESDAY, "06:40", PUBLIC)


def test_an_on_call_bus_on_sunday(world: World) -> None:
    found = _search(
        world,
        point("Roitzsch"),
        point("Lommatzsch"),
        dt.date(2026, 11, 29),
        "08:30",
        frozenset({LegKind.RUFBUS}),
    )
    assert found
    assert {leg.kind for leg in found[0].legs} == {LegKind.WALK, LegKind.RUFBUS}
