"""Publish the dates of series: the rides of the next weeks, each on its own day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import lock_person
from mitfahr.db.rides import Ride, overlapping_ride
from mitfahr.db.series import RideSeries, SeriesGap, published, running_series_ids
from mitfahr.domain.errors import PriceTooHigh
from mitfahr.domain.prices import PriceLaw, check_rate
from mitfahr.domain.recurrence import Direction, Occurrence, occurrences
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.languages.stored import ALREADY_DRIVING, NO_STREET, PRICE_TOO_HIGH, WOMEN_ONLY
from mitfahr.messages import tell_gap
from mitfahr.services.ride_draft import RideDraft, ride_row, ride_span_s
from mitfahr.services.ride_schedule import Way, direct_way
from mitfahr.services.series_draft import SeriesDraft, draft_of
from routing.snapshot import Snapshot

AHEAD = dt.timedelta(days=28)
"""So far ahead rides of a series can be found and booked."""

Ways = Mapping[Direction, Way | None]


def publish_series(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    """Publish what is due of all series; commits series by series; returns how many rides were new."""
    with sessions() as session:
        ids = running_series_ids(session)
    return sum(_publish_one(sessions, snapshot, series_id, law, vacations, now) for series_id in ids)


def ways_of(snapshot: Snapshot, draft: SeriesDraft) -> Ways:
    """How both directions are driven at present; None where no street leads."""
    ends = draft.ride.origin, draft.ride.destination
    return {
        Direction.OUT: direct_way(snapshot, *ends),
        Direction.BACK: direct_way(snapshot, *reversed(ends)),
    }


def publish_dates(
    session: Session,
    series: RideSeries,
    ways: Ways,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> list[str]:
    """Add the rides of the next weeks that are not there yet; their ids. The caller holds the driver's row.

    What cannot be published is written down as a gap and told, once; it is tried again each time.
    """
    draft = draft_of(series)
    added: list[str] = []
    for one in due(session, series, vacations, now):
        dated = draft.on(one)
        way = ways[one.direction]
        reason = NO_STREET if way is None else _hindrance(session, series, dated, way, law)
        gap = session.get(SeriesGap, (series.id, one.day, one.direction))
        if way is not None and reason is None:
            ride = _dated_ride(series, one, dated, way, law, now)
            session.add(ride)
            session.flush()  # the next date must see this one
            added.append(ride.id)
            if gap is not None:
                session.delete(gap)
        elif reason is not None and gap is None:
            gap = SeriesGap(
                series_id=series.id, day=one.day, direction=one.direction, reason=reason, told_at=now
            )
            session.add(gap)
            tell_gap(
                session,
                series.driver,
                dated.origin.name,
                dated.destination.name,
                seconds(dated.earliest),
                reason,
                now,
            )
    return added


def due(session: Session, series: RideSeries, vacations: Vacations, now: dt.datetime) -> list[Occurrence]:
    """Rides of the next weeks that have not been published yet, gaps included."""
    today = local(seconds(now)).date()
    known = published(session, series.id, today - dt.timedelta(days=1))
    return [
        one
        for one in occurrences(draft_of(series).plan, vacations, today - dt.timedelta(days=1), today + AHEAD)
        if (one.day, one.direction) not in known and one.leaves.moment > now
    ]


def _publish_one(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    series_id: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    with sessions() as session:
        series = session.get_one(RideSeries, series_id)
        if not due(session, series, vacations, now):
            return 0
        draft = draft_of(series)
    ways = ways_of(snapshot, draft)
    with sessions.begin() as session:
        driver_id = session.get_one(RideSeries, series_id).driver_id
        driver = lock_person(session, driver_id)
        series = session.get_one(RideSeries, series_id, populate_existing=True)
        if series.ended_at is not None or not driver.is_active:
            return 0
        added = publish_dates(session, series, ways, law, vacations, now)
        if added:
            mark_changed(session, added)
    return len(added)


def _hindrance(session: Session, series: RideSeries, dated: RideDraft, way: Way, law: PriceLaw) -> str | None:
    """Why the ride cannot be published, in words for its driver."""
    try:
        check_rate(dated.rate_ct_per_km, law.on(dated.day))
    except PriceTooHigh:
        return PRICE_TOO_HIGH
    if dated.terms.women_only and not series.driver.is_woman:
        return WOMEN_ONLY
    other = overlapping_ride(session, series.driver_id, *ride_span_s(dated, way.drive_s))
    return ALREADY_DRIVING % {"ride": other.label} if other is not None else None


def _dated_ride(
    series: RideSeries, one: Occurrence, dated: RideDraft, way: Way, law: PriceLaw, now: dt.datetime
) -> Ride:
    ride = ride_row(dated, way, series.driver, law, now)
    ride.series_id, ride.series_day, ride.series_direction = series.id, one.day, one.direction
    return ride
