"""Search, book, read, change and cancel over JSON; the same services as the pages, so the same rights.

Whoever books shows a key (`web.bearer`); every changing request carries an `Idempotency-Key`, and sent
again it is answered as before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from flask import Blueprint, Response, request, url_for

from mitfahr.db.bookings import booking_of, bookings_of_rider, bookings_of_trip
from mitfahr.domain.access_tokens import Scope
from mitfahr.domain.errors import NothingServes, Unknown
from mitfahr.domain.times import seconds
from mitfahr.itinerary import answer_json
from mitfahr.languages import _
from mitfahr.services import book_journey as booking_service
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import change_party
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.note_contact_reads import note_contact_reads
from web.access import access
from web.bearer import key_owner_id
from web.bookings_json import booking_json, offer_json, summary_json
from web.forms.api_body import BodyInvalid, read_booking, read_change, read_idempotency_key, read_search
from web.forms.parameters import ParametersInvalid
from web.portal import portal
from web.problems import API_ROOT, OPEN_TO_ALL, json_response, problem

views = Blueprint("api_bookings", __name__, url_prefix=API_ROOT)


@views.post("/search")
@access(Scope.READ)
def search() -> Response:
    """Journeys as the key's owner may book them, each with a signed offer."""
    asked, here, now = read_search(), portal(), dt.datetime.now(dt.UTC)
    snapshot = here.live.current(now)
    answer = find_itineraries(
        here.reading,
        snapshot,
        asked,
        now=now,
        secret_key=here.settings.secret_key,
        law=here.price_law,
        person_id=key_owner_id(),
    )
    return json_response(
        answer_json(snapshot.timetable, [offer_json(itinerary) for itinerary in answer.itineraries])
    )


@views.post("/bookings")
@access(Scope.BOOK)
def book() -> Response:
    key, body, here, now = read_idempotency_key(), read_booking(), portal(), dt.datetime.now(dt.UTC)
    booking_id = booking_service.book_journey(
        here.writing,
        here.live.current(now),
        booking_service.BookingForm(
            token=body.offers,
            rider_id=key_owner_id(),
            keep_others=body.keep_others,
            message=body.message,
        ),
        actor_id=key_owner_id(),
        idempotency_key=key,
        secret_key=here.settings.secret_key,
        law=here.price_law,
        now=now,
    )
    answer = _booking(booking_id, 201)
    answer.headers["Location"] = url_for("api_bookings.one", booking_id=booking_id)
    return answer


@views.get("/bookings")
@access(Scope.READ)
def all_to_come() -> Response:
    """Bookings whose journey has not ended yet, in whatever state, soonest first."""
    with portal().reading() as session:
        bookings = bookings_of_rider(session, key_owner_id(), seconds(dt.datetime.now(dt.UTC)))
        return json_response({"bookings": [summary_json(booking) for booking in bookings]})


@views.get("/bookings/<booking_id>")
@access(Scope.READ)
def one(booking_id: str) -> Response:
    return _booking(booking_id)


@views.patch("/bookings/<booking_id>")
@access(Scope.BOOK)
def change(booking_id: str) -> Response:
    key, asked = read_idempotency_key(), read_change()
    _check_own(booking_id)
    change_party(
        portal().writing,
        booking_id=booking_id,
        change=asked,
        actor_id=key_owner_id(),
        idempotency_key=key,
        now=dt.datetime.now(dt.UTC),
    )
    return _booking(booking_id)


@views.delete("/bookings/<booking_id>")
@access(Scope.BOOK)
def cancel(booking_id: str) -> Response:
    """Cancel what has not left yet; sent again, it changes nothing."""
    _check_own(booking_id)
    cancel_booking(
        portal().writing,
        booking_id=booking_id,
        actor_id=key_owner_id(),
        now=dt.datetime.now(dt.UTC),
    )
    return _booking(booking_id)


@views.delete("/bookings/<booking_id>/legs/<leg_id>")
@access(Scope.BOOK)
def cancel_leg(booking_id: str, leg_id: str) -> Response:
    _check_own(booking_id)
    cancel_booking(
        portal().writing,
        booking_id=booking_id,
        leg_id=leg_id,
        keep_others=request.args.get("keep_others") in ("true", "1"),
        actor_id=key_owner_id(),
        now=dt.datetime.now(dt.UTC),
    )
    return _booking(booking_id)


@views.errorhandler(ParametersInvalid)
def unreadable(error: ParametersInvalid) -> Response:
    status = 422 if isinstance(error, BodyInvalid) else 400
    mistakes = [dataclasses.asdict(mistake) for mistake in error.mistakes]
    return problem(status, _("Diese Anfrage ist nicht zu verstehen"), str(error), mistakes)


@views.after_request
def open_to_all(answer: Response) -> Response:
    """For browsers that ask before they send a key."""
    for name, value in OPEN_TO_ALL.items():
        answer.headers.setdefault(name, value)
    return answer


def _booking(booking_id: str, status: int = 200) -> Response:
    """The booking as it is now, for its rider; whose number is shown is written down."""
    _check_own(booking_id)
    now = dt.datetime.now(dt.UTC)
    try:
        live = portal().live.current(now).live
    except NothingServes:
        live = None
    with portal().reading() as session:
        booking = booking_of(session, booking_id)
        trip = {other.id for other in bookings_of_trip(session, booking)} - {booking_id}
        body = booking_json(booking, trip, now, live)
    shown = [leg["id"] for leg in body["legs"] if leg["driver"] and leg["driver"]["last_name"]]
    note_contact_reads(portal().writing, viewer_id=key_owner_id(), leg_ids=shown, now=now)
    return json_response(body, status)


def _check_own(booking_id: str) -> None:
    """Raises Unknown for anybody else's booking."""
    with portal().reading() as session:
        if booking_of(session, booking_id).rider_id != key_owner_id():
            raise Unknown("booking", booking_id)
