"""Four eyes: whoever uploads or plans a timetable does not put it live alone."""

from __future__ import annotations

from collections.abc import Collection

NEEDED = 2


def second_person_needed(people: Collection[str | None]) -> bool:
    """`people` are the ids of those who uploaded, planned, confirmed, released or switch a version.

    None stands for a machine or the nameless operator at the command line, who have no eyes.
    """
    return len(set(people) - {None}) < NEEDED


def is_signature(typed: str, full_name: str) -> bool:
    """Whether somebody has typed their own name, whatever its capitals and spaces."""
    return typed.casefold().split() == full_name.casefold().split() != []
