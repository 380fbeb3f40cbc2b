"""Every table in one place: importing this module fills `metadata`, for migrations and checks."""

from __future__ import annotations

from mitfahr.db import (
    blocks,
    bookings,
    idempotency,
    jobs,
    live_revision,
    login_attempts,
    outbox,
    people,
    rides,
    timetables,
)
from mitfahr.db.base import Base

MODULES = (
    people,
    login_attempts,
    outbox,
    timetables,
    jobs,
    rides,
    bookings,
    idempotency,
    live_revision,
    blocks,
)
metadata = Base.metadata
