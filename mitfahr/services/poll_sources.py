"""Ask the live sources what they say now, and keep it for all processes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from gtfs.alerts import read_alerts
from gtfs.realtime import Counted, MessageRefused, Remark, Unusable, read_message, said_at
from gtfs.trip_updates import read_trip_updates
from mitfahr.alert_notices import notices_of
from mitfahr.db.live_revision import mark_trips_changed
from mitfahr.db.local_entries import replace_notices
from mitfahr.db.realtime_sources import RealtimeSource, realtime_sources
from mitfahr.db.session import one_view
from mitfahr.domain.notices import Notice
from mitfahr.domain.times import seconds
from mitfahr.fetch_message import Fetched, FetchFailed, Marks, fetch_message
from mitfahr.languages.stored import SOURCE_DIFFERENTIAL, SOURCE_PUZZLES, SOURCE_UNREADABLE
from mitfahr.settings import Settings
from routing.live import LiveTrips
from routing.timetable import Timetable

AT_ONCE = 4
NOTICES_LAST = dt.timedelta(days=1)
"""So long passengers still read what a source that has fallen silent said last: a building site stays one."""
WHY_UNUSABLE = {Unusable.UNREADABLE: SOURCE_UNREADABLE, Unusable.DIFFERENTIAL: SOURCE_DIFFERENTIAL}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A message that can be used: of which moment it is, what became of its entities, the notices in it."""

    content: bytes
    said_at: dt.datetime
    counts: dict[str, Counted]
    notices: dict[str, Notice] = field(default_factory=dict)


def poll_sources(
    sessions: sessionmaker[Session],
    settings: Settings,
    timetable: Timetable | None,
    utc_now: Callable[[], dt.datetime],
) -> bool:
    """Whether another thing is known of trips now; commits source by source.

    `timetable` is the serving one. What goes wrong is kept with the source and keeps no other one waiting.
    """
    with one_view(sessions) as session:
        asked = [source for source in realtime_sources(session) if not source.is_paused]

    def ask(source: RealtimeSource) -> Fetched | FetchFailed:
        try:
            known = Marks(source.etag, source.last_modified)
            return fetch_message(source.url, known, settings.realtime_limit_mb)
        except FetchFailed as failed:
            return failed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, asked))
    fresh = dt.timedelta(seconds=settings.realtime_fresh_s)
    changed = [
        _keep(sessions, source, answer, timetable, fresh, utc_now())
        for source, answer in zip(asked, answers, strict=True)
    ]
    return any(changed)


def _keep(
    sessions: sessionmaker[Session],
    source: RealtimeSource,
    answer: Fetched | FetchFailed,
    timetable: Timetable | None,
    fresh: dt.timedelta,
    now: dt.datetime,
) -> bool:
    accepted: _Accepted | str | None = None
    if isinstance(answer, FetchFailed):
        accepted = str(answer)
    elif answer.content is not None:
        accepted = _accept(answer.content, source, timetable, now)
    with sessions.begin() as session:
        kept = session.get(RealtimeSource, source.id, with_for_update=True)
        if kept is None or kept.is_paused or kept.url != source.url:
            return False  # staff were faster
        kept.tried_at = now
        if isinstance(accepted, str):
            kept.error = accepted
            _forget_old_notices(session, kept, now)
            return False
        kept.error, kept.fetched_at = None, now
        if accepted is None or not isinstance(answer, Fetched):
            return False
        kept.etag, kept.last_modified = answer.marks.etag, answer.marks.last_modified
        if accepted.content == kept.payload or _is_older(accepted, kept, now):
            return False
        kept.payload, kept.said_at, kept.counts = accepted.content, accepted.said_at, dict(accepted.counts)
        kept.fresh_until = accepted.said_at + fresh
        mark_trips_changed(session)
        replace_notices(session, kept.id, accepted.notices, now)
        return True


def _accept(
    content: bytes, source: RealtimeSource, timetable: Timetable | None, now: dt.datetime
) -> _Accepted | str:
    """What a message says, or the sentence that says why it is refused."""
    try:
        message = read_message(content)
        if timetable is None:
            return _Accepted(content, said_at(message, now), {})
        reading = read_trip_updates(message, timetable, seconds(now), key=source.feed_id)
        LiveTrips(timetable).with_trips(
            reading.trips, lambda trip, _why: reading.tally.note(Remark.REFUSED, trip.trip_id)
        )
        notices = notices_of(read_alerts(message), timetable, source.feed_id, reading.tally)
        return _Accepted(content, said_at(message, now), reading.tally.json(), notices)
    except MessageRefused as refused:
        return WHY_UNUSABLE[refused.why]
    except Exception:  # whatever nobody foresaw in a message must neither stop the others nor reach a search
        log.exception("source %s", source.name)
        return SOURCE_PUZZLES


def _is_older(accepted: _Accepted, kept: RealtimeSource, now: dt.datetime) -> bool:
    """Of several servers behind one address one may lag: what is known and still counts is not taken back."""
    if kept.said_at is None or kept.fresh_until is None or kept.fresh_until <= now:
        return False
    return accepted.said_at < kept.said_at


def _forget_old_notices(session: Session, source: RealtimeSource, now: dt.datetime) -> None:
    if source.fetched_at is not None and source.fetched_at + NOTICES_LAST < now:
        replace_notices(session, source.id, {}, now)
