"""Facts about the rides of the demonstration: commuters with a free seat, and the BürgerBus 500 and 501."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from mitfahr.demo.days import SATURDAY, SUNDAY, WORKING


@dataclass(frozen=True)
class Commute:
    """A driver's way out and back. `seats`, `budget_min`, `rate_ct_per_km` and `asks_first` hold for both."""

    origin: str
    destination: str
    out: dt.time
    back: dt.time
    window_min: int
    budget_min: int
    seats: int
    rate_ct_per_km: int
    asks_first: bool
    vehicle: str
    days: frozenset[str]
    """Service ids of `days` on which the driver drives."""


@dataclass(frozen=True)
class BuergerBusLine:
    """A round from Lommatzsch bus station and back; `departures` on Tuesday, Wednesday and Thursday."""

    number: str
    via: tuple[str, ...]
    departures: tuple[dt.time, ...]


# home | place of work | out | back | window min | detour min | seats | ct/km | asks first | car | days
_COMMUTES = """
Striegnitz            | Meißen-Cölln            | 06:35 | 15:45 | 20 | 12 | 3 | 6 | ja   | grüner Kombi           | mofr
Leuben                | Dresden Neustadt        | 06:10 | 16:30 | 20 | 10 | 2 | 5 | ja   | silberner Kleinwagen   | mofr
Lommatzsch            | Riesa                   | 06:20 | 15:30 | 15 | 15 | 3 | 6 | nein | blauer Kombi           | mofr
Wachtnitz             | Meißen-Bohnitzsch       | 07:10 | 16:20 | 30 | 15 | 3 | 0 | nein | roter Kleinwagen       | mofr
Nossen                | Dresden Mitte           | 06:30 | 16:15 | 20 | 10 | 3 | 7 | ja   | grauer Kombi           | mofr
Strehla               | Riesa                   | 06:45 | 15:15 | 20 | 10 | 3 | 0 | nein | weißer Van             | mofr
Großenhain            | Dresden Neustadt        | 06:40 | 16:45 | 20 | 12 | 2 | 7 | ja   | schwarze Limousine     | mofr
Staucha               | Lommatzsch              | 07:20 | 13:10 | 30 | 15 | 4 | 0 | nein | blauer Van             | mofr so
Krögis                | Meißen-Cölln            | 07:00 | 16:00 | 20 | 15 | 3 | 5 | ja   | gelber Kleinwagen      | mofr sa
Radeburg              | Dresden Neustadt        | 06:50 | 17:00 | 20 | 10 | 3 | 6 | nein | grauer Kombi           | mofr
Taubenheim            | Meißen                  | 06:55 | 15:40 | 20 | 15 | 3 | 4 | ja   | grüner Kleinwagen      | mofr
Thiendorf             | Großenhain              | 07:05 | 16:10 | 20 | 12 | 3 | 5 | ja   | roter Kombi            | mofr
Diesbar-Seußlitz      | Meißen-Cölln            | 07:15 | 16:40 | 30 | 15 | 2 | 4 | nein | weißer Kleinwagen      | mofr sa
Prausitz              | Riesa                   | 06:30 | 15:00 | 15 | 15 | 3 | 5 | ja   | silberner Kombi        | mofr
Zabeltitz             | Großenhain              | 06:50 | 15:50 | 30 | 12 | 3 | 0 | nein | blauer Kleinwagen      | mofr sa so
Moritzburg            | Coswig                  | 07:20 | 16:30 | 20 | 10 | 3 | 5 | ja   | graue Limousine        | mofr
Wülknitz              | Riesa                   | 06:15 | 15:20 | 20 | 12 | 3 | 5 | ja   | schwarzer Kombi        | mofr
Klipphausen           | Meißen-Cölln            | 07:25 | 17:10 | 20 | 15 | 2 | 6 | nein | roter Van              | mofr so
Raußlitz              | Nossen                  | 07:30 | 16:00 | 30 | 15 | 3 | 0 | nein | grüner Van             | mofr sa
Ebersbach             | Radeburg                | 07:10 | 15:45 | 20 | 12 | 3 | 4 | ja   | gelber Kombi           | mofr sa so
"""

_BUERGERBUS = """
500 | Lommatzsch, Altlommatzsch, Scheerau, Striegnitz, Roitzsch, Trogen, Barmenitz, Altsattel, Albertitz, Pitschütz, Lommatzsch | 07:35 09:35 12:35
501 | Lommatzsch, Jessen bei Lommatzsch, Neckanitz, Petzschwitz, Churschütz, Wauden, Leuben, Wahnitz, Mertitz, Zöthain, Daubnitz, Wachtnitz, Lommatzsch | 08:35 10:35 13:35
"""

BUERGERBUS_WEEKDAYS = frozenset({1, 2, 3})
BUERGERBUS_SEATS, BUERGERBUS_WHEELCHAIRS, BUERGERBUS_LUGGAGE = 8, 1, 4
BUERGERBUS_BOOKABLE_BEFORE_S = 30 * 60


@cache
def commutes() -> tuple[Commute, ...]:
    """One for each of `accounts.drivers()`, in their order."""
    return tuple(_commute(row) for row in _COMMUTES.strip().splitlines())


@cache
def buergerbus_lines() -> tuple[BuergerBusLine, ...]:
    rows = ([cell.strip() for cell in row.split("|")] for row in _BUERGERBUS.strip().splitlines())
    return tuple(
        BuergerBusLine(number, tuple(via.split(", ")), tuple(map(dt.time.fromisoformat, times.split())))
        for number, via, times in rows
    )


def _commute(row: str) -> Commute:
    origin, destination, out, back, window, budget, seats, rate, asks, car, days = (
        c.strip() for c in row.split("|")
    )
    known = frozenset(days.split())
    if not known <= {WORKING, SATURDAY, SUNDAY}:
        raise ValueError(f"unknown service in {row!r}")
    return Commute(
        origin,
        destination,
        dt.time.fromisoformat(out),
        dt.time.fromisoformat(back),
        int(window),
        int(budget),
        int(seats),
        int(rate),
        asks == "ja",
        car,
        known,
    )
