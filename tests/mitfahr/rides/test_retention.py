"""What is left of a journey after a day, two weeks and eight weeks, in the database itself."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from mitfahr.db.bookings import bookings_of_rider
from mitfahr.db.idempotency import IdempotencyKey
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.ratings import Rating
from mitfahr.db.rides import Ride
from mitfahr.db.schema import metadata
from mitfahr.domain.states import LegState
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json
from mitfahr.services.anonymise_bookings import NOBODY_ID, anonymise_bookings
from mitfahr.services.blur_places import blur_places
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.note_contact_reads import note_contact_reads
from mitfahr.services.rate_leg import rate_leg
from tests.mitfahr.rides.portal import NOW, Portal, clock, district
from tests.mitfahr.rides.test_seen import from_door

END = clock("09:00")
TWO_WEEKS, EIGHT_WEEKS = END + dt.timedelta(days=14), END + dt.timedelta(days=56)


def travelled(portal: Portal) -> tuple[str, str, str]:
    anna, booking_id, leg_id = from_door(portal)
    confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=NOW)
    complete_legs(portal.sessions, now=END)
    note_contact_reads(portal.sessions, viewer_id=anna, leg_ids=[leg_id], now=END)
    rate_leg(portal.sessions, leg_id=leg_id, rater_id=anna, again=True, praise=[], now=END)
    return anna, booking_id, leg_id


def blur(portal: Portal, now: dt.datetime) -> int:
    return blur_places(portal.sessions, district()[0].timetable, now=now)


def everything(portal: Portal) -> str:
    """All rows of all tables but the accounts themselves and the mails, as text."""
    with portal.readers() as session:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            if table.name not in ("person", "outbox_message")
            for row in session.execute(sa.select(table))
        )


def test_exact_places_are_blurred_after_two_weeks_and_not_before(portal: Portal) -> None:
    _, booking_id, _ = travelled(portal)
    before = portal.booking(booking_id).legs[0]
    assert blur(portal, TWO_WEEKS - dt.timedelta(hours=1)) == 0
    assert "Am Anger 3" in everything(portal)
    assert blur(portal, TWO_WEEKS) == 1
    assert blur(portal, TWO_WEEKS + dt.timedelta(days=1)) == 0
    left = everything(portal)
    for exact in ("Am Anger 3", "Markt 1", str(before.origin_lon), str(before.destination_lon)):
        assert exact not in left
    booking = portal.booking(booking_id)
    assert booking.origin_name == booking.legs[0].origin_name == "in der Nähe von B"
    assert (booking.legs[0].origin_lat, booking.legs[0].origin_lon) == (
        round(before.origin_lat, 2),
        round(before.origin_lon, 2),
    )
    assert journey_from_json(booking.journey).legs  # type: ignore[arg-type]
    assert TripRequest.from_json(booking.question)
    assert booking.legs[0].state is LegState.COMPLETED
    assert portal.contradictions() == []


def test_nobody_is_left_after_eight_weeks(portal: Portal) -> None:
    anna, booking_id, _ = travelled(portal)
    rita = portal.booking(booking_id).rider_id
    with portal.sessions.begin() as session:
        session.execute(sa.update(OutboxMessage).values(sent_at=END))
    blur(portal, EIGHT_WEEKS)
    assert anonymise_bookings(portal.sessions, now=EIGHT_WEEKS - dt.timedelta(hours=1)) == 0
    assert rita in everything(portal)
    assert anonymise_bookings(portal.sessions, now=EIGHT_WEEKS + dt.timedelta(days=1)) == 1
    assert anonymise_bookings(portal.sessions, now=EIGHT_WEEKS + dt.timedelta(days=2)) == 0
    booking = portal.booking(booking_id)
    assert (booking.rider_id, booking.rider.first_name, booking.rider.is_active) == (
        NOBODY_ID,
        "Anonym",
        False,
    )
    assert (booking.seats, booking.legs[0].state) == (1, LegState.COMPLETED)
    with portal.readers() as session:
        assert bookings_of_rider(session, rita, 0) == []
        (rating,) = session.scalars(sa.select(Rating))
        assert (rating.leg_id, rating.rater_id, rating.rated_id, rating.again) == (None, None, rita, True)
        (ride,) = session.scalars(sa.select(Ride))
        assert (ride.driver_id, ride.label, ride.vehicle) == (None, "Fahrt", None)
        assert session.scalars(sa.select(OutboxMessage)).all() == []
        assert session.scalars(sa.select(IdempotencyKey)).all() == []
    left = everything(portal)
    assert anna not in left
    assert left.count(rita) == 1  # whom the rating is about: it is part of the account
    assert portal.contradictions() == []
