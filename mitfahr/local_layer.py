"""The local layer laid over one timetable: which of its trips, stops and lines each entry is about.

Read whole and matched anew whenever an entry or the timetable changes. Pages ask it by the ids of the timetable
that serves; what finds nothing there is an orphan, kept and told to staff.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from mitfahr.domain.booking_rules import BookingRule
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.extra_trips import ExtraTrip, extra_trip_ids
from mitfahr.domain.local_entries import Content
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Notice
from mitfahr.network import Network
from mitfahr.same_lines import SameLines
from mitfahr.same_stops import SameStops
from routing.journey import Place
from routing.live import LiveTrips
from routing.live_trips import AddedCall, AddedTrip
from routing.ordering import Orders
from routing.ride_table import Overlay, RideTable
from routing.snapshot import Snapshot
from routing.store import Texts
from routing.timetable import ON_DEMAND_BUS, StopIdx, Timetable

GTFS_OF_KNOWN = {Known.UNKNOWN: 0, Known.YES: 1, Known.NO: 2}
CALLED = " (auf Anruf)"
"""Ends the ids of routes that single trips of a line are put into, because only they have to be ordered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is stored; `source_id` is None for what staff have entered."""

    entry_id: str
    content: Content
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class LaidNotice:
    """A notice and the ids of what it is about; `is_everywhere` where it names nothing. `pairs` are (route, stop):
    a line at one stop only."""

    entry_id: str
    notice: Notice
    route_ids: frozenset[str]
    stop_ids: frozenset[str]
    trip_ids: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    is_everywhere: bool

    def concerns(
        self, route_ids: Collection[str], stop_ids: Collection[str], trip_id: str | None = None
    ) -> bool:
        """Whether it is for those who use these lines or stops (of one ride: its line, its stops, its trip)."""
        return (
            self.is_everywhere
            or not self.route_ids.isdisjoint(route_ids)
            or not self.stop_ids.isdisjoint(stop_ids)
            or (trip_id is not None and trip_id in self.trip_ids)
            or any(route in route_ids and stop in stop_ids for route, stop in self.pairs)
        )


@dataclass(frozen=True)
class LocalLayer:
    """`rules` are by trip id, `checked` by stop id (platforms and the stops that stand for them), `rules_of_line`
    by the id of each route; of `called_routes` every trip has to be ordered. `extra` are all extra trips that the
    timetable has the stops for.
    """

    revision: int
    entries: tuple[Entry, ...] = ()
    rules: Mapping[str, BookingRule] = field(default_factory=dict)
    rules_of_line: Mapping[str, tuple[BookingRule, ...]] = field(default_factory=dict)
    rules_of_section: Mapping[int, BookingRule] = field(default_factory=dict)
    called_routes: frozenset[int] = frozenset()
    checked: Mapping[str, CheckedStop] = field(default_factory=dict)
    notices: tuple[LaidNotice, ...] = ()
    extra: tuple[AddedTrip, ...] = ()
    orphans: tuple[Entry, ...] = ()

    def rule_of(self, trip_id: str | None) -> BookingRule | None:
        """How a ride on one of the feed's trips is ordered; None where nothing is said."""
        return self.rules.get(trip_id or "")

    def checked_of(self, stop_id: str | None) -> CheckedStop | None:
        return self.checked.get(stop_id or "")

    def notices_for(
        self,
        from_s: int,
        until_s: int,
        route_ids: Collection[str] = (),
        stop_ids: Collection[str] = (),
        trip_id: str | None = None,
    ) -> list[LaidNotice]:
        """Those that concern these lines, stops or this trip at some moment of [from_s, until_s] (UTC seconds), the
        most important first."""
        routes = {built_route_id(route_id) for route_id in route_ids}
        return [
            one
            for one in self.notices
            if one.notice.applies(from_s, until_s) and one.concerns(routes, stop_ids, trip_id)
        ]

    def current_notices(self, from_s: int, until_s: int) -> list[LaidNotice]:
        """Everything that is said in this time, whomever it concerns."""
        return [one for one in self.notices if one.notice.applies(from_s, until_s)]

    def extra_trips(self, today: dt.date) -> tuple[AddedTrip, ...]:
        """Extra trips of yesterday and later."""
        return tuple(trip for trip in self.extra if trip.service_date >= today - dt.timedelta(days=1))

    @cached_property
    def extra_text(self) -> Mapping[str, str]:
        """What passengers are told of extra trips, by `extra_trip_ids`."""
        return {
            extra_trip_ids(entry.entry_id): entry.content.text
            for entry in self.entries
            if isinstance(entry.content, ExtraTrip) and entry.content.text
        }

    def text_of_extra(self, trip_id: str | None) -> str:
        beginning, dash, _name = (trip_id or "").rpartition("-")
        return self.extra_text.get(beginning + dash, "")

    @property
    def orders(self) -> Orders:
        """See `routing.ordering`."""
        return {section: rule.latest_s for section, rule in self.rules_of_section.items()}

    def over(self, built: Snapshot, before: tuple[LocalLayer, Snapshot] | None) -> Snapshot:
        """The world as it was built (without rides), with what the layer changes in it.

        `before` is an earlier layer over the same world and what came of it; where searches notice no difference,
        that is kept, with all that was derived from it.
        """
        if before is not None and before[0].is_same_to_search(self):
            return before[1]
        snapshot, timetable = built, _changed(built.timetable, self)
        if timetable is not built.timetable:
            streets = replace(built.streets, timetable=timetable)
            snapshot = Snapshot(streets, Overlay(RideTable(streets)), LiveTrips(timetable))
        return snapshot.with_orders(self.orders) if self.rules_of_section else snapshot

    def is_same_to_search(self, other: LocalLayer) -> bool:
        return self.rules_of_section == other.rules_of_section and self.checked == other.checked


