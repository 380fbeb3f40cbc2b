"""Offer rides that come again: look at the plan, publish it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.series import RideSeries
from mitfahr.domain.errors import NoDates, NoWay, PlanInvalid
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import Direction, PlannedDay, check_plan, next_days, occurrences
from mitfahr.domain.rides import check_offer_times
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.services.driver_time import Span, check_driver_free
from mitfahr.services.offer_ride import driver_locked
from mitfahr.services.publish_series import Ways, publish_dates, ways_of
from mitfahr.services.ride_draft import checked_way
from mitfahr.services.ride_schedule import Way
from mitfahr.services.series_draft import SeriesDraft
from routing.snapshot import Snapshot

LOOKED_AHEAD = dt.timedelta(days=400)
"""So far ahead a plan is held against the driver's other rides."""

PREVIEWED = 8


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """`way` is the way out; `days` the next dates of the plan, those that are skipped too."""

    way: Way
    days: Sequence[PlannedDay]


def preview_series(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    draft: SeriesDraft,
    *,
    driver_id: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
    is_new: bool = True,
) -> SeriesPreview:
    """The next dates of a plan; changes nothing. Publishing tests again.

    A plan that is not new is held against the driver's other rides only when it is changed. Raises
    ContactInText, NoSeats, TooManySeats, TooMuchBaggage, PriceTooHigh, WindowInvalid, NoWay, PlanInvalid,
    NoDates, OverlapsOtherRide.
    """
    way, ways = checked_series(snapshot, draft, law)
    spans = series_spans(draft, driving_s(ways), vacations, now)
    if is_new:
        with readers() as session:
            check_driver_free(session, driver_id, spans, vacations, now)
    return SeriesPreview(way, next_days(draft.plan, vacations, local(seconds(now)).date(), PREVIEWED))


def offer_series(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    draft: SeriesDraft,
    *,
    driver_id: str,
    idempotency_key: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Keep the plan, publish its first weeks and return the id of the series; commits.

    The same form sent again gives the same id. Raises what `preview_series` raises, and NotAllowed, WomenOnly,
    OverlapsOtherRide, IdempotencyConflict.
    """
    _, ways = checked_series(snapshot, draft, law)
    drive_s = driving_s(ways)
    with sessions.begin() as session:
        body = {"offer": draft.offer_json(), "plan": draft.plan.as_json()}
        known = claim(session, driver_id, idempotency_key, body, now)
        if known is not None:
            return str(known["series_id"])
        driver = driver_locked(session, driver_id)
        draft.ride.check_open_to(driver)
        check_driver_free(session, driver.id, series_spans(draft, drive_s, vacations, now), vacations, now)
        series = RideSeries(
            id=new_id(),
            driver=driver,
            offer=draft.offer_json(),
            plan=draft.plan.as_json(),
            out_drive_s=drive_s[Direction.OUT],
            back_drive_s=drive_s[Direction.BACK],
            created_at=now,
        )
        session.add(series)
        session.flush()
        added = publish_dates(session, series, ways, law, vacations, now)
        keep_answer(session, driver_id, idempotency_key, {"series_id": series.id})
        mark_changed(session, added)
    return series.id


def series_spans(
    draft: SeriesDraft,
    drive_s: Mapping[Direction, int],
    vacations: Vacations,
    now: dt.datetime,
    without: Collection[tuple[dt.date, Direction]] = (),
) -> list[Span]:
    """When the driver is on the road for it in the coming year, soonest first; dates `without` are left out.

    Raises NoDates, and PlanInvalid where a ride begins before the one before it has ended, or for a first
    day that is too far ahead.
    """
    today = local(seconds(now)).date()
    if draft.plan.first > today + LOOKED_AHEAD:
        raise PlanInvalid("first")
    coming = [
        one
        for one in occurrences(draft.plan, vacations, today, max(today, draft.plan.first) + LOOKED_AHEAD)
        if one.leaves.moment > now
    ]
    if not coming:
        raise NoDates
    spans = sorted(
        Span(*draft.span_s(one, drive_s)) for one in coming if (one.day, one.direction) not in without
    )
    if any(later.begins_s < earlier.ends_s for earlier, later in itertools.pairwise(spans)):
        raise PlanInvalid("back")
    return spans


def driving_s(ways: Ways) -> dict[Direction, int]:
    return {direction: way.drive_s for direction, way in ways.items() if way is not None}


def checked_series(snapshot: Snapshot, draft: SeriesDraft, law: PriceLaw) -> tuple[Way, Ways]:
    """The way out, and the ways in both directions; raises what `preview_series` raises but NoDates."""
    check_plan(draft.plan)
    way = checked_way(snapshot, draft.ride, law)
    ways = ways_of(snapshot, draft)
    if ways[Direction.BACK] is None:
        raise NoWay(draft.ride.destination.name, draft.ride.origin.name)
    latest_s = seconds(draft.ride.earliest + draft.window)
    check_offer_times(
        earliest_s=seconds(draft.ride.earliest),
        latest_s=latest_s,
        latest_arrival_s=latest_s + way.drive_s,
        budget_s=draft.ride.budget_s,
        direct_s=way.drive_s,
    )
    return way, ways
