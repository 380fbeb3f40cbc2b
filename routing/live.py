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
MOST_STEPS = 64
LONGEST_STEP = 256
OnRefusal = Callable[[LiveTrip, RoutingError], None]


@dataclass(frozen=True, eq=False)
class LiveTrips:
    """Never changes; `with_…` give the next state, which shares what stayed.

    `updates` are by row and section of the timetable, `added` tells the rows of added trips, `next_added` is a
    trip number that none of them has, `expected` is what runs, `rows_of_group` tells of which rows something is
    expected that changes a group's patterns. `steps` are the last states before this one, the newest first, each
    with the rows that changed after it: names only, so that old states are not kept alive.
    """

    timetable: Timetable
    updates: Mapping[Row, Mapping[int, TripUpdate]] = field(default_factory=dict)
    added: Mapping[AddedId, Row] = field(default_factory=dict)
    next_added: int = 0
    expected: Mapping[Row, Expected] = field(default_factory=dict)
    rows_of_group: Mapping[int, frozenset[Row]] = field(default_factory=dict)
    name: object = field(default_factory=object)
    steps: tuple[tuple[object, frozenset[Row]], ...] = ()

    def with_trip(self, trip: LiveTrip) -> LiveTrips:
        """Says this of one trip, in place of what was said before. Raises UnknownTrip, UnknownStop, LiveTripRefused."""
        draft = _Draft.of(self)
        draft.say(trip)
        return draft.done()

    def without_trip(
        self, trip_id: str, service_date: dt.date, first_departure_s: int | None = None
    ) -> LiveTrips:
        """Says nothing any more of one trip. Raises UnknownTrip, LiveTripRefused."""
        draft = _Draft.of(self)
        draft.forget(trip_id, service_date, first_departure_s)
        return draft.done()

    def with_trips(self, trips: Iterable[LiveTrip], on_refusal: OnRefusal | None = None) -> LiveTrips:
        """Says exactly this. What cannot be true raises, or is told to `on_refusal` and left out."""
        draft = _Draft(self)
        for trip in trips:
            try:
                draft.say(trip)
            except RoutingError as refused:
                if on_refusal is None:
                    raise
                on_refusal(trip, refused)
        draft.changed |= self.expected.keys() - draft.expected.keys()
        return draft.done()

    def changed_since(self, before: LiveTrips) -> set[Row]:
        """The rows of which something else may be expected than in another state of the same timetable."""
        changed: set[Row] = set()
        if before is self:
            return changed
        for name, rows in self.steps:
            changed |= rows
            if name is before.name:
                return changed
        was, now = before.expected, self.expected
        return {row for row in was.keys() | now.keys() if was.get(row) is not now.get(row)}

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
    updates: dict[Row, Mapping[int, TripUpdate]] = field(default_factory=dict)
    added: dict[AddedId, Row] = field(default_factory=dict)
    expected: dict[Row, Expected] = field(default_factory=dict)
    rows_of_group: dict[int, frozenset[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.changed: set[Row] = set()
        self.next_added = max(self.known.next_added, self.known.timetable.n_trips)

    @classmethod
    def of(cls, known: LiveTrips) -> _Draft:
        """Beginning with all that is known."""
        return cls(
            known, dict(known.updates), dict(known.added), dict(known.expected), dict(known.rows_of_group)
        )

    def done(self) -> LiveTrips:
        known = self.known
        return LiveTrips(
            known.timetable,
            self.updates,
            self.added,
            self.next_added,
            self.expected,
            self.rows_of_group,
            steps=self._steps(),
        )

    def _steps(self) -> tuple[tuple[object, frozenset[Row]], ...]:
        """Short steps only: after a long one, comparing everything costs little beside laying it out anew."""
        if len(self.changed) > LONGEST_STEP:
            return ()
        return ((self.known.name, frozenset(self.changed)), *self.known.steps)[:MOST_STEPS]

    def say(self, trip: LiveTrip) -> None:
        if isinstance(trip, AddedTrip):
            self._say_added(trip)
        else:
            section, row = self._meant(trip.trip_id, trip.service_date, trip.first_departure_s)
            self._set_updates(row, {**self.updates.get(row, {}), section: trip})

    def forget(self, trip_id: str, service_date: dt.date, first_departure_s: int | None) -> None:
        row = self.added.pop((trip_id, service_date), None)
        if row is not None:
            self._expect(row, None)
            return
        section, row = self._meant(trip_id, service_date, first_departure_s)
        others = {one: update for one, update in self.updates.get(row, {}).items() if one != section}
        self._set_updates(row, others)

    def _set_updates(self, row: Row, updates: Mapping[int, TripUpdate]) -> None:
        if not updates:
            self.updates.pop(row, None)
            self._expect(row, None)
            return
        if self.known.updates.get(row) == updates:
            expected = self.known.expected[row]
        else:
            expected = expected_of(self.known.timetable, row, updates)
        self.updates[row] = updates
        self._expect(row, expected)

    def _expect(self, row: Row, expected: Expected | None) -> None:
        before = self.expected.pop(row, None)
        for group in before.groups if before else ():
            self.rows_of_group[group] -= {row}
            if not self.rows_of_group[group]:
                del self.rows_of_group[group]
        if expected is not None:
            self.expected[row] = expected
            for group in expected.groups:
                self.rows_of_group[group] = self.rows_of_group.get(group, frozenset()) | {row}
        if self.known.expected.get(row) is not expected:
            self.changed.add(row)

    def _say_added(self, trip: AddedTrip) -> None:
        timetable = self.known.timetable
        day = (trip.service_date - timetable.first_day).days
        if self._running(trip.trip_id, day):
            raise LiveTripRefused(f"trip {trip.trip_id} of the timetable runs on {trip.service_date} itself")
        key = trip.trip_id, trip.service_date
        row = self.added.get(key) or self.known.added.get(key) or (self.next_added, day)
        expected = self.known.expected.get(row)
        if expected is None or expected.added != trip:
            expected = expected_of_added(timetable, row, trip)
        self.added[key] = row
        self._expect(row, expected)
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
