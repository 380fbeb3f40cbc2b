"""A stop of the timetable as plans keep it."""

from __future__ import annotations

from typing import Any

from mitfahr.domain.errors import StopUnknown
from routing.timetable import Timetable


def stored_stop(timetable: Timetable, stop_id: str) -> dict[str, Any]:
    """With its name and place, by which it is found again when a new timetable calls it otherwise.

    Raises StopUnknown.
    """
    index = timetable.stop_by_id.get(stop_id)
    if index is None:
        raise StopUnknown(stop_id)
    place = {"lat": float(timetable.stop_lat[index]), "lon": float(timetable.stop_lon[index])}
    return {"stop_id": stop_id, "name": timetable.stop_name[index], **place}
