"""A kept journey is looked at again: it holds, it is late, it breaks, and how one gets on then."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from mitfahr.db.session import readers
from mitfahr.domain.errors import LinkUnreadable
from mitfahr.domain.prices import PriceLaw
from mitfahr.journey_link import can_be_linked, link_texts, read_link
from mitfahr.services.recheck_journey import Recheck, recheck_journey
from routing.journey import Journey
from routing.query import LegKind
from routing.reasons import Reason
from routing.search import search
from tests.worlds import World, world

DRAWN = """
at A 0 0
at B 5000 0
at B2 5100 0
at C 10000 0
at F 0 30
street A B 5000 m 300 s
street B B2 100 m 10 s
street B2 C 4900 m 300 s
line 1 | A B
t1 | 09:00 09:20
t5 | 10:00 10:20
line 2 | B2 C
t2 | 09:25 09:45
t4 | 09:55 10:15
run r | A 11:00 | C 11:30 | seats 8 | bookable 10:00
"""
LINK = [
    "transit,2026-06-02,09:00,A,09:20,B,1,t1,0-1",
    "transit,2026-06-02,09:25,B2,09:45,C,2,t2,0-1",
]


def kept(drawn: World) -> Journey:
    found = search(drawn.snapshot(), drawn.query("A", "C", "09:00", window_s=3600))
    return next(one for one in found if one.vehicles == 2)


def rechecked(engine: Engine, text: str, at: str = "08:00", link: list[str] = LINK) -> Recheck:
    drawn = world(text)
    return recheck_journey(
        readers(engine),
        drawn.snapshot(),
        read_link(link),
        now=drawn.at(at),
        secret_key="key of the test",
        law=PriceLaw(),
    )


def test_the_link_says_vehicles_and_stops_and_nothing_else() -> None:
    journey = kept(world(DRAWN))
    assert can_be_linked(journey)
    assert link_texts(journey) == LINK
    assert [leg.departure_s for leg in read_link(LINK)] == [
        leg.departure_s for leg in journey.legs if leg.kind is not LegKind.WALK
    ]


def test_a_door_is_in_no_link() -> None:
    drawn = world(DRAWN)
    (journey,) = (
        one
        for one in search(drawn.snapshot(), drawn.query("F", "C", "08:50", window_s=1200))
        if one.vehicles == 2
    )
    assert journey.legs[0].kind is LegKind.WALK and journey.legs[0].origin.stop_id is None
    assert link_texts(journey) == LINK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "transit",
        "walk,2026-06-02,09:00,A,09:20,B,1,t1,0-1",
        "transit,2026-13-02,09:00,A,09:20,B,1,t1,0-1",
        "transit,2026-06-02,9 Uhr,A,09:20,B,1,t1,0-1",
        "transit,2026-06-02,09:00,A,08:20,B,1,t1,0-1",
        "transit,2026-06-02,09:00,,09:20,B,1,t1,0-1",
        "transit,2026-06-02,09:00,A,09:20,B,1,t1,0",
        "transit,0001-01-01,09:00,A,09:20,B,1,t1,0-1",
    ],
)
def test_a_damaged_link_is_refused(text: str) -> None:
    with pytest.raises(LinkUnreadable):
        read_link([text])


def test_it_holds_and_can_be_booked(database: Engine) -> None:
    found = rechecked(database, DRAWN)
    assert found.holds and found.other is None
    (itinerary,) = found.now.itineraries
    assert itinerary.token is not None
    assert [leg.kind for leg in itinerary.journey.legs] == [LegKind.TRANSIT, LegKind.WALK, LegKind.TRANSIT]


def test_a_short_delay_is_shown_and_holds(database: Engine) -> None:
    found = rechecked(database, DRAWN + "expected t1 | 09:01 09:21")
    assert found.holds
    first = found.now.itineraries[0].journey.legs[0]
    assert (first.departure_s - (first.planned_departure_s or 0)) == 60


def test_a_missed_change_offers_the_way_on_from_there(database: Engine) -> None:
    found = rechecked(database, DRAWN + "expected t1 | 09:10 09:30")
    assert found.reasons == {1: Reason.CHANGE_TOO_SHORT}
    assert found.now.itineraries[0].token is None
    assert found.other_from is not None and found.other_from.stop_id == "B"
    assert found.other is not None
    assert found.other.itineraries[0].journey.legs[-1].trip_id == "t4"


def test_a_cancelled_trip_offers_the_next_way(database: Engine) -> None:
    found = rechecked(database, DRAWN + "cancelled t2")
    assert found.reasons == {1: Reason.TRIP_CANCELLED}
    assert found.other is not None and found.other_from is None
    assert found.other.itineraries[0].journey.legs[-1].trip_id == "t4"


def test_a_new_timetable_may_rename_its_trips(database: Engine) -> None:
    renamed = DRAWN.replace("\nt1 |", "\nx1 |").replace("\nt2 |", "\nx2 |")
    found = rechecked(database, renamed)
    assert found.holds
    assert found.now.itineraries[0].journey.legs[0].trip_id == "x1"


def test_a_trip_that_is_gone_is_said(database: Engine) -> None:
    found = rechecked(database, DRAWN.replace("t2 | 09:25 09:45\n", ""))
    assert found.reasons == {1: Reason.TRIP_GONE}
    assert found.other is not None


def test_a_stop_that_is_gone_is_said(database: Engine) -> None:
    found = rechecked(database, DRAWN, link=[LINK[0], LINK[1].replace(",C,", ",X,")])
    assert found.gone_stops == ("X",) and not found.holds and found.other is None


def test_what_is_over_is_said_and_the_next_way_offered(database: Engine) -> None:
    found = rechecked(database, DRAWN, at="09:15")
    assert found.is_past and not found.holds
    assert found.other is not None


def test_a_run_that_can_no_longer_be_booked(database: Engine) -> None:
    link = ["buergerbus,2026-06-02,11:00,A,11:30,C,r,r,0-1"]
    assert rechecked(database, DRAWN, at="09:55", link=link).holds
    found = rechecked(database, DRAWN, at="10:30", link=link)
    assert found.reasons == {0: Reason.TOO_LATE_TO_BOOK}


@pytest.mark.parametrize(
    "text",
    [
        "buergerbus,2026-06-02,11:01,A,11:30,C,r,r,0-9",
        "buergerbus,2026-06-02,11:01,A,11:30,C,r,r,1-0",
        "buergerbus,2026-06-02,11:01,A,11:30,C,r,t1,0-1",
        "ride,2026-06-02,11:00,A,11:30,C,r,r,0-0,11:00",
        "ride,2026-06-02,11:00,A,11:30,C,r,r,5-9",
        "transit,2026-06-02,11:00,A,11:30,C,1,r,0-1",
        "rufbus,2026-06-02,09:00,A,09:20,B,1,t1,7-9",
    ],
)
def test_a_link_that_somebody_made_up_is_only_wrong(database: Engine, text: str) -> None:
    found = rechecked(database, DRAWN, link=[text])
    assert not found.holds and found.now.itineraries[0].token is None
