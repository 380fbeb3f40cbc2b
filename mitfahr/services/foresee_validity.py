"""What timetable staff should see coming: days without a timetable, and days on which one has lost most of its trips."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from mitfahr.db.feed_parts import live_parts
from mitfahr.db.feeds import Feed, feeds
from mitfahr.db.switch_plans import open_plans
from mitfahr.db.timetables import FeedVersion, feed_versions, serving
from mitfahr.domain.day_types import Cell, cell_of
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.domain.validity import Span, Version, calendar, days_covered
from mitfahr.domain.versions import VersionStatus
from routing.timetable import Timetable

FEWEST_SHARE = 0.5
"""A day with fewer of the trips of the best day of its kind is told."""


@dataclass(frozen=True, slots=True)
class ThinDays:
    """Days in a row with at most `most_trips` each, where such days otherwise have `usual_trips`."""

    first: dt.date
    last: dt.date
    most_trips: int
    usual_trips: int


@dataclass(frozen=True, slots=True)
class FeedValidity:
    """`days_left` until the first day for which nothing serves, is planned or is ready."""

    feed: Feed
    spans: list[Span]
    days_left: int


@dataclass(frozen=True, slots=True)
class Validity:
    """One entry per feed in use that has a timetable, the first in rank first; one without days where none has."""

    feeds: list[FeedValidity]
    thin: list[ThinDays]


def foresee_validity(
    session: Session, timetable: Timetable | None, vacations: Vacations, today: dt.date
) -> Validity:
    """`timetable` is the one that serves, None without one."""
    thin = thin_days(timetable, vacations, today) if timetable is not None else []
    return Validity(validity_of_feeds(session, today), thin)


def validity_of_feeds(session: Session, today: dt.date) -> list[FeedValidity]:
    """What serves, is planned and is ready, feed by feed."""
    live = {part.feed_id: part for part in live_parts(session)}
    served = serving(session).feed
    if served is not None:
        live.setdefault(served.feed_id, served)
    plans = open_plans(session)
    ready = [one for one in feed_versions(session) if one.status is VersionStatus.BUILT]
    in_use = feeds(session)
    found = []
    for feed in in_use:
        mine = live.get(feed.id)
        built = _versions(one for one in ready if one.feed_id == feed.id)
        if mine is None and not built and len(in_use) > 1:
            continue
        planned = [
            (local(seconds(plan.due_at)).date(), version)
            for plan in plans
            if plan.version.feed_id == feed.id and (version := _version(plan.version)) is not None
        ]
        spans = calendar(today, _version(mine) if mine else None, built, planned)
        found.append(FeedValidity(feed, spans, days_covered(today, spans)))
    return found


def thin_days(timetable: Timetable, vacations: Vacations, today: dt.date) -> list[ThinDays]:
    """Days from today on that have lost most of the trips that days of their kind have, in rows."""
    per_service = np.bincount(timetable.trip_service, minlength=len(timetable.service_runs))
    trips = (per_service @ timetable.service_runs.astype(np.int64)).tolist()
    days = [timetable.first_day + dt.timedelta(days=i) for i in range(timetable.n_days)]
    cells = [cell_of(day, vacations) for day in days]
    most: dict[Cell, int] = defaultdict(int)
    for cell, number in zip(cells, trips, strict=True):
        most[cell] = max(most[cell], number)
    found: list[ThinDays] = []
    for day, cell, number in zip(days, cells, trips, strict=True):
        if day < today or number >= FEWEST_SHARE * most[cell]:
            continue
        if found and found[-1].last == day - dt.timedelta(days=1):
            before = found.pop()
            found.append(
                ThinDays(
                    before.first, day, max(before.most_trips, number), max(before.usual_trips, most[cell])
                )
            )
        else:
            found.append(ThinDays(day, day, number, most[cell]))
    return found


def _versions(found: Iterable[FeedVersion]) -> list[Version]:
    return [version for version in map(_version, found) if version is not None]


def _version(feed: FeedVersion) -> Version | None:
    """None for one that never got as far as having days."""
    if feed.valid_from is None or feed.valid_to is None:
        return None
    return Version(feed.id, feed.name, feed.valid_from, feed.valid_to)
