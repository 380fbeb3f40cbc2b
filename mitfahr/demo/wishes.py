"""What people look for: enough of them for one way that drivers may know, and a late way home."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.wishes import wishes_of
from mitfahr.demo import accounts
from mitfahr.demo.bookings import point
from mitfahr.demo.people import Crowd
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.wishes import WishDays
from mitfahr.live import Served
from mitfahr.services.keep_wish import keep_wish
from routing.journey import Place

HALF_A_SEASON = dt.timedelta(days=60)
TUESDAYS_AND_THURSDAYS, FRIDAYS = frozenset({1, 3}), frozenset({4})


def ensure_wishes(sessions: sessionmaker[Session], served: Served, crowd: Crowd, now: dt.datetime) -> int:
    """Keep what is missing; returns how many wishes are new. Whoever has, or had, one gets none."""
    today, added = local(seconds(now)).date(), 0
    to_work = WishDays(today, today + HALF_A_SEASON, TUESDAYS_AND_THURSDAYS, dt.time(6), 2 * 3600)
    home_late = WishDays(today, today + HALF_A_SEASON, FRIDAYS, dt.time(22), 2 * 3600)
    wanted = {
        accounts.RESIDENT: ("Lommatzsch", "Meißen-Cölln", to_work),
        accounts.SECOND_RESIDENT: ("Lommatzsch", "Meißen-Cölln", to_work),
        accounts.drivers()[8]: ("Lommatzsch", "Meißen-Cölln", to_work),
        accounts.drivers()[1]: ("Dresden Neustadt", "Leuben", home_late),
    }
    for account, (origin, destination, days) in wanted.items():
        person = crowd.person(account)
        with sessions() as session:
            if wishes_of(session, person.id):
                continue
        start, goal = point(origin), point(destination)
        when = resolve(days.first, days.begins).moment
        request = TripRequest(start, goal, when, window_s=days.window_s)
        keep_wish(
            sessions,
            served.without_rides.timetable,
            served.gazetteer,
            request,
            days,
            origin=Place(start.name, start.lat, start.lon),
            destination=Place(goal.name, goal.lat, goal.lon),
            person_id=person.id,
            idempotency_key=f"demo-wish-{days.first}",
            now=now,
        )
        added += 1
    return added
