"""What the next timetable changes against the one that serves, and the journeys that staff have looked up in both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id
from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.domain.losses import HeldLoss


class Comparison(Base):
    """The latest comparison of a version; `against_version_id` is None where nothing served before.

    `timetable_folder`, `against_folder` and `asked` say what was compared and how: when one of them is another by now,
    it is made again. `made_at` is None while it is being made, and where it failed: then `message` says so. `held` are
    losses a person must confirm by name, see `HeldLoss`.
    """

    __tablename__ = "comparison"

    version_id: Mapped[str] = mapped_column(
        ForeignKey("feed_version.id", ondelete="CASCADE"), primary_key=True
    )
    against_version_id: Mapped[str | None] = mapped_column(ForeignKey("feed_version.id", ondelete="SET NULL"))
    timetable_folder: Mapped[str] = mapped_column(sa.String(80))
    against_folder: Mapped[str | None] = mapped_column(sa.String(80))
    asked: Mapped[str] = mapped_column(sa.String(64))
    """Municipalities, threshold and sample journeys, as a checksum."""
    step: Mapped[str] = mapped_column(sa.String(200), default="")
    percent: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(sa.Text)
    made_at: Mapped[dt.datetime | None]
    held: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    """`mitfahr.comparison.result.Difference` as JSON; large, read when asked for."""


class SampleJourney(Base):
    """A journey that is searched in both timetables. Ends are {"name", "lat", "lon"}; `clock_s` is local time."""

    __tablename__ = "sample_journey"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    origin: Mapped[dict[str, Any]]
    destination: Mapped[dict[str, Any]]
    kind: Mapped[int]
    """A `day_types.Kind`."""
    clock_s: Mapped[int]
    added_at: Mapped[dt.datetime]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


def held_losses(session: Session, version_id: str) -> list[HeldLoss]:
    """What would be lost by switching to this version and must be confirmed by name, the worst first.

    Of the latest comparison; ask `is_compared` whether it is one with what serves now.
    """
    comparison = session.get(Comparison, version_id)
    return [HeldLoss.from_json(one) for one in comparison.held] if comparison is not None else []


def is_compared(session: Session, version_id: str) -> bool:
    """Whether the version, as it is, has been compared with what serves now."""
    comparison, feed = session.get(Comparison, version_id), session.get(FeedVersion, version_id)
    if comparison is None or comparison.made_at is None or feed is None:
        return False
    now = serving(session).feed
    return (comparison.timetable_folder, comparison.against_folder) == (
        feed.timetable_folder,
        now.timetable_folder if now is not None else None,
    )


def sample_journeys(session: Session) -> list[SampleJourney]:
    """Those that staff have chosen, in the order in which they were; none while the default ones are used."""
    return list(session.scalars(select(SampleJourney).order_by(SampleJourney.added_at, SampleJourney.id)))
