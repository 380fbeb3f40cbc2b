"""What each side knows of the other at each step of a shared ride, as one table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from mitfahr.db.bookings import BookingLeg
from mitfahr.seen import driver_seen, passenger_seen
from mitfahr.services.blur_places import blur_places
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.lapse_holds import lapse_holds
from tests.mitfahr.rides.portal import NOW, Portal, clock, district
from tests.mitfahr.rides.test_seen import from_door

DAY = dt.timedelta(days=1)
OVER = clock("09:00")


@dataclass(frozen=True)
class Known:
    """Each field: what the one side has learnt, None while it is kept from it."""

    rider_last_name: str | None = None
    rider_phone: str | None = None
    door: str = "in der Nähe von B"
    door_is_exact: bool = False
    driver_last_name: str | None = None
    driver_phone: str | None = None
    car: str | None = None


STRANGERS = Known()
MATCHED = Known("Test", "0170 123", "Am Anger 3", True, "Test", "0170 123", "Blauer Golf, MEI-XY 1")

# step | when it is looked at | what both know
TABLE = {
    "asked": (NOW, STRANGERS),
    "declined": (NOW, STRANGERS),
    "lapsed": (NOW + DAY, STRANGERS),
    "confirmed": (NOW, MATCHED),
    "confirmed, on the way": (clock("08:03"), MATCHED),
    "cancelled": (NOW, STRANGERS),
    "completed": (OVER, MATCHED),
    "completed, 23 hours after": (OVER + 22 * DAY / 24, MATCHED),
    "completed, a day after": (OVER + DAY, STRANGERS),
    "blurred": (OVER + 15 * DAY, STRANGERS),
}


@pytest.mark.parametrize("step", TABLE)
def test_both_sides_at_each_step(portal: Portal, step: str) -> None:
    moment, expected = TABLE[step]
    leg = reach(portal, step)
    passenger, driver = passenger_seen(leg, moment), driver_seen(leg, moment)
    assert driver is not None and driver.person is not None
    assert (passenger.person.first_name, driver.person.first_name) == ("Rita", "Anna")  # at every step
    assert expected == Known(
        rider_last_name=passenger.person.last_name,
        rider_phone=passenger.person.phone,
        door=passenger.origin.name,
        door_is_exact=passenger.origin.lat is not None,
        driver_last_name=driver.person.last_name,
        driver_phone=driver.person.phone,
        car=driver.vehicle,
    )


def reach(portal: Portal, step: str) -> BookingLeg:
    """The leg of a request from a door, brought to this step through the services."""
    anna, booking_id, leg_id = from_door(portal)
    here = portal.snapshot()
    if step == "declined":
        decline_request(portal.sessions, here, leg_id=leg_id, driver_id=anna, now=NOW)
    elif step == "lapsed":
        lapse_holds(portal.sessions, here, now=NOW + DAY)
    elif step != "asked":
        confirm_request(portal.sessions, here, leg_id=leg_id, driver_id=anna, now=NOW)
    if step == "cancelled":
        rider_id = portal.booking(booking_id).rider_id
        cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rider_id, now=NOW)
    if step.startswith(("completed", "blurred")):
        complete_legs(portal.sessions, now=OVER)
    if step == "blurred":
        blur_places(portal.sessions, district()[0].timetable, now=OVER + 15 * DAY)
    return portal.booking(booking_id).legs[0]
