"""The four kinds of things that staff say besides the feeds."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from mitfahr.domain.booking_rules import BookingRule
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.extra_trips import ExtraTrip
from mitfahr.domain.notices import GERMAN, Notice


class LocalKind(enum.StrEnum):
    BOOKING_RULE = "booking_rule"
    CHECKED_STOP = "checked_stop"
    NOTICE = "notice"
    EXTRA_TRIP = "extra_trip"


Content = BookingRule | CheckedStop | Notice | ExtraTrip
OF_KIND: Mapping[LocalKind, type[Content]] = {
    LocalKind.BOOKING_RULE: BookingRule,
    LocalKind.CHECKED_STOP: CheckedStop,
    LocalKind.NOTICE: Notice,
    LocalKind.EXTRA_TRIP: ExtraTrip,
}


def kind_of(content: Content) -> LocalKind:
    return next(kind for kind, of_kind in OF_KIND.items() if isinstance(content, of_kind))


def title_of(content: Content) -> str:
    """What an entry is called in lists and in the audit."""
    match content:
        case BookingRule():
            return content.line.name
        case CheckedStop():
            return content.stop.name
        case Notice():
            return content.in_language(GERMAN)[1].title
        case ExtraTrip():
            return content.line
