"""Departures of a stop as plain JSON; times as in `mitfahr.itinerary`."""

from __future__ import annotations

from typing import Any

from mitfahr.domain.times import ZONE, local
from mitfahr.network import network
from mitfahr.services.next_departures import Board, Departure, Said
from routing.snapshot import Snapshot
from routing.timetable import StopIdx


def board_json(snapshot: Snapshot, stop: StopIdx, board: Board) -> dict[str, Any]:
    """Names the stop that stands for all its platforms."""
    timetable = snapshot.timetable
    head = int(network(snapshot).stop_of[stop])
    return {
        "timetable": {
            "version": timetable.version,
            "valid_from": timetable.first_day.isoformat(),
            "valid_to": timetable.last_day.isoformat(),
        },
        "stop": {"stop_id": timetable.stop_id[head], "name": timetable.stop_name[head]},
        "has_live": board.has_live,
        "has_more": board.has_more,
        "departures": [_departure_json(snapshot, one) for one in board.departures],
    }


def _departure_json(snapshot: Snapshot, one: Departure) -> dict[str, Any]:
    is_expected = one.said in (Said.RUNS, Said.ADDED)
    run = one.run
    return {
        "planned": None if one.said is Said.ADDED else local(one.planned_s, ZONE).isoformat(),
        "expected": local(one.expected_s, ZONE).isoformat() if is_expected else None,
        "state": one.said.value,
        "line": one.route,
        "route_id": snapshot.timetable.route_id[one.line] if one.line is not None else None,
        "destination": one.destination,
        "platform": one.platform or None,
        "must_be_ordered": one.must_ask,
        "trip_id": one.trip_id if run is None else None,
        "ride_id": run.ride_id if run else None,
        "bookable_until": (
            local(run.bookable_until_s, ZONE).isoformat()
            if run and run.bookable_until_s is not None
            else None
        ),
    }
