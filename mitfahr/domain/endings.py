"""What repeats until it is ended (a line, a service on demand, a series, a standing order): then nothing changes it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol, TypeVar

from mitfahr.domain.errors import StateForbids


class Repeating(Protocol):
    @property
    def ended_at(self) -> dt.datetime | None: ...


Row = TypeVar("Row", bound=Repeating)


def not_ended(row: Row) -> Row:
    """The row itself, to be changed. Raises StateForbids for one that has ended."""
    if row.ended_at is not None:
        raise StateForbids("ended", "changed")
    return row
