"""What a comparison has found, as the pages show it and the database keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Self

from mitfahr.comparison.service import MEASURES
from mitfahr.comparison.stops import Fate
from mitfahr.domain.losses import Figure


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two timetables."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class ColumnDays:
    """A kind of days (`comparable_days.Column`) and on how many dates of each side its figures rest."""

    key: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line, a municipality or the whole; `figures[i][j]` is measure i (see `service.MEASURES`) in column j.

    `detail` is the operator of a line.
    """

    key: str
    name: str
    detail: str
    figures: tuple[tuple[Figure, ...], ...]

    def of(self, measure: str, column: int) -> Figure:
        return self.figures[MEASURES.index(measure)][column]

    @property
    def is_changed(self) -> bool:
        return any(figure.difference for row in self.figures for figure in row)


@dataclass(frozen=True, slots=True)
class StopChange:
    """A stop that is not what it was. `name`, `lat`, `lon` are those of before, of a new one those of after.

    `new_name` is "" where the name stays, `metres` 0 where it did not move, `stop_times` per week.
    """

    fate: Fate
    name: str
    new_name: str
    municipality: str
    lat: float
    lon: float
    new_lat: float
    new_lon: float
    metres: int
    stop_times: Figure


@dataclass(frozen=True, slots=True)
class Found:
    """The best way that a sample journey has in one timetable; times are local, seconds after the start of the day."""

    departure_s: int
    arrival_s: int
    vehicles: int
    lines: tuple[str, ...]

    @property
    def duration_s(self) -> int:
        return self.arrival_s - self.departure_s


@dataclass(frozen=True, slots=True)
class JourneyChange:
    """One sample journey: `kind` of day (a `day_types.Kind`), asked for at `clock_s`; None where there is no way."""

    origin: str
    destination: str
    kind: int
    clock_s: int
    day_before: dt.date
    day_after: dt.date
    before: Found | None
    after: Found | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that one timetable changes against another. `rows` are sorted by name or number.

    `common` are the first and last date that both know; None where other days had to stand for them. `not_compared`
    are kinds of days that only one of them has. `municipalities` is None where nobody has told their boundaries.
    """

    before: Side
    after: Side
    common: tuple[dt.date, dt.date] | None
    not_compared: tuple[int, ...]
    columns: tuple[ColumnDays, ...]
    total: Row
    lines: tuple[Row, ...]
    municipalities: tuple[Row, ...] | None
    stops: tuple[StopChange, ...]
    n_same_stops: int
    threshold: float
    """Lost shares above it are held, 0 to 1."""
    attribution: str = ""
    """Who is to be credited for the boundaries."""
    journeys: tuple[JourneyChange, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing that is compared has changed."""
        rows = (self.total, *self.lines, *(self.municipalities or ()))
        return not self.stops and not any(row.is_changed for row in rows)

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["common"] = [day.isoformat() for day in self.common] if self.common else None
        for side in ("before", "after"):
            values[side] = _written_days(values[side])
        values["journeys"] = [_written_days(one) for one in values["journeys"]]
        values["total"] = _written(self.total)
        values["lines"] = [_written(row) for row in self.lines]
        values["municipalities"] = (
            None if self.municipalities is None else [_written(row) for row in self.municipalities]
        )
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        common = values["common"]
        municipalities = values["municipalities"]
        return cls(
            **{
                **values,
                "before": Side(**_read_days(values["before"])),
                "after": Side(**_read_days(values["after"])),
                "common": tuple(dt.date.fromisoformat(day) for day in common) if common else None,
                "not_compared": tuple(values["not_compared"]),
                "columns": tuple(ColumnDays(**one) for one in values["columns"]),
                "total": _read(values["total"]),
                "lines": tuple(map(_read, values["lines"])),
                "municipalities": None if municipalities is None else tuple(map(_read, municipalities)),
                "stops": tuple(
                    StopChange(
                        **{**one, "fate": Fate(one["fate"]), "stop_times": Figure(**one["stop_times"])}
                    )
                    for one in values["stops"]
                ),
                "journeys": tuple(map(_read_journey, values["journeys"])),
            }
        )


_DAYS = ("first", "last", "day_before", "day_after")


def _written_days(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if name in _DAYS else value for name, value in values.items()}


def _read_days(values: dict[str, Any]) -> dict[str, Any]:
    return {name: dt.date.fromisoformat(value) if name in _DAYS else value for name, value in values.items()}


def _written(row: Row) -> dict[str, Any]:
    """Figures as flat pairs: there are hundreds of thousands of them."""
    pairs = [[[one.before, one.after] for one in figures] for figures in row.figures]
    return {"key": row.key, "name": row.name, "detail": row.detail, "figures": pairs}


def _read(values: dict[str, Any]) -> Row:
    figures = tuple(tuple(Figure(*pair) for pair in pairs) for pairs in values["figures"])
    return Row(values["key"], values["name"], values["detail"], figures)


def _read_journey(values: dict[str, Any]) -> JourneyChange:
    known = _read_days(values)
    for side in ("before", "after"):
        found = known[side]
        known[side] = Found(**{**found, "lines": tuple(found["lines"])}) if found else None
    return JourneyChange(**known)
