"""Every table in one place: importing this module fills `metadata`, for migrations and checks."""

from __future__ import annotations

from mitfahr.db import jobs, login_attempts, outbox, people, timetables
from mitfahr.db.base import Base

MODULES = (people, login_attempts, outbox, timetables, jobs)
metadata = Base.metadata
