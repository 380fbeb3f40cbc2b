"""Run by Alembic. The engine comes from `mitfahr.db.migrate`, or from the settings for `alembic revision`."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection, Engine

from mitfahr.db.base import UtcDateTime, engine_for
from mitfahr.db.schema import metadata
from mitfahr.settings import Settings

MIGRATION_LOCK = 5_006_001  # any number that nothing else on this database locks


def migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _loosen_sqlite(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            transactional_ddl=True,  # true for SQLite as well, the way our engine begins
            render_item=_render_plainly,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            context.run_migrations()
    engine.dispose()  # the loosened connection must not be used for anything else


def _loosen_sqlite(connection: Connection) -> None:
    """SQLite changes a table by copying it; with foreign keys on, dropping the old copy would delete rows.

    The switch has no effect inside a transaction, so it goes past SQLAlchemy to the driver.
    """
    connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")


def _render_plainly(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations must not change when our types do, so they are written with SQLAlchemy's own."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


migrate(context.config.attributes.get("engine") or engine_for(Settings.from_env().database_url))
