"""A driver never takes more than the law lets him, and nobody pays more than was agreed on."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from mitfahr.domain.errors import PriceTooHigh, WindowInvalid
from mitfahr.domain.prices import PriceLaw, Rate, asked_ct, check_rate, shares_ct, total_allowed_ct

LAW = PriceLaw((Rate(30, dt.date(2005, 9, 1)), Rate(35, dt.date(2027, 1, 1))))
RATE = LAW.rates[0]


def test_a_rider_pays_for_the_own_kilometres_in_whole_coins() -> None:
    assert shares_ct([asked_ct(10, 10_000, 1)], 600) == (100,)
    assert shares_ct([asked_ct(10, 10_999, 1)], 600) == (100,), "1.09 € is rounded down to 1.00 €"
    assert shares_ct([asked_ct(10, 10_000, 3)], 600) == (300,)
    assert shares_ct([0], 600) == (0,)
    assert shares_ct([], 600) == ()


def test_when_the_law_leaves_no_room_all_pay_the_same_part() -> None:
    assert total_allowed_ct(20_000, RATE) == 600
    assert shares_ct([600], 600) == (600,)
    assert shares_ct([600, 600], 600) == (300, 300)
    assert shares_ct([600, 300], 600) == (400, 200)
    assert shares_ct([600, 600, 600], 600) == (200, 200, 200)
    assert shares_ct([100, 100], 0) == (0, 0)


def test_each_day_has_its_rate() -> None:
    assert LAW.on(dt.date(2026, 12, 31)).cap_ct_per_km == 30
    assert LAW.on(dt.date(2027, 1, 1)).cap_ct_per_km == 35
    assert LAW.on(dt.date(1999, 1, 1)).cap_ct_per_km == 30
    with pytest.raises(ValueError, match="rising"):
        PriceLaw((LAW.rates[1], LAW.rates[0]))
    with pytest.raises(ValueError, match="rising"):
        PriceLaw(())


def test_a_rate_above_the_cap_is_refused_with_both_figures() -> None:
    check_rate(30, RATE)
    check_rate(31, LAW.rates[1])
    with pytest.raises(PriceTooHigh) as refused:
        check_rate(31, RATE)
    assert (refused.value.asked_ct_per_km, refused.value.cap_ct_per_km) == (31, 30)
    with pytest.raises(WindowInvalid):
        check_rate(-1, RATE)


def test_ten_thousand_rides_with_riders_coming_and_going_stay_within_the_law() -> None:
    """The bookkeeping of `share_costs` in small: who joins agrees on the share of that moment."""
    draw = random.Random(2026)
    for _ in range(10_000):
        ride_m = draw.randrange(200_000)
        rate_ct = draw.randrange(31)
        aboard: dict[int, tuple[int, int]] = {}  # rider → (asked, agreed)
        for step in range(draw.randrange(1, 12)):
            if aboard and draw.random() < 0.35:
                del aboard[draw.choice(list(aboard))]
            else:
                asked = asked_ct(rate_ct, draw.randrange(ride_m + 40_000), draw.randrange(1, 4))
                all_asked = [*(one for one, _ in aboard.values()), asked]
                aboard[step] = asked, shares_ct(all_asked, total_allowed_ct(ride_m, RATE))[-1]
            now = shares_ct([one for one, _ in aboard.values()], total_allowed_ct(ride_m, RATE))
            pay = [min(share, agreed) for share, (_, agreed) in zip(now, aboard.values(), strict=True)]
            assert sum(pay) * 1000 <= RATE.cap_ct_per_km * ride_m
            assert all(
                0 <= one <= asked and one % 10 == 0
                for one, (asked, _) in zip(pay, aboard.values(), strict=True)
            )
