"""Everything known today about single trips, at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from routing.errors import LiveTripRefused, RoutingError, UnknownTrip
from routing.live_runs import Expected, LiveRun, Row, expected_of, expected_of_added
from routing.live_trips import AddedTrip, LiveTrip, TripUpdate
from routing.timetable import Timetable

AddedId = tuple[str, dt.date]
OnRefusal = Callable[[LiveTrip, RoutingError], None]


@dataclass(frozen=True, eq=False)
class LiveTrips:
    """Never changes; `with_…` give the next state, which shares what stayed.

    `updates` are by row and section of the timetable, `added` tells the rows of added trips, `next_added` is a
    trip number that none of them has, `expected` is what runs.
    """

    timetable: Timetable
    updates: Mapping[Row, Mapping[int, TripUpdate]] = field(default_factory=dict)
    added: Mapping[AddedId, Row] = field(default_factory=dict)
    next_added: int = 0
    expected: Mapping[Row, Expected] = field(default_factory=dict)

    def with_trip(self, trip: LiveTrip) -> LiveTrips:
        """Says this of one trip, in place of what was said before. Raises UnknownTrip, UnknownStop, LiveTripRefused."""
        draft = _Draft(self, dict(self.updates), dict(self.added), dict(self.expected))
        draft.say(trip)
        return draft.done()

    def without_trip(
        self, trip_id: str, service_date: dt.date, first_departure_s: int | None = None
    ) -> LiveTrips:
        """Says nothing any more of one trip. Raises UnknownTrip, LiveTripRefused."""
        draft = _Draft(self, dict(self.updates), dict(self.added), dict(self.expected))
        draft.forget(trip_id, service_date, first_departure_s)
        return draft.done()

    def with_trips(self, trips: Iterable[LiveTrip], on_refusal: OnRefusal | None = None) -> LiveTrips:
        """Says exactly this. What cannot be true raises, or is told to `on_refusal` and left out."""
        draft = _Draft(self, {}, {}, {})
        for trip in trips:
            try:
                draft.say(trip)
            except RoutingError as refused:
                if on_refusal is None:
                    raise
                on_refusal(trip, refused)
        return draft.done()

    def changed_since(self, before: LiveTrips) -> list[Row]:
        """The rows of which something else is expected than in another state of the same timetable."""
        was, now = before.expected, self.expected
        changed = [row for row, expected in now.items() if was.get(row) is not expected]
        return changed + [row for row in was if row not in now]

    def run_at(self, row: Row, board_pos: int) -> LiveRun | None:
        """The vehicle of a row that can be boarded at a position; None where nothing is said of the row."""
        expected = self.expected.get(row)
        if expected is None:
            return None
        for run in expected.runs:
            if run.face is None or run.face.board[board_pos]:
                return run
        raise LookupError(f"trip {row[0]} of day {row[1]} cannot be boarded at position {board_pos}")


@dataclass
class _Draft:
    """A state of live data in the making; takes over from `known` what it would only find again."""

    known: LiveTrips
    updates: dict[Row, Mapping[int, TripUpdate]]
    added: dict[AddedId, Row]
    expected: dict[Row, Expected]

    def __post_init__(self) -> None:
        self.next_added = max(self.known.next_added, self.known.timetable.n_trips)

    def done(self) -> LiveTrips:
        known = self.known
        return LiveTrips(known.timetable, self.updates, self.added, self.next_added, self.expected)

    def say(self, trip: LiveTrip) -> None:
        if isinstance(trip, AddedTrip):
            self._say_added(trip)
        else:
            section, row = self._meant(trip.trip_id, trip.service_date, trip.first_departure_s)
            self._set_updates(row, {**self.updates.get(row, {}), section: trip})

    def forget(self, trip_id: str, service_date: dt.date, first_departure_s: int | None) -> None:
        row = self.added.pop((trip_id, service_date), None)
        if row is not None:
            del self.expected[row]
            return
        section, row = self._meant(trip_id, service_date, first_departure_s)
        others = {one: update for one, update in self.updates.get(row, {}).items() if one != section}
        self._set_updates(row, others)

    def _set_updates(self, row: Row, updates: Mapping[int, TripUpdate]) -> None:
        if not updates:
            self.updates.pop(row, None)
            self.expected.pop(row, None)
            return
        if self.known.updates.get(row) == updates:
            expected = self.known.expected[row]
        else:
            expected = expected_of(self.known.timetable, row, updates)
        self.updates[row], self.expected[row] = updates, expected

    def _say_added(self, trip: AddedTrip) -> None:
        timetable = self.known.timetable
        day = (trip.service_date - timetable.first_day).days
        if self._running(trip.trip_id, day):
            raise LiveTripRefused(f"trip {trip.trip_id} of the timetable runs on {trip.service_date} itself")
        key = trip.trip_id, trip.service_date
        row = self.added.get(key) or self.known.added.get(key) or (self.next_added, day)
        before = self.known.expected.get(row)
        if before is None or before.added != trip:
            before = expected_of_added(timetable, row, trip)
        self.added[key], self.expected[row] = row, before
        self.next_added = max(self.next_added, row[0] + 1)

    def _meant(self, trip_id: str, service_date: dt.date, first_departure_s: int | None) -> tuple[int, Row]:
        """The section and row that the feed's words mean."""
        timetable = self.known.timetable
        if trip_id not in timetable.sections_by_trip_id:
            raise UnknownTrip(trip_id)
        day = (service_date - timetable.first_day).days
        meant = self._running(trip_id, day)
        if first_departure_s is not None:
            meant = [one for one in meant if self._first_departure_s(*one) == first_departure_s]
        if not meant:
            raise LiveTripRefused(f"trip {trip_id} does not run on {service_date}, or not at this time")
        if len(meant) > 1:
            raise LiveTripRefused(f"trip {trip_id} leaves several times on {service_date}: which is meant?")
        section, trip = meant[0]
        return section, (trip, day)

    def _running(self, trip_id: str, day: int) -> list[tuple[int, int]]:
        """(section, trip) of all vehicles that run on a day as this trip of the feed."""
        timetable = self.known.timetable
        if not 0 <= day < timetable.n_days:
            return []
        sections = timetable.sections_by_trip_id.get(trip_id, [])
        pairs = [(section, int(timetable.trip_of_section(section))) for section in sections]
        return [(s, trip) for s, trip in pairs if timetable.service_runs[timetable.trip_service[trip], day]]

    def _first_departure_s(self, section: int, trip: int) -> int:
        timetable = self.known.timetable
        first = int(timetable.trip_time_start[trip]) + int(timetable.section_first_pos[section])
        return int(timetable.time_dep[first])
