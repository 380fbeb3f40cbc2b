"""From a question to a booked journey, through the real search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from mitfahr.db.blocks import PersonBlock
from mitfahr.db.outbox import OutboxMessage
from mitfahr.domain.states import LegState
from mitfahr.domain.trip_request import TripRequest
from mitfahr.offered import read_signed
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.decide_request import decline_request
from mitfahr.services.find_itineraries import Answer, find_itineraries
from mitfahr.services.find_replacement import find_replacement
from routing.journey import Leg
from routing.query import LegKind, Point, StopRef
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, place
from tests.mitfahr.rides.test_bookings import mails

ASK = TripRequest(StopRef("B"), StopRef("E"), clock("08:00"))


def find(portal: Portal, request: TripRequest = ASK, person_id: str | None = None) -> Answer:
    return find_itineraries(
        portal.readers,
        portal.snapshot(),
        request,
        now=NOW,
        secret_key=KEY,
        law=LAW,
        person_id=person_id,
    )


def kinds(answer: Answer) -> list[str]:
    return sorted(
        " ".join(leg.kind for leg in itinerary.journey.legs if leg.kind is not LegKind.WALK)
        for itinerary in answer.itineraries
    )


def kinds_of(legs: Sequence[Leg]) -> list[str]:
    return [leg.kind for leg in legs]


def test_a_ride_beside_the_bus_with_its_price_and_a_token(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), rate_ct_per_km=20, asks_first=True)
    answer = find(portal)
    assert not answer.beyond_window
    (ride,) = [one for one in answer.itineraries if one.price_ct is not None]
    (leg,) = ride.journey.legs
    assert (leg.kind, leg.distance_m, ride.leg_price_ct) == (LegKind.RIDE, 6000, (120,))
    facts = answer.rides[ride_id]
    assert (facts.label, facts.asks_first, facts.phone) == ("Fahrt mit Anna", True, None)
    assert ride.token is not None
    booking_id = portal.book(portal.person("Rita"), ride.token)
    booked = portal.booking(booking_id)
    assert (booked.price_ct, booked.legs[0].departure_s) == (120, leg.departure_s)
    assert booked.legs[0].shown["ride_id"] == ride_id
    assert portal.contradictions() == []


def test_the_seat_is_gone_for_the_next_and_back_after_a_cancellation(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), seats=1, budget_s=300)  # too little to come back for a second rider
    rita = portal.person("Rita")
    (token,) = [one.token for one in find(portal).itineraries if one.journey.uses_private_ride]
    booking_id = portal.book(rita, token or "")
    assert "ride" not in kinds(find(portal))
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=NOW)
    assert "ride" in kinds(find(portal))


def test_runs_are_found_and_booked(portal: Portal) -> None:
    run_id = portal.run()
    (run,) = [one for one in find(portal).itineraries if kinds_of(one.journey.legs) == ["buergerbus"]]
    assert run.price_ct is None
    portal.book(portal.person("Rita"), run.token or "")
    assert portal.taken(run_id) == [0, 1, 1, 1]


def test_a_chain_of_ride_and_bus_is_booked_whole(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), "B", "D", at="08:40", budget_s=0)
    (chain,) = [one for one in find(portal).itineraries if kinds_of(one.journey.legs) == ["ride", "transit"]]
    booking = portal.booking(portal.book(portal.person("Rita"), chain.token or ""))
    assert [leg.state for leg in booking.legs] == [LegState.CONFIRMED, LegState.NOTED]
    assert booking.legs[1].shown["trip_id"] == "t1"
    assert portal.taken(ride_id) == [0, 1, 0]


def test_ones_own_rides_and_those_of_blocked_people_are_not_shown(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    portal.offer(anna)
    assert "ride" in kinds(find(portal, person_id=rita))
    assert "ride" not in kinds(find(portal, person_id=anna))
    with portal.sessions.begin() as session:
        session.add(PersonBlock(blocker_id=anna, blocked_id=rita, created_at=NOW))
    assert "ride" not in kinds(find(portal, person_id=rita))
    assert "ride" in kinds(find(portal))


def test_from_door_to_door(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), rate_ct_per_km=10)
    door, goal = place("B+300"), place("D+500")
    request = replace(
        ASK, origin=Point(door.lat, door.lon, "Am Anger 3"), destination=Point(goal.lat, goal.lon, "Markt 1")
    )
    rides = [one for one in find(portal, request).itineraries if kinds_of(one.journey.legs) == ["ride"]]
    (direct,) = rides
    booking = portal.booking(portal.book(portal.person("Rita"), direct.token or ""))
    assert (booking.origin_name, booking.legs[0].origin_area) == ("Am Anger 3", "in der Nähe von B")
    assert portal.contradictions() == []


def test_nothing_in_the_window_shows_what_comes_next(portal: Portal) -> None:
    answer = find(portal, replace(ASK, origin=StopRef("D"), when=clock("06:00"), window_s=3600))
    assert answer.beyond_window
    assert kinds(answer) == ["transit"]
    assert answer.itineraries[0].journey.departure_s == int(clock("09:00").timestamp())
    nothing = find(portal, replace(ASK, when=clock("11:00")))
    assert (nothing.itineraries, nothing.beyond_window) == ((), False)


def test_a_walk_has_nothing_to_book(portal: Portal) -> None:
    door = place("B+300")
    answer = find(portal, replace(ASK, destination=Point(door.lat, door.lon)))
    assert [one.token for one in answer.itineraries if not one.journey.vehicles] == [None]


def test_the_token_says_what_the_page_said(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), rate_ct_per_km=20)
    for itinerary in find(portal).itineraries:
        if itinerary.token is not None:
            offered = read_signed(itinerary.token, KEY)
            assert offered.journey == itinerary.journey
            assert offered.leg_price_ct == itinerary.leg_price_ct
            assert offered.request == ASK


def test_who_loses_a_ride_is_told_another_way(portal: Portal) -> None:
    anna = portal.person("Anna")
    ride_id = portal.offer(anna, "D", "E", at="08:40", asks_first=True)
    request = replace(ASK, origin=StopRef("D"))
    (token,) = [one.token for one in find(portal, request).itineraries if one.journey.uses_private_ride]
    booking_id = portal.book(portal.person("Rita"), token or "")
    found = find_replacement(
        portal.sessions,
        portal.snapshot(),
        booking_id=booking_id,
        without_rides=frozenset({ride_id}),
        now=NOW,
    )
    assert found is not None
    assert [leg.trip_id for leg in found.legs] == ["t1"]
    leg_id = portal.booking(booking_id).legs[0].id
    decline_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=NOW)
    with portal.readers() as session:
        bodies = [row.body for row in session.scalars(select(OutboxMessage)) if "Änderung" in row.subject]
    assert "Eine andere Möglichkeit: los am Dienstag, 02.06.2026, 09:00 Uhr" in bodies[0]
    assert len(mails(portal)) == 3


@pytest.mark.parametrize("arrive_by", [False, True])
def test_a_question_of_yesterday_has_an_answer_only_if_there_is_time(portal: Portal, arrive_by: bool) -> None:
    run_id = portal.run(at="08:30")
    request = replace(ASK, arrive_by=arrive_by, when=clock("09:15" if arrive_by else "08:00"))
    tokens = [
        one.token for one in find(portal, request).itineraries if kinds_of(one.journey.legs) == ["buergerbus"]
    ]
    booking_id = portal.book(portal.person("Rita"), tokens[0] or "")
    late = clock("09:20") if arrive_by else clock("11:00")
    found = find_replacement(
        portal.sessions, portal.snapshot(), booking_id=booking_id, without_rides=frozenset({run_id}), now=late
    )
    assert found is None
