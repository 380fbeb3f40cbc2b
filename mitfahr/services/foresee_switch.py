"""What a switch would do to the journeys that are booked, said before it is done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from mitfahr.db.timetables import FeedVersion, links_between, serving
from mitfahr.domain.times import local, seconds
from mitfahr.services.read_local_layer import read_local_layer
from mitfahr.services.recheck_bookings import Rechecked, foresee_recheck
from routing.errors import RoutingError, SnapshotUnreadable
from routing.live_trips import LiveTrip
from routing.snapshot import Snapshot


def foresee_switch(
    session: Session, snapshots_dir: Path, version: FeedVersion, *, now: dt.datetime
) -> Rechecked | None:
    """How many booked journeys would stay, shift or break; None while the version is not ready to be looked at.

    Held against the version with the streets and the local layer of now. Reads only.
    """
    roads = serving(session).roads
    roads_folder = (roads and roads.roads_folder) or ""
    if version.timetable_folder is None:
        return None
    links = links_between(session, version.timetable_folder, roads_folder)
    if links is None:
        return None
    try:
        built = Snapshot.open(
            snapshots_dir / version.timetable_folder,
            snapshots_dir / links,
            snapshots_dir / roads_folder if roads_folder else None,
            snapshots_dir / roads.hierarchy_folder if roads and roads.hierarchy_folder else None,
        )
    except SnapshotUnreadable:
        return None
    layer = read_local_layer(session, built)
    extra = layer.extra_trips(local(seconds(now)).date())
    return foresee_recheck(session, layer.over(built, None).with_live_trips(extra, _left_out), now=now)


def _left_out(_trip: LiveTrip, _error: RoutingError) -> None:
    """An extra trip that does not fit the version is none of it."""
