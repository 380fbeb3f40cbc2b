"""The local layer as it is stored now, laid over a timetable."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mitfahr.db.live_revision import local_revision
from mitfahr.db.local_entries import local_entries
from mitfahr.local_layer import Entry, LocalLayer, lay_over
from mitfahr.network import network
from routing.snapshot import Snapshot


def read_local_layer(session: Session, built: Snapshot) -> LocalLayer:
    """Everything that has not been ended, over the timetable of a snapshot as it was built."""
    revision = local_revision(session)  # before the entries: what changes in between is read again later
    entries = [Entry(row.id, row.content, row.source_id) for row in local_entries(session)]
    if not entries:
        return LocalLayer(revision)
    return lay_over(network(built), entries, revision)
