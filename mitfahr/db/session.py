"""Sessions: one kind that writes, one that only reads.

with sessions(engine).begin() as session:   # commits at the end, rolls back on any error
with readers(engine)() as session:          # never blocks a writer, cannot write
"""

from __future__ import annotations

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import READING


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that may write; on SQLite they hold the write lock from their first statement on.

    Objects stay readable after the commit, so a service can return what it wrote.
    """
    return sessionmaker(engine, expire_on_commit=False)


def readers(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read; the database refuses a write from them."""
    reading = engine.execution_options(**{READING: True, "postgresql_readonly": True})
    return sessionmaker(reading, expire_on_commit=False)


def frozen(engine: Engine) -> sessionmaker[Session]:
    """Readers that see everything as it was at their first statement, however long they read."""
    # SQLite in WAL reads so anyway, and its driver does not know the word.
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    return readers(engine.execution_options(**level))
