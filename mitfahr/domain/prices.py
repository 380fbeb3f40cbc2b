"""What a private driver may take: a share of the costs, never a fare.

Outside the Personenbeförderungsgesetz is who takes, from all riders together, at most the amount of
§ 5 (2) sentence 1 BRKG for each kilometre driven. A driver asks for a rate per kilometre and person;
a rider pays for the own kilometres. When all riders together would pass what the law allows for the
whole ride, everybody pays the same part of it, so shares sink when somebody joins and rise again when
somebody leaves, but nobody ever pays more than was agreed on when booking. Amounts are rounded down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from mitfahr.domain.errors import PriceTooHigh, WindowInvalid

STEP_CT = 10
"""Shares are paid in coins: whole steps of ten cents, rounded down."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The most that all riders together may pay per kilometre, from the day `since` on."""

    cap_ct_per_km: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class PriceLaw:
    """The rates in the order of their days: configuration, because the law changes."""

    rates: tuple[Rate, ...] = (Rate(30, dt.date(2005, 9, 1)),)

    def __post_init__(self) -> None:
        days = [rate.since for rate in self.rates]
        if not days or days != sorted(set(days)):
            raise ValueError(f"rates must have rising days: {days}")

    def on(self, day: dt.date) -> Rate:
        """The rate for a ride on `day`; before the first of them the first holds."""
        return max((rate for rate in self.rates if rate.since <= day), key=_since, default=self.rates[0])


def check_rate(rate_ct_per_km: int, rate: Rate) -> None:
    """Raises PriceTooHigh for what already one rider could not be asked for."""
    if rate_ct_per_km < 0:
        raise WindowInvalid("rate_ct_per_km")
    if rate_ct_per_km > rate.cap_ct_per_km:
        raise PriceTooHigh(rate_ct_per_km, rate.cap_ct_per_km)


def total_allowed_ct(ride_m: int, rate: Rate) -> int:
    """The most that all riders of a ride may pay together; `ride_m` is the driver's way without detours."""
    return rate.cap_ct_per_km * ride_m // 1000


def asked_ct(rate_ct_per_km: int, rider_m: int, persons: int) -> int:
    """What a party of `persons` pays for `rider_m` metres while the law leaves room."""
    return rate_ct_per_km * rider_m * persons // 1000


def shares_ct(asked: Sequence[int], allowed_ct: int) -> tuple[int, ...]:
    """What each party pays, of those who are asked for `asked` and may pay `allowed_ct` together."""
    all_ct = sum(asked)
    parts = asked if all_ct <= allowed_ct else [one_ct * allowed_ct // all_ct for one_ct in asked]
    return tuple(part_ct // STEP_CT * STEP_CT for part_ct in parts)


def _since(rate: Rate) -> dt.date:
    return rate.since
