"""Ratings: when one may speak, when it counts, what is told of it."""

from __future__ import annotations

from mitfahr.domain.states import LegState
from mitfahr.domain.trust import RATE_WITHIN_S, Praise, Standing, is_shown, may_rate, standing


def test_only_who_travelled_and_only_for_two_weeks() -> None:
    rateable = {LegState.CONFIRMED, LegState.COMPLETED, LegState.NO_SHOW}
    for state in LegState:
        assert may_rate(state, 1000, 1000) is (state in rateable)
        assert not may_rate(state, 1000, 999)
        assert not may_rate(state, 1000, 1000 + RATE_WITHIN_S)


def test_one_answer_alone_is_shown_only_when_the_other_can_no_longer_answer_it() -> None:
    assert not is_shown(1000, both_rated=False, now_s=1001)
    assert is_shown(1000, both_rated=True, now_s=1001)
    assert is_shown(1000, both_rated=False, now_s=1000 + RATE_WITHIN_S)


def test_a_standing_counts_and_names_what_was_said_most() -> None:
    assert standing([]) == Standing(0, 0, ())
    said = standing(
        [
            (True, [Praise.SAFE, Praise.FRIENDLY]),
            (True, [Praise.SAFE]),
            (False, []),
            (True, [Praise.PUNCTUAL, Praise.CLEAN]),
        ]
    )
    assert said == Standing(4, 3, (Praise.SAFE, Praise.PUNCTUAL, Praise.FRIENDLY))
