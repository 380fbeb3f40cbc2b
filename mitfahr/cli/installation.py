"""Settings and database of the installation a command works on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.migrate import upgrade
from mitfahr.db.session import readers, sessions
from mitfahr.settings import Settings, SettingsInvalid


@dataclass(frozen=True)
class Installation:
    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    readers: sessionmaker[Session]

    @classmethod
    def open(cls) -> Installation:
        """The installation that the environment names, with its database in the newest form."""
        settings = Settings.from_env()
        try:
            engine = engine_for(settings.database_url)
        except ValueError as error:
            raise SettingsInvalid(str(error)) from error
        upgrade(engine)
        return cls(settings, engine, sessions(engine), readers(engine))


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
