"""What strangers may know of somebody before they share a car: confirmed addresses and what others said.

A rating is one answer, "would you travel together again?", and words from a fixed list: nothing can be
written that would hurt or give anything away. It is shown once both have answered or nobody can any more, so
that nobody answers in return for an answer.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mitfahr.domain.states import LegState

RATE_WITHIN_S = 14 * 24 * 3600
ASKED_AFTER_S = 2 * 3600
"""So long after arriving both are asked: when they are at home."""
RATEABLE = frozenset({LegState.CONFIRMED, LegState.COMPLETED, LegState.NO_SHOW})
TAGS_SHOWN = 3


class Praise(enum.StrEnum):
    """What can be said besides yes or no."""

    PUNCTUAL = "punctual"
    FRIENDLY = "friendly"
    CLEAR = "clear"
    SAFE = "safe"
    CLEAN = "clean"


OF_DRIVERS = (Praise.PUNCTUAL, Praise.FRIENDLY, Praise.SAFE, Praise.CLEAN, Praise.CLEAR)
OF_RIDERS = (Praise.PUNCTUAL, Praise.FRIENDLY, Praise.CLEAR)


@dataclass(frozen=True, slots=True)
class Standing:
    """`again` of `ratings` people would travel with this person again; `praise` is what they said most."""

    ratings: int = 0
    again: int = 0
    praise: tuple[Praise, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    mail_confirmed: bool = False
    phone_confirmed: bool = False
    standing: Standing = Standing()


NOBODY_ASKED: Mapping[str, Trust] = {}
"""For pages that say nothing about strangers."""


def standing(ratings: Iterable[tuple[bool, Iterable[Praise]]]) -> Standing:
    """What a person's shown ratings say together: (again, praise) each."""
    rows = [(again, tuple(praise)) for again, praise in ratings]
    counts = Counter(word for _, praise in rows for word in praise)
    by_count = sorted(counts, key=lambda word: (-counts[word], list(Praise).index(word)))
    return Standing(len(rows), sum(again for again, _ in rows), tuple(by_count[:TAGS_SHOWN]))


def may_rate(state: LegState, arrival_s: int, now_s: int) -> bool:
    """Whether the two sides of a leg of a private ride may say how it was."""
    return state in RATEABLE and arrival_s <= now_s < arrival_s + RATE_WITHIN_S


def is_shown(arrival_s: int, both_rated: bool, now_s: int) -> bool:
    """Whether a rating of a leg counts already."""
    return both_rated or now_s >= arrival_s + RATE_WITHIN_S
