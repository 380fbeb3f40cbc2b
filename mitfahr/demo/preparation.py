"""Prepares the demonstration: generates the input files and takes them in like real ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.timetables import FeedVersion, RoadsVersion, serving
from mitfahr.domain.times import local, seconds
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.build_version import Clock, part
from mitfahr.services.forget_outdated import forget_outdated
from mitfahr.settings import Settings
from routing.progress import Progress, silent


class NotADemonstration(RuntimeError):
    """A real timetable serves: invented people and rides have no place beside it."""


@dataclass(frozen=True)
class Prepared:
    """What this preparation added; all 0 and False when everything was there."""

    roads: bool
    timetable: bool
    rides: int
    runs: int
    bookings: int


def prepare(
    settings: Settings,
    sessions: sessionmaker[Session],
    readers: sessionmaker[Session],
    clock: Clock,
    progress: Progress = silent,
) -> Prepared:
    """Bring the demonstration up to date: streets once, a timetable a week, people and rides every day.

    May be repeated at any time and is quick when nothing is missing. Raises NotADemonstration.
    """
    monday = _monday(clock())
    forget_outdated(sessions, settings.snapshots_dir)
    with readers() as session:
        pointer = serving(session)
        feed, roads = pointer.feed, pointer.roads
        if feed is not None and not feed.is_demo:
            raise NotADemonstration
        has_timetable = feed is not None and feed.original_filename == _feed_name(monday)
        has_roads = roads is not None and roads.original_filename == ROADS_NAME
    if not has_roads:
        _import_roads(settings, sessions, clock, part(progress, 0.0, 0.4))
    if not has_timetable:
        _import_timetable(settings, sessions, monday, clock, part(progress, 0.4, 0.7))
    rides, runs, bookings = _fill(settings, sessions, readers, clock, part(progress, 0.7, 1.0))
    progress("Der Demo-Landkreis ist bereit", 1.0)
    return Prepared(not has_roads, not has_timetable, rides, runs, bookings)


ROADS_NAME = "demo-landkreis.osm.pbf"
ROADS_ATTRIBUTION = "Demo-Landkreis, erzeugt"
"""Nobody at OpenStreetMap has drawn these streets."""


def _feed_name(monday: dt.date) -> str:
    return f"demo-landkreis-{monday}.zip"


def _monday(now: dt.datetime) -> dt.date:
    """Of the current week: within a week the timetable stays the same file."""
    today = local(seconds(now)).date()
    return today - dt.timedelta(days=today.weekday())


def _import_roads(
    settings: Settings, sessions: sessionmaker[Session], clock: Clock, progress: Progress
) -> None:
    # Drawing and importing streets needs osmium, networkx and scipy: seconds to load, and only here.
    from mitfahr.demo.roads import generate_roads
    from mitfahr.services.import_roads import import_roads

    progress("Demo-Straßen zeichnen", 0.0)
    path = settings.data_dir / "demo" / ROADS_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    generate_roads(path)
    _check(
        import_roads(
            sessions, settings, path, clock, progress=part(progress, 0.2, 1.0), attribution=ROADS_ATTRIBUTION
        ),
        VersionStatus.LIVE,
    )


def _import_timetable(
    settings: Settings, sessions: sessionmaker[Session], monday: dt.date, clock: Clock, progress: Progress
) -> None:
    # The same reason as above.
    from mitfahr.demo.feed import generate_feed
    from mitfahr.services.build_timetable import import_timetable
    from mitfahr.services.switch_timetable import switch_timetable

    progress("Demo-Fahrplan schreiben", 0.0)
    path = settings.data_dir / "demo" / _feed_name(monday)
    path.parent.mkdir(parents=True, exist_ok=True)
    generate_feed(path, monday)
    feed = import_timetable(sessions, settings, path, path.name, clock, part(progress, 0.2, 1.0))
    _check(feed, VersionStatus.BUILT)
    with sessions.begin() as session:
        switch_timetable(session, None, feed.id, clock())


def _check(version: FeedVersion | RoadsVersion, wanted: VersionStatus) -> None:
    if version.status is not wanted:
        raise RuntimeError(f"{version.original_filename}: {version.status}, {version.message}")


def _fill(
    settings: Settings,
    sessions: sessionmaker[Session],
    readers: sessionmaker[Session],
    clock: Clock,
    progress: Progress,
) -> tuple[int, int, int]:
    """(rides, runs, bookings) that are new."""
    # The same reason again: what is there already is found without the search and its compiled kernels.
    from mitfahr.demo.association import ensure_association
    from mitfahr.demo.bookings import Counter, ensure_bookings
    from mitfahr.demo.local import ensure_local
    from mitfahr.demo.past import ensure_ratings
    from mitfahr.demo.people import ensure_people, ensure_rides
    from mitfahr.demo.series import ensure_series
    from mitfahr.demo.standing_order import ensure_standing_order
    from mitfahr.demo.wishes import ensure_wishes
    from mitfahr.live import Live
    from mitfahr.network import network

    live = Live(readers, settings.snapshots_dir)
    law = settings.price_law
    crowd = ensure_people(sessions, clock(), part(progress, 0.0, 0.15))
    progress("Bewertete Fahrten der letzten Tage", 0.15)
    past = Live(readers, settings.snapshots_dir)
    ensure_ratings(Counter(sessions, readers, past, law, settings.secret_key), crowd, clock())
    snapshot = live.current(clock())
    progress("Linien, Rufbus und Dienstplan des Vereins", 0.25)
    runs = ensure_association(sessions, snapshot.timetable, crowd, settings.secret_key, clock())
    rides = ensure_rides(sessions, snapshot, crowd, law, clock(), part(progress, 0.4, 0.8))
    progress("Regelmäßige Fahrten, Gesuche und Buchungen", 0.8)
    ensure_series(sessions, snapshot, crowd, law, clock())
    ensure_wishes(sessions, live.served(), crowd, clock())
    ensure_local(sessions, network(live.served().without_rides), crowd, clock())
    ensure_standing_order(sessions, crowd, clock())
    counter = Counter(sessions, readers, live, law, settings.secret_key)
    return rides, runs, ensure_bookings(counter, crowd, clock())
