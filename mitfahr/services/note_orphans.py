"""Tell with a built version which entries of the local layer find no line or stop in it any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker, undefer

from mitfahr.db.local_entries import local_entries
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.local_entries import title_of
from mitfahr.local_layer import Entry, lay_over
from mitfahr.network import Network
from routing.timetable import Timetable

NAMED = 10
CODE = "local_entry_without_place"


def note_orphans(sessions: sessionmaker[Session], snapshots_dir: Path, version_id: str) -> int:
    """Write a warning among the findings of the version, in place of an earlier one; how many there are. Commits."""
    with sessions() as session:
        entries = [Entry(row.id, row.content, row.source_id) for row in local_entries(session)]
        folder = session.get_one(FeedVersion, version_id).timetable_folder
    if not folder:
        return 0
    orphans = [] if not entries else _orphans(snapshots_dir / folder, entries)
    with sessions.begin() as session:
        version = session.get_one(FeedVersion, version_id, options=[undefer(FeedVersion.findings)])
        others = [finding for finding in version.findings if finding["code"] != CODE]
        if orphans or len(others) < len(version.findings):
            version.findings = [*others, *([_finding(orphans)] if orphans else [])]
    return len(orphans)


def _orphans(folder: Path, entries: list[Entry]) -> list[str]:
    layer = lay_over(Network.of(Timetable.open(folder)), entries, 0)
    return [title_of(entry.content) for entry in layer.orphans]


def _finding(titles: list[str]) -> dict[str, Any]:
    n = len(titles)
    named = ", ".join(titles[:NAMED]) + (" …" if n > NAMED else "")
    what = "örtliche Angabe findet" if n == 1 else "örtliche Angaben finden"
    which = "ihre Linie oder Haltestelle in diesem Fahrplan nicht mehr"
    entries = "local entry does" if n == 1 else "local entries do"
    return {
        "severity": "warning",
        "code": CODE,
        "file": "",
        "line": None,
        "field": "",
        "value": named[:300],
        "message": f"{n} {what} {which}.",
        "advice": "Bitte öffnen Sie „Örtliche Angaben“, sobald dieser Fahrplan gilt, und wählen Sie die Linie oder "
        "Haltestelle neu. Verloren geht nichts.",
        "message_en": f"{n} {entries} not find the line or stop in this timetable any more.",
        "advice_en": "Open „Örtliche Angaben“ once this timetable is live and choose the line or stop again. Nothing is lost.",
        "count": n,
    }
