"""Rides that do not suit are neither found nor booked nor offered as another way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mitfahr.db.people import Person
from mitfahr.domain.errors import NotForParty
from mitfahr.domain.ride_terms import Need, Terms
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import Answer
from tests.mitfahr.rides.portal import NOW, Portal
from tests.mitfahr.rides.test_find_itineraries import ASK, find, kinds

NEEDY = replace(ASK, needs=frozenset({Need.PET, Need.NO_SMOKE}))


def woman(portal: Portal, first_name: str) -> str:
    person_id = portal.person(first_name)
    with portal.sessions.begin() as session:
        session.get_one(Person, person_id).is_woman = True
    return person_id


def ride_token(answer: Answer) -> str:
    return next(one.token for one in answer.itineraries if one.journey.uses_private_ride) or ""


def test_rides_for_women_are_there_for_women_only(portal: Portal) -> None:
    portal.offer(woman(portal, "Anna"), terms=Terms(women_only=True))
    rita, sven = woman(portal, "Rita"), portal.person("Sven")
    assert "ride" not in kinds(find(portal)), "nor for somebody who is not signed in"
    assert "ride" not in kinds(find(portal, person_id=sven))
    token = ride_token(find(portal, person_id=rita))
    with pytest.raises(NotForParty):
        portal.book(sven, token)
    portal.book(rita, token)
    assert portal.contradictions() == []


def test_what_the_party_brings_must_be_welcome(portal: Portal) -> None:
    portal.offer(portal.person("Anna"))
    assert "ride" in kinds(find(portal)) and "ride" not in kinds(find(portal, NEEDY))
    ride_id = portal.offer(portal.person("Bert"), terms=Terms(pets=True))
    token = ride_token(find(portal, NEEDY))
    assert find(portal, NEEDY).rides[ride_id].terms == Terms(pets=True)
    booking = portal.booking(portal.book(portal.person("Rita"), token))
    assert booking.legs[0].ride_id == ride_id
    assert TripRequest.from_json(booking.question).needs == NEEDY.needs


def test_withdrawn_and_past_rides_are_not_read_for_it(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), terms=Terms(smoking=True))
    with portal.readers() as session:
        assert closed_to(session, None, {Need.NO_SMOKE}, NOW) == frozenset(portal.live())
        assert closed_to(session, None, (), NOW) == frozenset()
        assert closed_to(session, None, {Need.NO_SMOKE}, NOW.replace(year=2027)) == frozenset()
