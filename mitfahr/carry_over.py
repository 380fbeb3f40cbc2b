"""What becomes of a booked journey in another timetable, or by what is known of today's trips. Nothing is stored here.

Every vehicle is looked for by what people know of it (stops, line, times), never by ids alone. A trip that runs a
little earlier or later is still the booked one as long as every change on the way still works.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages import marked
from mitfahr.languages.stored import STOP_GONE
from mitfahr.same_stops import SameStops
from mitfahr.same_trips import FoundTrip, SameTrips
from routing import changes
from routing.access import Walk, reach
from routing.check_trip import trip_now
from routing.earth import beeline_m
from routing.journey import Journey, Leg, Place
from routing.query import LegKind, Party, Point, Query, StopRef
from routing.reasons import Reason
from routing.ride_clocks import DESTINATION_DOOR, ORIGIN_DOOR
from routing.snapshot import Snapshot
from routing.trip_calls import trip_leg
from routing.window import IS_RUFBUS, face_of_trips

SAME_MINUTE_S = 60
EARLIER_S, LATER_S = 120, 600
"""By so much the expected departure may differ from the one that was told before it is told again."""
WALKS_ANEW_M = 100
"""A walk to a stop that was moved by less stays as it was shown."""

NOT_IN_TIMETABLE = marked("Diese Fahrt steht nicht mehr im Fahrplan.")
CANCELLED = marked("Diese Fahrt fällt aus.")
SKIPPED = marked("Die Fahrt hält heute nicht an einer Ihrer Haltestellen.")
MISSED_BY_TIMETABLE = marked("Der Fahrplan hat jetzt andere Zeiten. Der Umstieg klappt nicht mehr.")
MISSED_BY_DELAY = marked("Ein Bus oder eine Bahn hat Verspätung. Der Umstieg klappt nicht mehr.")
TOO_FAR = marked("Die Haltestelle wurde verlegt. Der Fußweg ist jetzt zu weit.")
_OF_TODAY = {Reason.TRIP_CANCELLED: CANCELLED, Reason.STOP_SKIPPED: SKIPPED}


class Fate(enum.StrEnum):
    UNCHANGED = "unchanged"
    SHIFTED = "shifted"
    """Other times, another stop nearby or another line number; every change still works."""
    BROKEN = "broken"
    STOP_GONE = "stop_gone"
    """Broken, because a stop is no longer served by anything."""
    NOT_YET = "not_yet"
    """There is no timetable yet for its day: nothing can be said."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A journey as it is booked. `to_come` are its vehicles by number (from 0) that are still to be boarded,
    `standing` those that have not fallen away."""

    journey: Journey
    request: TripRequest
    to_come: frozenset[int]
    standing: frozenset[int]


@dataclass(frozen=True, slots=True)
class Carried:
    """The journey and its question with stops, trips and times of now. `lost` says of vehicles by number why they
    do not take their passenger any more; those, and what is not to come, keep their times."""

    fate: Fate
    journey: Journey
    request: TripRequest
    lost: Mapping[int, str]


class World:
    """One snapshot, and what has been looked up in it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.stops: SameStops = snapshot.kept.get("same stops", lambda: SameStops(snapshot.timetable))
        self.trips: SameTrips = snapshot.kept.get("same trips", lambda: SameTrips(self.stops))

    def walked(self, query: Query) -> Snapshot:
        """The streets as the traveller walks them."""
        return self.snapshot.without_stairs if query.avoids_stairs else self.snapshot

    @property
    def name(self) -> str:
        return name_of(self.snapshot)


def name_of(snapshot: Snapshot) -> str:
    """The name of a snapshot's arrays, another one wherever the timetable is another."""
    return snapshot.links.timetable or snapshot.timetable.version


