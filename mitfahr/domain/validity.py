"""Which timetable covers which days from today on, and where there will be none."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
SOON_DAYS, VERY_SOON_DAYS = 30, 7
"""Staff are warned when so many days or fewer are covered by what serves or is ready."""


@dataclass(frozen=True, slots=True)
class Version:
    """A timetable that serves or could; `first` to `last` are its days, both included."""

    version_id: str
    name: str
    first: dt.date
    last: dt.date


class Cover(enum.StrEnum):
    SERVES = "serves"
    PLANNED = "planned"
    """Goes live by itself, on a day that is planned."""
    READY = "ready"
    """Built, but somebody has to put it live."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Span:
    """Days with the same cover; `last` is None where it never ends, `version` None where there is none."""

    first: dt.date
    last: dt.date | None
    cover: Cover
    version: Version | None


def calendar(
    today: dt.date,
    serving: Version | None,
    ready: Sequence[Version],
    planned: Sequence[tuple[dt.date, Version]] = (),
) -> list[Span]:
    """Spans from today on without a gap between them; the last one has no end and no timetable.

    `planned` are versions with the day on which they go live, the earliest first: from then on what served before
    serves no more. Of several that are ready the first of `ready` counts.
    """
    known = [*([serving] if serving else []), *ready, *(version for _, version in planned)]
    edges = {today, *(one.first for one in known), *(one.last + ONE_DAY for one in known)}
    edges |= {day for day, _ in planned}
    spans: list[Span] = []
    begins = sorted(day for day in edges if day >= today)
    for first, following in zip(begins, [*begins[1:], None], strict=True):
        cover, version = _cover(first, serving, ready, planned)
        last = following - ONE_DAY if following else None
        if spans and (spans[-1].cover, spans[-1].version) == (cover, version):
            first = spans.pop().first
        spans.append(Span(first, last, cover, version))
    return spans


def _cover(
    day: dt.date,
    serving: Version | None,
    ready: Sequence[Version],
    planned: Sequence[tuple[dt.date, Version]],
) -> tuple[Cover, Version | None]:
    begun = [version for live_from, version in planned if live_from <= day]
    live, cover = (begun[-1], Cover.PLANNED) if begun else (serving, Cover.SERVES)
    if live is not None and live.first <= day <= live.last:
        return cover, live
    waiting = next((one for one in ready if one.first <= day <= one.last), None)
    return (Cover.READY, waiting) if waiting else (Cover.NONE, None)


def days_covered(today: dt.date, spans: Sequence[Span]) -> int:
    """Days from today on until the first without a timetable."""
    gap = next(span for span in spans if span.cover is Cover.NONE)
    return (gap.first - today).days


def first_unsure(spans: Sequence[Span]) -> Span:
    """The first span for which nothing serves or is planned."""
    return next(span for span in spans if span.cover in (Cover.NONE, Cover.READY))


def due_warning(days_left: int, told: Collection[int]) -> int | None:
    """Which warning of a gap in so many days is due, none of `told` or of a gap that is nearer told before."""
    due = [days for days in (VERY_SOON_DAYS, SOON_DAYS) if 0 <= days_left <= days]
    return due[0] if due and not any(days <= due[0] for days in told) else None
