"""How far a typed word is from a known one, counted in slips of the finger and of the ear.

A slip on a neighbouring key, a doubled letter or one that sounds alike is less than a letter that has
nothing to do with the word. Both words are folded.
"""

from __future__ import annotations

from collections.abc import Iterator

WRONG_LETTER = 1.0
FORGOTTEN, TOO_MUCH = 0.9, 1.0
SWAPPED = 0.6
NEIGHBOURING_KEY = 0.6
SOUNDS_ALIKE = 0.4
ANOTHER_VOWEL = 0.7
DOUBLED = 0.35
HARDLY_HEARD = 0.5
FIRST_LETTER = 1.4
"""Few people miss the first letter: a slip there weighs so many times as much."""

_ROWS = ("qwertzuiop", "asdfghjkl", "yxcvbnm")
_ALIKE = ("bp", "dt", "gk", "ck", "fv", "vw", "sz", "iy", "ij", "cz", "ui", "oe", "ae", "mn", "qk")
_SILENT_BESIDE = {
    "h": "aeiourtc",
    "e": "iaou",
    "t": "zs",
    "z": "ts",
    "s": "zc",
    "c": "khs",
    "d": "t",
    "p": "f",
}
"""Letters hardly heard after or before others: Reh, Lommatsch, Stad(t)."""


def _substitutions() -> Iterator[tuple[str, float]]:
    for a in "aeiou":
        yield from ((a + b, ANOTHER_VOWEL) for b in "aeiou" if a != b)
    for row, letters in enumerate(_ROWS):
        for i, letter in enumerate(letters):
            below = _ROWS[row + 1][max(0, i - 1) : i + 1] if row + 1 < len(_ROWS) else ""
            for other in (*letters[i + 1 : i + 2], *below):
                yield from ((letter + other, NEIGHBOURING_KEY), (other + letter, NEIGHBOURING_KEY))
    for pair in _ALIKE:
        yield from ((pair, SOUNDS_ALIKE), (pair[::-1], SOUNDS_ALIKE))


_INSTEAD = dict(_substitutions())


def slips(typed: str, known: str) -> tuple[float, float]:
    """(whole, beginning): the least effort from `typed` to `known`, and to the best beginning of it."""
    n = len(known)
    missing = [_left_out(known, j, FORGOTTEN) for j in range(n)]
    before: list[float] = []
    row = [0.0]
    for effort in missing:
        row.append(row[-1] + effort)
    for i, letter in enumerate(typed):
        first = FIRST_LETTER if i == 0 else 1.0
        extra = _left_out(typed, i, TOO_MUCH) * first
        last, row = row, [row[0] + extra]
        for j in range(n):
            other = known[j]
            if letter == other:
                best = last[j]
            else:
                best = last[j] + _INSTEAD.get(letter + other, WRONG_LETTER) * (first if j == 0 else 1.0)
            best = min(best, last[j + 1] + extra, row[j] + missing[j])
            if i and j and letter == known[j - 1] and typed[i - 1] == other:
                best = min(best, before[j - 1] + SWAPPED)
            row.append(best)
        before = last
    return row[n], min(row)


def _left_out(word: str, i: int, otherwise: float) -> float:
    """Effort of having left out letter i of a word, or of having put it there."""
    letter = word[i]
    around = (word[i - 1] if i else "") + (word[i + 1] if i + 1 < len(word) else "")
    if i and letter == word[i - 1]:
        return DOUBLED
    beside = _SILENT_BESIDE.get(letter, "")
    return HARDLY_HEARD if i and any(sign in beside for sign in around) else otherwise
