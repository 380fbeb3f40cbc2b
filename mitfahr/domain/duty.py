"""Duty of volunteer drivers: until when somebody has to be found, how things stand, and papers that run out.

A run without a driver is cancelled in time, so that its passengers can travel another way. When that is depends on
when the driver was lost: whoever falls ill an hour before departure leaves the others half an hour to step in, and the
passengers the other half.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from mitfahr.domain.booking_numbers import bare_code, signed_code
from mitfahr.domain.errors import DutyInvalid, HoursInvalid

WARN_BEFORE_S = 72 * 3600
"""Unless the association says otherwise: three days before a shift its coordinators and drivers are asked."""
TELL_BEFORE_S = 18 * 3600
"""… and on the day before, in the afternoon, runs without a driver are cancelled."""
GRACE_S = 2 * 3600
"""So long the others may step in for somebody who falls ill late, at most half of the time until departure."""
LAST_CALL_S = 30 * 60
"""So long before departure passengers know at the latest."""

SHORTEST_S, LONGEST_S = 15 * 60, 14 * 3600
NOTED_WITHIN_S = 6 * 3600
"""So far from the plan a shift may really begin or end; more is a slip of the finger."""
MOST_SHIFTS = 200
"""At once, by one form."""

PAPER_STEPS_DAYS = (60, 14, 0)
"""So many days before papers run out their driver and the coordinators are warned."""


class Availability(enum.StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    """If nobody else can."""
    NO = "no"


class Light(enum.StrEnum):
    """How a shift stands; pages say it in words too."""

    GREEN = "green"
    YELLOW = "yellow"
    """Nobody drives yet, or the driver looks for a substitute: there is time."""
    RED = "red"
    """Nobody drives, and it is time to find somebody."""
    OFF = "off"
    """Its runs were cancelled."""


class Paper(enum.StrEnum):
    """How the papers of a driver stand on a day."""

    UNKNOWN = "unknown"
    GOOD = "good"
    SOON = "soon"
    """They run out within two months."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one association, in seconds before a departure: when people are asked, and when a run is cancelled."""

    warn_before_s: int = WARN_BEFORE_S
    tell_before_s: int = TELL_BEFORE_S

    def asks_s(self, begins_s: int) -> int:
        """UTC seconds from which on drivers are asked for a shift that begins then."""
        return begins_s - self.warn_before_s

    def cancels_s(self, departs_s: int, driverless_s: int) -> int:
        """UTC seconds at which a run is cancelled that departs then and has had no driver since `driverless_s`.

        Who was lost after the deadline, or just before, may be replaced for GRACE_S or half of the time that is left,
        but not beyond LAST_CALL_S before departure.
        """
        in_time_s = departs_s - self.tell_before_s
        grace_s = min(GRACE_S, (departs_s - driverless_s) // 2)
        late_s = min(driverless_s + grace_s, departs_s - LAST_CALL_S)
        return max(in_time_s, late_s, driverless_s)

    def first_cancels_s(self, departures_s: Iterable[int], driverless_s: int) -> int | None:
        """When the first of several runs is cancelled, by their departures; None without any."""
        return min((self.cancels_s(departs_s, driverless_s) for departs_s in departures_s), default=None)


def check_deadlines(warn_before_s: int, tell_before_s: int) -> None:
    """Raises DutyInvalid unless people are asked before passengers are told, and both within sensible bounds."""
    if not LAST_CALL_S <= tell_before_s <= 7 * 86_400:
        raise DutyInvalid("tell")
    if not tell_before_s < warn_before_s <= 28 * 86_400:
        raise DutyInvalid("warn")


def check_shift(begins_s: int, ends_s: int, now_s: int) -> None:
    """Raises DutyInvalid."""
    if begins_s <= now_s:
        raise DutyInvalid("past")
    if not SHORTEST_S <= ends_s - begins_s <= LONGEST_S:
        raise DutyInvalid("length")


def check_hours(began_s: int | None, finished_s: int | None, begins_s: int, ends_s: int, now_s: int) -> None:
    """When a planned shift really began and ended, None where nobody says so. Raises HoursInvalid."""
    for real_s, planned_s in ((began_s, begins_s), (finished_s, ends_s)):
        if real_s is not None and real_s > now_s:
            raise HoursInvalid("future")
        if real_s is not None and abs(real_s - planned_s) > NOTED_WITHIN_S:
            raise HoursInvalid("far")
    if (finished_s or ends_s) <= (began_s or begins_s):
        raise HoursInvalid("order")


def light(
    *,
    has_driver: bool,
    looks_for_substitute: bool,
    is_cancelled: bool,
    begins_s: int,
    asks_s: int,
    now_s: int,
) -> Light:
    if is_cancelled:
        return Light.OFF
    if has_driver:
        return Light.YELLOW if looks_for_substitute and begins_s > now_s else Light.GREEN
    return Light.RED if now_s >= asks_s else Light.YELLOW


def paper(until: dt.date | None, day: dt.date) -> Paper:
    """How a paper that is good until (and on) a date stands on a day."""
    if until is None:
        return Paper.UNKNOWN
    if until < day:
        return Paper.OVER
    return Paper.SOON if (until - day).days <= PAPER_STEPS_DAYS[0] else Paper.GOOD


def paper_step(until: dt.date, today: dt.date) -> int | None:
    """The step of PAPER_STEPS_DAYS that has been reached, None before the first."""
    left = (until - today).days
    return min((step for step in PAPER_STEPS_DAYS if left <= step), default=None)


def duty_code(link_id: str, secret_key: str) -> str:
    """The code of a link without a password, in signs that can be typed; it is our signature, stored nowhere."""
    return signed_code(f"duty {link_id}", secret_key)


def duty_code_hash(code: str, secret_key: str) -> str:
    """What finds a link; whoever reads the database cannot guess a code from it."""
    text = f"on duty {bare_code(code)}".encode()
    return hmac.new(secret_key.encode(), text, hashlib.sha256).hexdigest()
