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
    """Acts for an association; whoever is a member of one has this role by that."""
    DISPATCHER = "dispatcher"
    TIMETABLE_STAFF = "timetable_staff"
    ADMIN = "admin"


class MembershipRole(enum.StrEnum):
    """What a person is within an organisation; one person may be several things."""

    COORDINATOR = "coordinator"
    """Plans, and speaks for the organisation."""
    DRIVER = "driver"
    TELEPHONE = "telephone"
    """Answers passengers who call."""


class Task(enum.StrEnum):
    """What somebody may do within one organisation."""

    SEE_LINES = "see_lines"
    """Its page, vehicles and lines."""
    SEE = "see"
    """Members' names too, and its runs with their passengers."""
    CANCEL_RUNS = "cancel_runs"
    ANSWER_CALLS = "answer_calls"
    """Books for callers on what it runs, and changes or cancels that for them."""
    PLAN = "plan"
    """Its runs, lines and vehicles."""
    MANAGE_MEMBERS = "manage_members"
    SET_FARE = "set_fare"
    """Fares are approved by an authority; associations do not change them themselves."""


class Action(enum.StrEnum):
    BOOK = "book"
    BOOK_FOR_OTHERS = "book_for_others"
    OFFER_RIDE = "offer_ride"
    SEE_ORGANISATION = "see_organisation"
    PUBLISH_RUN = "publish_run"
    SEE_PASSENGERS = "see_passengers"
    IMPORT_TIMETABLE = "import_timetable"
    SWITCH_TIMETABLE = "switch_timetable"
    MANAGE_PEOPLE = "manage_people"
    CONFIRM_PHONES = "confirm_phones"
    HANDLE_REPORTS = "handle_reports"
    SEE_OUTBOX = "see_outbox"
    """What became of mails and short messages, without their texts and with masked recipients."""
    KEEP_LOCAL = "keep_local"
    """Says what feeds do not: booking rules, stops looked at on site, notices, extra trips."""


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.RESIDENT: frozenset({Action.BOOK, Action.OFFER_RIDE}),
    Role.DRIVER: frozenset({Action.BOOK, Action.OFFER_RIDE}),
    Role.VOLUNTEER: frozenset(
        {
            Action.BOOK,
            Action.OFFER_RIDE,
            Action.SEE_ORGANISATION,
            Action.PUBLISH_RUN,
            Action.SEE_PASSENGERS,
        }
    ),
    Role.DISPATCHER: frozenset(
        {
            Action.BOOK,
            Action.OFFER_RIDE,
            Action.BOOK_FOR_OTHERS,
            Action.SEE_ORGANISATION,
            Action.PUBLISH_RUN,
            Action.SEE_PASSENGERS,
            Action.CONFIRM_PHONES,
            Action.HANDLE_REPORTS,
            Action.SEE_OUTBOX,
        }
    ),
    Role.TIMETABLE_STAFF: frozenset(
        {
            Action.BOOK,
            Action.OFFER_RIDE,
            Action.SEE_ORGANISATION,
            Action.IMPORT_TIMETABLE,
            Action.SWITCH_TIMETABLE,
            Action.KEEP_LOCAL,
        }
    ),
    Role.ADMIN: frozenset(Action),
}
"""What is done for an organisation needs its task there too: see `tasks`."""

TASKS: dict[MembershipRole, frozenset[Task]] = {
    MembershipRole.COORDINATOR: frozenset(Task) - {Task.SET_FARE},
    MembershipRole.DRIVER: frozenset({Task.SEE_LINES, Task.SEE}),
    MembershipRole.TELEPHONE: frozenset({Task.SEE_LINES, Task.SEE, Task.CANCEL_RUNS, Task.ANSWER_CALLS}),
}
"""What members may do in their own organisation."""

TASKS_EVERYWHERE: dict[Role, frozenset[Task]] = {
    Role.DISPATCHER: frozenset({Task.SEE_LINES, Task.SEE, Task.CANCEL_RUNS, Task.ANSWER_CALLS, Task.PLAN}),
    Role.TIMETABLE_STAFF: frozenset({Task.SEE_LINES, Task.SET_FARE}),
    Role.ADMIN: frozenset(Task),
}
"""What the portal's own staff may do in every organisation."""


def may(roles: Collection[Role], action: Action) -> bool:
    return any(action in ALLOWED[role] for role in roles)


def require(roles: Collection[Role], action: Action) -> None:
    """Raises NotAllowed unless one of `roles` opens `action`."""
    if not may(roles, action):
        raise NotAllowed(action)


def tasks(roles: Collection[Role], memberships: Collection[MembershipRole]) -> frozenset[Task]:
    """What somebody with these roles may do in an organisation, of which they are a member as `memberships` say."""
    as_staff = (TASKS_EVERYWHERE.get(role, frozenset()) for role in roles)
    return frozenset().union(*as_staff, *(TASKS[role] for role in memberships))
