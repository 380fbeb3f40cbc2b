"""Days that have the same departures: school days, vacation days, Saturdays, Sundays and holidays.

A feed says for each day what runs; people know four kinds of days. A *cell* is a kind and a weekday. The *usual*
departures of a cell are those that most of its days have; the few days that differ are named one by one. Where a
timetable changes for good, its days fall into *periods*, so that no period mixes the old with the new.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mitfahr.domain.saxony import Vacations, public_holiday

SHORTEST_PERIOD_DAYS = 7
LEAST_GAIN_DAYS = 5
"""A change is believed when it explains so many more days than one timetable for all of them."""


class Kind(enum.IntEnum):
    SCHOOL = 0
    """Monday to Friday; also where vacations are not known."""
    VACATION = 1
    SATURDAY = 2
    SUNDAY = 3
    """Also public holidays on any weekday."""


Cell = tuple[Kind, int]
"""Kind and weekday, 0 = Monday; Saturdays are always 5, Sundays and holidays always 6."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day that differs; `like` is a cell whose departures it has, None when it is like no other.

    `is_exact` is False where nearly all of the departures are those of that cell.
    """

    day: dt.date
    like: Cell | None
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`; `usual` names for each cell a day that has its usual departures."""

    first: dt.date
    last: dt.date
    usual: dict[Cell, dt.date]
    unusual: tuple[Unusual, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Cells that stand together in a table. `kinds` are SCHOOL and VACATION when both have the same departures."""

    kinds: frozenset[Kind]
    cells: tuple[Cell, ...]

    @property
    def weekdays(self) -> frozenset[int]:
        return frozenset(weekday for _, weekday in self.cells)


def cell_of(day: dt.date, vacations: Vacations) -> Cell:
    weekday = day.weekday()
    if weekday == 6 or public_holiday(day):
        return Kind.SUNDAY, 6
    if weekday == 5:
        return Kind.SATURDAY, 5
    return (Kind.VACATION if vacations.on(day) else Kind.SCHOOL), weekday


def is_eve(day: dt.date) -> bool:
    """Christmas Eve and New Year's Eve: on working days most lines run as on Saturdays. They are told one by one."""
    return (day.month, day.day) in ((12, 24), (12, 31))


def periods(first: dt.date, keys: Sequence[int], vacations: Vacations) -> list[Period]:
    """Periods without a gap from `first` on; `keys` are equal for days with the same departures."""
    days = [first + dt.timedelta(days=i) for i in range(len(keys))]
    marked = [(cell_of(day, vacations), key) for day, key in zip(days, keys, strict=True)]
    cuts = [0, *_changes(marked, 0), len(days)] if days else []
    return [_period(days[begin:end], marked[begin:end]) for begin, end in pairwise(cuts)]


def columns(period: Period, keys: Sequence[int], first: dt.date) -> list[Column]:
    """The columns of a period in the order of `Kind`; `keys` and `first` are those the periods were made from.

    Vacations get no column of their own where each of their days is like the same weekday in school time.
    """

    def key(cell: Cell) -> int:
        return keys[(period.usual[cell] - first).days]

    of_kind = {kind: sorted(cell for cell in period.usual if cell[0] is kind) for kind in Kind}
    school, vacation = of_kind[Kind.SCHOOL], of_kind[Kind.VACATION]
    is_same = all(
        (Kind.SCHOOL, day) in school and key((Kind.SCHOOL, day)) == key((kind, day)) for kind, day in vacation
    )
    if vacation and is_same:
        of_kind[Kind.VACATION] = []
        together = Column(frozenset({Kind.SCHOOL, Kind.VACATION}), tuple(school))
        rest = [Column(frozenset({kind}), tuple(cells)) for kind, cells in of_kind.items() if cells]
        return [together, *(column for column in rest if Kind.SCHOOL not in column.kinds)]
    return [Column(frozenset({kind}), tuple(cells)) for kind, cells in of_kind.items() if cells]


def _changes(marked: Sequence[tuple[Cell, int]], offset: int) -> list[int]:
    """Where another timetable begins, as indices from `offset` on."""
    n = len(marked)
    before, after = _explained(marked), _explained(marked[::-1])
    cuts = range(SHORTEST_PERIOD_DAYS, n - SHORTEST_PERIOD_DAYS + 1)
    best = max(cuts, key=lambda cut: before[cut] + after[n - cut], default=0)
    if not best or before[best] + after[n - best] - before[n] < LEAST_GAIN_DAYS:
        return []
    return [
        *_changes(marked[:best], offset),
        offset + best,
        *_changes(marked[best:], offset + best),
    ]


def _explained(marked: Sequence[tuple[Cell, int]]) -> list[int]:
    """(n + 1,) of the first i days, how many have the departures that most days of their cell have."""
    count: Counter[tuple[Cell, int]] = Counter()
    most: Counter[Cell] = Counter()
    explained = [0]
    for cell, key in marked:
        count[cell, key] += 1
        gain = count[cell, key] > most[cell]
        most[cell] += gain
        explained.append(explained[-1] + gain)
    return explained


def _period(days: Sequence[dt.date], marked: Sequence[tuple[Cell, int]]) -> Period:
    of_cell: dict[Cell, list[tuple[dt.date, int]]] = defaultdict(list)
    for day, (cell, key) in zip(days, marked, strict=True):
        if not is_eve(day):
            of_cell[cell].append((day, key))
    usual, usual_key = {}, {}
    for cell, own in sorted(of_cell.items()):
        usual_key[cell] = Counter(key for _, key in own).most_common(1)[0][0]
        usual[cell] = next(day for day, key in own if key == usual_key[cell])
    unusual = tuple(
        Unusual(day, next((other for other, known in usual_key.items() if known == key), None))
        for day, (cell, key) in zip(days, marked, strict=True)
        if key != usual_key.get(cell) and not (is_eve(day) and _is_like_its_kind(cell, key, usual_key))
    )
    return Period(days[0], days[-1], usual, unusual)


def _is_like_its_kind(cell: Cell, key: int, usual_key: dict[Cell, int]) -> bool:
    """Of a cell that no other day tells about."""
    return cell not in usual_key and any(
        known == key for (kind, _), known in usual_key.items() if kind is cell[0]
    )
