"""Booked journeys under a timetable that another feed was merged into: nobody is told, seats stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gtfs.merge import Part, merge
from mitfahr.services.recheck_bookings import Rechecked
from routing import Snapshot
from tests.mitfahr.rides.portal import DISTRICT, Portal
from tests.mitfahr.rides.test_recheck_bookings import bus, recheck, ride_and_bus, subjects
from tests.worlds import world

FAR_M = 60_000
"""Here the neighbour gives the district's ids to other places."""


@pytest.mark.parametrize("neighbour_east_m", [FAR_M, 0])
def test_bookings_stay_when_a_neighbour_is_merged(portal: Portal, neighbour_east_m: int) -> None:
    own, neighbour = world(DISTRICT).timetable, world(DISTRICT, neighbour_east_m).timetable
    rita, anna = portal.person("Rita"), portal.person("Anna")
    ride_id = portal.offer(anna)
    portal.book(rita, portal.token(bus("D", "E", "09:30")))
    ride_and_bus(portal, rita, ride_id)
    taken = portal.taken(ride_id)
    merged, _ = merge([Part("own", own), Part("nb", neighbour)])
    assert ("nb:A" in merged.stop_by_id) == bool(neighbour_east_m)
    drawn = world(DISTRICT, timetable=merged)
    links = replace(drawn.links, timetable="merged")
    assert recheck(portal, Snapshot.of(merged, links, drawn.roads)) == Rechecked(unchanged=2)
    assert portal.taken(ride_id) == taken
    assert subjects(portal, "") == []
    assert portal.contradictions() == []
