"""How long a request keeps its seats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.holds import hold_until_s

HOUR = 3600


@pytest.mark.parametrize(
    ("pickup_s", "expected_s"),
    [
        (48 * HOUR, 12 * HOUR),  # far ahead: half a day to answer
        (3 * HOUR, 2 * HOUR),  # an hour before the pick-up at the latest
        (HOUR, 600),  # soon: ten minutes
        (300, 300),  # at once: until the pick-up
    ],
)
def test_hold(pickup_s: int, expected_s: int) -> None:
    assert hold_until_s(0, pickup_s) == expected_s


@given(st.integers(1, 10**7))
def test_a_hold_begins_now_and_never_outlasts_the_pickup(pickup_s: int) -> None:
    assert 0 < hold_until_s(0, pickup_s) <= pickup_s
