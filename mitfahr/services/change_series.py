"""Change or end a series, or leave out a day; said before is what happens to dates that are booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.db.series import RideSeries, SeriesGap, booked_ride_ids, published, rides_of_series, series_of
from mitfahr.domain.endings import not_ended
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import Direction, Recurrence, check_plan
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.services.driver_time import check_driver_free
from mitfahr.services.offer_ride import driver_locked
from mitfahr.services.offer_series import checked_series, driving_s, series_spans
from mitfahr.services.publish_series import publish_dates
from mitfahr.services.series_draft import SeriesDraft
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Coming:
    """Dated rides of a series that are still to come, soonest first: those with passengers (or requests),
    which a change leaves alone, and those without, which go or are replaced."""

    booked: Sequence[Ride]
    free: Sequence[Ride]


def coming_rides(session: Session, series_id: str, now: dt.datetime, after: dt.date | None = None) -> Coming:
    """What a change of the series would meet; with `after`, of the days after it."""
    booked = booked_ride_ids(session, series_id)
    rides = [
        ride
        for ride in rides_of_series(session, series_id, seconds(now))
        if ride.withdrawn_at is None
        and (after is None or (ride.series_day is not None and ride.series_day > after))
    ]
    return Coming([r for r in rides if r.id in booked], [r for r in rides if r.id not in booked])


def change_series(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    draft: SeriesDraft,
    *,
    series_id: str,
    driver_id: str,
    idempotency_key: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """From now on the series follows another plan; commits. The same form sent again changes nothing.

    Dates with passengers stay as they were booked, all others are published anew. Raises Unknown,
    StateForbids for a series that has ended, and what `offer_series` raises.
    """
    _, ways = checked_series(snapshot, draft, law)
    drive_s = driving_s(ways)
    with sessions.begin() as session:
        body = {"series": series_id, "offer": draft.offer_json(), "plan": draft.plan.as_json()}
        if claim(session, driver_id, idempotency_key, body, now) is not None:
            return
        driver = driver_locked(session, driver_id)
        series = not_ended(series_of(session, series_id, driver_id))
        draft.ride.check_open_to(driver)
        replaced = _take_free(session, series, now)
        for ride in replaced:
            ride.series_day = None
        session.flush()
        kept = published(session, series.id, local(seconds(now)).date())
        spans = series_spans(draft, drive_s, vacations, now, without=kept)
        check_driver_free(session, driver_id, spans, vacations, now, without_series=series.id)
        series.offer, series.plan = draft.offer_json(), draft.plan.as_json()
        series.out_drive_s, series.back_drive_s = drive_s[Direction.OUT], drive_s[Direction.BACK]
        session.execute(delete(SeriesGap).where(SeriesGap.series_id == series.id))
        session.flush()
        added = publish_dates(session, series, ways, law, vacations, now)
        keep_answer(session, driver_id, idempotency_key, {"series_id": series.id})
        mark_changed(session, [*(ride.id for ride in replaced), *added])


def leave_out(
    sessions: sessionmaker[Session], *, series_id: str, driver_id: str, day: dt.date, now: dt.datetime
) -> list[str]:
    """On this day the driver does not drive; commits. Done again, it changes nothing.

    Returns the ids of rides of that day that stay because somebody has booked them. Raises Unknown,
    StateForbids, PlanInvalid for too many such days.
    """
    with sessions.begin() as session:
        driver_locked(session, driver_id)
        series = not_ended(series_of(session, series_id, driver_id))
        plan = Recurrence.from_json(series.plan)
        plan = replace(plan, exceptions=plan.exceptions | {day})
        check_plan(plan)
        series.plan = plan.as_json()
        taken = _take_free(session, series, now, only=day)
        session.execute(delete(SeriesGap).where(SeriesGap.series_id == series.id, SeriesGap.day == day))
        if taken:
            mark_changed(session, [ride.id for ride in taken])
        return [ride.id for ride in coming_rides(session, series_id, now).booked if ride.series_day == day]


def end_series(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    series_id: str,
    driver_id: str,
    last_day: dt.date,
    with_booked: bool,
    reason: str | None,
    now: dt.datetime,
) -> int:
    """After `last_day` nothing of the series takes place any more; commits. Done again, it changes nothing.

    Rides that somebody has booked still take place, or with `with_booked` are withdrawn one by one:
    their passengers are told and offered another way. Returns how many bookings were touched. Raises
    Unknown, NotAllowed, ContactInText.
    """
    with sessions.begin() as session:
        driver_locked(session, driver_id)
        series = series_of(session, series_id, driver_id)
        today = local(seconds(now)).date()
        if series.ended_at is None:
            plan = Recurrence.from_json(series.plan)
            series.plan = replace(plan, last=min(last_day, plan.last or last_day)).as_json()
            series.ended_at = now if last_day <= today else None
        taken = _take_free(session, series, now, after=last_day)
        session.execute(delete(SeriesGap).where(SeriesGap.series_id == series.id, SeriesGap.day > last_day))
        if taken:
            mark_changed(session, [ride.id for ride in taken])
        booked = [ride.id for ride in coming_rides(session, series_id, now, after=last_day).booked]
    if not with_booked:
        return 0
    return sum(
        withdraw_ride(sessions, snapshot, ride_id=ride_id, actor_id=driver_id, now=now, reason=reason)
        for ride_id in booked
    )


def _take_free(
    session: Session,
    series: RideSeries,
    now: dt.datetime,
    after: dt.date | None = None,
    only: dt.date | None = None,
) -> list[Ride]:
    """Withdraw the coming rides that nobody has booked, under their lock, and return them."""
    coming = coming_rides(session, series.id, now, after)
    rides = lock_rides(session, [ride.id for ride in (*coming.booked, *coming.free)])
    booked = booked_ride_ids(session, series.id)  # again: somebody may have booked before the lock
    free = [
        ride for ride in rides.values() if ride.id not in booked and (only is None or ride.series_day == only)
    ]
    for ride in free:
        ride.withdrawn_at = now
    return free