def built_route_id(route_id: str) -> str:
    """As the feed calls the line, also where a trip was put into a route of its own."""
    return route_id.removesuffix(CALLED)


NO_LAYER = LocalLayer(0)
"""Where nothing serves, or nobody has said anything."""


def lay_over(network: Network, entries: Sequence[Entry], revision: int) -> LocalLayer:
    """Match each entry with the timetable of a network. Where two say something else of the same, the later counts."""
    laying = _Laying(network)
    for entry in entries:
        laying.lay(entry)
    return laying.laid(revision, tuple(entries))


class _Laying:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._timetable = network.timetable
        self._lines = SameLines(network)
        self._stops = SameStops(network.timetable)
        self._rules: dict[int, BookingRule] = {}
        self._whole_lines: dict[int, BookingRule] = {}
        self._checked: dict[str, CheckedStop] = {}
        self._own: set[str] = set()
        """Ids of platforms that were checked by themselves."""
        self._notices: list[LaidNotice] = []
        self._extra: list[AddedTrip] = []
        self._orphans: list[Entry] = []

    def lay(self, entry: Entry) -> None:
        match entry.content:
            case BookingRule() as rule:
                found = self._lay_rule(rule)
            case CheckedStop() as stop:
                found = self._lay_stop(stop)
            case Notice() as notice:
                found = self._lay_notice(entry.entry_id, notice)
            case ExtraTrip() as trip:
                found = self._lay_extra(entry.entry_id, trip)
        if not found and entry.source_id is None:
            self._orphans.append(entry)

    def laid(self, revision: int, entries: tuple[Entry, ...]) -> LocalLayer:
        timetable = self._timetable
        of_section = {
            section: self._whole_lines[route]
            for section, route in enumerate(timetable.section_route.tolist())
            if route in self._whole_lines
        } | self._rules
        of_line: dict[str, tuple[BookingRule, ...]] = {}
        for section, rule in of_section.items():
            route_id = timetable.route_id[int(timetable.section_route[section])]
            known = of_line.get(route_id, ())
            if rule not in known:
                of_line[route_id] = (*known, rule)
        return LocalLayer(
            revision,
            entries,
            rules={timetable.section_trip_id[section]: rule for section, rule in of_section.items()},
            rules_of_line=of_line,
            rules_of_section=of_section,
            called_routes=frozenset(self._whole_lines),
            checked=self._checked,
            notices=tuple(sorted(self._notices, key=_importance)),
            extra=tuple(self._extra),
            orphans=tuple(self._orphans),
        )

    def _lay_rule(self, rule: BookingRule) -> bool:
        routes = self._lines.find(rule.line)
        if not rule.departures:
            self._whole_lines.update(dict.fromkeys(routes, rule))
            return bool(routes)
        timetable = self._timetable
        sections = np.flatnonzero(np.isin(timetable.section_route, routes))
        clocks = {clock.hour * 3600 + clock.minute * 60 for clock in rule.departures}
        found = [
            section for section in sections.tolist() if self._first_departure_s(section) % 86_400 in clocks
        ]
        self._rules.update(dict.fromkeys(found, rule))
        return bool(found)

    def _first_departure_s(self, section: int) -> int:
        """After the start of the service day; on the days without a change of clocks that is the clock's."""
        timetable = self._timetable
        first = int(timetable.trip_time_start[timetable.trip_of_section(section)])
        return int(timetable.time_dep[first + int(timetable.section_first_pos[section])])

    def _lay_stop(self, checked: CheckedStop) -> bool:
        stop = self._stop(checked.stop)
        if stop is None:
            return False
        timetable, head = self._timetable, int(self._network.stop_of[stop])
        stop_id = timetable.stop_id[stop]
        if not checked.is_whole:
            self._checked[stop_id] = checked
            self._own.add(stop_id)
            return True
        for member in self._members(head):
            if timetable.stop_id[member] not in self._own:
                self._checked[timetable.stop_id[member]] = checked
        return True

    def _stop(self, key: StopKey) -> StopIdx | None:
        return self._stops.find(Place(key.name, key.lat, key.lon, key.stop_id))

    def _members(self, head: int) -> list[int]:
        members: list[int] = np.flatnonzero(self._network.stop_of == head).tolist()
        return members

    def _lay_notice(self, entry_id: str, notice: Notice) -> bool:
        routes, stops, trips = set[str](), set[str](), set[str]()
        pairs = set[tuple[str, str]]()
        for target in notice.targets:
            route_ids = self._route_ids(target.line) if target.line else set()
            stop_ids = self._stop_ids(target.stop) if target.stop else set()
            if target.line and target.stop:
                pairs |= {(route, stop) for route in route_ids for stop in stop_ids}
            else:
                routes |= route_ids
                stops |= stop_ids
            if target.trip_id in self._timetable.sections_by_trip_id:
                trips.add(target.trip_id)
        found = bool(routes or stops or trips or pairs)
        if found or not notice.targets:
            self._notices.append(
                LaidNotice(
                    entry_id,
                    notice,
                    frozenset(routes),
                    frozenset(stops),
                    frozenset(trips),
                    frozenset(pairs),
                    is_everywhere=not notice.targets,
                )
            )
        return found or not notice.targets

    def _route_ids(self, key: LineKey) -> set[str]:
        return {self._timetable.route_id[route] for route in self._lines.find(key)}

    def _stop_ids(self, key: StopKey) -> set[str]:
        stop = self._stop(key)
        if stop is None:
            return set()
        head = int(self._network.stop_of[stop])
        return {self._timetable.stop_id[member] for member in self._members(head)}

    def _lay_extra(self, entry_id: str, trip: ExtraTrip) -> bool:
        stops = [self._stop(call.stop) for call in trip.calls]
        if any(stop is None for stop in stops):
            return False
        platforms = [self._platform(stop) for stop in stops if stop is not None]
        if self._timetable.stop_is_station[platforms].any():
            return False
        stop_ids = [self._timetable.stop_id[platform] for platform in platforms]
        for day, name, times_s in trip.trips():
            self._extra.append(
                AddedTrip(
                    trip_id=extra_trip_ids(entry_id) + name,
                    service_date=day,
                    route=trip.line,
                    calls=tuple(
                        AddedCall(stop_id, time_s, time_s)
                        for stop_id, time_s in zip(stop_ids, times_s, strict=True)
                    ),
                    headsign=trip.headsign,
                    wheelchair=GTFS_OF_KNOWN[trip.wheelchair],
                )
            )
        return True

    def _platform(self, stop: StopIdx) -> int:
        """The stop itself; of a station that has any, its platform with the most trips."""
        timetable = self._timetable
        if not timetable.stop_is_station[stop]:
            return stop
        platforms = self._network.platforms(stop)
        if not len(platforms):
            return stop
        trips = np.repeat(np.diff(timetable.pattern_trip_start), np.diff(timetable.pattern_stop_start))
        visits = np.bincount(timetable.pattern_stops, weights=trips, minlength=timetable.n_stops)
        return int(platforms[np.argmax(visits[platforms])])


