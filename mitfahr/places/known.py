"""The known words that a typed one may stand for, and how well each fits."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from mitfahr.places.index import PlaceIndex, pairs_of
from mitfahr.places.phonetics import sound
from mitfahr.places.spelling import slips

LONGEST_WORD = 40
_LAST = "\U0010ffff"
_LIKE, _CLOSEST = 120, 10
"""So many words with the same pairs of letters are compared, so many of them letter by letter."""
_LEAST_ALIKE = 0.62
_SOUNDS_SO, _MOST_UNLIKE = 0.55, 0.6
"""What sounds alike may be written in many ways, but not with hardly a letter in common."""
_HEAD_OF_COMPOUND, _SHORTEST_HEAD = 0.62, 5
"""A Busbahnhof is a Bahnhof, a Grundschule a Schule."""
_BESIDE_EXACT, _BEGUN_BESIDE_EXACT = 0.4, 0.85
"""Whoever spells a word right hardly means one that is only like it, or one that it only begins."""
_VOWELS = frozenset("aeiou")


class Known(NamedTuple):
    """Words (k,) int64 into `PlaceIndex.words`, and how well they fit (k,) float32 in 0 … 1."""

    word: NDArray[np.int64]
    fit: NDArray[np.float32]

    @property
    def best(self) -> float:
        return float(self.fit.max()) if len(self.fit) else 0.0


def exactly(index: PlaceIndex, word: str) -> int | None:
    """The number of this very word, or None."""
    at = bisect_left(index.words, word)
    return at if at < len(index.words) and index.words[at] == word else None


def known(index: PlaceIndex, typed: str) -> Known:
    """Exact 1; a beginning less the more is missing; slips, sounds, parts and abbreviations below that."""
    typed = typed[:LONGEST_WORD]
    fit = _beginnings(index, typed)
    worth = _BESIDE_EXACT if 1.0 in fit.values() else 1.0
    for word, value in _misspelt(index, typed).items() if _is_spelt(typed) else ():
        fit[word] = max(worth * value, fit.get(word, 0.0))
    words = np.fromiter(fit, dtype=np.int64, count=len(fit))
    return Known(words, np.fromiter(fit.values(), dtype=np.float32, count=len(fit)))


def _is_spelt(typed: str) -> bool:
    """Numbers are right or wrong; words can be misspelt."""
    return len(typed) >= 3 and not any(sign.isdigit() for sign in typed)


def _beginnings(index: PlaceIndex, typed: str) -> dict[int, float]:
    first = bisect_left(index.words, typed)
    last = bisect_left(index.words, typed + _LAST, lo=first)
    length = np.diff(index.words.start[first : last + 1])
    fit = 0.62 + 0.3 * len(typed) / np.maximum(length, 1)
    found: dict[int, float] = dict(zip(range(first, last), fit.tolist(), strict=True))
    if first < last and index.words[first] == typed:
        found = {word: _BEGUN_BESIDE_EXACT * value for word, value in found.items()}
        found[first] = 1.0
    return found


def _misspelt(index: PlaceIndex, typed: str) -> dict[int, float]:
    like = _sharing_pairs(index, typed)
    alike = _sounding_like(index, typed)
    names = {int(w): index.words[int(w)] for w in {*like, *alike}}
    whole = _nearest(typed, names)
    begun = _nearest(typed, {w: name[: len(typed) + 1] for w, name in names.items()})
    found: dict[int, float] = {}
    for w in {*whole, *begun, *alike[:_CLOSEST]}:
        name = names[w]
        all_of_it, beginning = slips(typed, name)
        fit = _alike(all_of_it, max(len(typed), len(name)))
        if len(typed) >= 4:
            share = len(typed) / max(len(typed), len(name))
            fit = max(fit, _alike(beginning, len(typed)) * (0.6 + 0.3 * share))
        if w in alike and all_of_it <= _MOST_UNLIKE * len(name):
            fit = max(fit, _SOUNDS_SO)
        if fit:
            found[w] = fit
    for w, fit in _parts(index, typed).items():
        found[w] = max(fit, found.get(w, 0.0))
    return found


def _alike(effort: float, length: int) -> float:
    alike = 1 - effort / length
    return 0.97 * alike**1.5 if alike >= _LEAST_ALIKE else 0.0


def _sharing_pairs(index: PlaceIndex, typed: str) -> list[int]:
    pairs = pairs_of(typed)
    shared = [index.pair_word[index.pair_start[p] : index.pair_start[p + 1]] for p in pairs]
    count = np.bincount(np.concatenate(shared), minlength=len(index.words))
    least = max(1, (len(pairs) - 1) // 3)
    likely = np.flatnonzero(count >= least)
    length = np.diff(index.words.start)[likely]
    merit = count[likely] - 0.3 * np.abs(length - len(typed))
    best: list[int] = likely[np.argsort(-merit, kind="stable")[:_LIKE]].tolist()
    return best


def _sounding_like(index: PlaceIndex, typed: str) -> list[int]:
    heard = sound(typed)
    if len(heard) < 3:
        return []
    at = bisect_left(index.sounds, heard)
    if at == len(index.sounds) or index.sounds[at] != heard:
        return []
    alike: list[int] = index.sound_word[index.sound_start[at] : index.sound_start[at + 1]].tolist()
    return alike


def _nearest(typed: str, names: dict[int, str]) -> list[int]:
    allowed = max(1, round(len(typed) * 0.4))
    near = process.extract(
        typed, names, scorer=OSA.distance, score_cutoff=allowed, limit=_CLOSEST, processor=None
    )
    return [w for _, _, w in near]


def _parts(index: PlaceIndex, typed: str) -> dict[int, float]:
    """Words that hold the typed one ("klinikum"), or of which it is the skeleton ("elbklinikum", "rbl")."""
    found: dict[int, float] = {}
    if len(typed) >= 4:
        blob, at = index.words.blob.tobytes(), -1
        key = typed.encode()
        while (at := blob.find(key, at + 1)) >= 0:
            w = int(np.searchsorted(index.words.start, at, side="right")) - 1
            begin, end = int(index.words.start[w]), int(index.words.start[w + 1])
            if at + len(key) <= end and at > begin:
                found[w] = (0.55 if at + len(key) == end else 0.4) + 0.25 * len(key) / (end - begin)
    for at in range(2, len(typed) - _SHORTEST_HEAD + 1):
        head = exactly(index, typed[at:])
        if head is not None:
            found[head] = _HEAD_OF_COMPOUND
            break
    first = bisect_left(index.words, typed[:2])
    last = bisect_left(index.words, typed[:2] + _LAST, lo=first)
    if not _VOWELS & set(typed):
        first = bisect_left(index.words, typed[:1])
        last = bisect_left(index.words, typed[:1] + _LAST, lo=first)
    for w in range(first, last):
        fit = _contracted(typed, index.words[w])
        if fit:
            found[w] = max(fit, found.get(w, 0.0))
    return found


def _contracted(typed: str, name: str) -> float:
    """How well a beginning and a later part fit: "elbklinikum", "Gr'hain"; or only consonants: "rbl"."""
    if len(name) < len(typed) + 2:
        return 0.0
    if not _VOWELS & set(typed):
        rest = iter("".join(sign for sign in name if sign not in _VOWELS))
        return 0.5 + 0.2 * len(typed) / len(name) if all(sign in rest for sign in typed) else 0.0
    if len(typed) < 6:
        return 0.0
    same = 0
    while same < len(typed) and typed[same] == name[same]:
        same += 1
    rest_of_it = typed[same:]
    if same >= 2 and len(rest_of_it) >= 3 and name.endswith(rest_of_it):
        return 0.5 + 0.3 * len(typed) / len(name)
    return 0.0
