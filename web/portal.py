"""What the pages work with, made once per process: settings and the doors to the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.session import readers, sessions
from mitfahr.settings import Settings

EXTENSION = "mitfahr"


@dataclass(frozen=True)
class Portal:
    """`writing.begin()` commits at its end and rolls back on any error; `reading()` cannot write."""

    settings: Settings
    writing: sessionmaker[Session]
    reading: sessionmaker[Session]

    @classmethod
    def open(cls, settings: Settings) -> Portal:
        engine = engine_for(settings.database_url)
        return cls(settings, sessions(engine), readers(engine))


def portal() -> Portal:
    """The portal of the running request."""
    return cast(Portal, current_app.extensions[EXTENSION])
