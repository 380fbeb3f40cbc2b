"""How a German word sounds: the Kölner Phonetik of Hans Joachim Postel (1969), on folded words.

It tells apart only what any German ear does: B and P, D and T, G and K fall together, as they do in Saxony.
"""

from __future__ import annotations

_PLAIN = {
    **dict.fromkeys("aeijouy", "0"),
    "b": "1",
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    "l": "5",
    **dict.fromkeys("mn", "6"),
    "r": "7",
    **dict.fromkeys("sz", "8"),
}


def sound(word: str) -> str:
    """The digits of a word; "" for one without letters.

    >>> sound("lommatzsch"), sound("lomatsch"), sound("kotzschenbroda"), sound("gotschenbroda")
    ('568', '568', '486172', '486172')
    """
    digits = []
    for i, letter in enumerate(word):
        before, after = word[i - 1] if i else "", word[i + 1] if i + 1 < len(word) else ""
        digits.append(_digits(letter, before, after))
    coded = "".join(digits)
    heard = [digit for i, digit in enumerate(coded) if i == 0 or digit != coded[i - 1]]
    return "".join(digit for i, digit in enumerate(heard) if digit != "0" or i == 0)


def _digits(letter: str, before: str, after: str) -> str:
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        hard_after = after and after in ("ahkloqrux" if not before else "ahkoqux")
        return "4" if hard_after and before not in ("s", "z") else "8"
    return _PLAIN.get(letter, "")
