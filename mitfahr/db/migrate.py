"""Bring a database to the newest form, or back, with Alembic and without its command line."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

import migrations

SCRIPTS = Path(migrations.__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every migration up to `revision`; a database already there is left alone."""
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back down to `revision` ("base" for all of them)."""
    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["engine"] = engine
    return config
