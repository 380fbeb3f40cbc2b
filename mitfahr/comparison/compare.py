"""Hold one timetable against another: lines, municipalities, stops, and which losses are held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mitfahr.comparison.lines import same_lines
from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.result import ColumnDays, Difference, Row, Side, StopChange
from mitfahr.comparison.service import MEASURES, Buckets, Calls, Totals, stop_times, totals
from mitfahr.comparison.stops import MOVED_M, Fate, ServedStops, same_stops
from mitfahr.domain.comparable_days import Column, ComparableDays, DayRange, comparable_days
from mitfahr.domain.losses import WEEK, Figure, HeldLoss, LossKind, held_loss, worst_first
from mitfahr.domain.saxony import Vacations
from mitfahr.languages import marked
from mitfahr.network import Network
from routing.progress import Progress, silent
from routing.timetable import Timetable

_DIGITS = 3
"""Means are rounded so that sums in another order are equal."""


Dates = Sequence[dt.date]


@dataclass(frozen=True)
class Compared:
    """The difference, the days it rests on, and the losses that somebody must confirm, the worst first."""

    difference: Difference
    days: ComparableDays
    held: list[HeldLoss]


@dataclass(frozen=True)
class _Side:
    """One timetable ready to be counted; `buckets` are the cells of `ComparableDays`, its months, and all days."""

    network: Network
    calls: Calls
    stops: ServedStops
    buckets: Buckets

    @classmethod
    def of(cls, timetable: Timetable, cells: Iterable[Dates], months: Iterable[Dates]) -> _Side:
        network, cells = Network.of(timetable), list(cells)
        days = [*cells, *months, sorted(set(chain.from_iterable(cells)))]
        return cls(network, Calls.of(network), ServedStops.of(network), Buckets.of(timetable, days))

    def by_line(self, line_of_route: NDArray[np.int64], n_lines: int) -> Totals:
        route = self.network.timetable.section_route
        return totals(self.calls, line_of_route[route][self.calls.section], n_lines, self.buckets)

    def by_stop(self, of_stop: NDArray[np.int64], n: int) -> Totals:
        """`of_stop` says of each of `stops` to what it belongs."""
        return totals(self.calls, self._of_calls(of_stop), n, self.buckets)

    def stop_times(self, of_stop: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        return stop_times(self.calls, self._of_calls(of_stop), n, self.buckets)

    def _of_calls(self, of_stop: NDArray[np.int64]) -> NDArray[np.int64]:
        belongs = np.full(self.network.timetable.n_stops, -1, np.int64)
        belongs[self.stops.index] = of_stop
        return belongs[self.calls.stop]


def compare(
    before: Timetable,
    after: Timetable,
    municipalities: Municipalities | None,
    vacations: Vacations,
    today: dt.date,
    threshold: float,
    progress: Progress = silent,
) -> Compared:
    """What `after` changes against `before`, without sample journeys; a second for half a million stop times."""
    days = comparable_days(_range(before), _range(after), today, vacations)
    cells, months = days.cells.values(), days.months.values()
    progress(marked("Fahrten zählen"), 0.0)
    old = _Side.of(before, (pair.before for pair in cells), months)
    new = _Side.of(after, (pair.after for pair in cells), months)
    progress(marked("Linien vergleichen"), 0.3)
    lines = same_lines(old.network, new.network)
    n_lines = len(lines.keys)
    of_lines = _means(days, old.by_line(lines.before, n_lines), new.by_line(lines.after, n_lines))
    progress(marked("Gemeinden vergleichen"), 0.6)
    everything = _means(days, *(side.by_stop(np.zeros(len(side.stops), np.int64), 1) for side in (old, new)))
    areas = _Areas.of(municipalities)
    where = [areas.locate(side.stops) for side in (old, new)]
    of_areas = _means(
        days, *(side.by_stop(at, len(areas.keys)) for side, at in zip((old, new), where, strict=True))
    )
    progress(marked("Haltestellen vergleichen"), 0.8)
    changes, n_same = _stop_changes(days, old, new, areas, where)
    line_rows = [
        Row(f"{key.operator}|{key.name}", key.name, key.operator, figures)
        for key, figures in zip(lines.keys, of_lines.rows, strict=True)
    ]
    area_rows = [
        Row(key, name, "", figures)
        for key, name, figures in zip(areas.keys, areas.names, of_areas.rows, strict=True)
    ]
    held = [
        *_held(LossKind.LINE, line_rows, of_lines, days, threshold),
        *_held(LossKind.MUNICIPALITY, area_rows[:-1], of_areas, days, threshold),
    ]
    difference = Difference(
        before=_told(before),
        after=_told(after),
        common=(days.common.first, days.common.last) if days.common else None,
        not_compared=tuple(int(kind) for kind in days.not_compared),
        columns=tuple(_column_days(days, column) for column in days.columns),
        total=Row("", "", "", everything.rows[0]),
        lines=tuple(row for row in line_rows if _is_anything(row)),
        municipalities=None
        if municipalities is None
        else tuple(row for row in area_rows if _is_anything(row)),
        stops=tuple(changes),
        n_same_stops=n_same,
        threshold=threshold,
        attribution=municipalities.attribution if municipalities is not None else "",
    )
    return Compared(difference, days, worst_first(held))


@dataclass(frozen=True)
class _Areas:
    """The municipalities, and last what lies outside of all of them (key and name "")."""

    municipalities: Municipalities | None
    keys: list[str]
    names: list[str]

    @classmethod
    def of(cls, municipalities: Municipalities | None) -> _Areas:
        if municipalities is None:
            return cls(None, [""], [""])
        names = list(municipalities.name)
        keys = [key or name for key, name in zip(municipalities.key, names, strict=True)]
        return cls(municipalities, [*keys, ""], [*names, ""])

    def locate(self, stops: ServedStops) -> NDArray[np.int64]:
        outside = len(self.keys) - 1
        if self.municipalities is None:
            return np.full(len(stops), outside, np.int64)
        found = self.municipalities.locate(stops.lat, stops.lon)
        return np.where(found < 0, outside, found)


@dataclass(frozen=True)
class _Means:
    """For each entity the figures of a `Row`, and those of its stop times in each month."""

    rows: list[tuple[tuple[Figure, ...], ...]]
    months: list[list[tuple[str, Figure]]]


def _means(days: ComparableDays, before: Totals, after: Totals) -> _Means:
    columns = [_in_columns(days, before, "before"), _in_columns(days, after, "after")]
    rows = [
        tuple(
            tuple(Figure(*pair) for pair in zip(own, others, strict=True))
            for own, others in zip(*entity, strict=True)
        )
        for entity in zip(*(values.transpose(1, 0, 2).tolist() for values in columns), strict=True)
    ]
    stop_times_row = MEASURES.index("stop_times")
    n_days = np.array([len(dates) for dates in days.months.values()])
    of_months = [
        np.round(found[stop_times_row, :, len(days.cells) : -1] / n_days, _DIGITS).tolist()
        for found in (before, after)
    ]
    months = [
        [(month, Figure(*pair)) for month, *pair in zip(days.months, old, new, strict=True)]
        for old, new in zip(*of_months, strict=True)
    ]
    return _Means(rows, months)


def _in_columns(days: ComparableDays, found: Totals, side: str) -> NDArray[np.float64]:
    """(n_measures, n_entities, n_columns) means per day, or per week; the stops of a week are different ones."""
    n_days = np.array([len(getattr(pair, side)) for pair in days.cells.values()])
    weights = np.array(
        [[(cell in column.cells) / column.divisor for column in days.columns] for cell in days.cells]
    ).reshape(len(days.cells), len(days.columns))
    means: NDArray[np.float64] = np.round(found[:, :, : len(days.cells)] / n_days @ weights, _DIGITS)
    stops = MEASURES.index("stops")
    for i, column in enumerate(days.columns):
        if column.key == WEEK and len(found) > stops:
            means[stops, :, i] = found[stops, :, -1]
    return means


def _held(
    kind: LossKind, rows: Sequence[Row], means: _Means, days: ComparableDays, threshold: float
) -> list[HeldLoss]:
    """Single weekdays are told in the tables but hold nothing: their kind of day does."""
    columns = [(i, column.key) for i, column in enumerate(days.columns) if "-" not in column.key]
    found = (
        held_loss(
            f"{kind}|{row.key}",
            kind,
            row.name,
            [*((key, row.of("stop_times", i)) for i, key in columns), *months],
            threshold,
        )
        for row, months in zip(rows, means.months, strict=False)
    )
    return [one for one in found if one is not None]


def _stop_changes(
    days: ComparableDays, old: _Side, new: _Side, areas: _Areas, where: Sequence[NDArray[np.int64]]
) -> tuple[list[StopChange], int]:
    """The stops that are not what they were, those that are gone first; and how many are the same."""
    pairs = same_stops(old.stops, new.stops)
    weekly = [_weekly(days, side, name) for side, name in ((old, "before"), (new, "after"))]

    def change(fate: Fate, before: int | None, after: int | None, metres: float = 0.0) -> StopChange:
        ends = [(side, at) for side, at in ((0, before), (1, after)) if at is not None]
        (side, at), (side_after, at_after) = ends[0], ends[-1]
        stops, stops_after = (old, new)[side].stops, (old, new)[side_after].stops
        name, new_name = stops.names[at], stops_after.names[at_after]
        return StopChange(
            fate=fate,
            name=name,
            new_name="" if new_name == name else new_name,
            municipality=areas.names[where[side][at]],
            lat=round(float(stops.lat[at]), 6),
            lon=round(float(stops.lon[at]), 6),
            new_lat=round(float(stops_after.lat[at_after]), 6),
            new_lon=round(float(stops_after.lon[at_after]), 6),
            metres=round(metres) if metres > MOVED_M else 0,
            stop_times=Figure(
                weekly[0][before] if before is not None else 0.0,
                weekly[1][after] if after is not None else 0.0,
            ),
        )

    kept, came = {pair.before for pair in pairs}, {pair.after for pair in pairs}
    changes = [
        *(change(Fate.GONE, i, None) for i in range(len(old.stops)) if i not in kept),
        *(change(Fate.NEW, None, i) for i in range(len(new.stops)) if i not in came),
    ]
    for pair in pairs:
        if old.stops.names[pair.before] != new.stops.names[pair.after]:
            changes.append(change(Fate.RENAMED, pair.before, pair.after, pair.metres))
        elif pair.metres > MOVED_M:
            changes.append(change(Fate.MOVED, pair.before, pair.after, pair.metres))
    order = list(Fate)
    changes.sort(key=lambda one: (order.index(one.fate), -one.metres, one.name, one.lat, one.lon))
    return changes, len(pairs) - sum(one.fate in (Fate.MOVED, Fate.RENAMED) for one in changes)


def _weekly(days: ComparableDays, side: _Side, name: str) -> list[float]:
    """Stop times of each stop in the usual week."""
    n = len(side.stops)
    found = side.stop_times(np.arange(n), n)[None]
    in_week = [i for i, column in enumerate(days.columns) if column.key == WEEK]
    return _in_columns(days, found, name)[0, :, in_week[0]].tolist() if in_week else [0.0] * n


def _column_days(days: ComparableDays, column: Column) -> ColumnDays:
    pairs = [days.cells[cell] for cell in column.cells]
    return ColumnDays(
        column.key, sum(len(pair.before) for pair in pairs), sum(len(pair.after) for pair in pairs)
    )


def _is_anything(row: Row) -> bool:
    return any(figure.before or figure.after for figures in row.figures for figure in figures)


def _range(timetable: Timetable) -> DayRange:
    return DayRange(timetable.first_day, timetable.last_day)


def _told(timetable: Timetable) -> Side:
    return Side(f"{timetable.name} {timetable.version}".strip(), timetable.first_day, timetable.last_day)
