"""What driver and rider learn of each other before, during and after; who came and who did not."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.roles import Role
from mitfahr.domain.states import BookingState, LegState
from mitfahr.domain.trip_request import TripRequest
from mitfahr.seen import driver_seen, passenger_seen
from mitfahr.services.complete_legs import complete_legs, record_presence
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.ride_schedule import plan_ride
from routing.query import Point
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district, place


def from_door(portal: Portal) -> tuple[str, str, str]:
    """A request from a door near B: ids of driver, booking and leg."""
    anna = portal.person("Anna")
    portal.offer(anna, asks_first=True, vehicle="Blauer Golf, MEI-XY 1", budget_s=900)
    door, goal = place("B+300"), place("D+500")
    request = TripRequest(
        Point(door.lat, door.lon, "Am Anger 3"), Point(goal.lat, goal.lon, "Markt 1"), clock("08:00")
    )
    answer = find_itineraries(portal.readers, portal.snapshot(), request, now=NOW, secret_key=KEY, law=LAW)
    token = next(
        one.token
        for one in answer.itineraries
        if one.journey.uses_private_ride and len(one.journey.legs) == 1
    )
    booking_id = portal.book(portal.person("Rita"), token or "")
    return anna, booking_id, portal.booking(booking_id).legs[0].id


def test_strangers_learn_first_names_and_areas_matched_people_what_they_need(portal: Portal) -> None:
    anna, booking_id, leg_id = from_door(portal)
    leg = portal.booking(booking_id).legs[0]
    rider, driver = passenger_seen(leg, NOW), driver_seen(leg, NOW)
    assert (rider.person.first_name, rider.person.last_name, rider.person.phone) == ("Rita", None, None)
    assert (rider.origin.name, rider.origin.lat) == ("in der Nähe von B", None)
    assert driver is not None
    assert driver.person is not None
    assert (driver.person.first_name, driver.person.phone, driver.vehicle) == ("Anna", None, None)

    confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=NOW)
    leg = portal.booking(booking_id).legs[0]
    rider, driver = passenger_seen(leg, NOW), driver_seen(leg, NOW)
    assert (rider.person.last_name, rider.person.phone) == ("Test", "0170 123")
    assert (rider.origin.name, rider.origin.lat) == ("Am Anger 3", leg.origin_lat)
    assert driver is not None
    assert driver.person is not None
    assert (driver.person.phone, driver.vehicle) == ("0170 123", "Blauer Golf, MEI-XY 1")

    two_days_later = clock("08:00") + dt.timedelta(days=2)
    assert passenger_seen(leg, two_days_later).person.phone is None
    assert passenger_seen(leg, two_days_later).origin.lat is None


def test_mails_before_a_match_name_no_door_to_the_driver(portal: Portal) -> None:
    from_door(portal)
    with portal.readers() as session:
        (body,) = [
            row.body for row in session.scalars(select(OutboxMessage)) if row.recipient.startswith("anna")
        ]
    assert "in der Nähe von B" in body
    assert "Anger" not in body
    assert "Markt 1" not in body


def test_of_a_run_the_association_is_seen_at_any_time(portal: Portal) -> None:
    run_id = portal.run(driver_id=portal.person("Vera", Role.VOLUNTEER))
    booking_id = portal.book(portal.person("Rita"), portal.token(portal.run_leg(run_id, "A", "B")))
    seen = driver_seen(portal.booking(booking_id).legs[0], NOW)
    assert seen is not None
    assert (seen.person, seen.organisation_phone) == (None, "03521 1")


def test_the_clock_completes_and_the_driver_corrects(portal: Portal) -> None:
    anna = portal.person("Anna")
    ride_id = portal.offer(anna)
    booking_id = portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "B", "D")))
    leg_id = portal.booking(booking_id).legs[0].id
    assert complete_legs(portal.sessions, now=clock("08:06")) == 0
    assert complete_legs(portal.sessions, now=clock("08:10")) == 1
    assert portal.booking(booking_id).state is BookingState.TRAVELLED
    for came, state in ((False, LegState.NO_SHOW), (False, LegState.NO_SHOW), (True, LegState.COMPLETED)):
        leg = record_presence(portal.sessions, leg_id=leg_id, actor_id=anna, came=came, now=clock("08:20"))
        assert leg.state is state
    with pytest.raises(NotAllowed):
        record_presence(
            portal.sessions,
            leg_id=leg_id,
            actor_id=portal.person("Neugierig"),
            came=False,
            now=clock("08:20"),
        )
    assert portal.contradictions() == []


def test_the_driver_sees_when_to_be_where(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), latest=clock("08:10"))
    portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "B", "D")))
    plan = plan_ride(district()[1], portal.ride(ride_id))
    assert plan is not None
    times = [int((clock(at)).timestamp()) for at in ("08:00", "08:02", "08:07", "08:10")]
    assert (plan.driver_departure_s, list(plan.reached_s)) == (times[0], times)
