"""Journeys over timetable, runs and rides. `from routing import Snapshot, Query, search`."""

from routing.check import check
from routing.query import Query
from routing.search import search
from routing.snapshot import Snapshot

__all__ = ["Query", "Snapshot", "check", "search"]
