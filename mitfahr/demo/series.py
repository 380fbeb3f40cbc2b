"""Rides that come again: shifts in rotation, a market day, an evening at the sports club."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.series import RideSeries
from mitfahr.demo import accounts
from mitfahr.demo.people import Crowd
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import Recurrence, Week
from mitfahr.domain.ride_terms import Terms
from mitfahr.domain.times import local, seconds
from mitfahr.school_vacations import read_vacations
from mitfahr.services.offer_series import offer_series
from mitfahr.services.ride_draft import RideDraft
from mitfahr.services.series_draft import SeriesDraft
from routing.snapshot import Snapshot

WORKING_WEEK = frozenset(range(5))
WEDNESDAY, SATURDAY = frozenset({2}), frozenset({5})


def ensure_series(
    sessions: sessionmaker[Session], snapshot: Snapshot, crowd: Crowd, law: PriceLaw, now: dt.datetime
) -> int:
    """Offer what is missing; returns how many series are new. Whoever has, or had, one gets none."""
    added = 0
    for account, draft in _drafts(now):
        driver = crowd.person(account)
        with sessions() as session:
            if session.scalar(select(RideSeries.id).where(RideSeries.driver_id == driver.id).limit(1)):
                continue
        offer_series(
            sessions,
            snapshot,
            draft,
            driver_id=driver.id,
            idempotency_key=f"demo-series-{draft.plan.first}",
            law=law,
            vacations=read_vacations(),
            now=now,
        )
        added += 1
    return added


def _drafts(now: dt.datetime) -> Iterator[tuple[accounts.Account, SeriesDraft]]:
    # Drawing the district takes a second: only when something is missing.
    from mitfahr.demo.drafts import door

    first = local(seconds(now)).date()
    drivers = accounts.drivers()
    shifts = (
        Week(WORKING_WEEK, dt.time(5, 10), dt.time(14, 15)),
        Week(WORKING_WEEK, dt.time(13, 10), dt.time(22, 15)),
    )
    market = (Week(SATURDAY, dt.time(9), dt.time(12, 30)),)
    sports = (Week(WEDNESDAY, dt.time(18, 15), dt.time(21)),)
    yield (
        accounts.SHIFT_DRIVER,
        SeriesDraft(
            RideDraft(
                door("Lommatzsch"),
                door("Riesa"),
                earliest=now,
                latest=now + dt.timedelta(minutes=15),
                asks_first=False,
                rate_ct_per_km=5,
                luggage=1,
                vehicle="weißer Kombi",
            ),
            Recurrence(shifts, first, skips_holidays=True),
        ),
    )
    yield (
        drivers[0],
        SeriesDraft(
            RideDraft(
                door("Striegnitz"),
                door("Meißen"),
                earliest=now,
                latest=now + dt.timedelta(minutes=30),
                luggage=2,
                terms=Terms(child_seat=True),
                vehicle="grüner Kombi",
                note="Wir fahren zum Wochenmarkt.",
            ),
            Recurrence(market, first),
        ),
    )
    yield (
        drivers[7],
        SeriesDraft(
            RideDraft(
                door("Staucha"),
                door("Riesa"),
                earliest=now,
                latest=now + dt.timedelta(minutes=15),
                asks_first=False,
                seats=4,
                vehicle="blauer Van",
                note="Zum Sport und zurück.",
            ),
            Recurrence(sports, first, skips_holidays=True, skips_vacations=True),
        ),
    )
