"""Whether a place on a run has to be booked, can be, or cannot: what the association wants of its passengers."""

from __future__ import annotations

import enum


class BookingNeed(enum.StrEnum):
    REQUIRED = "required"
    """Who has not booked in time does not find the run any more."""
    POSSIBLE = "possible"
    """A place can be kept until the deadline; without one, people get on as long as there is room."""
    NOT_NEEDED = "not_needed"
    """People just get on; no places are kept."""

    def keeps_places(self, bookable_until_s: int, now_s: int) -> bool:
        """Whether booking now takes a place on the run."""
        return self is not BookingNeed.NOT_NEEDED and now_s <= bookable_until_s
