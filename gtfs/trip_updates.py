"""TripUpdates of GTFS-Realtime → what `routing.live_trips` understands.

Of each update counts what can be true; the rest is counted and left out, nothing is ever raised. Where the
specification leaves room:

- a stated time counts before a stated delay; a delay goes on to the calls after it (routing does that), but not
  past a call of NO_DATA;
- a call is found by its stop_sequence where the stop agrees, else by its stop: the next one of the trip, of
  several the one whose planned time is nearest; another platform of the same station will do;
- without start_date it is the day on which the planned trip is nearest to the first stated time;
- ADDED, NEW, DUPLICATED and REPLACEMENT become added trips; REPLACEMENT also cancels the planned one, unless
  it calls at the same stops;
- a trip that is more than FARTHEST_EARLY_S early or FARTHEST_LATE_S late anywhere is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from google.transit.gtfs_realtime_pb2 import FeedMessage, TripDescriptor, VehicleDescriptor
from google.transit.gtfs_realtime_pb2 import TripUpdate as Entity

from gtfs.merge import merged_id
from gtfs.realtime import Remark, Tally
from routing.live_runs import expected_times, sections_of
from routing.live_trips import AddedCall, AddedTrip, CallUpdate, LiveTrip, TripUpdate
from routing.timetable import NONE, Timetable

FARTHEST_EARLY_S = 3600
FARTHEST_LATE_S = 6 * 3600
LONGEST_ADDED_S = 86_400
DAY_S = 86_400

StopTime = Entity.StopTimeUpdate
Event = Entity.StopTimeEvent
CANCELLED = (TripDescriptor.CANCELED, TripDescriptor.DELETED)
NEW = (TripDescriptor.ADDED, TripDescriptor.NEW)
WHEELCHAIR = {VehicleDescriptor.WHEELCHAIR_ACCESSIBLE: 1, VehicleDescriptor.WHEELCHAIR_INACCESSIBLE: 2}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says of single trips, and what became of all of its updates."""

    trips: tuple[LiveTrip, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Plan:
    """The calls of one of the feed's trips on one service day; times are UTC seconds."""

    trip_id: str
    own_id: str
    """As its feed calls it; the other one as it is called where feeds are merged."""
    service_date: dt.date
    stops: list[int]
    arr_s: list[int]
    dep_s: list[int]
    route: int
    headsign: str
    wheelchair: int
    board: list[bool]
    alight: list[bool]
    first_departure_s: int | None = None
    """After the start of the service day; None where the trip is not repeated."""

    def shifted(self, by_s: int) -> _Plan:
        return replace(self, arr_s=[s + by_s for s in self.arr_s], dep_s=[s + by_s for s in self.dep_s])

    def distance_s(self, moment_s: int) -> int:
        """From a moment to the time between first departure and last arrival."""
        return max(self.dep_s[0] - moment_s, moment_s - self.arr_s[-1], 0)


class _Unusable(Exception):
    """This update is left out, with the remark that says why."""

    def __init__(self, remark: Remark, sample: str = "") -> None:
        super().__init__(remark.value)
        self.remark, self.sample = remark, sample


def read_trip_updates(
    message: FeedMessage,
    timetable: Timetable,
    now_s: int,
    numbers: Mapping[str, Sequence[int]] | None = None,
    key: str = "",
) -> Reading:
    """All trip updates of a message; of two on one trip the last counts.

    `now_s` stands in for the message's own time where that is missing. `numbers` are the stop_sequences of the
    calls by the feed's own trip_id; trips that it does not have count from 1, or from 0 where the message does. `key` is the feed's in a merged
    timetable, see `gtfs.merge`.
    """
    reader = _Reader(timetable, message, now_s, numbers or {}, key)
    for entity in message.entity:
        if entity.HasField("trip_update") and not entity.is_deleted:
            reader.read(entity.id, entity.trip_update)
    return Reading(tuple(reader.said.values()), reader.tally)


class _Reader:
    def __init__(
        self,
        timetable: Timetable,
        message: FeedMessage,
        now_s: int,
        numbers: Mapping[str, Sequence[int]],
        key: str,
    ) -> None:
        self.timetable = timetable
        self.message = message
        self.moment_s = message.header.timestamp or now_s
        self.numbers = numbers
        self.key = key
        self.tally = Tally()
        self.said: dict[tuple[object, ...], LiveTrip] = {}
        self.route_by_id = {route_id: i for i, route_id in enumerate(timetable.route_id)}

    def read(self, entity_id: str, entity: Entity) -> None:
        if not _is_text(entity_id, entity):
            self.tally.note(Remark.REFUSED)
            return
        sample = entity.trip.trip_id or entity_id
        try:
            for trip in self._trips(entity_id, entity):
                self._say(trip)
        except _Unusable as unusable:
            self.tally.note(unusable.remark, unusable.sample or sample)

    def _say(self, trip: LiveTrip) -> None:
        first_s = trip.first_departure_s if isinstance(trip, TripUpdate) else None
        key = (type(trip), trip.trip_id, trip.service_date, first_s)
        if self.said.pop(key, None) is not None:  # the later one takes its place in the order, too
            self.tally.note(Remark.DUPLICATE, trip.trip_id)
        self.said[key] = trip
        if isinstance(trip, AddedTrip):
            self.tally.note(Remark.ADDED, trip.trip_id)
        else:
            self.tally.note(Remark.CANCELLED if trip.is_cancelled else Remark.RUNS, trip.trip_id)

    def _trips(self, entity_id: str, entity: Entity) -> Iterator[LiveTrip]:
        relationship = entity.trip.schedule_relationship
        if relationship in NEW:
            yield self._new(entity_id, entity)
        elif relationship == TripDescriptor.DUPLICATED:
            yield self._duplicated(entity)
        else:
            plan = self._plan(entity)
            if relationship in CANCELLED:
                yield _update(plan, is_cancelled=True)
            elif relationship == TripDescriptor.REPLACEMENT and self._calls_elsewhere(plan, entity):
                yield _update(plan, is_cancelled=True)
                yield self._replacement(plan, entity)
            else:
                yield self._late(plan, entity)

    # Which trip is meant

    def _plan(self, entity: Entity) -> _Plan:
        """The one trip of the timetable that an update means."""
        descriptor = entity.trip
        plans = [
            plan
            for day in self._days(descriptor)
            for plan in self._plans(descriptor.trip_id, day)
            if self._is_running(descriptor.trip_id, day)
        ]
        if descriptor.start_time and len(self._sections_of(descriptor.trip_id)) > 1:
            start_s = _clock_s(descriptor.start_time)
            plans = [plan for plan in plans if plan.first_departure_s == start_s]
        elif len({plan.service_date for plan in plans}) < len(plans):
            raise _Unusable(Remark.WHICH_DEPARTURE)
        if not plans:
            raise _Unusable(Remark.NOT_RUNNING)
        moment_s = next(_stated_times(entity), self.moment_s)
        return min(plans, key=lambda plan: plan.distance_s(moment_s))

    def _days(self, descriptor: TripDescriptor) -> Iterable[int]:
        """Indices of the service days that may be meant."""
        timetable = self.timetable
        if descriptor.start_date:
            day = (_date(descriptor.start_date) - timetable.first_day).days
            return [day] if 0 <= day < timetable.n_days else []
        near = np.abs(timetable.day_start_s - (self.moment_s - DAY_S // 2)) < 2 * DAY_S
        return [int(day) for day in np.flatnonzero(near)]

    def _sections_of(self, trip_id: str) -> list[int]:
        if not trip_id:
            raise _Unusable(Remark.NO_TRIP)
        known = self.timetable.sections_by_trip_id
        sections = known.get(merged_id(known, self.key, trip_id))
        if sections is None:
            raise _Unusable(Remark.UNKNOWN_TRIP)
        return sections

    def _is_running(self, trip_id: str, day: int) -> bool:
        timetable = self.timetable
        trip = timetable.trip_of_section(self._sections_of(trip_id)[0])  # repetitions share their service
        return bool(timetable.service_runs[timetable.trip_service[trip], day])

    def _plans(self, trip_id: str, day: int) -> Iterator[_Plan]:
        """The trip as planned on a service day, whether it runs then or not; several where it is repeated."""
        timetable = self.timetable
        sections = self._sections_of(trip_id)
        start_s = int(timetable.day_start_s[day])
        for number in sections:
            trip = timetable.trip_of_section(number)
            section = next(one for one in sections_of(timetable, trip) if one.number == number)
            times = int(timetable.trip_time_start[trip])
            stops = int(timetable.pattern_stop_start[timetable.trip_pattern[trip]])
            of_time = slice(times + section.first, times + section.last + 1)
            of_stop = slice(stops + section.first, stops + section.last + 1)
            yield _Plan(
                trip_id=timetable.section_trip_id[number],
                own_id=trip_id,
                service_date=timetable.first_day + dt.timedelta(days=day),
                stops=timetable.pattern_stops[of_stop].tolist(),
                arr_s=(timetable.time_arr[of_time].astype(np.int64) + start_s).tolist(),
                dep_s=(timetable.time_dep[of_time].astype(np.int64) + start_s).tolist(),
                route=int(timetable.section_route[number]),
                headsign=timetable.section_headsign[number],
                wheelchair=int(timetable.trip_wheelchair[trip]),
                board=(timetable.pattern_board[of_stop] != NONE).tolist(),
                alight=(timetable.pattern_alight[of_stop] != NONE).tolist(),
                first_departure_s=int(timetable.time_dep[times + section.first])
                if len(sections) > 1
                else None,
            )

    # What is said of a trip of the timetable

    def _late(self, plan: _Plan, entity: Entity) -> TripUpdate:
        calls = self._calls(plan, entity.stop_time_update)
        if not calls and not entity.stop_time_update and entity.HasField("delay"):
            calls = [CallUpdate(0, plan.arr_s[0] + entity.delay, plan.dep_s[0] + entity.delay)]
        if not calls:
            raise _Unusable(Remark.SAYS_NOTHING)
        self._check_times(plan, calls)
        return _update(plan, calls)

    def _calls(self, plan: _Plan, updates: Iterable[StopTime]) -> list[CallUpdate]:
        """In the order of travel; empty where nothing but NO_DATA is said."""
        calls: dict[int, CallUpdate] = {}
        says_something = False
        last, delay_s = -1, 0
        for update in updates:
            position = self._position(plan, update, last, calls)
            if position is None:
                continue
            if update.schedule_relationship == StopTime.NO_DATA:
                calls |= _carried(plan, calls, last, position, delay_s)
                calls[position] = CallUpdate(position, plan.arr_s[position], plan.dep_s[position])
                last, delay_s = position, 0
                continue
            arrival_s = _moment_s(update, "arrival", plan.arr_s[position])
            departure_s = _moment_s(update, "departure", plan.dep_s[position])
            is_skipped = update.schedule_relationship == StopTime.SKIPPED
            if arrival_s is None and departure_s is None and not is_skipped:
                continue
            says_something = True
            calls[position] = CallUpdate(position, arrival_s, departure_s, is_skipped)
            if departure_s is not None:
                delay_s = departure_s - plan.dep_s[position]
            elif arrival_s is not None:
                delay_s = arrival_s - plan.arr_s[position]
            last = position
        return [calls[position] for position in sorted(calls)] if says_something else []

    def _position(
        self, plan: _Plan, update: StopTime, last: int, taken: Mapping[int, CallUpdate]
    ) -> int | None:
        """Which call of the trip is meant; None, with a remark, where it has none such."""
        stop = self._stop(update.stop_id) if update.stop_id else None
        if update.HasField("stop_sequence"):
            position = self._position_of_number(plan, update.stop_sequence)
            if position is not None and (stop is None or self._is_same_place(plan.stops[position], stop)):
                return position
        if update.stop_id and stop is None:
            self.tally.note(Remark.UNKNOWN_STOP, update.stop_id)
            return None
        found = [] if stop is None else self._calls_at(plan, stop, last, taken)
        if not found:
            self.tally.note(
                Remark.STOP_NOT_ON_TRIP, f"{plan.trip_id}: {update.stop_id or update.stop_sequence}"
            )
            return None
        stated_s = next(_times_of(update), None)
        if stated_s is None:
            return found[0]
        return min(found, key=lambda position: abs(plan.dep_s[position] - stated_s))

    def _position_of_number(self, plan: _Plan, number: int) -> int | None:
        numbers = self.numbers.get(plan.own_id)
        if numbers is None:
            position = number - self._first_number
            return position if 0 <= position < len(plan.stops) else None
        return numbers.index(number) if number in numbers else None

    @cached_property
    def _first_number(self) -> int:
        """Feeds count their calls from 1, or from 0 and then say so somewhere."""
        updates = (call for entity in self.message.entity for call in entity.trip_update.stop_time_update)
        return 0 if any(call.HasField("stop_sequence") and call.stop_sequence == 0 for call in updates) else 1

    def _calls_at(self, plan: _Plan, stop: int, last: int, taken: Mapping[int, CallUpdate]) -> list[int]:
        """Positions of calls at the very stop, else at its station; those still to come before all others."""
        free = [position for position in range(len(plan.stops)) if position not in taken]
        here = [position for position in free if plan.stops[position] == stop]
        here = here or [position for position in free if self._is_same_place(plan.stops[position], stop)]
        return [position for position in here if position > last] or here

    def _is_same_place(self, one: int, other: int) -> bool:
        if one == other:
            return True
        parent = self.timetable.stop_parent
        station = parent[one]
        return bool(station >= 0 and station in (other, parent[other]))

    def _check_times(self, plan: _Plan, calls: Sequence[CallUpdate]) -> None:
        stated = []
        for call in calls:
            for stated_s, planned_s in (
                (call.arrival_s, plan.arr_s[call.position]),
                (call.departure_s, plan.dep_s[call.position]),
            ):
                if stated_s is None:
                    continue
                if not -FARTHEST_EARLY_S <= stated_s - planned_s <= FARTHEST_LATE_S:
                    raise _Unusable(Remark.TOO_FAR_OFF)
                stated.append(stated_s)
        self._note_backwards(plan.trip_id, stated)

    def _note_backwards(self, trip_id: str, stated: Sequence[int]) -> None:
        if any(after < before for before, after in pairwise(stated)):
            self.tally.note(Remark.BACKWARDS, trip_id)

    # Trips that the timetable does not have

    def _new(self, entity_id: str, entity: Entity) -> AddedTrip:
        descriptor = entity.trip
        calls = list(self._new_calls(entity.stop_time_update, None))
        if len(calls) < 2:
            raise _Unusable(Remark.INCOMPLETE)
        day = self._new_day(descriptor, calls[0].departure_s)
        trip_id = descriptor.trip_id or entity_id
        if trip_id in self.timetable.sections_by_trip_id:  # that one may run as well
            trip_id = f"{trip_id}#{descriptor.start_time or calls[0].departure_s}"
        return self._added(trip_id, day, self._line(descriptor), calls, entity)

    def _duplicated(self, entity: Entity) -> AddedTrip:
        """The planned trip once more, at another time or day."""
        asked = entity.trip_properties
        day = self._day_of(asked.start_date or entity.trip.start_date)
        plan = next(self._plans(entity.trip.trip_id, day))
        planned_s = plan.dep_s[0] - int(self.timetable.day_start_s[day])
        plan = plan.shifted(_clock_s(asked.start_time) - planned_s if asked.start_time else 0)
        updates = self._calls(plan, entity.stop_time_update)
        self._check_times(plan, updates)
        skipped = {call.position for call in updates if call.is_skipped}
        stated = {(call.position, False): call.arrival_s for call in updates if call.arrival_s is not None}
        stated |= {
            (call.position, True): call.departure_s for call in updates if call.departure_s is not None
        }
        arr, dep = expected_times(plan.arr_s, plan.dep_s, stated)
        calls = [
            AddedCall(
                self.timetable.stop_id[stop],
                int(arr[i]),
                int(dep[i]),
                can_board=plan.board[i] and i not in skipped,
                can_alight=plan.alight[i] and i not in skipped,
            )
            for i, stop in enumerate(plan.stops)
        ]
        trip_id = asked.trip_id or f"{plan.trip_id}#{asked.start_date}{asked.start_time}"
        return self._added(trip_id, day, self._name_of_route(plan.route), calls, entity, plan)

    def _calls_elsewhere(self, plan: _Plan, entity: Entity) -> bool:
        """Whether a replacement calls at other stops than the planned trip."""
        stops = [
            self._stop(update.stop_id)
            for update in entity.stop_time_update
            if update.schedule_relationship != StopTime.SKIPPED
        ]
        return bool(stops) and stops != plan.stops

    def _replacement(self, plan: _Plan, entity: Entity) -> AddedTrip:
        calls = list(self._new_calls(entity.stop_time_update, plan))
        if len(calls) < 2:
            raise _Unusable(Remark.INCOMPLETE)
        day = (plan.service_date - self.timetable.first_day).days
        name = self._name_of_route(plan.route)
        return self._added(f"{plan.trip_id}#replacement", day, name, calls, entity, plan)

    def _new_calls(self, updates: Iterable[StopTime], plan: _Plan | None) -> Iterator[AddedCall]:
        """Calls with a known stop and a time; of a replacement, delays count from the `plan`."""
        for update in updates:
            if update.schedule_relationship == StopTime.SKIPPED:
                continue
            stop = self._platform(update.stop_time_properties.assigned_stop_id or update.stop_id)
            if stop is None:
                self.tally.note(Remark.UNKNOWN_STOP, update.stop_id)
                continue
            at = plan.stops.index(stop) if plan is not None and stop in plan.stops else None
            planned = (None, None) if plan is None or at is None else (plan.arr_s[at], plan.dep_s[at])
            arrival_s = _moment_s(update, "arrival", planned[0])
            departure_s = _moment_s(update, "departure", planned[1])
            first_s = departure_s if arrival_s is None else arrival_s
            last_s = arrival_s if departure_s is None else departure_s
            if first_s is None or last_s is None:
                continue
            asked = update.stop_time_properties
            yield AddedCall(
                self.timetable.stop_id[stop],
                first_s,
                last_s,
                can_board=asked.pickup_type != asked.NONE,
                can_alight=asked.drop_off_type != asked.NONE,
            )

    def _stop(self, stop_id: str) -> int | None:
        known = self.timetable.stop_by_id
        return known.get(merged_id(known, self.key, stop_id))

    def _platform(self, stop_id: str) -> int | None:
        """The stop itself; of a station its first platform, because vehicles stop at those."""
        timetable = self.timetable
        stop = self._stop(stop_id)
        if stop is None or not timetable.stop_is_station[stop]:
            return stop
        platforms = np.flatnonzero(timetable.stop_parent == stop)
        return int(platforms[0]) if len(platforms) else None

    def _new_day(self, descriptor: TripDescriptor, departure_s: int) -> int:
        if descriptor.start_date:
            return self._day_of(descriptor.start_date)
        day = int(np.searchsorted(self.timetable.day_start_s, departure_s, side="right")) - 1
        if day < 0 or departure_s - int(self.timetable.day_start_s[day]) >= 2 * DAY_S:
            raise _Unusable(Remark.NOT_RUNNING)
        return day

    def _day_of(self, start_date: str) -> int:
        day = (_date(start_date) - self.timetable.first_day).days
        if not 0 <= day < self.timetable.n_days:
            raise _Unusable(Remark.NOT_RUNNING)
        return day

    def _line(self, descriptor: TripDescriptor) -> str:
        """The line as passengers know it; a route that the timetable does not have goes by its id."""
        if not descriptor.route_id:
            if descriptor.trip_id not in self.timetable.sections_by_trip_id:
                raise _Unusable(Remark.INCOMPLETE)
            section = self._sections_of(descriptor.trip_id)[0]
            return self._name_of_route(int(self.timetable.section_route[section]))
        route = self.route_by_id.get(merged_id(self.route_by_id, self.key, descriptor.route_id))
        if route is None:
            self.tally.note(Remark.UNKNOWN_ROUTE, descriptor.route_id)
            return descriptor.route_id
        return self._name_of_route(route)

    def _name_of_route(self, route: int) -> str:
        return self.timetable.route_short_name[route] or self.timetable.route_long_name[route]

    def _added(
        self,
        trip_id: str,
        day: int,
        route: str,
        calls: Sequence[AddedCall],
        entity: Entity,
        plan: _Plan | None = None,
    ) -> AddedTrip:
        times = [time_s for call in calls for time_s in (call.arrival_s, call.departure_s)]
        start_s = int(self.timetable.day_start_s[day])
        if max(times) - min(times) > LONGEST_ADDED_S or not -DAY_S < times[0] - start_s < 2 * DAY_S:
            raise _Unusable(Remark.TOO_FAR_OFF)
        self._note_backwards(trip_id, times)
        headsign = entity.trip_properties.trip_headsign or (plan.headsign if plan else "")
        if not headsign:
            headsign = self.timetable.stop_name[self.timetable.stop_by_id[calls[-1].stop_id]]
        return AddedTrip(
            trip_id=trip_id,
            service_date=self.timetable.first_day + dt.timedelta(days=day),
            route=route,
            calls=tuple(calls),
            headsign=headsign,
            wheelchair=WHEELCHAIR.get(entity.vehicle.wheelchair_accessible, plan.wheelchair if plan else 0),
        )


def _is_text(entity_id: str, entity: Entity) -> bool:
    """Whether the texts in use are: protobuf hands out bytes for what is not UTF-8."""
    trip, asked = entity.trip, entity.trip_properties
    texts = [entity_id, trip.trip_id, trip.route_id, trip.start_time, trip.start_date]
    texts += [asked.trip_id, asked.start_date, asked.start_time, asked.trip_headsign]
    for update in entity.stop_time_update:
        texts.append(update.stop_id)
        if update.HasField("stop_time_properties"):
            texts.append(update.stop_time_properties.assigned_stop_id)
    return all(isinstance(text, str) for text in texts)


def _update(plan: _Plan, calls: Sequence[CallUpdate] = (), is_cancelled: bool = False) -> TripUpdate:
    return TripUpdate(plan.trip_id, plan.service_date, tuple(calls), is_cancelled, plan.first_departure_s)


def _carried(
    plan: _Plan, calls: Mapping[int, CallUpdate], last: int, until: int, delay_s: int
) -> dict[int, CallUpdate]:
    """The delay on the calls before NO_DATA, said in so many words: it must not be capped by what comes after."""
    if last < 0 or not delay_s:
        return {}
    known = calls[last]
    if known.departure_s is None:
        known = replace(known, departure_s=plan.dep_s[last] + delay_s)
    between = range(last + 1, until)
    return {last: known} | {
        i: CallUpdate(i, plan.arr_s[i] + delay_s, plan.dep_s[i] + delay_s) for i in between
    }


def _moment_s(update: StopTime, side: str, planned_s: int | None) -> int | None:
    """The stated time, else the planned one (the message's own where it has one) with the stated delay."""
    if not update.HasField(side):
        return None
    event: Event = getattr(update, side)
    if event.time > 0:
        return int(event.time)
    if event.scheduled_time > 0:
        planned_s = int(event.scheduled_time)
    elif not event.HasField("delay"):
        return None
    return None if planned_s is None else planned_s + event.delay


def _times_of(update: StopTime) -> Iterator[int]:
    for event in (update.departure, update.arrival):
        if event.time > 0:
            yield int(event.time)


def _stated_times(entity: Entity) -> Iterator[int]:
    for update in entity.stop_time_update:
        yield from _times_of(update)


def _date(text: str) -> dt.date:
    if not re.fullmatch(r"\d{8}", text):
        raise _Unusable(Remark.BAD_START, text)
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise _Unusable(Remark.BAD_START, text) from None


def _clock_s(text: str) -> int:
    """ "25:10:00" → seconds after the start of the service day."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    if found is None:
        raise _Unusable(Remark.BAD_START, text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
