"""What people of the district would type, with the answer that should stand first.

Some written by hand (`place_queries.tsv`), some drawn: names that everybody knows, mistyped as on the keyboard
of a phone, with umlauts spelt otherwise, words turned round or abbreviated. Each half of them was looked at
while the ranking was written ("tuned"), the other half was not ("kept").
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mitfahr.places.entries import Entry, EntryKind

WRITTEN = Path(__file__).parent / "place_queries.tsv"
PARTS = {"tuned": 1, "kept": 2}
"""With the seed of the drawn ones."""
DRAWN = 150
_LEAST_LETTERS = 5


class Input(NamedTuple):
    """`wanted` are the names one of which should stand first."""

    part: str
    typed: str
    wanted: frozenset[str]
    is_drawn: bool


def inputs(rows: Sequence[Entry]) -> list[Input]:
    """Those written by hand, then the drawn ones over these entries; the same ones every time."""
    return [*_written(), *(one for part, seed in PARTS.items() for one in _drawn(rows, part, seed))]


def _written() -> Iterator[Input]:
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            part, typed, wanted = line.split("\t")
            yield Input(part, typed, frozenset(wanted.split(" | ")), is_drawn=False)


def _drawn(rows: Sequence[Entry], part: str, seed: int) -> Iterator[Input]:
    draw = random.Random(seed)
    own = [row for row in rows if _is_of_the_district(row) and len(row.name) >= _LEAST_LETTERS]
    for row in draw.sample(own, DRAWN):
        slip = draw.choice(_SLIPS)
        yield Input(part, slip(_plain(row), draw), frozenset({row.name}), is_drawn=True)


def _is_of_the_district(row: Entry) -> bool:
    if row.kind == EntryKind.STOP:
        return row.stop_id.startswith("de:14627:") and "(" not in row.name
    return row.kind in (EntryKind.PLACE, EntryKind.POI)


def _plain(row: Entry) -> str:
    return row.name.replace('"', "").replace(" b Riesa", "").replace(" / ", " ")


_NEIGHBOURS = {
    "q": "wa",
    "w": "qe",
    "e": "wr",
    "r": "et",
    "t": "rz",
    "z": "tu",
    "u": "zi",
    "i": "uo",
    "o": "ip",
    "p": "o",
    "a": "sq",
    "s": "ad",
    "d": "sf",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "y": "x",
    "x": "yc",
    "c": "xv",
    "v": "cb",
    "b": "vn",
    "n": "bm",
    "m": "n",
}


def _letter(text: str, draw: random.Random) -> int:
    """The place of a letter inside a word of more than three: where a slip is likely and the word stays known."""
    inside = [
        i
        for i in range(1, len(text) - 1)
        if text[i - 1 : i + 2].isalpha() and len(text[text.rfind(" ", 0, i) + 1 :].split(" ")[0]) > 3
    ]
    return draw.choice(inside)


def _wrong_key(text: str, draw: random.Random) -> str:
    i = _letter(text, draw)
    return text[:i] + draw.choice(_NEIGHBOURS.get(text[i].lower(), text[i])) + text[i + 1 :]


def _forgotten(text: str, draw: random.Random) -> str:
    i = _letter(text, draw)
    return text[:i] + text[i + 1 :]


def _swapped(text: str, draw: random.Random) -> str:
    i = _letter(text, draw)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _doubled(text: str, draw: random.Random) -> str:
    i = _letter(text, draw)
    return text[:i] + text[i] + text[i:]


def _small(text: str, _: random.Random) -> str:
    return text.lower()


def _without_umlauts(text: str, draw: random.Random) -> str:
    with_e = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ö": "Oe", "Ü": "Ue", "Ä": "Ae"})
    without = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "Ö": "O", "Ü": "U", "Ä": "A"})
    return text.translate(draw.choice([with_e, without]))


def _turned(text: str, _: random.Random) -> str:
    first, *rest = text.split()
    return " ".join([*rest, first])


def _shortened(text: str, _: random.Random) -> str:
    pairs = [
        ("straße", "str."),
        ("Straße", "Str."),
        ("platz", "pl."),
        ("Bahnhof", "Bhf"),
        ("Krankenhaus", "KH"),
    ]
    for long, short in pairs:
        text = text.replace(long, short)
    return text


def _soft(text: str, _: random.Random) -> str:
    """As it is said in Saxony."""
    for hard, soft in (("tz", "ds"), ("ck", "g"), ("ö", "e"), ("ü", "i"), ("ei", "ee"), ("p", "b")):
        if hard in text[1:]:
            return text[:1] + text[1:].replace(hard, soft, 1)
    return text.lower()


_SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    *(_wrong_key, _forgotten, _swapped, _doubled, _small, _without_umlauts),
    *(_turned, _shortened, _soft),
)
