"""The private rides one query can use, as its kernels see them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.hierarchy import UNREACHABLE
from routing.overlay import HALT_S
from routing.query import Query
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, ORIGIN_DOOR
from routing.ride_table import Overlay
from routing.roads import Positions


class Fleet(NamedTuple):
    """Chosen rides of an overlay, with the traveller's doors.

    Per ride: row int64 of the table; earliest, latest_arrival int64; n_departures, spare_s, n_gaps int32;
        is_brought_on uint8, 1 where a halt, at a door too, may bring the driver to another place sooner;
        first_stop, leave_start int64 into the table's columns; gap_start int32 (n_rides + 1) into the next
        group; departure_start int32 (n_rides + 1), where its departures begin in lists of all departures;
        next_layer int8 (n_rides, n_layers), the layer a journey is in after boarding, -1 where it may not
    Per gap: room uint8, 1 when the hop takes the party; door_into_s, door_out_s int32 (2, n_gaps), FAR_S
        where the door does not fit the budget
    pick, drop, leg_s, entry_start, back_s, leave, meeting, into_s, out_s: the table's columns
    stop_meeting int32 (n_stops,), meeting_start int64, meeting_stops int32: see Streets.stops_of_meeting
    drive_from_s uint16 (n_meetings, n_meetings), from column to row; from_origin_s, to_destination_s int32 (n_meetings,), door_to_door_s
    """

    row: NDArray[np.int64]
    earliest: NDArray[np.int64]
    latest_arrival: NDArray[np.int64]
    n_departures: NDArray[np.int32]
    spare_s: NDArray[np.int32]
    n_gaps: NDArray[np.int32]
    is_brought_on: NDArray[np.uint8]
    first_stop: NDArray[np.int64]
    leave_start: NDArray[np.int64]
    gap_start: NDArray[np.int32]
    departure_start: NDArray[np.int32]
    next_layer: NDArray[np.int8]
    room: NDArray[np.uint8]
    door_into_s: NDArray[np.int32]
    door_out_s: NDArray[np.int32]
    pick: NDArray[np.int64]
    drop: NDArray[np.int64]
    leg_s: NDArray[np.int32]
    entry_start: NDArray[np.int64]
    back_s: NDArray[np.int32]
    leave: NDArray[np.int64]
    meeting: NDArray[np.int32]
    into_s: NDArray[np.uint16]
    out_s: NDArray[np.uint16]
    stop_meeting: NDArray[np.int32]
    meeting_start: NDArray[np.int64]
    meeting_stops: NDArray[np.int32]
    drive_from_s: NDArray[np.uint16]
    from_origin_s: NDArray[np.int32]
    to_destination_s: NDArray[np.int32]
    door_to_door_s: int


def usable_rows(overlay: Overlay, query: Query, from_s: int, until_s: int) -> NDArray[np.int64]:
    """Rows of private rides that can still be booked, are not banned and are under way within [from_s, until_s]."""
    alive = overlay.alive
    if query.banned:
        alive = alive.copy()
        for name in query.banned:
            alive[[row for row in overlay.table.rows_of_driver.get(name, ()) if row < len(alive)]] = 0
            if name in overlay.row_of:
                alive[overlay.row_of[name]] = 0
    booked_s = 0 if query.booked_at is None else int(np.ceil(query.booked_at.timestamp()))
    driving = overlay.table.streets.driving
    saves_s = 0 if driving is None else driving.roads.halt_saves_s
    rows: NDArray[np.int64] = _usable(
        overlay.columns, alive, from_s, until_s, booked_s, query.party.seats, -saves_s
    )
    return rows


@njit(cache=True, nogil=True)
def _usable(columns, alive, from_s, until_s, booked_s, seats, least_spare_s):  # type: ignore[no-untyped-def]
    rows = np.empty(len(alive), np.int64)
    found = 0
    for row in range(len(alive)):
        if (
            alive[row] == 0
            or columns.latest_arrival[row] < from_s
            or columns.earliest[row] > until_s
            or columns.bookable_until[row] < booked_s
            or columns.spare_s[row] < least_spare_s
        ):
            continue
        first = columns.first_stop[row]
        for stop in range(first, first + columns.n_stops[row] - 1):
            if columns.seats[stop] >= seats:
                rows[found] = row
                found += 1
                break
    return rows[:found]


def fleet(
    overlay: Overlay,
    rows: NDArray[np.int64],
    query: Query,
    doors: tuple[Positions | None, Positions | None],
    next_layer: NDArray[np.int8],
) -> Fleet:
    """The rides of `rows` as one query sees them; `doors` are positions of one place where a car comes to the door."""
    columns, streets = overlay.columns, overlay.table.streets
    n_gaps = columns.n_stops[rows] - 1
    gap_start = np.concatenate(([0], np.cumsum(n_gaps))).astype(np.int32)
    stop = np.repeat(columns.first_stop[rows] - gap_start[:-1], n_gaps) + np.arange(gap_start[-1])
    spare_s = columns.spare_s[rows]
    door_into_s = np.full((2, len(stop)), FAR_S, np.int32)
    door_out_s = np.full((2, len(stop)), FAR_S, np.int32)
    onward_s, to_goal_s, door_to_door_s = _door_times(overlay, doors)
    if streets.driving is not None and len(rows):
        saves_s = streets.driving.roads.halt_saves_s
        n_stops = int((columns.first_stop[rows] + columns.n_stops[rows]).max())
        for side, door in enumerate(doors):
            if door is None:
                continue
            to_door, from_door = overlay.table.door_s(streets.driving, door, n_stops)
            into_s, out_s = to_door[stop].astype(np.int64), from_door[stop + 1].astype(np.int64)
            fits = into_s + out_s - columns.leg_s[stop] <= np.repeat(spare_s, n_gaps) + saves_s
            fits &= (into_s < UNREACHABLE) & (out_s < UNREACHABLE)
            door_into_s[side, fits], door_out_s[side, fits] = into_s[fits], out_s[fits]
    meeting_start, meeting_stops = streets.stops_of_meeting
    n_departures = columns.n_departures[rows]
    party = query.party
    room = (columns.seats[stop] >= party.seats) & (columns.wheelchairs[stop] >= party.wheelchairs)
    room &= (columns.luggage[stop] >= party.luggage) & (columns.bicycles[stop] >= party.bicycles)
    found = Fleet(
        row=rows,
        earliest=columns.earliest[rows],
        latest_arrival=columns.latest_arrival[rows],
        n_departures=n_departures,
        spare_s=spare_s,
        n_gaps=n_gaps.astype(np.int32),
        is_brought_on=columns.is_brought_on[rows],
        first_stop=columns.first_stop[rows],
        leave_start=columns.leave_start[rows],
        gap_start=gap_start,
        departure_start=np.concatenate(([0], np.cumsum(n_departures))).astype(np.int32),
        next_layer=next_layer,
        room=room.astype(np.uint8),
        door_into_s=door_into_s,
        door_out_s=door_out_s,
        pick=columns.pick,
        drop=columns.drop,
        leg_s=columns.leg_s,
        entry_start=columns.entry_start,
        back_s=columns.back_s,
        leave=columns.leave,
        meeting=columns.meeting,
        into_s=columns.into_s,
        out_s=columns.out_s,
        stop_meeting=streets.links.stop_meeting,
        meeting_start=meeting_start,
        meeting_stops=meeting_stops,
        drive_from_s=streets.drive_from_s,
        from_origin_s=onward_s,
        to_destination_s=to_goal_s,
        door_to_door_s=door_to_door_s,
    )
    if streets.driving is not None and len(streets.driving.roads.ban_edge):
        _halt_at_doors(found)
    return found


@njit(cache=True, nogil=True)
def _halt_at_doors(fleet):  # type: ignore[no-untyped-def]
    """Complete `fleet.is_brought_on`, which knows of halts at meeting points."""
    into_s, out_s, last = fleet.door_into_s, fleet.door_out_s, DESTINATION_DOOR
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            of_gap, stop = fleet.gap_start[i] + gap, fleet.first_stop[i] + gap
            left_s, door_s = np.int64(into_s[ORIGIN_DOOR, of_gap]) + HALT_S, np.int64(into_s[last, of_gap])
            if door_s < FAR_S and left_s + fleet.door_to_door_s < door_s:
                fleet.is_brought_on[i] = 1
            if left_s < FAR_S and left_s + out_s[ORIGIN_DOOR, of_gap] < fleet.leg_s[stop]:
                fleet.is_brought_on[i] = 1
            if fleet.is_brought_on[i] or (left_s >= FAR_S and door_s >= FAR_S):
                continue
            for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
                here_s, meeting = np.int64(fleet.into_s[entry]), fleet.meeting[entry]
                if left_s + fleet.from_origin_s[meeting] < here_s or (
                    door_s < FAR_S and here_s + HALT_S + fleet.to_destination_s[meeting] < door_s
                ):
                    fleet.is_brought_on[i] = 1


def _door_times(
    overlay: Overlay, doors: tuple[Positions | None, Positions | None]
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Driving from the origin to every meeting point, from each of them to the destination, and from door to door."""
    streets = overlay.table.streets
    far = np.full(streets.links.n_meetings, UNREACHABLE, np.int32)
    driving = streets.driving
    if driving is None:
        return far, far, UNREACHABLE
    origin, destination = doors[ORIGIN_DOOR], doors[DESTINATION_DOOR]
    onward_s = far if origin is None else driving.onward_s(origin)[0].astype(np.int32)
    back_s = far if destination is None else driving.back_s(destination)[0].astype(np.int32)
    if origin is None or destination is None:
        return onward_s, back_s, UNREACHABLE
    return onward_s, back_s, int(driving.between_s(origin, destination)[0, 0])
