"""Greenhouse gases of a journey, to compare it with driving alone.

Source: Umweltbundesamt, "Vergleich der durchschnittlichen Emissionen einzelner Verkehrsmittel im Personenverkehr in
Deutschland 2024", TREMOD 6.71B (10/2025): CO2 equivalents with the supply of energy, without making vehicles and
roads. `docs/emissions.md` says what is derived from it, and how.
"""

from __future__ import annotations

import enum

YEAR = 2024
SOURCE = "Umweltbundesamt, TREMOD 6.71B"


class Carrier(enum.StrEnum):
    BUS = "bus"
    TRAIN = "train"
    TRAM = "tram"


G_PER_PERSON_KM = {Carrier.BUS: 90, Carrier.TRAIN: 44, Carrier.TRAM: 42}
"""Local buses, local trains; trams and undergrounds. Average occupancy."""

CAR_G_PER_PERSON_KM = 164
CAR_PERSONS = 1.4
"""In the average car, which the figure above is for."""
CAR_G_PER_KM = CAR_G_PER_PERSON_KM * CAR_PERSONS


def alone_in_a_car_g(metres: float) -> float:
    return CAR_G_PER_KM * metres / 1000


def in_a_shared_car_g(metres: float, people: int) -> float:
    """For each of `people` who ride along; the driver bears the same share."""
    return alone_in_a_car_g(metres) / (people + 1)


def by_line_g(carrier: Carrier, metres: float) -> float:
    """For one person."""
    return G_PER_PERSON_KM[carrier] * metres / 1000
