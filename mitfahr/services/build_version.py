"""What building a timetable and building a road network share: claiming, progress, ending.

Every state is written in a short transaction of its own, so that staff see it at once and a killed
build leaves nothing but a row that says how far it came.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.build_lock import build_lock
from mitfahr.db.timetables import FeedVersion, RoadsVersion
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import marked
from mitfahr.settings import Settings
from routing.progress import Progress

Version = FeedVersion | RoadsVersion
Clock = Callable[[], dt.datetime]

PROGRESS_EVERY_S = 0.5
INTERRUPTED = marked(
    "Die Prüfung wurde unterbrochen (Neustart oder Abbruch). Bitte laden Sie die Datei noch einmal hoch."
)
BROKE = marked("Bei der Prüfung ist ein Programmfehler aufgetreten. Der Betreiber findet ihn im Protokoll.")

log = logging.getLogger(__name__)


class BuildStopped(Exception):
    """A progress raises this to end a build in an orderly way; the version waits again."""


def claim(sessions: sessionmaker[Session], model: type[Version], version_id: str) -> bool:
    """Whether this process is the one to build it."""
    with sessions.begin() as session:
        claimed = session.execute(
            update(model)
            .where(model.id == version_id, model.status == VersionStatus.UPLOADED)
            .values(status=VersionStatus.CHECKING, step=marked("Beginnt"), percent=0)
            .returning(model.id)
        )
        return claimed.first() is not None


def end(
    sessions: sessionmaker[Session], model: type[Version], version_id: str, clock: Clock, **values: object
) -> None:
    """Write down how the build ended."""
    with sessions.begin() as session:
        session.execute(update(model).where(model.id == version_id).values(finished_at=clock(), **values))


@contextmanager
def failing_visibly(
    sessions: sessionmaker[Session], model: type[Version], version_id: str, clock: Clock
) -> Iterator[None]:
    """Whatever goes wrong inside ends as a failed version with a sentence, never as one that hangs.

    A build that was told to stop waits again, as if it had not begun.
    """
    try:
        yield
    except BuildStopped:
        end(sessions, model, version_id, clock, status=VersionStatus.UPLOADED, step="", percent=0)
        raise
    except Exception:
        log.exception("building %s failed", version_id)
        end(sessions, model, version_id, clock, status=VersionStatus.FAILED, message=BROKE)
        raise
    except BaseException:  # Ctrl-C, the worker told to stop
        end(sessions, model, version_id, clock, status=VersionStatus.FAILED, message=INTERRUPTED)
        raise


def written_progress(
    sessions: sessionmaker[Session], model: type[Version], version_id: str, also: Progress
) -> Progress:
    """A Progress that staff can watch: at most one write per PROGRESS_EVERY_S. `also` hears everything."""
    next_write_s = 0.0

    def progress(step: str, fraction: float) -> None:
        nonlocal next_write_s
        also(step, fraction)
        if time.monotonic() < next_write_s:
            return
        next_write_s = time.monotonic() + PROGRESS_EVERY_S
        with sessions.begin() as session:
            session.execute(
                update(model)
                .where(model.id == version_id)
                .values(step=step[:200], percent=round(100 * min(max(fraction, 0.0), 1.0)))
            )

    return progress


def part(progress: Progress, begin: float, end: float) -> Progress:
    """The span `begin` … `end` of the whole, for a builder that counts from 0 to 1."""
    return lambda step, fraction: progress(step, begin + (end - begin) * fraction)


def fail_dead_builds(sessions: sessionmaker[Session], settings: Settings, clock: Clock) -> int:
    """Builds whose process is gone become failed versions; returns how many."""
    failed = 0
    for model in (FeedVersion, RoadsVersion):
        with sessions() as session:
            checking = list(session.scalars(select(model.id).where(model.status == VersionStatus.CHECKING)))
        for version_id in checking:
            with build_lock(settings.data_dir, version_id) as nobody_builds:
                failed += nobody_builds and _fail_if_checking(sessions, model, version_id, clock)
    return failed


def _fail_if_checking(
    sessions: sessionmaker[Session], model: type[Version], version_id: str, clock: Clock
) -> bool:
    with sessions.begin() as session:
        changed = session.execute(
            update(model)
            .where(model.id == version_id, model.status == VersionStatus.CHECKING)
            .values(status=VersionStatus.FAILED, message=INTERRUPTED, finished_at=clock())
            .returning(model.id)
        )
        return changed.first() is not None
