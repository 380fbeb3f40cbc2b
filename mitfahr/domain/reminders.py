"""When a rider is reminded of a journey: on the evening before, and two hours before it begins."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection

from mitfahr.domain.times import local, resolve, seconds

EVENING = dt.time(18, 0)
"""By the clocks of the district, whatever they do in the night between."""
SOON_S = 2 * 3600


class Reminder(enum.StrEnum):
    DAY_BEFORE = "day_before"
    SOON = "soon"


def due_s(reminder: Reminder, departure_s: int) -> int:
    """From when on this reminder of a journey that begins at `departure_s` is to be sent."""
    if reminder is Reminder.SOON:
        return departure_s - SOON_S
    evening = resolve(local(departure_s).date() - dt.timedelta(days=1), EVENING)
    return seconds(evening.moment)


def due_reminder(
    departure_s: int, *, now_s: int, booked_s: int, sent: Collection[Reminder]
) -> Reminder | None:
    """What is to be sent now, if anything.

    Whoever booked after a reminder was due has just read the confirmation and is not reminded. What is
    late is sent late, but never after the journey has begun, and the later reminder stands for both.
    """
    if now_s >= departure_s:
        return None
    latest = next(
        (one for one in (Reminder.SOON, Reminder.DAY_BEFORE) if due_s(one, departure_s) <= now_s), None
    )
    if latest is None or latest in sent or booked_s >= due_s(latest, departure_s):
        return None
    return latest
