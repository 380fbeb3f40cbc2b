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
    """Sessions that only read, and see everything as it was at their first statement; a write is refused.

    Stops and hops of a ride are read one after the other: without one view of both, a booking in between
    would tear them apart.
    """
    options: dict[str, object] = {READING: True}
    if engine.dialect.name == "postgresql":  # SQLite in WAL reads so anyway
        options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return sessionmaker(engine.execution_options(**options), expire_on_commit=False)


def one_view(sessions: sessionmaker[Session]) -> Session:
    """A reader (see `readers`) of the database that `sessions` write to."""
    return readers(sessions.kw["bind"])()
