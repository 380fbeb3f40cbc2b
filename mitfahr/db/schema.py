"""Every table in one place: importing this module fills `metadata`, for migrations and checks."""

from __future__ import annotations

from mitfahr.db import (
    access_tokens,
    address_marks,
    blocks,
    bookings,
    cars,
    contact_reads,
    feeds,
    idempotency,
    jobs,
    live_revision,
    local_entries,
    login_attempts,
    outbox,
    people,
    place_indexes,
    ratings,
    realtime_sources,
    reminders,
    reports,
    retention,
    rides,
    series,
    timetables,
    wishes,
)
from mitfahr.db.base import Base

MODULES = (
    people,
    login_attempts,
    outbox,
    feeds,
    timetables,
    realtime_sources,
    place_indexes,
    jobs,
    rides,
    series,
    bookings,
    idempotency,
    live_revision,
    blocks,
    cars,
    address_marks,
    ratings,
    reports,
    contact_reads,
    wishes,
    retention,
    reminders,
    access_tokens,
    local_entries,
)
metadata = Base.metadata
