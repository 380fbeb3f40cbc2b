"""Compile every kernel once, so that nobody's search waits for it: `python -m routing.warm_up`.

numba keeps what it compiled beside the source files, and forgets it when that file changes, but not when a file does whose
kernels it calls: so everything is forgotten when any file has changed. Then this searches a world of three stops, two
vehicles and one private ride in all four ways, which takes a minute on a fresh machine and a second after.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np

from routing import check, hierarchy, ride_search, search
from routing.demand import DemandService
from routing.drive_line import drive_line
from routing.journey import Place
from routing.linking import link
from routing.live_trips import CallUpdate, TripUpdate
from routing.overlay import Ride, RideKind, RideStop
from routing.query import Party, Point, Query
from routing.roads import Mode, Positions, RoadGraph, Street
from routing.snapshot import Snapshot
from routing.store import Texts
from routing.timetable import Timetable
from routing.tour import Tour

LAT = 51.16
LON = (13.40, 13.45, 13.50)
START = dt.datetime(2026, 6, 2, tzinfo=dt.UTC)
START_S = int(START.timestamp())


def forget_outdated(sources: Path) -> None:
    """Remove what numba has compiled from other sources than those in this folder now."""
    compiled, digest = sources / "__pycache__", hashlib.sha256()
    for source in sorted(sources.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    stamp = compiled / "kernels.sha256"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    for kept in (*compiled.glob("*.nbi"), *compiled.glob("*.nbc")):
        kept.unlink(missing_ok=True)
    compiled.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


def warm_up() -> None:
    """Run every kernel on small arrays of the types that real searches use."""
    timetable, roads = _timetable(), _roads()
    car = hierarchy.build(roads)
    ends = [Positions(np.array([edge], np.int32), np.zeros(1), np.zeros(1, np.int32)) for edge in (0, 3)]
    drive_line(roads, car, *ends)
    hierarchy.one_drive_s(roads, car, *ends)
    planned = Snapshot.of(timetable, link(timetable, roads, car), roads, car, _rides())
    late = CallUpdate(0, departure_s=START_S + 25_260)
    planned = planned.with_demand([_service()], [_tour()])
    for snapshot in (planned, planned.with_live_trip(TripUpdate("t", START.date(), (late,)))):
        _search_all_ways(snapshot)
    patience, ride_search.PATIENCE = ride_search.PATIENCE, -1  # as in a question that proves to be hard
    _search_all_ways(planned)
    ride_search.PATIENCE = patience


def _search_all_ways(snapshot: Snapshot) -> None:
    for arrive_by in (False, True):
        for window_s in (0, 7200):
            query = Query(
                Point(LAT, LON[0]),
                Point(LAT, LON[2]),
                START + dt.timedelta(hours=8 if arrive_by else 6),
                arrive_by=arrive_by,
                window_s=window_s,
            )
            for journey in search(snapshot, query):
                check(snapshot, query, journey)


def _service() -> DemandService:
    west = LAT - 0.1, LON[0] - 0.1
    east = LAT + 0.1, LON[1]
    return DemandService("s", "s", frozenset({"1"}), ((west, (west[0], east[1]), east, (east[0], west[1])),))


def _tour() -> Tour:
    base = Place("base", LAT, LON[0])
    return Tour("t", "s", base, START_S + 6 * 3600, START_S + 10 * 3600, Party(4))


def _roads() -> RoadGraph:
    everybody = Mode.CAR | Mode.FOOT | Mode.BICYCLE
    streets = [
        Street(
            i,
            i + 1,
            [(LAT, LON[i]), (LAT, LON[i + 1])],
            3_500_000,
            everybody,
            everybody,
            252_000,
            252_000,
            "",
            "primary",
        )
        for i in range(2)
    ]
    return RoadGraph.of([LAT] * 3, LON, streets, "warm-up", "")


def _rides() -> list[Ride]:
    ends = (RideStop(LAT, LON[0], "A"), RideStop(LAT, LON[2], "C"))
    start_s = START_S + 7 * 3600
    private = Ride(
        "ride",
        RideKind.PRIVATE,
        ends,
        (3,),
        (0,),
        "driver",
        "",
        start_s,
        start_s,
        start_s + 900,
        start_s + 3600,
        600,
    )
    calls = tuple(RideStop(LAT, LON[i], "", str(i), start_s + 600 * i, start_s + 600 * i) for i in range(3))
    run = Ride("run", RideKind.RUN, calls, (8, 8), (1, 1), "association", "", start_s)
    return [private, run]


def _timetable() -> Timetable:
    def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.array(values, np.int32)

    def bytes_(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        return np.array(values, np.int8)

    nothing = Texts.of([""])
    return Timetable(
        stop_id=Texts.of(["0", "1", "2"]),
        stop_name=Texts.of(["A", "B", "C"]),
        stop_platform=Texts.of(["", "", ""]),
        stop_lat=np.full(3, LAT),
        stop_lon=np.array(LON),
        stop_parent=ints(-1, -1, -1),
        stop_is_station=np.zeros(3, np.uint8),
        stop_wheelchair=bytes_(0, 0, 0),
        agency_id=nothing,
        agency_name=nothing,
        agency_url=nothing,
        agency_phone=nothing,
        route_id=nothing,
        route_short_name=nothing,
        route_long_name=nothing,
        route_type=np.array([3], np.int16),
        route_agency=ints(0),
        pattern_stop_start=ints(0, 2, 4),
        pattern_stops=ints(0, 1, 1, 2),
        pattern_board=bytes_(0, 0, 0, 0),
        pattern_alight=bytes_(0, 0, 0, 0),
        pattern_trip_start=ints(0, 1, 2),
        trip_pattern=ints(0, 1),
        trip_service=ints(0, 0),
        trip_wheelchair=bytes_(0, 0),
        trip_bikes=bytes_(0, 0),
        trip_time_start=np.array([0, 2, 4], np.int64),
        time_arr=ints(25_200, 25_800, 26_400, 27_000),
        time_dep=ints(25_200, 25_800, 26_400, 27_000),
        trip_section_start=ints(0, 1, 2),
        section_first_pos=ints(0, 0),
        section_route=ints(0, 0),
        section_trip_id=Texts.of(["t", "u"]),
        section_headsign=Texts.of(["", ""]),
        service_runs=np.ones((1, 1), np.uint8),
        day_start_s=np.array([START_S], np.int64),
        transfer_from=ints(),
        transfer_to=ints(),
        transfer_type=bytes_(),
        transfer_min_s=ints(),
        first_day=START.date(),
        timezone="UTC",
        version="warm-up",
        name="",
        is_demo=False,
    )


if __name__ == "__main__":
    forget_outdated(Path(__file__).parent)
    warm_up()
