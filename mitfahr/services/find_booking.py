"""Find the booking that somebody without an account wants to cancel."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, bookings_of_number
from mitfahr.domain.booking_numbers import is_cancel_code, typed_number
from mitfahr.domain.errors import CancelCodeWrong


def find_booking(session: Session, *, number: str, code: str, secret_key: str) -> Booking:
    """The booking of this number and this code, as they are typed; raises CancelCodeWrong."""
    beginning = typed_number(number)
    candidates = bookings_of_number(session, beginning) if beginning else []
    found = next((one for one in candidates if is_cancel_code(code, one.id, secret_key)), None)
    if found is None:
        raise CancelCodeWrong()
    return found
