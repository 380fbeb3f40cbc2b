"""One query against one snapshot: everything that does not depend on how the answer is found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing.access import Walk, direct_walk, reach
from routing.changes import Changes
from routing.legs import Ends
from routing.query import MAX_JOURNEY_S, LegKind, Needs, Query
from routing.ride_clocks import DESTINATION_DOOR, ORIGIN_DOOR
from routing.rounds import Feet
from routing.snapshot import Snapshot
from routing.window import IS_RUFBUS, IS_TRANSIT, Window


@dataclass(frozen=True)
class Asked:
    """`from_s` and `until_s` are UTC seconds that no journey leaves before or ends after."""

    snapshot: Snapshot
    query: Query
    ends: Ends
    from_s: int
    until_s: int

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query) -> Asked:
        """Raises UnknownStop."""
        moment_s = int(query.when.timestamp())
        span_s = query.window_s + MAX_JOURNEY_S
        from_s, until_s = (moment_s - span_s, moment_s) if query.arrive_by else (moment_s, moment_s + span_s)
        streets, roads = snapshot.streets, snapshot.roads
        origin = reach(streets, roads, query.origin, ORIGIN_DOOR, query)
        destination = reach(streets, roads, query.destination, DESTINATION_DOOR, query)
        return cls(snapshot, query, Ends(query, origin, destination), from_s, until_s)

    @property
    def moment_s(self) -> int:
        return int(self.query.when.timestamp())

    @property
    def needs(self) -> Needs:
        return self.query.party.needs

    @property
    def kinds(self) -> int:
        """Window bits that may be boarded."""
        kinds = self.query.kinds
        return IS_TRANSIT * (LegKind.TRANSIT in kinds) | IS_RUFBUS * (LegKind.RUFBUS in kinds)

    @cached_property
    def walk(self) -> Walk | None:
        """The walk from door to door."""
        return direct_walk(self.snapshot.streets, self.snapshot.roads, self.query, self.ends.origin)

    @cached_property
    def stop_ok(self) -> NDArray[np.uint8]:
        """(n_stops,) 1 where this party can get on and off."""
        timetable = self.snapshot.timetable
        impossible = (timetable.stop_wheelchair == 2) & self.needs.wheelchair
        return np.where(impossible | (timetable.stop_is_station == 1), 0, 1).astype(np.uint8)

    @cached_property
    def usable_runs(self) -> NDArray[np.bool_]:
        """(n_runs,) runs of `snapshot.runs` that can still be booked, are not banned and move in time."""
        query, runs = self.query, self.snapshot.runs
        usable = (runs.last_s >= self.from_s) & (runs.first_s <= self.until_s)
        usable &= LegKind.BUERGERBUS in query.kinds
        if query.booked_at is not None:
            usable &= runs.bookable_until_s >= query.booked_at.timestamp()
        if query.banned:
            banned = [bool({ride.ride_id, ride.driver_id} & query.banned) for ride in runs.rides]
            usable &= ~np.array(banned, np.bool_)
        return usable

    @cached_property
    def trips(self) -> Window:
        """The trips of the timetable in question, forwards."""
        return self.snapshot.window(self.from_s, self.until_s, self.needs, False)

    def feet(self, is_mirrored: bool) -> Feet:
        query = self.query
        return self.snapshot.feet(query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s, is_mirrored)

    @property
    def change_rows(self) -> NDArray[np.int32]:
        query = self.query
        return self.snapshot.change_rows(query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s)

    def changes(self, is_mirrored: bool) -> Changes:
        query = self.query
        return self.snapshot.changes(
            query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s, is_mirrored
        )
