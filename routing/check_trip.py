"""Does a leg on a trip still hold, by the timetable and by what is known today?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing.journey import Leg
from routing.live import LiveTrips
from routing.live_runs import Row
from routing.query import Needs, Party
from routing.reasons import Reason
from routing.trip_calls import TripCalls


def trip_now(live: LiveTrips, party: Party, leg: Leg) -> tuple[Leg, Reason | None]:
    """The leg at the times at which its trip runs now, and why it does not hold as it is."""
    rows = [row for row in _rows(live, leg) if not _refuses(live, row, party.needs)]
    running = [calls for row in rows for calls in _vehicles(live, row) if _serves(live, calls, leg)]
    if not running:
        return leg, _why_not(live, rows, leg)
    times = [_times(calls, leg) for calls in running]
    if (leg.departure_s, leg.arrival_s) in times:
        return leg, None
    return replace(leg, departure_s=times[0][0], arrival_s=times[0][1]), Reason.TIMES_CHANGED


def is_spoken_of(live: LiveTrips, leg: Leg) -> bool:
    """Whether live data says anything of the leg's trip."""
    return any(row in live.expected for row in _rows(live, leg))


def _rows(live: LiveTrips, leg: Leg) -> Iterator[Row]:
    """The vehicles that run that day as the leg's trip (several with frequencies)."""
    if leg.service_date is None or leg.trip_id is None:
        return
    added = live.added.get((leg.trip_id, leg.service_date))
    if added is not None:
        yield added
        return
    timetable = live.timetable
    day = (leg.service_date - timetable.first_day).days
    for section in timetable.sections_by_trip_id.get(leg.trip_id, ()):
        trip = timetable.trip_of_section(section)
        if 0 <= day < timetable.n_days and timetable.service_runs[timetable.trip_service[trip], day]:
            yield trip, day


def _refuses(live: LiveTrips, row: Row, needs: Needs) -> bool:
    expected = live.expected.get(row)
    if expected is not None:
        return expected.refuses(needs)
    trip = row[0]
    return needs.refused_by(int(live.timetable.trip_wheelchair[trip]), int(live.timetable.trip_bikes[trip]))


def _vehicles(live: LiveTrips, row: Row) -> Iterator[TripCalls]:
    expected = live.expected.get(row)
    if expected is None:
        yield TripCalls.as_planned(live.timetable, row)
        return
    for run in expected.runs:
        yield TripCalls.of_run(live.timetable, run)


def _serves(live: LiveTrips, calls: TripCalls, leg: Leg) -> bool:
    """Whether a vehicle can be boarded and left at the leg's positions and stops."""
    on, off = leg.board_pos, leg.alight_pos
    if on is None or off is None or not 0 <= on < off < len(calls.arr):
        return False
    stops, board, alight = calls.face
    stop_id = live.timetable.stop_id
    called = stop_id[stops[on]], stop_id[stops[off]]
    return bool(called == (leg.origin.stop_id, leg.destination.stop_id) and board[on] and alight[off])


def _times(calls: TripCalls, leg: Leg) -> tuple[int, int]:
    return int(calls.dep[leg.board_pos or 0]), int(calls.arr[leg.alight_pos or 0])


def _why_not(live: LiveTrips, rows: list[Row], leg: Leg) -> Reason:
    """Why none of the rows serves the leg: because of live data, or because the timetable has none that does."""
    for row in rows:
        expected = live.expected.get(row)
        if (
            expected is None
            or expected.added
            or not _serves(live, TripCalls.as_planned(live.timetable, row), leg)
        ):
            continue
        is_cancelled = any(update.is_cancelled for update in live.updates[row].values())
        return Reason.TRIP_CANCELLED if is_cancelled else Reason.STOP_SKIPPED
    return Reason.TRIP_GONE
