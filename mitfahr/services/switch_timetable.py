"""Put a version live: one row changes, every process follows.

The row is locked first and everything is looked at under that lock, so two switches at once come one
after the other and the log has every one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.audit import note
from mitfahr.db.feed_parts import is_stale, parts_of
from mitfahr.db.people import Person
from mitfahr.db.timetables import (
    FeedVersion,
    RoadsVersion,
    Serving,
    Switch,
    links_between,
    serving,
    serving_locked,
)
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import NothingToRollBackTo, NotSwitchable, Unknown
from mitfahr.domain.roles import Action, require
from mitfahr.domain.versions import SWITCHABLE, SwitchReason, VersionStatus


@dataclass(frozen=True)
class _Target:
    feed: FeedVersion | None
    roads: RoadsVersion | None
    links_folder: str | None


def switch_timetable(session: Session, actor: Person | None, version_id: str, now: dt.datetime) -> Serving:
    """Serve this timetable from the commit on. `actor` None is the operator at the command line.

    Raises NotAllowed, Unknown, NotSwitchable.
    """
    _require(actor)
    pointer = serving_locked(session)
    feed = session.get(FeedVersion, version_id)
    if feed is None:
        raise Unknown("feed_version", version_id)
    if feed.status is VersionStatus.LIVE:
        return pointer
    if feed.status not in SWITCHABLE:
        raise NotSwitchable(feed.status)
    if feed.status is VersionStatus.BUILT and is_stale(session, feed):
        raise NotSwitchable("removed" if feed.feed.removed_at else "stale")
    if feed.timetable_folder is None:
        raise NotSwitchable(feed.status)
    links = _links(session, feed, pointer.roads)
    if links is None:
        raise NotSwitchable("unlinked")
    return _point(session, pointer, _Target(feed, pointer.roads, links), SwitchReason.TIMETABLE, actor, now)


def switch_roads(session: Session, actor: Person | None, version_id: str, now: dt.datetime) -> Serving:
    """Serve this road network from the commit on.

    Raises NotAllowed, Unknown, NotSwitchable ("unlinked": the serving timetable is not linked with it).
    """
    _require(actor)
    pointer = serving_locked(session)
    roads = session.get(RoadsVersion, version_id)
    if roads is None:
        raise Unknown("roads_version", version_id)
    if roads.status is VersionStatus.LIVE:
        return pointer
    if roads.status not in SWITCHABLE:
        raise NotSwitchable(roads.status)
    links = None
    if pointer.feed is not None:
        links = _links(session, pointer.feed, roads)
        if links is None:
            raise NotSwitchable("unlinked")
    note(session, AuditAction.ROADS_SWITCHED, actor, now, subject=roads.name)
    return _point(session, pointer, _Target(pointer.feed, roads, links), SwitchReason.ROADS, actor, now)


def roll_back(
    session: Session,
    actor: Person | None,
    now: dt.datetime,
    seen_revision: int | None = None,
    version_id: str | None = None,
) -> Serving:
    """Serve a timetable again that served before: `version_id`, or the last one; going back twice goes back two.

    `seen_revision` is the revision that the person saw: when another serves by now (the button was
    pressed twice, a colleague was faster), nothing changes. The road network stays as it is, unless that timetable was never linked with it: then the one that
    served beside it returns too. Raises NotAllowed, NothingToRollBackTo.
    """
    _require(actor)
    pointer = serving_locked(session)
    if seen_revision is not None and pointer.revision != seen_revision:
        return pointer
    if version_id is None:
        before = rollback_target(session)
    else:
        earlier = rollback_targets(session)
        before = next((line for line in earlier if line.feed_version_id == version_id), None)
    if before is None or before.feed_version_id is None:
        raise NothingToRollBackTo
    feed = session.get_one(FeedVersion, before.feed_version_id)
    links = _links(session, feed, pointer.roads)
    target = _Target(feed, pointer.roads, links)
    if links is None:
        roads = session.get(RoadsVersion, before.roads_version_id) if before.roads_version_id else None
        target = _Target(feed, roads, before.links_folder)
    return _point(session, pointer, target, SwitchReason.ROLLBACK, actor, now)


def rollback_target(session: Session) -> Switch | None:
    """The log's line of the timetable that `roll_back` returns to by itself, if its files are still there."""
    stack = _undo_stack(session.scalars(select(Switch).order_by(Switch.revision)).all())
    return stack[-2] if len(stack) > 1 and _has_files(session, stack[-2]) else None


def rollback_targets(session: Session, limit: int = 10) -> list[Switch]:
    """The log's lines of the timetables that `roll_back` can return to when they are named.

    First those that served before the present one, the last first; then those that were taken back.
    """
    lines = session.scalars(select(Switch).order_by(Switch.revision)).all()
    served_now = serving(session).feed_version_id
    found: dict[str | None, Switch] = {}
    for line in [*reversed(_undo_stack(lines)), *reversed(lines)]:
        if line.feed_version_id not in (None, served_now):
            found.setdefault(line.feed_version_id, line)
    return [line for line in found.values() if _has_files(session, line)][:limit]


def _has_files(session: Session, line: Switch) -> bool:
    feed = session.get(FeedVersion, line.feed_version_id or "")
    return feed is not None and feed.timetable_folder is not None


def _undo_stack(lines: Sequence[Switch]) -> list[Switch]:
    """Timetables that served, oldest first, without those that were taken back."""
    stack: list[Switch] = []
    for line in lines:
        if line.reason is SwitchReason.ROLLBACK:
            while stack and stack[-1].feed_version_id != line.feed_version_id:
                stack.pop()
            if stack:
                stack[-1] = line
            else:
                stack.append(line)
        elif stack and stack[-1].feed_version_id == line.feed_version_id:
            stack[-1] = line  # other roads under the same timetable
        elif line.feed_version_id is not None:
            stack.append(line)
    return stack


def _require(actor: Person | None) -> None:
    if actor is not None:
        require(actor.roles, Action.SWITCH_TIMETABLE)


def _links(session: Session, feed: FeedVersion, roads: RoadsVersion | None) -> str | None:
    roads_folder = roads.roads_folder if roads else ""
    if feed.timetable_folder is None or roads_folder is None:
        return None
    return links_between(session, feed.timetable_folder, roads_folder)


def _point(
    session: Session,
    pointer: Serving,
    target: _Target,
    reason: SwitchReason,
    actor: Person | None,
    now: dt.datetime,
) -> Serving:
    if pointer.roads is not None:
        pointer.roads.status = VersionStatus.RETIRED
    if target.roads is not None:
        target.roads.status = VersionStatus.LIVE
    for version in session.scalars(select(FeedVersion).where(FeedVersion.status == VersionStatus.LIVE)):
        version.status = VersionStatus.RETIRED
    if target.feed is not None:
        for version in (target.feed, *parts_of(session, target.feed.id)):
            version.status = VersionStatus.LIVE
    pointer.feed, pointer.roads, pointer.links_folder = target.feed, target.roads, target.links_folder
    pointer.revision += 1
    pointer.switched_at, pointer.switched_by = now, actor.id if actor else None
    session.add(
        Switch(
            revision=pointer.revision,
            at=now,
            by=pointer.switched_by,
            reason=reason,
            feed_version_id=target.feed.id if target.feed else None,
            roads_version_id=target.roads.id if target.roads else None,
            links_folder=target.links_folder,
        )
    )
    session.flush()
    return pointer
