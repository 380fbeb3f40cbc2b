"""Who may do what: roles and the actions they open, one table."""

from __future__ import annotations

import enum
from collections.abc import Collection

from mitfahr.domain.errors import NotAllowed


class Role(enum.StrEnum):
    """Everybody who has an account is a resident; the others are given by an administrator."""

    RESIDENT = "resident"
    DRIVER = "driver"
    VOLUNTEER = "volunteer"
    """Drives the BürgerBus of an association."""
    DISPATCHER = "dispatcher"
    TIMETABLE_STAFF = "timetable_staff"
    ADMIN = "admin"


class MembershipRole(enum.StrEnum):
    """What a person is within an organisation."""

    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"
    """Plans shifts and speaks for the organisation."""


class Action(enum.StrEnum):
    BOOK = "book"
    BOOK_FOR_OTHERS = "book_for_others"
    OFFER_RIDE = "offer_ride"
    PUBLISH_RUN = "publish_run"
    SEE_PASSENGERS = "see_passengers"
    IMPORT_TIMETABLE = "import_timetable"
    SWITCH_TIMETABLE = "switch_timetable"
    MANAGE_PEOPLE = "manage_people"
    CONFIRM_PHONES = "confirm_phones"
    HANDLE_REPORTS = "handle_reports"
    KEEP_LOCAL = "keep_local"
    """Says what feeds do not: booking rules, stops looked at on site, notices, extra trips."""


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.RESIDENT: frozenset({Action.BOOK, Action.OFFER_RIDE}),
    Role.DRIVER: frozenset({Action.BOOK, Action.OFFER_RIDE}),
    Role.VOLUNTEER: frozenset({Action.BOOK, Action.OFFER_RIDE, Action.PUBLISH_RUN, Action.SEE_PASSENGERS}),
    Role.DISPATCHER: frozenset(
        {
            Action.BOOK,
            Action.OFFER_RIDE,
            Action.BOOK_FOR_OTHERS,
            Action.PUBLISH_RUN,
            Action.SEE_PASSENGERS,
            Action.CONFIRM_PHONES,
            Action.HANDLE_REPORTS,
        }
    ),
    Role.TIMETABLE_STAFF: frozenset(
        {
            Action.BOOK,
            Action.OFFER_RIDE,
            Action.IMPORT_TIMETABLE,
            Action.SWITCH_TIMETABLE,
            Action.KEEP_LOCAL,
        }
    ),
    Role.ADMIN: frozenset(Action),
}
"""A volunteer publishes runs and sees passengers of the own association only; the services check that."""


def may(roles: Collection[Role], action: Action) -> bool:
    return any(action in ALLOWED[role] for role in roles)


def require(roles: Collection[Role], action: Action) -> None:
    """Raises NotAllowed unless one of `roles` opens `action`."""
    if not may(roles, action):
        raise NotAllowed(action)
