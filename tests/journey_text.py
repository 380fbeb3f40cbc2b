"""A journey as one line: `07:56 H, walk 300 m, 08:00 A –1→ 08:20 C`.

Clock times are local. Seconds appear when they are not zero, `+1` on the day after the first, and the
zone (CET, CEST) on days when the clocks change. `–ride r1→` is a private ride, `–run b1→` a
BürgerBus, `–rufbus 5→` an on-demand bus of the timetable, `–demand d1→` a vehicle on demand. A walk along no street is `walk ~300 m`.
Between two vehicles the place shows the arrival and the next departure: `08:20/08:30 C`.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from routing.journey import Journey, Leg
from routing.query import LegKind

KIND_WORDS = {
    LegKind.RIDE: "ride ",
    LegKind.BUERGERBUS: "run ",
    LegKind.RUFBUS: "rufbus ",
    LegKind.DEMAND: "demand ",
    LegKind.TRANSIT: "",
}


def journey_line(journey: Journey, timezone: str = "Europe/Berlin") -> str:
    clock = _Clock(journey.departure_s, ZoneInfo(timezone))
    text = ""
    here_since_s: int | None = None
    for leg in journey.legs:
        text += _stay(clock, here_since_s, leg.departure_s, leg.origin.name, leg.kind)
        if leg.kind is LegKind.WALK:
            text += f", walk {'~' if leg.is_beeline else ''}{_metres(leg)}, "
        else:
            text += f" –{KIND_WORDS[leg.kind]}{_vehicle(leg)}→ "
        # A walk's end is told only where the journey ends: the moment of boarding matters, not the wait.
        here_since_s = None if leg.kind is LegKind.WALK else leg.arrival_s
    if not journey.legs:
        return f"{clock(journey.departure_s)} already there"
    return text + f"{clock(journey.arrival_s)} {journey.legs[-1].destination.name}"


def _stay(clock: _Clock, since_s: int | None, until_s: int, name: str, kind: LegKind) -> str:
    if since_s is None:
        return f"{clock(until_s)} {name}"
    if kind is LegKind.WALK or since_s == until_s:
        return f"{clock(since_s)} {name}"
    return f"{clock(since_s)}/{clock(until_s)} {name}"


def _metres(leg: Leg) -> str:
    return "" if leg.distance_m is None else f"{leg.distance_m} m"


def _vehicle(leg: Leg) -> str:
    if leg.promise:
        return leg.promise.service_id
    return leg.boarding.ride_id if leg.boarding else str(leg.route)


class _Clock:
    def __init__(self, start_s: int, zone: ZoneInfo) -> None:
        self.zone = zone
        self.first_day = self._local(start_s).date()

    def _local(self, moment_s: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(moment_s, self.zone)

    def __call__(self, moment_s: int) -> str:
        local = self._local(moment_s)
        days = (local.date() - self.first_day).days
        text = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        midnight = local.replace(hour=0, minute=0, second=0, fold=0)
        next_midnight = midnight + dt.timedelta(days=1)
        changes_today = midnight.utcoffset() != next_midnight.utcoffset()
        return text + (f" {local:%Z}" if changes_today else "") + (f"+{days}" if days else "")
