"""Where the municipalities lie: from a file that the operator imported, else from the OpenStreetMap extract."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id


class MunicipalitySet(Base):
    """One import; `is_from_osm` tells those that came with the streets, which a file of the operator's own outranks."""

    __tablename__ = "municipality_set"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(sa.String(300))
    is_from_osm: Mapped[bool]
    folder: Mapped[str] = mapped_column(sa.String(80))
    n_municipalities: Mapped[int]
    imported_at: Mapped[dt.datetime]


def municipalities_in_use(session: Session) -> MunicipalitySet | None:
    """The one that counts; None where nobody has told the boundaries."""
    return session.scalar(
        select(MunicipalitySet)
        .order_by(MunicipalitySet.is_from_osm, MunicipalitySet.imported_at.desc(), MunicipalitySet.id)
        .limit(1)
    )
