"""The frozen index over everything that can be searched by name.

Built once per pair of timetable and gazetteer, written as a snapshot folder and memory-mapped by every
process: the same under either database, and no memory of a process's own.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mitfahr.places.entries import Entry, EntryKind, entries, own_name
from mitfahr.places.phonetics import sound
from mitfahr.places.words import words_of
from routing import store
from routing.gazetteer import Gazetteer
from routing.store import Texts
from routing.timetable import Timetable

KIND = "places"

IN_NAME, IN_KIND, BESIDE_NAME, AROUND = 1.0, 0.9, 0.85, 0.8
"""How much it counts where a word was found: in the name, as a word for its kind, in what tells it from
namesakes, in the municipality around it."""

LEAST_WEIGHT, NUMBER_WEIGHT, PLACE_WEIGHT = 0.12, 0.35, 0.7

KIND_LEFT_OUT, TOWN_LEFT_OUT, MIDDLE_LEFT_OUT = 2.0, 0.6, 0.4
"""Who means a school says so; the town before the name of a stop is often left out, and so is what only says
that the stop is the one in the middle."""
_MIDDLE_OF_A_PLACE = frozenset(
    (
        "markt",
        "marktplatz",
        "bahnhof",
        "busbahnhof",
        "hauptbahnhof",
        "dorfplatz",
        "dorfmitte",
        "ortsmitte",
        "ort",
        "mitte",
        "zentrum",
        "kirche",
        "anger",
    ),
)
_SIGNS = "^abcdefghijklmnopqrstuvwxyz0123456789$"
_SIGN = {sign: i for i, sign in enumerate(_SIGNS)}
_OTHER_SIGN = len(_SIGNS)
N_PAIRS = (len(_SIGNS) + 1) ** 2
_RANK_OF_A_BIG_CITY = 1e6


@dataclass(frozen=True)
class PlaceIndex:
    """Columns of one index. Entry e, word w.

    name, around, stop_id   (n) texts as `entries.Entry` has them
    kind            (n,) int8 EntryKind
    kind_word       (n,) int16 into `kind_words`
    lat, lon        (n,) float64 WGS84 degrees
    prior           (n,) float32, 0 … 1: how likely somebody means it before anything is typed
    words           (m) texts, sorted: so a beginning is a range
    weight          (m,) float32, LEAST_WEIGHT … 1: how much a typed word tells, rare ones and places most
    posting_start   (m + 1,) int64: word w stands in entries posting[posting_start[w]:posting_start[w + 1]]
    posting         int32 entries, ascending for each word
    posting_value   float32 beside them: IN_NAME, …
    own_start, own  (n + 1,) int64, int32: the words of each entry's name
    pair_start, pair_word   (N_PAIRS + 1,) int64, int32: the words in which a pair of letters stands
    sounds          texts, sorted; sound_start, sound_word: the words that sound so
    center          (2,) float64: the middle of what the timetable serves
    """

    name: Texts
    around: Texts
    stop_id: Texts
    kind: NDArray[np.int8]
    kind_word: NDArray[np.int16]
    kind_words: Texts
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    prior: NDArray[np.float32]
    words: Texts
    weight: NDArray[np.float32]
    posting_start: NDArray[np.int64]
    posting: NDArray[np.int32]
    posting_value: NDArray[np.float32]
    own_start: NDArray[np.int64]
    own: NDArray[np.int32]
    own_weight: NDArray[np.float32]
    pair_start: NDArray[np.int64]
    pair_word: NDArray[np.int32]
    sounds: Texts
    sound_start: NDArray[np.int64]
    sound_word: NDArray[np.int32]
    center: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lat)

    @classmethod
    def of(cls, timetable: Timetable, gazetteer: Gazetteer | None = None) -> PlaceIndex:
        """The index over a timetable's stops and a gazetteer's names; seconds for 100,000 of them."""
        return cls.over(entries(timetable, gazetteer))

    @classmethod
    def over(cls, rows: Sequence[Entry]) -> PlaceIndex:
        owns = [own_name(row.name) for row in rows]
        own_words = [list(dict.fromkeys(words_of(own))) for own, _ in owns]
        found: dict[str, dict[int, float]] = defaultdict(dict)
        folded: dict[str, list[str]] = {}
        for i, (row, (_, telling)) in enumerate(zip(rows, owns, strict=True)):
            for text, value in ((row.around, AROUND), (telling, BESIDE_NAME), (row.searched_by, IN_KIND)):
                if text not in folded:
                    folded[text] = words_of(text)
                for word in folded[text]:
                    found[word][i] = max(value, found[word].get(i, 0.0))
            for word in own_words[i]:
                found[word][i] = IN_NAME
        words = sorted(found)
        number = {word: w for w, word in enumerate(words)}
        kind_words = sorted({row.word for row in rows})
        kind_at = {word: i for i, word in enumerate(kind_words)}
        posting_start, posting = _rows_of([sorted(found[word]) for word in words])
        weight = _weights(words, rows, own_words)
        values = [found[word][i] for word in words for i in sorted(found[word])]
        own_start, own = _rows_of([[number[word] for word in of_entry] for of_entry in own_words])
        by_pair: dict[int, list[int]] = defaultdict(list)
        by_sound: dict[str, list[int]] = defaultdict(list)
        for w, word in enumerate(words):
            for pair in pairs_of(word):
                by_pair[pair].append(w)
            by_sound[sound(word)].append(w)
        by_sound.pop("", None)
        sounds = sorted(by_sound)
        pair_start, pair_word = _rows_of([by_pair[pair] for pair in range(N_PAIRS)])
        sound_start, sound_word = _rows_of([by_sound[code] for code in sounds])
        return cls(
            name=Texts.of(row.name for row in rows),
            around=Texts.of(row.around for row in rows),
            stop_id=Texts.of(row.stop_id for row in rows),
            kind=np.array([row.kind for row in rows], dtype=np.int8),
            kind_word=np.array([kind_at[row.word] for row in rows], dtype=np.int16),
            kind_words=Texts.of(kind_words),
            lat=np.array([row.lat for row in rows], dtype=np.float64),
            lon=np.array([row.lon for row in rows], dtype=np.float64),
            prior=np.array([_prior(row.rank) for row in rows], dtype=np.float32),
            words=Texts.of(words),
            weight=_with_places(weight, number, rows, own_words),
            posting_start=posting_start,
            posting=posting,
            posting_value=np.array(values, dtype=np.float32),
            own_start=own_start,
            own=own,
            own_weight=weight[own] * _left_out_weight(rows, own_words),
            pair_start=pair_start,
            pair_word=pair_word,
            sounds=Texts.of(sounds),
            sound_start=sound_start,
            sound_word=sound_word,
            center=_center(rows),
        )

    def save(self, parent: Path) -> Path:
        """Write a folder `places-<hash>` below `parent`; returns it."""
        return store.write(parent, KIND, {f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def open(cls, folder: Path) -> PlaceIndex:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, KIND, cls))


def pairs_of(word: str) -> list[int]:
    """Every pair of neighbouring letters once, with one for the beginning and one for the end."""
    signs = [_SIGN.get(sign, _OTHER_SIGN) for sign in f"^{word}$"]
    width = len(_SIGNS) + 1
    return sorted({a * width + b for a, b in itertools.pairwise(signs)})


def _rows_of(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    start = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in lists], out=start[1:])
    return start, np.array([value for row in lists for value in row], dtype=np.int32)


def _weights(
    words: Sequence[str], rows: Sequence[Entry], own_words: Sequence[Sequence[str]]
) -> NDArray[np.float32]:
    """By how many names hold a word; houses repeat their street and do not count, nor what lies around."""
    count: dict[str, int] = defaultdict(int)
    n = 1
    for row, own in zip(rows, own_words, strict=True):
        if row.kind != EntryKind.ADDRESS:
            n += 1
            for word in own:
                count[word] += 1
    told = [
        NUMBER_WEIGHT if word[0].isdigit() else 1 - math.log(max(1, count[word])) / math.log(n + 1)
        for word in words
    ]
    return np.array([max(weight, LEAST_WEIGHT) for weight in told], dtype=np.float32)


def _with_places(
    weight: NDArray[np.float32],
    number: dict[str, int],
    rows: Sequence[Entry],
    own_words: Sequence[Sequence[str]],
) -> NDArray[np.float32]:
    """A place that was typed tells much, however many stops bear its name: the Markt of another town is no use."""
    places = {
        own[0]
        for row, own in zip(rows, own_words, strict=True)
        if row.kind == EntryKind.PLACE and len(own) == 1
    }
    heavier = weight.copy()
    at = np.array(sorted(number[word] for word in places), dtype=np.int64)
    heavier[at] = np.maximum(heavier[at], PLACE_WEIGHT)
    return heavier


def _left_out_weight(rows: Sequence[Entry], own_words: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """For each word of each name, how much more or less than usual leaving it out says."""
    kinds = {text: frozenset(words_of(text)) for text in {row.searched_by for row in rows}}
    said: list[float] = []
    for row, words in zip(rows, own_words, strict=True):
        for i, word in enumerate(words):
            if row.kind == EntryKind.POI and word in kinds[row.searched_by]:
                said.append(KIND_LEFT_OUT)
            elif row.kind == EntryKind.STOP and word in _MIDDLE_OF_A_PLACE:
                said.append(MIDDLE_LEFT_OUT)
            elif row.kind == EntryKind.STOP and i == 0 and len(words) > 1:
                said.append(TOWN_LEFT_OUT)
            else:
                said.append(1.0)
    return np.array(said, dtype=np.float32)


def _prior(rank: int) -> float:
    return min(1.0, math.log(rank + 1) / math.log(_RANK_OF_A_BIG_CITY))


def _center(rows: Iterable[Entry]) -> NDArray[np.float64]:
    stops = [(row.lat, row.lon) for row in rows if row.kind == EntryKind.STOP]
    middle = np.median(np.array(stops or [(51.0, 13.5)]), axis=0)
    return np.asarray(middle, dtype=np.float64)
