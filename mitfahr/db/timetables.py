"""Imported timetables and road networks, which of them serve, and the log of switches.

The arrays themselves are snapshot folders on disk; rows name them. `serving` has exactly one row
(made by the migration): changing it *is* the switch.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.feeds import FIRST_FEED_ID, Feed
from mitfahr.domain.versions import SwitchReason, VersionStatus

SERVING_ID = 1


class _Version:
    """What an imported timetable and an imported road network have in common."""

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(300))
    """What people call it: the file's name until the content has said more."""
    original_filename: Mapped[str] = mapped_column(sa.String(300))
    checksum: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the file as it came."""
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    uploaded_at: Mapped[dt.datetime]
    status: Mapped[VersionStatus] = mapped_column(stored_enum(VersionStatus), index=True)
    step: Mapped[str] = mapped_column(sa.String(200), default="")
    """What the build is doing, in German."""
    percent: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(sa.Text)
    """Why it was refused or failed, one sentence in German."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Numbers of stops, trips … by German name, for people to read."""
    finished_at: Mapped[dt.datetime | None]

    @declared_attr
    def uploaded_by(self) -> Mapped[str | None]:
        return mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class FeedVersion(_Version, Base):
    """One uploaded GTFS feed and what became of it.

    `findings`: one object per finding with severity, code, file, line, field, value, message, advice.
    Folder names are known once built. `own_folder` and `own_lines_folder` hold this version alone;
    `timetable_folder`, `lines_folder` and `tiles_folder` what serves when it is switched to: this version
    merged with those of the other feeds that its parts (FeedVersionPart) name. With one feed they are the same.
    `counts`, `valid_from` and `valid_to` are this version's own; `is_demo` is said of all its parts together.
    LIVE is every part of what serves.
    """

    __tablename__ = "feed_version"

    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.id"), index=True, default=FIRST_FEED_ID)
    own_folder: Mapped[str | None] = mapped_column(sa.String(80))
    own_lines_folder: Mapped[str | None] = mapped_column(sa.String(80))

    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list, deferred=True)
    """Can be long; read when asked for, so ask while the session is open."""
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    timetable_folder: Mapped[str | None] = mapped_column(sa.String(80))
    lines_folder: Mapped[str | None] = mapped_column(sa.String(80))
    """Where its vehicles drive; None for a feed that does not say."""
    tiles_folder: Mapped[str | None] = mapped_column(sa.String(80))
    """Stops and lines for the map; None until drawn."""

    feed: Mapped[Feed] = relationship(lazy="joined", innerjoin=True)


class FeedVersionPart(Base):
    """One row per feed of the timetable that serves when `version_id` is switched to, its own included."""

    __tablename__ = "feed_version_part"

    version_id: Mapped[str] = mapped_column(ForeignKey("feed_version.id"), primary_key=True)
    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    part_version_id: Mapped[str] = mapped_column(ForeignKey("feed_version.id"))


class RoadsVersion(_Version, Base):
    """One imported OpenStreetMap extract: streets, car hierarchy and gazetteer, each a snapshot folder."""

    __tablename__ = "roads_version"

    roads_folder: Mapped[str | None] = mapped_column(sa.String(80))
    hierarchy_folder: Mapped[str | None] = mapped_column(sa.String(80))
    gazetteer_folder: Mapped[str | None] = mapped_column(sa.String(80))
    tiles_folder: Mapped[str | None] = mapped_column(sa.String(80))
    """The land for the map; None until drawn."""


class LinkSet(Base):
    """The links between one timetable and one road network ("" without roads), by folder names."""

    __tablename__ = "link_set"

    timetable_folder: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    roads_folder: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    links_folder: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime]


class Serving(Base):
    """The pointer: what every process answers from. `revision` grows with every switch."""

    __tablename__ = "serving"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    feed_version_id: Mapped[str | None] = mapped_column(ForeignKey("feed_version.id"))
    roads_version_id: Mapped[str | None] = mapped_column(ForeignKey("roads_version.id"))
    links_folder: Mapped[str | None] = mapped_column(sa.String(80))
    switched_at: Mapped[dt.datetime | None]
    switched_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    feed: Mapped[FeedVersion | None] = relationship()
    roads: Mapped[RoadsVersion | None] = relationship()


class Switch(Base):
    """One line of the log: what has served from `at` on."""

    __tablename__ = "switch"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[SwitchReason] = mapped_column(stored_enum(SwitchReason))
    feed_version_id: Mapped[str | None] = mapped_column(ForeignKey("feed_version.id"))
    roads_version_id: Mapped[str | None] = mapped_column(ForeignKey("roads_version.id"))
    links_folder: Mapped[str | None] = mapped_column(sa.String(80))


