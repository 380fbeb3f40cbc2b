"""The stop next to a point."""

from __future__ import annotations

import numpy as np

from routing.earth import beeline_m
from routing.timetable import StopIdx, Timetable


def stop_nearby(timetable: Timetable, lat: float, lon: float, within_m: float) -> StopIdx | None:
    """The nearest one as the crow flies; None if none is so near."""
    metres = beeline_m(timetable.stop_lat, timetable.stop_lon, lat, lon)
    nearest = int(np.argmin(metres)) if len(metres) else None
    return None if nearest is None or metres[nearest] > within_m else StopIdx(nearest)
