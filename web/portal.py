"""What the pages work with, made once per process: settings, the doors to the
database, and the live snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.session import readers, sessions
from mitfahr.domain.prices import PriceLaw
from mitfahr.live import Live, Served
from mitfahr.settings import Settings

EXTENSION = "mitfahr"


@dataclass(frozen=True)
class Portal:
    """`writing.begin()` commits at its end and rolls back on any error; `reading()` cannot write."""

    settings: Settings
    engine: Engine
    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    live: Live

    @property
    def price_law(self) -> PriceLaw:
        return self.settings.price_law

    @classmethod
    def open(cls, settings: Settings) -> Portal:
        engine = engine_for(settings.database_url)
        reading = readers(engine)
        return cls(settings, engine, sessions(engine), reading, Live(reading, settings.snapshots_dir))


def served() -> Served:
    """What serves while this request is answered, looked up once. Raises NothingServes."""
    if "served" not in g:
        g.served = portal().live.served()
    known: Served = g.served
    return known


def portal() -> Portal:
    """The portal of the running request."""
    return cast(Portal, current_app.extensions[EXTENSION])