def _importance(one: LaidNotice) -> tuple[int, int]:
    return -one.notice.severity.rank, min((first or 0 for first, _last in one.notice.periods), default=0)


def _changed(timetable: Timetable, layer: LocalLayer) -> Timetable:
    """The timetable with what the layer knows better; the very same one where it changes nothing.

    The arrays that serve stay as they are: the changed ones are copies.
    """
    stop_wheelchair = timetable.stop_wheelchair.copy()
    for stop_id, fact in layer.checked.items():
        if fact.wheelchair is not Known.UNKNOWN:
            stop_wheelchair[timetable.stop_by_id[stop_id]] = GTFS_OF_KNOWN[fact.wheelchair]
    route_type = timetable.route_type.copy()
    route_type[list(layer.called_routes)] = ON_DEMAND_BUS
    changed = timetable
    if not np.array_equal(stop_wheelchair, timetable.stop_wheelchair):
        changed = replace(changed, stop_wheelchair=stop_wheelchair)
    if not np.array_equal(route_type, timetable.route_type):
        changed = replace(changed, route_type=route_type)
    called = [section for section in layer.rules_of_section if _runs_always(changed, section)]
    return _with_called_trips(changed, called) if called else changed


def _runs_always(timetable: Timetable, section: int) -> bool:
    return bool(timetable.route_type[timetable.section_route[section]] != ON_DEMAND_BUS)


def _with_called_trips(timetable: Timetable, sections: Iterable[int]) -> Timetable:
    """Single trips that run only when called, as routes of their own beside the lines they belong to."""
    section_route = timetable.section_route.copy()
    twins: dict[int, int] = {}
    for section in sections:
        route = int(timetable.section_route[section])
        section_route[section] = twins.setdefault(route, len(timetable.route_id) + len(twins))

    def texts(column: Texts, ending: str = "") -> Texts:
        return Texts.of([*column, *(f"{column[route]}{ending}" for route in twins)])

    routes = list(twins)
    return replace(
        timetable,
        section_route=section_route,
        route_id=texts(timetable.route_id, CALLED),
        route_short_name=texts(timetable.route_short_name),
        route_long_name=texts(timetable.route_long_name),
        route_type=np.append(timetable.route_type, np.full(len(routes), ON_DEMAND_BUS, np.int16)),
        route_agency=np.append(timetable.route_agency, timetable.route_agency[routes]),
    )
