"""What a driver takes along and what a party needs either suit or they do not."""

from __future__ import annotations

import itertools

import pytest

from mitfahr.domain.ride_terms import NO_TERMS, Need, Terms


@pytest.mark.parametrize(
    ("terms", "need", "suits"),
    [
        (NO_TERMS, Need.CHILD_SEAT, False),
        (Terms(child_seat=True), Need.CHILD_SEAT, True),
        (NO_TERMS, Need.PET, False),
        (Terms(pets=True), Need.PET, True),
        (NO_TERMS, Need.NO_SMOKE, True),
        (Terms(smoking=True), Need.NO_SMOKE, False),
    ],
)
def test_each_need(terms: Terms, need: Need, suits: bool) -> None:
    assert terms.suit({need}, is_woman=False) is suits


def test_a_ride_for_women_suits_who_has_said_to_be_one() -> None:
    assert Terms(women_only=True).suit((), is_woman=True)
    assert not Terms(women_only=True).suit((), is_woman=False)


def test_who_needs_more_is_suited_by_less() -> None:
    for switches in itertools.product((False, True), repeat=4):
        terms = Terms(*switches)
        for woman, few, more in itertools.product((False, True), Need, Need):
            assert terms.suit({few}, woman) or not terms.suit({few, more}, woman)