def carry_over(world: World, booked: Booked) -> Carried:
    """How a booked journey stands in a world."""
    request = _request(world, booked)
    query = request.query()
    places = booked.journey.legs
    vehicles = [leg for leg in places if leg.kind is not LegKind.WALK]
    now, lost, not_yet = dict[int, Leg](), dict[int, str](), False
    is_stop_gone = False
    for i, leg in enumerate(vehicles):
        now[i] = _with_stops(world, leg)
        if i not in booked.to_come or leg.boarding is not None:
            continue
        if not leg.is_added and not world.trips.covers(leg):
            not_yet = True
            continue
        found = _on_trip(world, leg, query.party)
        if isinstance(found, Leg):
            now[i] = found
        else:
            lost[i] = found.reason
            is_stop_gone = is_stop_gone or found.is_stop_gone
    lost |= _missed(world, query, vehicles, now, booked, lost)
    legs = _with_slack(vehicles, [now[i] for i in range(len(vehicles))])
    journey, too_far = _joined(world, query, booked, legs)
    for i in too_far - lost.keys():
        lost[i] = TOO_FAR
    fate = Fate.UNCHANGED
    if lost:
        fate = Fate.STOP_GONE if is_stop_gone else Fate.BROKEN
    elif any(_differs(vehicles[i], now[i]) for i in booked.to_come):
        fate = Fate.SHIFTED
    elif not_yet:
        fate = Fate.NOT_YET
    return Carried(fate, journey, request, dict(sorted(lost.items())))


@dataclass(frozen=True, slots=True)
class _Lost:
    reason: str
    is_stop_gone: bool = False


def _on_trip(world: World, leg: Leg, party: Party) -> Leg | _Lost:
    """The leg as the timetable has it now, at the times its passenger should know."""
    live = world.snapshot.live
    if leg.is_added:
        now, reason = trip_now(live, party, leg)
        if reason not in (None, Reason.TIMES_CHANGED):
            return _Lost(_OF_TODAY.get(reason, CANCELLED))
        return now if _must_be_told(leg, now) else leg
    ends = []
    for place in (leg.origin, leg.destination):
        stop = world.stops.find(place)
        if stop is None or not world.trips.is_served(stop):
            return _Lost(STOP_GONE % {"stop": place.name}, is_stop_gone=True)
        ends.append(stop)
    times_s = leg.planned_departure_s or leg.departure_s, leg.planned_arrival_s or leg.arrival_s
    found = world.trips.find(leg, times_s, ends[0], ends[1], party)
    if found is None:
        return _Lost(NOT_IN_TIMETABLE)
    planned = _leg_of(world, found, leg)
    expected, reason = trip_now(live, party, planned)
    if reason in _OF_TODAY:
        return _Lost(_OF_TODAY[reason])
    if leg.planned_departure_s is not None and leg.departure_s - expected.departure_s > EARLIER_S:
        return planned  # it was booked as late and is less so now; said once, because earlier than planned it never leaves
    is_as_told = times_s == (planned.departure_s, planned.arrival_s)
    if is_as_told:
        return replace(
            planned,
            departure_s=leg.departure_s,
            arrival_s=leg.arrival_s,
            planned_departure_s=leg.planned_departure_s,
            planned_arrival_s=leg.planned_arrival_s,
        )
    return planned


def _must_be_told(told: Leg, expected: Leg) -> bool:
    """Whether live data makes somebody come too late, or wait for long: not every minute is a mail."""
    earlier_s = told.departure_s - expected.departure_s
    return earlier_s > EARLIER_S or -earlier_s > LATER_S


def _leg_of(world: World, found: FoundTrip, leg: Leg) -> Leg:
    """By the timetable alone."""
    places = world.stops.place(found.board_stop), world.stops.place(found.alight_stop)
    face = face_of_trips(world.snapshot.timetable, np.array(found.row[:1], np.int32))
    must_call = leg.kind is LegKind.RUFBUS or face.board[found.board_pos] == IS_RUFBUS
    kind = LegKind.RUFBUS if must_call else LegKind.TRANSIT
    positions, times_s = (found.board_pos, found.alight_pos), (found.departure_s, found.arrival_s)
    made = trip_leg(world.snapshot.live, found.row, kind, positions, times_s, places, leg.slack_s)
    until_s = leg.bookable_until_s
    if until_s is not None:
        until_s += found.departure_s - (leg.planned_departure_s or leg.departure_s)
    return replace(made, planned_departure_s=None, planned_arrival_s=None, bookable_until_s=until_s)


