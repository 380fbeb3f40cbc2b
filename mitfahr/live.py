"""The process's current snapshot: what serves, with what is laid over it and the rides as they are now.

Three things can have changed since the last request, and numbers in the database say so: the revision of the
serving pointer (another timetable or road network), those of what is laid over it (the local layer; live
sources say something else of trips), and that of the rides. Rides are brought up to date *before* the caller
searches. A new timetable is opened beside the old one and swapped in when it is complete; a damaged one is
reported and the old one goes on serving.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import LOCAL, revisions_laid
from mitfahr.db.place_indexes import places_of
from mitfahr.db.timetables import ServingFolders, serving_folders
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.local_layer import NO_LAYER, LocalLayer
from mitfahr.places.index import PlaceIndex
from mitfahr.services.live_rides import LiveRides, read_live_rides, refresh_live_rides
from mitfahr.services.live_trips import said_of_trips
from mitfahr.services.read_local_layer import read_local_layer
from routing.errors import RoutingError, SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.live_trips import LiveTrip
from routing.overlay import Ride
from routing.snapshot import Snapshot

RETRY_DAMAGED_S = 30.0
Revisions = tuple[tuple[int, int], ...]
"""See `revisions_laid`."""
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
class _Laid:
    """What serves, with all that is laid over it besides the rides."""

    served: Served
    revisions: Revisions
    until_s: float
    """From this second on something of it no longer counts."""
    snapshot: Snapshot
    local: LocalLayer

    def holds(self, served: Served, revisions: Revisions, now: dt.datetime) -> bool:
        return self.served is served and self.revisions == revisions and now.timestamp() < self.until_s


@dataclass(frozen=True)
class _Current:
    laid: _Laid
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
        self._laid: _Laid | None = None
        self._current: _Current | None = None
        self._opening = threading.Lock()
        self._laying = threading.Lock()
        self._refreshing = threading.Lock()
        self._damaged_revision = -1
        self._retry_at_s = 0.0

    def current(self, now: dt.datetime) -> Snapshot:
        """The snapshot to answer one request from; take it once and keep it to the end.

        Raises NothingServes.
        """
        with self._reading() as session:
            folders, revisions = serving_folders(session), revisions_laid(session)
        laid = self._laid_over(self._served_from(folders), revisions, now)
        with self._refreshing, self._reading() as session:  # begun under the lock: never older than known
            self._current = self._refreshed(session, laid, now)
            return self._current.snapshot

    @property
    def local(self) -> LocalLayer:
        """What staff say besides the feeds, as the last `current` has laid it."""
        return self._laid.local if self._laid is not None else NO_LAYER

    def served(self) -> Served:
        """Timetable, streets, names and the places index, without rides. Raises NothingServes."""
        with self._reading() as session:
            folders = serving_folders(session)
        return self._served_from(folders)

    def _served_from(self, folders: ServingFolders | None) -> Served:
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

    def _laid_over(self, served: Served, revisions: Revisions, now: dt.datetime) -> _Laid:
        """What serves, with everything of these revisions laid over it.

        Thousands of trips take a moment to lay: one thread does it, the others go on with what was known.
        """
        known = self._laid
        if known is not None and known.holds(served, revisions, now):
            return known
        if known is None or known.served is not served:
            self._laying.acquire()
        elif not self._laying.acquire(blocking=False):
            return known
        try:
            known = self._laid  # another thread may have been faster
            if known is None or not known.holds(served, revisions, now):
                known = self._laid = self._lay(served, now)
            return known
        finally:
            self._laying.release()

    def _lay(self, served: Served, now: dt.datetime) -> _Laid:
        """The one place where something is laid over a timetable.

        What changes its stops comes first, then what is known of its trips; each raises one of the numbers of
        `revisions_laid` when it changes.
        """
        known = self._laid if self._laid is not None and self._laid.served is served else None
        with self._reading() as session:
            revisions = revisions_laid(session)
            layer = known.local if known is not None else NO_LAYER
            if layer.revision != dict(revisions).get(LOCAL, 0):
                layer = read_local_layer(session, served.without_rides)
            before = (known.local, known.snapshot) if known is not None else None
            base = layer.over(served.without_rides, before)
            said = said_of_trips(session, base.timetable, now)
        today = local(seconds(now)).date()
        snapshot = base.with_live_trips([*layer.extra_trips(today), *said.trips], _left_out)
        tomorrow_s = resolve(today + dt.timedelta(days=1), dt.time()).moment.timestamp()
        return _Laid(served, revisions, min(said.fresh_until_s, tomorrow_s), snapshot, layer)

    def _refreshed(self, session: Session, laid: _Laid, now: dt.datetime) -> _Current:
        known = self._current
        if known is None:
            rides = read_live_rides(session, now)
        else:
            rides = refresh_live_rides(session, known.rides, now)
        if known is None or known.snapshot.streets is not laid.snapshot.streets:
            snapshot = laid.snapshot.with_rides(rides.rides.values())
            return _Current(laid, rides, _with_tours(snapshot, rides) if rides.tours else snapshot)
        snapshot = known.snapshot
        if known.laid is not laid:
            snapshot = replace(laid.snapshot, overlay=snapshot.overlay, on_demand=snapshot.on_demand)
        snapshot = _brought_up_to_date(snapshot, known.rides.rides, rides.rides)
        if (known.rides.tours, known.rides.services) != (rides.tours, rides.services):
            snapshot = _with_tours(snapshot, rides)
        return _Current(laid, rides, snapshot)


def _with_tours(snapshot: Snapshot, rides: LiveRides) -> Snapshot:
    return snapshot.with_demand(rides.services.values(), rides.tours.values())


def _left_out(trip: LiveTrip, refused: RoutingError) -> None:
    """What cannot be true of this timetable; the worker has counted it."""
    log.debug("trip %s: %s", trip.trip_id, refused)


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
