"""Which entries are meant by a few words, the likeliest first.

What counts, in this order: how much of what was typed an entry explains, how much of the entry's name was
typed, how important the entry is, and how near it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mitfahr.places.index import PlaceIndex
from mitfahr.places.known import Known, exactly, known
from mitfahr.places.words import words_of, written_out
from routing.earth import beeline_m

MOST_WORDS = 8
_LOOKED_AT = 400
_NAME_SHARE = 0.3
"""Of what an entry can reach, so much only if all of its name was typed."""
_UNKNOWN_WEIGHT = 0.5
_LEAST_EXPLAINED = 0.3
"""An entry that explains less than this of what was typed is not shown."""
_LEAST_OF_BEST = 0.72
"""Nor one that explains less than this part of what the best explains: whoever spells a name right means no other."""
_PRIOR, _NEARNESS = 0.22, 0.08
_NEAR_M = 10_000.0
_OTHER_READING = 0.96
_AS_TYPED, _COMPARED = 0.03, 40


class Ranked(NamedTuple):
    """Entries (k,) int64, their scores (k,) float64, and whether every typed word is in the name and the
    name has no other (k,) bool."""

    entry: NDArray[np.int64]
    score: NDArray[np.float64]
    is_exact: NDArray[np.bool_]


def ranked(index: PlaceIndex, text: str, near: tuple[float, float] | None = None) -> Ranked:
    """What may be meant by `text`; `near` is a point (lat, lon) that it should not be far from."""
    typed = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
    if not typed or not len(index):
        return _nothing()
    fits: dict[str, Known] = {word: known(index, word) for word in typed}
    best = _scored(index, typed, fits, near)
    for other in _readings(index, typed, fits):
        for word in other:
            if word not in fits:
                fits[word] = known(index, word)
        best = _merged(best, _scored(index, other, fits, near, _OTHER_READING))
    order = np.argsort(-best.score, kind="stable")[:_LOOKED_AT]
    score = best.score[order] + _AS_TYPED * _stand_as_typed(index, best.entry[order], text)
    again = np.argsort(-score, kind="stable")
    return Ranked(best.entry[order][again], score[again], best.is_exact[order][again])


def _stand_as_typed(index: PlaceIndex, entries: NDArray[np.int64], text: str) -> NDArray[np.bool_]:
    """(k,) where the text stands in the name letter by letter: Göltzscha is not Goltzscha."""
    typed = text.strip().casefold()
    stands = np.zeros(len(entries), dtype=bool)
    for i, entry in enumerate(entries[:_COMPARED].tolist()):
        stands[i] = typed in index.name[entry].casefold()
    return stands


def _nothing() -> Ranked:
    return Ranked(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool))


def _scored(
    index: PlaceIndex,
    typed: Sequence[str],
    fits: dict[str, Known],
    near: tuple[float, float] | None,
    worth: float = 1.0,
) -> Ranked:
    found = np.zeros(len(index), dtype=np.float32)
    weights = []
    for word in typed:
        weight = _telling(index, fits[word])
        weights.append(weight)
        found += weight * _in_entries(index, fits[word])
    found /= sum(weights)
    hits = np.flatnonzero(found >= max(_LEAST_EXPLAINED, _LEAST_OF_BEST * float(found.max())))
    if not len(hits):
        return _nothing()
    if len(hits) > _LOOKED_AT:
        likely = found[hits] + _PRIOR * index.prior[hits]
        hits = hits[np.argpartition(-likely, _LOOKED_AT)[:_LOOKED_AT]]
    explained = found[hits].astype(np.float64)
    share = _share_of_name(index, hits, [fits[word] for word in typed])
    score = explained * (1 - _NAME_SHARE + _NAME_SHARE * share)
    lat, lon = near if near is not None else index.center
    metres = beeline_m(lat, lon, index.lat[hits], index.lon[hits])
    score = worth * score + _PRIOR * index.prior[hits] + _NEARNESS / (1 + metres / _NEAR_M)
    return Ranked(hits, score, _is_exact(index, hits, typed))


def _telling(index: PlaceIndex, fit: Known) -> float:
    """How much a typed word tells: as much as the best known word that it may stand for, the less the less it fits."""
    if not len(fit.word):
        return _UNKNOWN_WEIGHT
    best = fit.fit >= fit.best - 0.05
    return float(index.weight[fit.word[best]].max()) * fit.best**2


def _in_entries(index: PlaceIndex, fit: Known) -> NDArray[np.float32]:
    """(n,) how well the best word of each entry fits."""
    found = np.zeros(len(index), dtype=np.float32)
    begin, end = index.posting_start[fit.word], index.posting_start[fit.word + 1]
    count = end - begin
    at = np.repeat(begin - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())
    np.maximum.at(found, index.posting[at], index.posting_value[at] * np.repeat(fit.fit, count))
    return found


def _share_of_name(index: PlaceIndex, hits: NDArray[np.int64], fits: Sequence[Known]) -> NDArray[np.float64]:
    """(k,) the part of each name, by weight of its words, that the typed words cover."""
    covered = np.zeros(len(index.words), dtype=np.float32)
    for fit in fits:
        np.maximum.at(covered, fit.word, fit.fit)
    count = index.own_start[hits + 1] - index.own_start[hits]
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    at = np.repeat(index.own_start[hits] - first, count) + np.arange(count.sum())
    words = index.own[at]
    row = np.repeat(np.arange(len(hits)), count)
    weight = index.own_weight[at]
    total = np.bincount(row, weight, len(hits))
    typed = np.bincount(row, weight * covered[words], len(hits))
    share: NDArray[np.float64] = typed / np.maximum(total, 1e-9)
    return share


def _is_exact(index: PlaceIndex, hits: NDArray[np.int64], typed: Sequence[str]) -> NDArray[np.bool_]:
    count = index.own_start[hits + 1] - index.own_start[hits]
    same = count == len(typed)
    numbers = [exactly(index, word) for word in typed]
    if None in numbers:
        return np.zeros(len(hits), dtype=bool)
    wanted = sorted(number for number in numbers if number is not None)
    for i in np.flatnonzero(same).tolist():
        own = index.own[index.own_start[hits[i]] : index.own_start[hits[i] + 1]]
        same[i] = sorted(own.tolist()) == wanted
    exact: NDArray[np.bool_] = same
    return exact


def _merged(one: Ranked, other: Ranked) -> Ranked:
    entry = np.concatenate([one.entry, other.entry])
    score = np.concatenate([one.score, other.score])
    exact = np.concatenate([one.is_exact, other.is_exact])
    order = np.lexsort((-score, entry))
    first = np.concatenate([[True], np.diff(entry[order]) > 0]) if len(order) else np.zeros(0, bool)
    kept = order[first]
    return Ranked(entry[kept], score[kept], exact[kept])


_GOOD_ENOUGH = 0.9


def _readings(index: PlaceIndex, typed: list[str], fits: dict[str, Known]) -> list[list[str]]:
    """The same text with a space more or less: "lommatzschmarkt", "bahnhof straße"."""
    readings = []
    for i, word in enumerate(typed):
        parts = _apart(index, word)
        if parts and (
            fits[word].best < _GOOD_ENOUGH or all(exactly(index, part) is not None for part in parts)
        ):
            readings.append([*typed[:i], *parts, *typed[i + 1 :]])
        if i + 1 < len(typed) and exactly(index, word + typed[i + 1]) is not None:
            readings.append([*typed[:i], word + typed[i + 1], *typed[i + 2 :]])
    return readings[:3]


def _apart(index: PlaceIndex, word: str) -> list[str]:
    """The two words that were typed as one, if one of them at least is known; the longest known ones first."""
    splits = []
    for at in range(3, len(word) - 2):
        head, tail = written_out(word[:at]), written_out(word[at:])
        known_signs = sum(
            len(part) for part in (head, tail) if len(part) > 3 and exactly(index, part) is not None
        )
        splits.append((known_signs, [head, tail]))
    signs, parts = max(splits, default=(0, []))
    return parts if signs else []