def _missed(
    world: World,
    query: Query,
    before: list[Leg],
    now: Mapping[int, Leg],
    booked: Booked,
    lost: Mapping[int, str],
) -> dict[int, str]:
    """Vehicles that cannot be reached any more, or do not reach the next one.

    Of the two it is rather the one of the timetable that is given up: a seat in somebody's car may still fit another way.
    """
    missed: dict[int, str] = {}
    for i in range(1, len(before)):
        if i not in booked.to_come or i - 1 not in booked.standing or {i - 1, i} & lost.keys():
            continue
        why = _why_missed(world, query, (before[i - 1], before[i]), (now[i - 1], now[i]))
        if why is not None:
            other = now[i].boarding is not None and now[i - 1].boarding is None and i - 1 in booked.to_come
            missed[i - 1 if other else i] = why
    return missed


def _why_missed(world: World, query: Query, was: tuple[Leg, Leg], now: tuple[Leg, Leg]) -> str | None:
    (_, arrival_s), (departure_s, _) = (_expected_s(world, query.party, leg) for leg in now)
    has_live = (arrival_s, departure_s) != (now[0].arrival_s, now[1].departure_s)
    takes_s, least_s = _takes_s(world, query, *now)
    spare_s = now[1].departure_s - now[0].arrival_s
    was_s = was[1].departure_s - was[0].arrival_s
    if least_s is None or takes_s is None:
        return MISSED_BY_TIMETABLE
    if spare_s < takes_s and not (spare_s >= was_s and spare_s >= least_s):
        is_same = spare_s == was_s and any(leg.planned_arrival_s is not None for leg in was)
        return MISSED_BY_DELAY if is_same else MISSED_BY_TIMETABLE
    return MISSED_BY_DELAY if has_live and departure_s - arrival_s < least_s else None


def _takes_s(world: World, query: Query, before: Leg, after: Leg) -> tuple[int | None, int | None]:
    """How long a change should and must take; None where there is no way between the two."""
    stops = world.snapshot.timetable.stop_by_id
    origin, to = stops.get(before.destination.stop_id or ""), stops.get(after.origin.stop_id or "")
    if origin is None or to is None:
        same = _apart_m(before.destination, after.origin) <= WALKS_ANEW_M
        return (query.transfer_slack_s, 0) if same else (None, None)

    def takes_s(slack_s: int) -> int | None:
        known = world.walked(query).changes(query.walk_speed_m_s, query.max_walk_s, slack_s, False)
        change = changes.between(known, origin, to)
        return None if change is None else int(known.takes_s[change])

    return takes_s(query.transfer_slack_s), takes_s(0)


def _with_slack(was: list[Leg], now: list[Leg]) -> list[Leg]:
    """Whatever time a change has gained or lost, its spare time has."""
    legs = now[:1]
    for i in range(1, len(now)):
        slack_s = was[i].slack_s
        if slack_s is not None:
            slack_s += now[i].departure_s - now[i - 1].arrival_s - was[i].departure_s + was[i - 1].arrival_s
        legs.append(replace(now[i], slack_s=slack_s))
    return legs


def _expected_s(world: World, party: Party, leg: Leg) -> tuple[int, int]:
    """Departure and arrival as they are expected now; of a ride, as they were promised."""
    if leg.boarding is not None or leg.trip_id is None:
        return leg.departure_s, leg.arrival_s
    now, reason = trip_now(world.snapshot.live, party, leg)
    if reason is None or reason is Reason.TIMES_CHANGED:
        return now.departure_s, now.arrival_s
    return leg.departure_s, leg.arrival_s


def _joined(world: World, query: Query, booked: Booked, vehicles: list[Leg]) -> tuple[Journey, set[int]]:
    """The journey with its walks laid between the vehicles as they are now, and the first or last vehicle by number
    where the walk to or from it has become too long."""
    legs: list[Leg] = []
    too_far: set[int] = set()
    seq = -1
    old = booked.journey.legs
    for n, leg in enumerate(old):
        if leg.kind is not LegKind.WALK:
            seq += 1
            legs.append(vehicles[seq])
            continue
        if not vehicles:
            legs.append(leg)
            continue
        last = n == len(old) - 1
        origin = vehicles[seq].destination if seq >= 0 else leg.origin
        destination = vehicles[seq + 1].origin if not last else leg.destination
        walk = _walk(world, query, leg, origin, destination, is_first=seq < 0, is_last=last)
        if walk is None:
            too_far |= {max(seq, 0)} & booked.to_come
            walk = leg
        takes_s = walk.arrival_s - walk.departure_s
        begins_s = vehicles[seq].arrival_s if seq >= 0 else vehicles[0].departure_s - takes_s
        legs.append(replace(walk, departure_s=begins_s, arrival_s=begins_s + takes_s))
    return Journey(tuple(legs), legs[0].departure_s, legs[-1].arrival_s), too_far


