"""What a private driver may take: a share of the costs, never a fare.

Outside the Personenbeförderungsgesetz is who takes, from all riders together, at most the amount of
§ 5 (2) sentence 1 BRKG for each kilometre driven. A driver asks for a rate per kilometre and person;
a rider pays for the own kilometres. When the riders' shares together would pass what the law allows
for the whole ride, whoever joins pays less, and the last may ride for nothing; what was promised to
somebody earlier never rises. Amounts are rounded down.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mitfahr.domain.errors import PriceTooHigh, WindowInvalid

STEP_CT = 10
"""Shares are paid in coins: whole steps of ten cents, rounded down."""


@dataclass(frozen=True, slots=True)
class PriceLaw:
    """The rate in force: configuration, because it changes. `since` is shown with it."""

    cap_ct_per_km: int = 30
    since: dt.date = dt.date(2005, 9, 1)


def check_rate(rate_ct_per_km: int, law: PriceLaw) -> None:
    """Raises PriceTooHigh for a rate that already one rider could not be asked for."""
    if rate_ct_per_km < 0:
        raise WindowInvalid("rate_ct_per_km")
    if rate_ct_per_km > law.cap_ct_per_km:
        raise PriceTooHigh(rate_ct_per_km, law.cap_ct_per_km)


def total_allowed_ct(ride_m: int, law: PriceLaw) -> int:
    """The most that all riders of a ride of `ride_m` metres may pay together."""
    return law.cap_ct_per_km * ride_m // 1000


def share_ct(
    *, rate_ct_per_km: int, rider_m: int, persons: int, ride_m: int, promised_ct: int, law: PriceLaw
) -> int:
    """What somebody who joins pays for `persons` over `rider_m` metres.

    `ride_m` is the driver's own way without detours, `promised_ct` what the riders already on board
    pay together.
    """
    asked = rate_ct_per_km * rider_m * persons // 1000
    room = max(0, total_allowed_ct(ride_m, law) - promised_ct)
    return min(asked, room) // STEP_CT * STEP_CT
