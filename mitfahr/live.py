"""The process's current snapshot: what serves, with the rides as they are now.

Two things can have changed since the last request, and two numbers in the database say so: the
revision of the serving pointer (another timetable or road network) and the live revision (rides).
Rides are brought up to date *before* the caller searches. A new timetable is opened beside the old
one and swapped in when it is complete; a damaged one is reported and the old one goes on serving.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.place_indexes import places_of
from mitfahr.db.timetables import ServingFolders, serving_folders
from mitfahr.domain.errors import NothingServes
from mitfahr.places.index import PlaceIndex
from mitfahr.services.live_rides import LiveRides, read_live_rides, refresh_live_rides
from routing.errors import SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.overlay import Ride
from routing.snapshot import Snapshot

RETRY_DAMAGED_S = 30.0
WHOLE_ABOVE = 50
"""From this many changed rides on, the overlay is laid out anew instead of ride by ride."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """One state of the pointer, opened: everything of it belongs together."""

    revision: int
    without_rides: Snapshot
    gazetteer: Gazetteer | None
    built_places: PlaceIndex | None = None

    @cached_property
    def places(self) -> PlaceIndex:
        """The index behind the search fields; made here, in seconds, only where the build left none."""
        if self.built_places is not None:
            return self.built_places
        return PlaceIndex.of(self.without_rides.timetable, self.gazetteer)


@dataclass(frozen=True)
class _Current:
    served: Served
    rides: LiveRides
    snapshot: Snapshot


class Live:
    """One per process; every method may be called from many threads.

    `reading` opens sessions that only read (`mitfahr.db.session.readers`).
    """

    def __init__(self, reading: sessionmaker[Session], snapshots_dir: Path) -> None:
        self._reading = reading
        self._snapshots_dir = snapshots_dir
        self._served: Served | None = None
        self._current: _Current | None = None
        self._opening = threading.Lock()
        self._refreshing = threading.Lock()
        self._damaged_revision = -1
        self._retry_at_s = 0.0

    def current(self, now: dt.datetime) -> Snapshot:
        """The snapshot to answer one request from; take it once and keep it to the end.

        Raises NothingServes.
        """
        self.served()
        with self._refreshing, self._reading() as session:  # begun under the lock: never older than known
            self._current = self._refreshed(session, now)
            return self._current.snapshot

    def served(self) -> Served:
        """Timetable, streets, names and the places index, without rides. Raises NothingServes."""
        with self._reading() as session:
            folders = serving_folders(session)
        if folders is None:
            raise NothingServes
        known = self._served
        if known is not None and known.revision == folders.revision:
            return known
        if self._opening.acquire(blocking=known is None):  # others go on with the old one meanwhile
            try:
                self._open_once(folders)
            finally:
                self._opening.release()
        if self._served is None:
            raise NothingServes
        return self._served

    def _open_once(self, folders: ServingFolders) -> None:
        known = self._served
        if known is not None and known.revision >= folders.revision:
            return  # another thread was faster
        if folders.revision == self._damaged_revision and time.monotonic() < self._retry_at_s:
            return
        try:
            self._served = self._open(folders)
        except SnapshotUnreadable:
            log.exception("revision %d cannot be served", folders.revision)
            self._damaged_revision = folders.revision
            self._retry_at_s = time.monotonic() + RETRY_DAMAGED_S

    def _open(self, folders: ServingFolders) -> Served:
        at = self._snapshots_dir
        snapshot = Snapshot.open(
            at / folders.timetable,
            at / folders.links,
            at / folders.roads if folders.roads else None,
            at / folders.hierarchy if folders.hierarchy else None,
        )
        gazetteer = Gazetteer.open(at / folders.gazetteer) if folders.gazetteer else None
        return Served(folders.revision, snapshot, gazetteer, self._places(folders))

    def _places(self, folders: ServingFolders) -> PlaceIndex | None:
        """The index that was built for these; one that is damaged or gone keeps nobody from searching."""
        with self._reading() as session:
            folder = places_of(session, folders.timetable, folders.gazetteer or "")
        if folder is None:
            return None
        try:
            return PlaceIndex.open(self._snapshots_dir / folder)
        except SnapshotUnreadable:
            log.exception("the index of places is made anew in this process")
            return None

    def _refreshed(self, session: Session, now: dt.datetime) -> _Current:
        served, known = self._served, self._current
        if served is None:
            raise NothingServes
        if known is None:
            rides = read_live_rides(session, now)
        else:
            rides = refresh_live_rides(session, known.rides, now)
        if known is None or known.served is not served:
            snapshot = served.without_rides.with_rides(rides.rides.values())
        else:
            snapshot = _brought_up_to_date(known.snapshot, known.rides.rides, rides.rides)
        return _Current(served, rides, snapshot)


def _brought_up_to_date(
    snapshot: Snapshot, before: Mapping[str, Ride], after: Mapping[str, Ride]
) -> Snapshot:
    if before is after:
        return snapshot
    gone = before.keys() - after.keys()
    changed = [ride for ride_id, ride in after.items() if before.get(ride_id) is not ride]
    if len(gone) + len(changed) > WHOLE_ABOVE:
        return snapshot.with_rides(after.values())
    for ride_id in gone:
        snapshot = snapshot.without_ride(ride_id)
    for ride in changed:
        snapshot = snapshot.with_ride(ride)
    return snapshot
