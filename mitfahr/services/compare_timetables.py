"""Compare every timetable that could be switched to with the one that serves, in the worker, after the build.

A comparison is made again when another version has been switched meanwhile, when the version was merged anew, and when
municipalities, threshold or sample journeys are others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.build_lock import build_lock
from mitfahr.comparison.compare import Compared, compare
from mitfahr.comparison.journeys import Wanted, affected_journeys, default_journeys, look_up
from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.result import JourneyChange
from mitfahr.db.comparisons import Comparison, SampleJourney, sample_journeys
from mitfahr.db.municipalities import municipalities_in_use
from mitfahr.db.timetables import FeedVersion, feed_versions, links_between, serving
from mitfahr.domain.day_types import Kind
from mitfahr.domain.losses import HeldLoss, LossKind
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import marked
from mitfahr.network import network
from mitfahr.services.build_version import BuildStopped, Clock, part
from mitfahr.services.link_stops import RECENT
from mitfahr.settings import Settings
from routing.errors import SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.progress import Progress, silent
from routing.query import Point
from routing.snapshot import Snapshot

MOST_AFFECTED = 5
"""So many municipalities that lose much get a sample journey of their own."""

BROKE = marked("Beim Vergleich ist ein Programmfehler aufgetreten. Der Betreiber findet ihn im Protokoll.")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Task:
    """What is compared, by names of snapshot folders; `before` and `links_before` are None where nothing serves."""

    version_id: str
    against_version_id: str | None
    after: str
    links_after: str
    before: str | None
    links_before: str | None
    roads: str | None
    hierarchy: str | None
    gazetteer: str | None
    municipalities: str | None
    wanted: tuple[Wanted, ...]
    asked: str


def compare_waiting(
    sessions: sessionmaker[Session], settings: Settings, clock: Clock, progress: Progress = silent
) -> int:
    """Compare what has not been compared as it is now; returns how many.

    Versions that are not linked with the serving streets yet wait for that. `progress` may raise BuildStopped: then
    the comparison is begun again later.
    """
    with sessions() as session:
        tasks = list(_waiting(session, settings))
    made = 0
    for task in tasks:
        with build_lock(settings.data_dir, f"{task.version_id}-comparison") as mine:
            if mine:
                _make(sessions, settings, task, clock, progress)
                made += 1
    return made


def _waiting(session: Session, settings: Settings) -> Iterator[_Task]:
    pointer, areas = serving(session), municipalities_in_use(session)
    wanted = tuple(map(_wanted, sample_journeys(session)))
    before = pointer.feed.timetable_folder if pointer.feed else None
    roads = pointer.roads
    roads_folder = (roads and roads.roads_folder) or ""
    areas_folder = areas.folder if areas else None
    asked = _checksum(settings.held_loss_percent, areas_folder, wanted)
    for feed in feed_versions(session, limit=RECENT):
        if feed.status is not VersionStatus.BUILT or feed.timetable_folder is None:
            continue
        links = links_between(session, feed.timetable_folder, roads_folder)
        if links is None or _is_made(session, feed, before, asked):
            continue
        yield _Task(
            version_id=feed.id,
            against_version_id=pointer.feed_version_id,
            after=feed.timetable_folder,
            links_after=links,
            before=before,
            links_before=pointer.links_folder,
            roads=roads.roads_folder if roads else None,
            hierarchy=roads.hierarchy_folder if roads else None,
            gazetteer=roads.gazetteer_folder if roads else None,
            municipalities=areas_folder,
            wanted=wanted,
            asked=asked,
        )


def _is_made(session: Session, feed: FeedVersion, against_folder: str | None, asked: str) -> bool:
    """Also where it has failed: it would fail again."""
    known = session.get(Comparison, feed.id)
    return (
        known is not None
        and (known.made_at is not None or known.message is not None)
        and (known.timetable_folder, known.against_folder, known.asked)
        == (feed.timetable_folder, against_folder, asked)
    )


def _make(
    sessions: sessionmaker[Session], settings: Settings, task: _Task, clock: Clock, also: Progress
) -> None:
    with sessions.begin() as session:
        session.merge(
            Comparison(
                version_id=task.version_id,
                against_version_id=task.against_version_id,
                timetable_folder=task.after,
                against_folder=task.before,
                asked=task.asked,
                step=marked("Beginnt"),
                percent=0,
                message=None,
                made_at=None,
                held=[],
                result={},
            )
        )

    def progress(step: str, fraction: float) -> None:
        also(step, fraction)
        _note(sessions, task.version_id, step=step, percent=round(100 * fraction))

    try:
        compared = _compared(settings, task, clock(), progress)
    except BuildStopped:
        raise
    except Exception:
        log.exception("comparing %s failed", task.version_id)
        _note(sessions, task.version_id, message=BROKE)
        raise
    found = {}
    if compared is not None:
        held = [one.as_json() for one in compared.held]
        found = {"held": held, "result": compared.difference.as_json()}
    _note(sessions, task.version_id, made_at=clock(), step=marked("Fertig"), percent=100, **found)


def _note(sessions: sessionmaker[Session], version_id: str, **values: object) -> None:
    with sessions.begin() as session:
        session.execute(update(Comparison).where(Comparison.version_id == version_id).values(**values))


def _compared(settings: Settings, task: _Task, now: dt.datetime, progress: Progress) -> Compared | None:
    """None where there is nothing to compare with."""
    if task.before is None or task.links_before is None:
        return None
    at = settings.snapshots_dir
    streets = (
        at / task.roads if task.roads else None,
        at / task.hierarchy if task.hierarchy else None,
    )
    before = Snapshot.open(at / task.before, at / task.links_before, *streets)
    after = Snapshot.open(at / task.after, at / task.links_after, *streets)
    areas = _municipalities(at / task.municipalities) if task.municipalities else None
    today = now.astimezone(ZoneInfo(before.timetable.timezone)).date()
    compared = compare(
        before.timetable,
        after.timetable,
        areas,
        settings.vacations,
        today,
        settings.held_loss_percent / 100,
        part(progress, 0.0, 0.5),
    )
    wanted = task.wanted or _proposed(at, task, before, areas, compared.held)
    journeys = _looked_up(wanted, before, after, compared, part(progress, 0.5, 1.0))
    return replace(compared, difference=replace(compared.difference, journeys=journeys))


def _municipalities(folder: Path) -> Municipalities | None:
    """Damaged or outdated boundaries keep nobody from comparing lines."""
    try:
        return Municipalities.open(folder)
    except SnapshotUnreadable:
        log.exception("compared without municipalities")
        return None


def _proposed(
    snapshots_dir: Path, task: _Task, before: Snapshot, areas: Municipalities | None, held: list[HeldLoss]
) -> tuple[Wanted, ...]:
    """Between the biggest places, and out of the municipalities that lose most."""
    gazetteer = Gazetteer.open(snapshots_dir / task.gazetteer) if task.gazetteer else None
    usual = default_journeys(network(before), gazetteer)
    lost = [one.key.partition("|")[2] for one in held if one.kind is LossKind.MUNICIPALITY][:MOST_AFFECTED]
    affected = affected_journeys(network(before), areas, lost, usual) if areas is not None else []
    return (*affected, *usual)


def _looked_up(
    wanted: tuple[Wanted, ...], before: Snapshot, after: Snapshot, compared: Compared, progress: Progress
) -> tuple[JourneyChange, ...]:
    found: list[JourneyChange] = []
    for i, one in enumerate(wanted):
        progress(marked("Beispielreisen suchen"), i / len(wanted))
        change = look_up(before, after, one, compared.days)
        if change is not None:
            found.append(change)
    return tuple(found)


def _wanted(row: SampleJourney) -> Wanted:
    origin, destination = (
        Point(end["lat"], end["lon"], end["name"]) for end in (row.origin, row.destination)
    )
    return Wanted(origin, destination, Kind(row.kind), row.clock_s)


def _checksum(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()
