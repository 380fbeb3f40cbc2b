"""What a rider can do whose journey has lost a leg: another way to book at once, keep or release the rest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mitfahr.services.find_replacement import offer_released, offer_replacement
from routing.errors import RoutingError
from routing.snapshot import Snapshot
from web.bookings_view import BookingView
from web.forms.booking import OtherWayForm
from web.forms.search import SearchForm, form_of
from web.journeys_view import JourneyView, journey_views
from web.portal import portal


@dataclass(frozen=True, slots=True)
class WayOn:
    """`journey` and `form` book the best other way (None without one), `keep` what was given back when a
    leg fell away; `question` searches for more."""

    journey: JourneyView | None
    form: OtherWayForm | None
    question: SearchForm | None
    keep: OtherWayForm | None


def way_on(booking: BookingView, snapshot: Snapshot, now: dt.datetime) -> WayOn:
    """For a booking that `needs_way_on`."""
    here = portal()
    answer = offer_replacement(
        here.reading,
        snapshot,
        booking_id=booking.booking_id,
        now=now,
        secret_key=here.settings.secret_key,
        law=here.price_law,
    )
    released = offer_released(
        here.reading,
        booking_id=booking.booking_id,
        timetable_version=snapshot.timetable.version,
        now=now,
        secret_key=here.settings.secret_key,
        law=here.price_law,
    )
    keep = OtherWayForm(formdata=None, offer=released.itineraries[0].token) if released else None
    if answer is None:
        return WayOn(None, None, None, keep)
    (journey,) = journey_views(answer.itineraries, answer.rides, snapshot.timetable)
    try:
        question = form_of(answer.request, snapshot.timetable)
    except RoutingError:  # a stop of the question is gone
        question = None
    return WayOn(journey, OtherWayForm(formdata=None, offer=journey.token), question, keep)
