"""Which index of places belongs to which timetable and gazetteer."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.db.timetables import RoadsVersion


class PlaceIndexRow(Base):
    """The index over one timetable and one gazetteer ("" without), by folder names."""

    __tablename__ = "place_index"

    timetable_folder: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    gazetteer_folder: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    places_folder: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime]


def places_of(session: Session, timetable_folder: str, gazetteer_folder: str) -> str | None:
    """Name of the index folder of this pair, None if none was built."""
    row = session.get(PlaceIndexRow, (timetable_folder, gazetteer_folder))
    return row.places_folder if row else None


def gazetteers_beside(session: Session, roads_folder: str) -> list[str]:
    """Names of the gazetteers that were read together with these streets, in order; equal streets may have several."""
    return list(
        session.scalars(
            select(RoadsVersion.gazetteer_folder)
            .where(RoadsVersion.roads_folder == roads_folder, RoadsVersion.gazetteer_folder.is_not(None))
            .distinct()
            .order_by(RoadsVersion.gazetteer_folder)
        )
    )
