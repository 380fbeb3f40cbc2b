"""A late run: which times move, where a longer halt makes up for it, and of which stops a delay can speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.errors import WindowInvalid
from mitfahr.domain.run_progress import MOST_LATE_S, check_late, expected_s, next_stop

RUN = [(0, 0), (600, 600), (1200, 1500), (2100, 2100)]
"""Five minutes' halt at the third stop."""


@pytest.mark.parametrize(
    ("late_from", "late_s", "expected"),
    [
        (0, 0, RUN),
        (0, 240, [(240, 240), (840, 840), (1440, 1500), (2100, 2100)]),
        (1, 480, [(0, 0), (1080, 1080), (1680, 1680), (2280, 2280)]),
        (3, 480, [*RUN[:3], (2580, 2580)]),
        (4, 480, RUN),
    ],
)
def test_expected_times(late_from: int, late_s: int, expected: list[tuple[int, int]]) -> None:
    assert expected_s(RUN, late_from, late_s) == expected


@given(
    st.lists(st.integers(0, 900), min_size=4, max_size=16),
    st.integers(0, 8),
    st.integers(0, MOST_LATE_S),
)
def test_never_early_never_backwards_never_later_than_said(
    gaps: list[int], late_from: int, late_s: int
) -> None:
    clock, published = 0, []
    for drive_s, halt_s in zip(gaps[::2], gaps[1::2], strict=False):
        published.append((clock + drive_s, clock + drive_s + halt_s))
        clock += drive_s + halt_s
    expected = expected_s(published, late_from, late_s)
    for was, now in zip(published, expected, strict=True):
        assert all(0 <= after - before <= late_s for before, after in zip(was, now, strict=True))
    flat = [time_s for pair in expected for time_s in pair]
    first = 2 * min(late_from, len(published))
    assert flat[first:] == sorted(flat[first:])


def test_a_delay_speaks_of_stops_that_are_not_left_yet() -> None:
    assert next_stop(RUN, 0, 0, now_s=-60) == 0
    assert next_stop(RUN, 0, 300, now_s=299) == 0
    assert next_stop(RUN, 0, 300, now_s=300) == 1  # by the clock
    assert next_stop(RUN, 2, 300, now_s=300) == 2  # by what was ticked
    assert next_stop(RUN, 0, 0, now_s=9000) == 4


def test_nobody_waits_for_hours() -> None:
    check_late(MOST_LATE_S)
    for late_s in (-60, MOST_LATE_S + 60):
        with pytest.raises(WindowInvalid):
            check_late(late_s)
