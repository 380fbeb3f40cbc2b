"""Where a run is and how late, as whoever drives it says; the published times stay what they are."""

from __future__ import annotations

from collections.abc import Sequence

from mitfahr.domain.errors import WindowInvalid

MOST_LATE_S = 3 * 3600
"""Later than this a run is cancelled rather than waited for."""

EARLY_S = 2 * 3600
"""So long before the first departure nobody can have got on yet."""

Times = Sequence[tuple[int, int]]
"""(arrival, departure) at each stop in UTC seconds."""


def expected_s(published_s: Times, late_from: int, late_s: int) -> list[tuple[int, int]]:
    """The times as they are expected when the run reaches stop `late_from` by `late_s` too late.

    It never leaves before the published time, so a longer halt makes up for a delay.
    """
    expected: list[tuple[int, int]] = []
    for number, (arrival_s, departure_s) in enumerate(published_s):
        if number < late_from or not late_s:
            expected.append((arrival_s, departure_s))
            continue
        leaves_s = departure_s + late_s if number == 0 else max(departure_s, arrival_s + late_s)
        expected.append((arrival_s + late_s, leaves_s))
        late_s = leaves_s - departure_s
    return expected


def next_stop(published_s: Times, stops_done: int, late_s: int, now_s: int) -> int:
    """The first stop of which a delay said now can speak: not left yet, as ticks or else the clock say.

    The number of stops where there is none.
    """
    to_come = (
        number
        for number, (_, departure_s) in enumerate(published_s)
        if number >= stops_done and departure_s + late_s > now_s
    )
    return next(to_come, len(published_s))


def check_late(late_s: int) -> None:
    """Raises WindowInvalid."""
    if not 0 <= late_s <= MOST_LATE_S:
        raise WindowInvalid("late")
