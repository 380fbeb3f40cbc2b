"""The log of a vehicle: which kilometres can be true, and when somebody is warned that an inspection falls due."""

from __future__ import annotations

import datetime as dt
import enum

from mitfahr.domain.errors import LogInvalid

MOST_KM = 2_000_000
MOST_KM_A_DAY = 1_000
"""More than that on one day is a slip of the finger."""
FARTHEST = dt.timedelta(days=10 * 366)


class InspectionKind(enum.StrEnum):
    MAIN = "main"
    """Hauptuntersuchung."""
    SAFETY = "safety"
    """Sicherheitsprüfung."""
    PASSENGERS = "passengers"
    """What vehicles need that carry passengers for a fare (BOKraft §§ 41, 42)."""
    SERVICE = "service"
    RAMP = "ramp"
    FIRST_AID = "first_aid"
    EXTINGUISHER = "extinguisher"
    OTHER = "other"


class Urgency(enum.IntEnum):
    """How near an inspection is; each step is told once."""

    FAR = 0
    NEAR = 1
    SOON = 2
    OVER = 3


WITHIN_DAYS = {Urgency.OVER: -1, Urgency.SOON: 14, Urgency.NEAR: 42}
WITHIN_KM = {Urgency.OVER: 0, Urgency.SOON: 300, Urgency.NEAR: 1000}


def urgency(due_on: dt.date, due_km: int | None, km: int | None, today: dt.date) -> Urgency:
    """By the day, and by the kilometres where both are known; the nearer of the two counts."""
    days_left = (due_on - today).days
    km_left = None if due_km is None or km is None else due_km - km
    for step, within_days in WITHIN_DAYS.items():
        if days_left <= within_days or (km_left is not None and km_left <= WITHIN_KM[step]):
            return step
    return Urgency.FAR


def check_reading(km: int, last: tuple[int, dt.date] | None, today: dt.date) -> None:
    """`last` are the kilometres read last, and when. Raises LogInvalid."""
    if not 0 <= km <= MOST_KM:
        raise LogInvalid("km")
    if last is None:
        return
    if km < last[0]:
        raise LogInvalid("less")
    if km > last[0] + MOST_KM_A_DAY * ((today - last[1]).days + 1):
        raise LogInvalid("far")


def check_due(due_on: dt.date, due_km: int | None, today: dt.date) -> None:
    """When an inspection is due next. Raises LogInvalid."""
    if not today - FARTHEST <= due_on <= today + FARTHEST:
        raise LogInvalid("due")
    if due_km is not None and not 0 < due_km <= MOST_KM:
        raise LogInvalid("km")
