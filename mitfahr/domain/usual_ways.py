"""What "wie immer" means: the ways somebody has booked most, and the next day for each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mitfahr.domain.times import ZONE

NEARLY = dt.timedelta(minutes=30)
"""Somebody who leaves at 8:55 one week and at 9:10 the next goes the same way."""


@dataclass(frozen=True, slots=True)
class Travelled:
    """A way somebody booked: `key` is the same for the same places, `asked` when they wanted to go."""

    booking_id: str
    key: tuple[str, str]
    asked: dt.datetime


@dataclass(frozen=True, slots=True)
class Usual:
    """`latest` is the last of `times` bookings; `next_day` when it would be the next time."""

    latest: Travelled
    times: int
    next_day: dt.date


def usual_ways(travelled: Iterable[Travelled], today: dt.date, most: int) -> list[Usual]:
    """The ways travelled most, the latest first among equals; the next time is on a day of the week as before."""
    groups: dict[tuple[str, str], list[list[Travelled]]] = defaultdict(list)
    for one in sorted(travelled, key=lambda one: one.asked, reverse=True):
        near = (group for group in groups[one.key] if _apart(group[0], one) <= NEARLY)
        group = next(near, None)
        if group is None:
            groups[one.key].append([one])
        else:
            group.append(one)
    found = [Usual(same[0], len(same), _next_day(same, today)) for all_ in groups.values() for same in all_]
    found.sort(key=lambda one: (one.times, one.latest.asked), reverse=True)
    return found[:most]


def _apart(one: Travelled, other: Travelled) -> dt.timedelta:
    """Between the times of day."""
    return abs(_clock(one) - _clock(other))


def _clock(one: Travelled) -> dt.timedelta:
    local = one.asked.astimezone(ZONE)
    return dt.timedelta(hours=local.hour, minutes=local.minute)


def _next_day(same: list[Travelled], today: dt.date) -> dt.date:
    days = [one.asked.astimezone(ZONE).date() for one in same]
    weekdays = {day.weekday() for day in days}
    following = (max(today, *days) + dt.timedelta(days=n) for n in range(1, 8))
    return next(day for day in following if day.weekday() in weekdays)
