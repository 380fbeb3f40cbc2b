"""A journey as an entry of a calendar (iCalendar, RFC 5545 and 5546).

The entry keeps its UID for as long as the journey exists, in whatever shape; every state that is sent has
a higher SEQUENCE, and a journey that is cancelled is sent with METHOD:CANCEL, so that it goes from the
calendar by itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from mitfahr.db.bookings import Booking
from mitfahr.db.outbox import PORTAL
from mitfahr.domain.states import FALLEN, BookingState
from mitfahr.domain.times import moment
from mitfahr.languages import _
from routing.journey import Journey

STATUS = {
    BookingState.WAITING: "TENTATIVE",
    BookingState.BOOKED: "CONFIRMED",
    BookingState.BROKEN: "TENTATIVE",
    BookingState.ENDED: "CANCELLED",
    BookingState.TRAVELLED: "CONFIRMED",
}


def calendar_file(booking: Booking, description: str, sequence: int, now: dt.datetime) -> str:
    """The text of an .ics file; who it comes from is still open (see `addressed`)."""
    method = "CANCEL" if booking.state is BookingState.ENDED else "PUBLISH"
    return _file(method, [_entry(booking, description, sequence, now)])


def calendar_of_all(bookings: Iterable[tuple[Booking, str, int]], now: dt.datetime) -> str:
    """As `calendar_file`, with an entry for each booking, its description and its sequence."""
    return _file("PUBLISH", [_entry(*one, now) for one in bookings])


def _entry(booking: Booking, description: str, sequence: int, now: dt.datetime) -> Event:
    begins_s, ends_s = _begins_and_ends_s(booking)
    entry = Event()
    entry.add("uid", f"{booking.calendar_uid}@mitfahrportal")
    entry.add("sequence", sequence)
    entry.add("dtstamp", now)
    entry.add("dtstart", moment(begins_s))
    entry.add("dtend", moment(ends_s))
    entry.add("summary", f"{booking.origin_name or _('Start')} → {booking.destination_name or _('Ziel')}")
    entry.add("description", description)
    if booking.origin_name:
        entry.add("location", booking.origin_name)
    entry.add("status", STATUS[booking.state])
    entry.add("url", f"{PORTAL}/meine-fahrten/{booking.id}")
    return entry


def _file(method: str, entries: Iterable[Event]) -> str:
    calendar = Calendar()
    calendar.add("prodid", "-//Mitfahrportal//DE")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for entry in entries:
        calendar.add_component(entry)
    return as_text(calendar)


def journey_calendar(journey: Journey, description: str, now: dt.datetime) -> Calendar:
    """A journey that nobody has booked: the same journey is the same entry, however often it is saved."""
    places = journey.legs[0].origin.name, journey.legs[-1].destination.name
    told = repr((journey.departure_s, journey.arrival_s, *places)).encode()
    entry = Event()
    entry.add("uid", f"{hashlib.sha256(told).hexdigest()[:32]}@mitfahrportal")
    entry.add("dtstamp", now)
    entry.add("dtstart", moment(journey.departure_s))
    entry.add("dtend", moment(journey.arrival_s))
    entry.add("summary", " → ".join(places))
    entry.add("description", description)
    entry.add("location", places[0])
    calendar = Calendar()
    calendar.add("prodid", "-//Mitfahrportal//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return calendar


def addressed(text: str, sender: str, base_url: str) -> Calendar:
    """The file as it leaves the portal: `sender` becomes its organizer, its links lead to `base_url`.

    Raises ValueError when it is no calendar file.
    """
    calendar = Calendar.from_ical(text)
    for entry in calendar.walk("VEVENT"):
        entry["organizer"] = vCalAddress(f"mailto:{parseaddr(sender)[1]}")
        entry["url"] = vUri(str(entry["url"]).replace(PORTAL, base_url))
        entry["description"] = vText(str(entry["description"]).replace(PORTAL, base_url))
    return calendar


def as_text(calendar: Calendar) -> str:
    text: bytes = calendar.to_ical()
    return text.decode()


def _begins_and_ends_s(booking: Booking) -> tuple[int, int]:
    """From door to door; of a journey that has lost a part, what is left of it."""
    left = [leg for leg in booking.legs if leg.state not in FALLEN]
    if not left or len(left) == len(booking.legs):
        return booking.departure_s, booking.arrival_s
    begins_s = booking.departure_s if left[0].seq == 0 else left[0].departure_s
    ends_s = booking.arrival_s if left[-1].seq == len(booking.legs) - 1 else left[-1].arrival_s
    return begins_s, ends_s
