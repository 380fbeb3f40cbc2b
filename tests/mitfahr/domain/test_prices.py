"""A driver never takes more than the law lets him, and never a cent that was rounded up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.errors import PriceTooHigh, WindowInvalid
from mitfahr.domain.prices import PriceLaw, check_rate, share_ct, total_allowed_ct

LAW = PriceLaw(cap_ct_per_km=30)


def share(rate: int, rider_m: int, persons: int = 1, ride_m: int = 20_000, promised_ct: int = 0) -> int:
    return share_ct(
        rate_ct_per_km=rate,
        rider_m=rider_m,
        persons=persons,
        ride_m=ride_m,
        promised_ct=promised_ct,
        law=LAW,
    )


def test_a_rider_pays_for_the_own_kilometres_in_whole_coins() -> None:
    assert share(10, 10_000) == 100
    assert share(10, 10_999) == 100  # 1.09 € is rounded down to 1.00 €
    assert share(10, 10_000, persons=3) == 300
    assert share(0, 10_000) == 0


def test_who_joins_later_pays_at_most_what_the_law_leaves() -> None:
    assert total_allowed_ct(20_000, LAW) == 600
    assert share(30, 20_000) == 600
    assert share(30, 20_000, promised_ct=400) == 200
    assert share(30, 20_000, promised_ct=600) == 0
    assert share(30, 20_000, promised_ct=900) == 0


def test_a_rate_above_the_cap_is_refused_with_both_figures() -> None:
    check_rate(30, LAW)
    with pytest.raises(PriceTooHigh) as refused:
        check_rate(31, LAW)
    assert (refused.value.asked_ct_per_km, refused.value.cap_ct_per_km) == (31, 30)
    with pytest.raises(WindowInvalid):
        check_rate(-1, LAW)


@given(
    rate=st.integers(0, 30),
    ride_m=st.integers(0, 200_000),
    riders=st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 3)), max_size=8),
)
def test_all_riders_together_stay_within_the_law(
    rate: int, ride_m: int, riders: list[tuple[int, int]]
) -> None:
    promised_ct = 0
    for rider_m, persons in riders:
        own_ct = share(rate, rider_m, persons, ride_m, promised_ct)
        assert 0 <= own_ct <= rate * rider_m * persons / 1000
        assert own_ct % 10 == 0
        promised_ct += own_ct
    assert promised_ct * 1000 <= LAW.cap_ct_per_km * ride_m
