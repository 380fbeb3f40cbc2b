"""Put a timetable live as staff do it: only when nothing speaks against it, and with a line in the audit.

`switch_timetable` turns the pointer; this is the door before it, for pages, plans and the command line alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.audit import entries_about, note
from mitfahr.db.comparisons import Comparison, held_losses, is_compared
from mitfahr.db.people import Person
from mitfahr.db.switch_plans import open_plan_of
from mitfahr.db.timetables import FeedVersion, Serving, serving, serving_locked
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import (
    LossesHeld,
    NameDiffers,
    NotSwitchable,
    NotYetValid,
    SecondPersonNeeded,
    TimetableRefused,
    Unknown,
)
from mitfahr.domain.four_eyes import is_signature, second_person_needed
from mitfahr.domain.losses import HeldLoss
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import local, seconds
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.switch_timetable import roll_back, switch_timetable

COMPARISON_FAILED = "*"
"""Stands in the audit for a comparison that could not be made: then nobody knows what would be lost."""


def go_live(
    session: Session, actor: Person | None, version_id: str, now: dt.datetime, *, four_eyes: bool = False
) -> Serving:
    """Serve this timetable from the commit on. `actor` None is the operator at the command line.

    Raises NotAllowed, Unknown, NotSwitchable, NotYetValid, LossesHeld, SecondPersonNeeded.
    """
    _require(actor)
    pointer = serving_locked(session)
    version = version_of(session, version_id)
    if version.status is VersionStatus.LIVE:
        return pointer
    check_going_live(session, version, actor, now, four_eyes=four_eyes)
    before = pointer.feed.name if pointer.feed else ""
    serves = switch_timetable(session, actor, version_id, now)
    note(
        session, AuditAction.SWITCHED, actor, now, subject=version.name, version_id=version.id, before=before
    )
    plan = open_plan_of(session, version_id)
    if plan is not None:
        plan.done_at = now
    return serves


def go_back(
    session: Session,
    actor: Person | None,
    now: dt.datetime,
    seen_revision: int | None = None,
    version_id: str | None = None,
) -> Serving:
    """Serve an earlier timetable again (None: the one before), see `roll_back`; it has been looked at before.

    Raises NotAllowed, NothingToRollBackTo.
    """
    pointer = serving_locked(session)
    before, revision = (pointer.feed.name if pointer.feed else ""), pointer.revision
    serves = roll_back(session, actor, now, seen_revision, version_id)
    if serves.revision != revision and serves.feed is not None:
        version = serves.feed
        about = {"subject": version.name, "version_id": version.id}
        note(session, AuditAction.ROLLED_BACK, actor, now, **about, before=before)
    return serves


def check_going_live(
    session: Session,
    version: FeedVersion,
    actor: Person | None,
    at: dt.datetime,
    *,
    four_eyes: bool,
    is_plan: bool = False,
) -> None:
    """Raise the first of `what_forbids`."""
    for error in what_forbids(session, version, actor, at, four_eyes=four_eyes, is_plan=is_plan):
        raise error


def what_forbids(
    session: Session,
    version: FeedVersion,
    actor: Person | None,
    at: dt.datetime,
    *,
    four_eyes: bool,
    is_plan: bool = False,
) -> Iterator[TimetableRefused]:
    """What speaks against serving a version from `at` on, switched or planned by `actor`.

    What has served before needs no confirmation. A plan (`is_plan`) may wait for its second person, and for
    what the worker still does with the version. Each is NotSwitchable, NotYetValid, LossesHeld or SecondPersonNeeded.
    """
    first_day = _too_early(session, version, local(seconds(at)).date())
    if first_day is not None:
        yield NotYetValid(first_day)
    if version.status is not VersionStatus.BUILT:
        return
    if not is_plan and _waits_for_comparison(session, version.id):
        yield NotSwitchable("uncompared")
    held = unconfirmed(session, version.id)
    if held:
        yield LossesHeld(len(held))
    if four_eyes and not is_plan and second_person_needed(people_of(session, version, actor)):
        yield SecondPersonNeeded()


def losses_to_confirm(session: Session, version_id: str) -> list[HeldLoss]:
    """Held losses that nobody has confirmed against what serves now, the worst first."""
    wanted = unconfirmed(session, version_id)
    return [loss for loss in held_losses(session, version_id) if loss.key in wanted]


def unconfirmed(session: Session, version_id: str) -> frozenset[str]:
    """Keys of losses (or COMPARISON_FAILED) that nobody has confirmed yet."""
    held = {loss.key for loss in held_losses(session, version_id)}
    if _has_failed(session, version_id):
        held.add(COMPARISON_FAILED)
    against = _against(session, version_id)
    confirmed = {
        key
        for entry in entries_about(session, version_id, [AuditAction.CONFIRMED])
        if entry.details["against"] == against
        for key in entry.details["keys"]
    }
    return frozenset(held - confirmed)


def confirm_losses(
    session: Session, actor: Person | None, version_id: str, typed_name: str, now: dt.datetime
) -> None:
    """Sign for what the version loses. Done again, it changes nothing.

    Raises NotAllowed, Unknown, NameDiffers.
    """
    _require(actor)
    serving_locked(session)
    version = version_of(session, version_id)
    name = " ".join(typed_name.split())
    if not name or (actor is not None and not is_signature(name, actor.full_name)):
        raise NameDiffers
    keys = unconfirmed(session, version_id)
    if not keys:
        return
    lost = {loss.name: loss.percent for loss in held_losses(session, version_id) if loss.key in keys}
    note(
        session,
        AuditAction.CONFIRMED,
        actor,
        now,
        subject=version.name,
        version_id=version_id,
        name=name,
        keys=sorted(keys),
        against=_against(session, version_id),
        lost_percent=lost,
    )


def release_version(session: Session, actor: Person, version_id: str, now: dt.datetime) -> None:
    """Say as a second person that the version may go live. Done again, it changes nothing. Raises NotAllowed, Unknown."""
    _require(actor)
    serving_locked(session)
    version = version_of(session, version_id)
    released = entries_about(session, version_id, [AuditAction.RELEASED])
    if actor.id not in {entry.person_id for entry in released}:
        note(session, AuditAction.RELEASED, actor, now, subject=version.name, version_id=version_id)


def people_of(session: Session, version: FeedVersion, actor: Person | None) -> set[str | None]:
    """Ids of everybody who has dealt with a version on its way to passengers, `actor` included."""
    plan = open_plan_of(session, version.id)
    looked = entries_about(session, version.id, [AuditAction.CONFIRMED, AuditAction.RELEASED])
    return {
        version.uploaded_by,
        plan.planned_by if plan is not None else None,
        actor.id if actor is not None else None,
        *(entry.person_id for entry in looked),
    }


def version_of(session: Session, version_id: str) -> FeedVersion:
    """Raises Unknown."""
    version = session.get(FeedVersion, version_id)
    if version is None:
        raise Unknown("feed_version", version_id)
    return version


def _too_early(session: Session, version: FeedVersion, day: dt.date) -> dt.date | None:
    """The version's first day, if it would take the place of a valid one before it is valid itself."""
    if version.valid_from is None or version.valid_from <= day:
        return None
    of_feed = select(FeedVersion).where(
        FeedVersion.feed_id == version.feed_id,
        FeedVersion.status == VersionStatus.LIVE,
        FeedVersion.id != version.id,
    )
    is_covered = any(live.valid_to is not None and live.valid_to >= day for live in session.scalars(of_feed))
    return version.valid_from if is_covered else None


def _waits_for_comparison(session: Session, version_id: str) -> bool:
    replaces = serving(session).feed is not None
    return replaces and not is_compared(session, version_id) and not _has_failed(session, version_id)


def _against(session: Session, version_id: str) -> str | None:
    comparison = session.get(Comparison, version_id)
    return comparison.against_version_id if comparison is not None else None


def _has_failed(session: Session, version_id: str) -> bool:
    comparison = session.get(Comparison, version_id)
    return comparison is not None and comparison.made_at is None and comparison.message is not None


def _require(actor: Person | None) -> None:
    if actor is not None:
        require(actor.roles, Action.SWITCH_TIMETABLE)
