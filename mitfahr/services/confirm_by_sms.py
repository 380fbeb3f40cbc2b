"""Send the confirmation of a booking to the rider's mobile telephone, because somebody asked for it in a call."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.outbox import queue_sms
from mitfahr.domain.errors import PhoneInvalid, StateForbids
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.states import LIVE
from mitfahr.messages import sms_of
from mitfahr.services.find_callers import booking_for_caller


def confirm_by_sms(
    sessions: sessionmaker[Session],
    *,
    booking_id: str,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> None:
    """Queue one short message; commits. The same form sent again sends nothing more.

    Raises Unknown, NotAllowed, StateForbids for what is cancelled, PhoneInvalid where no message can be read,
    IdempotencyConflict.
    """
    with sessions.begin() as session:
        if claim(session, actor_id, idempotency_key, {"sms": booking_id}, now) is not None:
            return
        booking = booking_for_caller(session, actor_id, booking_id)
        if not any(leg.state in LIVE for leg in booking.legs):
            raise StateForbids(booking.state, "confirmed")
        phone = booking.rider.phone
        if phone is None or not takes_sms(phone):
            raise PhoneInvalid(phone or "")
        queue_sms(session, phone, sms_of(booking), now, booking_id=booking_id)
        keep_answer(session, actor_id, idempotency_key, {})
