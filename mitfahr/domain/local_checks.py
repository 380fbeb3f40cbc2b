"""What an entry of the local layer must be like before it is kept; raises LocalInvalid, naming the field."""

from __future__ import annotations

from mitfahr.domain.booking_rules import MOST_DAYS, MOST_MINUTES, BookingRule
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.errors import LocalInvalid
from mitfahr.domain.extra_trips import MOST_TRIPS, ExtraTrip
from mitfahr.domain.local_entries import Content
from mitfahr.domain.notices import GERMAN, Notice


def check_content(content: Content) -> None:
    """Raises LocalInvalid."""
    match content:
        case BookingRule():
            _check_rule(content)
        case CheckedStop():
            if content.is_empty:
                raise LocalInvalid("facts")
        case Notice():
            _check_notice(content)
        case ExtraTrip():
            _check_extra(content)


def _check_rule(rule: BookingRule) -> None:
    if not rule.line.name:
        raise LocalInvalid("line")
    if not (rule.phone or rule.url):
        raise LocalInvalid("phone")
    deadline = rule.deadline
    if deadline is not None and not (
        0 <= deadline.minutes <= MOST_MINUTES and 0 <= deadline.days <= MOST_DAYS
    ):
        raise LocalInvalid("deadline")


def _check_notice(notice: Notice) -> None:
    if GERMAN not in notice.texts or not notice.texts[GERMAN].title:
        raise LocalInvalid("title")
    for first, last in notice.periods:
        if first is not None and last is not None and last < first:
            raise LocalInvalid("period")


def _check_extra(trip: ExtraTrip) -> None:
    if len(trip.calls) < 2:
        raise LocalInvalid("calls")
    if not trip.days:
        raise LocalInvalid("days")
    if (trip.every_min is None) != (trip.until is None) or (
        trip.every_min is not None and trip.every_min < 1
    ):
        raise LocalInvalid("every")
    if trip.n_trips > MOST_TRIPS:
        raise LocalInvalid("too_many")
