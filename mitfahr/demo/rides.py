"""Facts about the rides of the demonstration: commuters with a free seat, and the BürgerBus 500 and 501."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from mitfahr.demo.days import SATURDAY, SUNDAY, WORKING
from mitfahr.domain.ride_terms import Terms
from mitfahr.domain.vehicles import Car


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
    luggage: int
    bicycles: int
    wheelchairs: int
    terms: Terms

    @property
    def car(self) -> Car:
        colour, _, make = self.vehicle.partition(" ")
        return Car(make, colour, None, self.seats)


@dataclass(frozen=True)
class BuergerBusLine:
    """A round from Lommatzsch bus station and back; `departures` on Tuesday, Wednesday and Thursday."""

    number: str
    via: tuple[str, ...]
    departures: tuple[dt.time, ...]


# home | place of work | out | back | window min | detour min | seats | ct/km | asks first | car | days | with it
_COMMUTES = """
Striegnitz            | Meißen-Cölln            | 06:35 | 15:45 | 20 | 12 | 3 | 6 | ja   | grüner Kombi           | mofr       | Gepäck 2
Leuben                | Dresden Neustadt        | 06:10 | 16:30 | 20 | 10 | 2 | 5 | ja   | silberner Kleinwagen   | mofr       |
Lommatzsch            | Riesa                   | 06:20 | 15:30 | 15 | 15 | 3 | 6 | nein | blauer Kombi           | mofr       | Gepäck 2, Kindersitz
Wachtnitz             | Meißen-Bohnitzsch       | 07:10 | 16:20 | 30 | 15 | 3 | 0 | nein | roter Kleinwagen       | mofr       | Tiere
Nossen                | Dresden Mitte           | 06:30 | 16:15 | 20 | 10 | 3 | 7 | ja   | grauer Kombi           | mofr       |
Strehla               | Riesa                   | 06:45 | 15:15 | 20 | 10 | 3 | 0 | nein | weißer Van             | mofr       | Gepäck 4, Rad 2
Großenhain            | Dresden Neustadt        | 06:40 | 16:45 | 20 | 12 | 2 | 7 | ja   | schwarze Limousine     | mofr       |
Staucha               | Lommatzsch              | 07:20 | 13:10 | 30 | 15 | 4 | 0 | nein | blauer Van             | mofr so    | Gepäck 2, Kindersitz, Tiere
Krögis                | Meißen-Cölln            | 07:00 | 16:00 | 20 | 15 | 3 | 5 | ja   | gelber Kleinwagen      | mofr sa    |
Radeburg              | Dresden Neustadt        | 06:50 | 17:00 | 20 | 10 | 3 | 6 | nein | grauer Kombi           | mofr       | Rauchen
Taubenheim            | Meißen                  | 06:55 | 15:40 | 20 | 15 | 3 | 4 | ja   | grüner Kleinwagen      | mofr       | Frauen
Thiendorf             | Großenhain              | 07:05 | 16:10 | 20 | 12 | 3 | 5 | ja   | roter Kombi            | mofr       | Gepäck 1
Diesbar-Seußlitz      | Meißen-Cölln            | 07:15 | 16:40 | 30 | 15 | 2 | 4 | nein | weißer Kleinwagen      | mofr sa    |
Prausitz              | Riesa                   | 06:30 | 15:00 | 15 | 15 | 3 | 5 | ja   | silberner Kombi        | mofr       |
Zabeltitz             | Großenhain              | 06:50 | 15:50 | 30 | 12 | 3 | 0 | nein | blauer Kleinwagen      | mofr sa so | Rad 1
Moritzburg            | Coswig                  | 07:20 | 16:30 | 20 | 10 | 3 | 5 | ja   | graue Limousine        | mofr       |
Wülknitz              | Riesa                   | 06:15 | 15:20 | 20 | 12 | 3 | 5 | ja   | schwarzer Kombi        | mofr       |
Klipphausen           | Meißen-Cölln            | 07:25 | 17:10 | 20 | 15 | 2 | 6 | nein | roter Van              | mofr so    | Gepäck 3, Rollstuhl 1
Raußlitz              | Nossen                  | 07:30 | 16:00 | 30 | 15 | 3 | 0 | nein | grüner Van             | mofr sa    | Gepäck 3, Tiere
Ebersbach             | Radeburg                | 07:10 | 15:45 | 20 | 12 | 3 | 4 | ja   | gelber Kombi           | mofr sa so |
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
    origin, destination, out, back, window, budget, seats, rate, asks, car, days, more = (
        c.strip() for c in row.split("|")
    )
    extras = {name: int(number or 1) for name, _, number in (one.partition(" ") for one in more.split(", "))}
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
        luggage=extras.get("Gepäck", 0),
        bicycles=extras.get("Rad", 0),
        wheelchairs=extras.get("Rollstuhl", 0),
        terms=Terms(
            child_seat="Kindersitz" in extras,
            pets="Tiere" in extras,
            smoking="Rauchen" in extras,
            women_only="Frauen" in extras,
        ),
    )