def serving(session: Session) -> Serving:
    """The pointer row as it is."""
    return session.get_one(Serving, SERVING_ID)


def is_demo_serving(session: Session) -> bool | None:
    """Whether an invented timetable serves; None while none serves."""
    return session.scalar(
        select(FeedVersion.is_demo).join(Serving, FeedVersion.id == Serving.feed_version_id)
    )


def serving_locked(session: Session) -> Serving:
    """The pointer row, locked until the transaction ends: two switches never cross."""
    return session.get_one(Serving, SERVING_ID, with_for_update={"of": Serving}, populate_existing=True)


@dataclass(frozen=True, slots=True)
class ServingFolders:
    """Names of the snapshot folders that serve together; those of roads are None without roads.

    `lines`, and the tiles of network and land, only serve maps: None where there are none (yet).
    """

    revision: int
    timetable: str
    links: str
    roads: str | None
    hierarchy: str | None
    gazetteer: str | None
    lines: str | None
    network_tiles: str | None
    land_tiles: str | None


_SERVING_FOLDERS = (
    select(
        Serving.revision,
        FeedVersion.timetable_folder,
        Serving.links_folder,
        RoadsVersion.roads_folder,
        RoadsVersion.hierarchy_folder,
        RoadsVersion.gazetteer_folder,
        FeedVersion.lines_folder,
        FeedVersion.tiles_folder.label("network_tiles"),
        RoadsVersion.tiles_folder.label("land_tiles"),
    )
    .join(FeedVersion, FeedVersion.id == Serving.feed_version_id)
    .outerjoin(RoadsVersion, RoadsVersion.id == Serving.roads_version_id)
)
"""Put together once: every request asks it, and putting it together takes longer than the answer."""


def serving_folders(session: Session) -> ServingFolders | None:
    """What the pointer names, in one small question; None while no timetable serves."""
    row = session.execute(_SERVING_FOLDERS).one_or_none()
    if row is None or row.timetable_folder is None or row.links_folder is None:
        return None
    return ServingFolders(
        revision=row.revision,
        timetable=row.timetable_folder,
        links=row.links_folder,
        roads=row.roads_folder,
        hierarchy=row.hierarchy_folder,
        gazetteer=row.gazetteer_folder,
        lines=row.lines_folder,
        network_tiles=row.network_tiles,
        land_tiles=row.land_tiles,
    )


def feed_versions(session: Session, limit: int = 50) -> list[FeedVersion]:
    """Newest first."""
    return list(
        session.scalars(
            select(FeedVersion).order_by(FeedVersion.uploaded_at.desc(), FeedVersion.id).limit(limit)
        )
    )


def newest_version(session: Session, feed_id: str) -> FeedVersion | None:
    """What came last of a feed, whatever became of it."""
    return next(iter(versions_of_feed(session, feed_id, 1)), None)


def versions_of_feed(session: Session, feed_id: str, limit: int) -> list[FeedVersion]:
    """Newest first."""
    return list(
        session.scalars(
            select(FeedVersion)
            .where(FeedVersion.feed_id == feed_id)
            .order_by(FeedVersion.uploaded_at.desc(), FeedVersion.id)
            .limit(limit)
        )
    )


def waiting_feeds(session: Session) -> list[str]:
    """Ids of feeds in quarantine that nobody has begun to build, oldest first."""
    return list(
        session.scalars(
            select(FeedVersion.id)
            .where(FeedVersion.status == VersionStatus.UPLOADED)
            .order_by(FeedVersion.uploaded_at, FeedVersion.id)
        )
    )


def links_between(session: Session, timetable_folder: str, roads_folder: str) -> str | None:
    """Name of the links folder of this pair, None if they were never linked."""
    row = session.get(LinkSet, (timetable_folder, roads_folder))
    return row.links_folder if row else None


def switches(session: Session, limit: int = 20) -> list[Switch]:
    """The log, newest first."""
    return list(session.scalars(select(Switch).order_by(Switch.revision.desc()).limit(limit)))


def earlier_timetables(session: Session, limit: int) -> list[str]:
    """Folders of timetables that have served and are still kept, the latest first; the one that serves may be among them."""
    folders = session.scalars(
        select(FeedVersion.timetable_folder)
        .join(Switch, Switch.feed_version_id == FeedVersion.id)
        .where(FeedVersion.timetable_folder.is_not(None))
        .order_by(Switch.revision.desc())
        .limit(10 * limit)
    )
    return list(dict.fromkeys(folder for folder in folders if folder))[:limit]
