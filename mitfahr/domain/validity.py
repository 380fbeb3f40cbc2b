"""Which timetable covers which days from today on, and where there will be none."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
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


def calendar(today: dt.date, serving: Version | None, ready: Sequence[Version]) -> list[Span]:
    """Spans from today on without a gap between them; the last one has no end and no timetable.

    Of several that are ready the first of `ready` counts.
    """
    known = [*([serving] if serving else []), *ready]
    edges = {today, *(one.first for one in known), *(one.last + ONE_DAY for one in known)}
    spans: list[Span] = []
    begins = sorted(day for day in edges if day >= today)
    for first, following in zip(begins, [*begins[1:], None], strict=True):
        version = next((one for one in known if one.first <= first <= one.last), None)
        cover = Cover.NONE if version is None else Cover.SERVES if version is serving else Cover.READY
        last = following - ONE_DAY if following else None
        if spans and (spans[-1].cover, spans[-1].version) == (cover, version):
            first = spans.pop().first
        spans.append(Span(first, last, cover, version))
    return spans


def days_covered(today: dt.date, spans: Sequence[Span]) -> int:
    """Days from today on until the first without a timetable."""
    gap = next(span for span in spans if span.cover is Cover.NONE)
    return (gap.first - today).days
