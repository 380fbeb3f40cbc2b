"""Reading what `look_ahead` has found out: when the goal is reached at the earliest from a stop at a moment, by how many vehicles are left.

Whoever has not used a private ride yet (WITH_RIDE) must still board one; for the others (ANY) the timetable will do as well.
Moments are seconds after `Task.first_s` in two bytes, TOO_LATE_S without a way.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.changes import TAKES_S, TO
from routing.last_vehicle import READY_TO_BOARD

MINUTE_S = 60
TOO_LATE_S = 65_535

N_LEFT = 7
"""So many numbers of vehicles are told apart: 1, 2 and so on, the last one standing for more too."""
ANY, WITH_RIDE = range(2)
N_CELLS = 2 * N_LEFT


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def cell(left, family):  # type: ignore[no-untyped-def]
    """Where in a row of the table it stands how soon one is at the goal with so many vehicles left, one at least."""
    return family * N_LEFT + min(left, N_LEFT) - 1


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def ready_slot(task, when):  # type: ignore[no-untyped-def]
    """The minute that ends with a moment or after it: who is ready then catches what leaves at its end.

    Timetables know whole minutes, so nobody catches in the table what leaves before he is there.
    """
    return (when + MINUTE_S - 1) // MINUTE_S - task.first_s // MINUTE_S


@njit(cache=True, nogil=True, _nrt=False)
def walked_on(task, stop, when, row):  # type: ignore[no-untyped-def]
    """Fill `row` (N_CELLS,) with when the goal is reached by whoever gets off at a stop at a moment and boards again."""
    for at in range(N_CELLS):
        row[at] = TOO_LATE_S
    ready = task.onward_ready
    for change in range(task.change_start[stop], task.change_start[stop + 1]):
        to, reached = task.change[change, TO], when + task.change[change, TAKES_S]
        if reached > task.last_arrival_s or task.stop_ok[to] == 0:
            continue
        slot = max(ready_slot(task, reached), 0)
        for at in range(N_CELLS):
            row[at] = min(row[at], ready[slot, to, at])


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def arrived_row(task, stop, when):  # type: ignore[no-untyped-def]
    """The same as `walked_on` for the whole minute of a moment, worked out once; (slot, stop) in `task.onward_arrived`."""
    slot = when // MINUTE_S - task.first_s // MINUTE_S
    if task.onward_known[slot, stop] == 0:
        task.onward_known[slot, stop] = 1
        walked_on(task, stop, when // MINUTE_S * MINUTE_S, task.onward_arrived[slot, stop])
    return slot


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def onward_s(task, left, family, state_there, stop, when):  # type: ignore[no-untyped-def]
    """When somebody at a stop with so many vehicles left, one at least, is at the goal at the earliest."""
    at = cell(left, family)
    if state_there == READY_TO_BOARD:
        reached = task.onward_ready[ready_slot(task, when), stop, at]
    else:
        reached = task.onward_arrived[arrived_row(task, stop, when), stop, at]
        # On foot to the goal by the second: else whoever gets off there in the same minute as the best would seem to be sooner.
        if family == ANY and task.egress_s[stop] >= 0:
            return min(task.first_s + np.int64(reached), when + task.egress_s[stop])
    return task.first_s + np.int64(reached)