def _walk(
    world: World, query: Query, leg: Leg, origin: Place, destination: Place, *, is_first: bool, is_last: bool
) -> Leg | None:
    """A walk between two places of which one may have moved; None where it is too long now."""
    moved_m = max(_apart_m(leg.origin, origin), _apart_m(leg.destination, destination))
    kept = replace(leg, origin=origin, destination=destination)
    if moved_m <= WALKS_ANEW_M:
        return kept
    walk = _walk_anew(world, query, origin, destination, is_first=is_first, is_last=is_last)
    if walk is None:
        return None
    return replace(
        kept,
        arrival_s=kept.departure_s + walk.seconds,
        distance_m=walk.metres,
        is_beeline=walk.is_beeline,
    )


def _walk_anew(
    world: World, query: Query, origin: Place, destination: Place, *, is_first: bool, is_last: bool
) -> Walk | None:
    snapshot = world.walked(query)
    stops = snapshot.timetable.stop_by_id
    if not (is_first or is_last):
        known = snapshot.changes(query.walk_speed_m_s, query.max_walk_s, 0, False)
        change = changes.between(known, stops[origin.stop_id or ""], stops[destination.stop_id or ""])
        if change is None:
            return None
        return Walk(int(known.walk_s[change]), int(known.metres[change]), bool(known.is_beeline[change]))
    end, door = (query.origin, ORIGIN_DOOR) if is_first else (query.destination, DESTINATION_DOOR)
    stop = stops.get((destination if is_first else origin).stop_id or "")
    found = reach(snapshot.streets, snapshot.roads, end, door, query)
    return found.walk_to(stop) if stop is not None and found.walk_s[stop] >= 0 else None


def _differs(told: Leg, now: Leg) -> bool:
    """Whether a passenger must learn of it."""
    return (
        told.departure_s // SAME_MINUTE_S != now.departure_s // SAME_MINUTE_S
        or told.arrival_s // SAME_MINUTE_S != now.arrival_s // SAME_MINUTE_S
        or (told.kind, told.route) != (now.kind, now.route)
        or told.origin.name != now.origin.name
        or told.destination.name != now.destination.name
        or _apart_m(told.origin, now.origin) > WALKS_ANEW_M
        or _apart_m(told.destination, now.destination) > WALKS_ANEW_M
    )


def _request(world: World, booked: Booked) -> TripRequest:
    """The question with ids that the timetable knows; where it has no such stop any more, its place on the map."""
    request, legs = booked.request, booked.journey.legs
    return replace(
        request,
        origin=_end(world, request.origin, legs[0].origin),
        destination=_end(world, request.destination, legs[-1].destination),
    )


def _end(world: World, asked: Point | StopRef, shown: Place) -> Point | StopRef:
    """A question does not say where its stop lies; the journey that answered it began (ended) there."""
    if isinstance(asked, Point):
        return asked
    stop = world.stops.find(shown)
    timetable = world.snapshot.timetable
    if stop is None:
        return Point(shown.lat, shown.lon, shown.name)
    parent = int(timetable.stop_parent[stop])
    is_platform = asked.stop_id == shown.stop_id or parent < 0
    return StopRef(timetable.stop_id[stop if is_platform else parent])


def _with_stops(world: World, leg: Leg) -> Leg:
    """The leg between the same places, under the ids that they have now."""
    return replace(leg, origin=_renamed(world, leg.origin), destination=_renamed(world, leg.destination))


def _renamed(world: World, place: Place) -> Place:
    stop = world.stops.find(place)
    return place if stop is None else replace(place, stop_id=world.snapshot.timetable.stop_id[stop])


def _apart_m(one: Place, other: Place) -> float:
    return float(beeline_m(one.lat, one.lon, other.lat, other.lon))
