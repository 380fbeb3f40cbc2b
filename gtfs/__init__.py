"""Public timetables: feeds → arrays. `load` is the door."""

from gtfs.build import Loaded, load
from gtfs.findings import Finding, Severity

__all__ = ["Finding", "Loaded", "Severity", "load"]
