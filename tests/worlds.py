"""Small worlds drawn as text: a timetable, streets, rides and runs that a person can check by hand.

One line of text states one fact; `#` begins a comment.

    from 2026-06-02                     first service day (this is the default)
    days 3                              number of service days (default 1)
    at H 0 150                          place H lies 0 m east and 150 m north of Meißen
    line 1 type 715 | A  B[off]  C      a pattern: its stops, in brackets the boarding rule
    t1 days 0,1 wheelchair no bikes no | 08:00  08:09/08:10  25:10      a trip: days, arrival/departure
    t2 then 2 t9 at 1 | 08:00 08:10 08:20          goes on as trip t9 of line 2 from position 1
    station S | B1 B2                   B1 and B2 are the platforms of station S
    stop A wheelchair no
    walk A B 300 m beeline              a stored walk, instead of the one that streets or a straight line give
    transfer A B 2 300 s                transfers.txt: type 0 to 3, minimum time for type 2
    street A B 1000 m 60 s oneway       length, driving time; also `foot`, `car` (only)
    turn A B C 20 s                     by car from street A B into street B C; or `closed`, also A B C D closed
    ride r1 | A 07:00..07:20 | X on 07:10 | Y off 07:30 | C until 09:00 | budget 600 s | seats 3 2 3
    run b1 | A 08:00 | B 08:09/08:10 | C 08:20 | seats 8 0 | wheelchairs 1 1 | bookable 07:00
    demand d1 | stops A B | area -50 -50 900 700 | step 300 | window 600 | detour 900 | lead 3600
    tour v1 of d1 | base A 06:00..12:00 | seats 3 | on anna B 08:00..08:10 | off anna C 08:05..08:30
    expected t1 day 0 | 08:05 08:12/- - x x08:20      live data on a trip of the timetable: see below
    cancelled t1 day 0
    added z1 day 0 type 715 wheelchair no | A 08:00 | B[off] 08:09/08:10 | C 08:20

Live data is about one service day (day 0 unless said) and counts its times from that day's start. `expected`
has a word for each call of the feed's trip: arrival/departure or both at once, `-` where nothing is stated,
`x` before it where the stop is skipped; calls after the last word are not spoken of.
On demand: an area is a rectangle (west, south, east, north in metres as in `at`); what is not said is as
`DemandService` has it. A tour also takes `wheelchairs 1`, `driver anna`, `bookable 07:00`; its visits are in driving
order, each for one party of one (`on anna+2`: of two); `on anna B 08:00..08:10 there 08:25`: late, as is known.
Rides and runs also take `driver anna`. Boarding rules: `[off]` nobody gets on, `[on]` nobody gets off,
`[pass]` neither, `[phone]` and `[driver]` ask for a boarding. Times count from the start of service
day 0 ("25:10" is past midnight); "1 08:00" counts from the start of service day 1.
Stops without `at` lie 20 km apart in a row, out of every walk's reach.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import numpy as np

from routing import Snapshot, hierarchy
from routing.demand import DemandService, Ring
from routing.hierarchy import Hierarchy
from routing.journey import Place
from routing.linking import link
from routing.links import FOOTPATH_LIMIT_M, Links
from routing.live_trips import AddedCall, AddedTrip, CallUpdate, LiveTrip, TripUpdate
from routing.overlay import Ride, RideKind, RideStop
from routing.query import Party, Point, Query, StopRef
from routing.roads import CLOSED, Heading, RoadGraph, Turn
from routing.store import Texts
from routing.timetable import DRIVER, NONE, PHONE, REGULAR, Timetable
from routing.tour import Tour, Visit
from tests.routing.road_worlds import Street, at, road_graph

APART_M = 20_000
BERLIN = ZoneInfo("Europe/Berlin")

BOARDING = {
    "": (REGULAR, REGULAR),
    "off": (NONE, REGULAR),
    "on": (REGULAR, NONE),
    "pass": (NONE, NONE),
    "phone": (PHONE, REGULAR),
    "driver": (DRIVER, REGULAR),
}
KNOWN = {"unknown": 0, "yes": 1, "no": 2}
RIDE_OPTIONS = ("budget", "seats", "wheelchairs", "luggage", "bicycles", "driver", "bookable")


class _Trip(TypedDict):
    name: str
    days: frozenset[int] | None
    wheelchair: int
    bikes: int
    sections: list[tuple[int, str, str]]
    """(first position, line, trip id)"""
    times: list[tuple[int, int]]


class _Line(TypedDict):
    name: str
    stops: list[str]
    rules: list[str]
    trips: list[_Trip]


@dataclass(frozen=True)
class World:
    """Everything a search needs, and names for it."""

    timetable: Timetable
    links: Links
    roads: RoadGraph | None
    car: Hierarchy | None
    rides: tuple[Ride, ...]
    live: tuple[LiveTrip, ...]
    services: tuple[DemandService, ...]
    tours: tuple[Tour, ...]
    places: dict[str, tuple[float, float]]
    text: str

    def place(self, name: str) -> Point | StopRef:
        """A stop or station by its id, else a point with this name."""
        if name in self.timetable.stop_by_id:
            return StopRef(name)
        return self.door(name)

    def door(self, name: str) -> Point:
        return Point(*self.places[name], name)

    def at(self, clock: str) -> dt.datetime:
        return dt.datetime.fromtimestamp(_moment_s(clock, self.timetable.day_start_s), dt.UTC)

    def query(self, origin: str, destination: str, when: str, **options: Any) -> Query:
        """`booked_at` is a clock text like `when`; everything else as in Query."""
        if isinstance(options.get("booked_at"), str):
            options["booked_at"] = self.at(options["booked_at"])
        return Query(self.place(origin), self.place(destination), self.at(when), **options)

    def snapshot(self) -> Snapshot:
        planned = Snapshot.of(self.timetable, self.links, self.roads, self.car, self.rides)
        planned = planned.with_demand(self.services, self.tours)
        return planned.with_live_trips(self.live)


@dataclass
class _Drawing:
    """What the lines of a text say, before it becomes arrays."""

    first_day: dt.date = dt.date(2026, 6, 2)
    n_days: int = 1
    xy: dict[str, tuple[float, float]] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    route_types: dict[str, int] = field(default_factory=dict)
    station_of: dict[str, str] = field(default_factory=dict)
    stop_wheelchair: dict[str, int] = field(default_factory=dict)
    walks: list[tuple[str, str, int, bool]] = field(default_factory=list)
    transfers: list[tuple[str, str, int, int]] = field(default_factory=list)
    streets: list[tuple[str, str, float, float, frozenset[str]]] = field(default_factory=list)
    turns: list[tuple[list[str], int]] = field(default_factory=list)
    rides: list[list[str]] = field(default_factory=list)
    live: list[list[str]] = field(default_factory=list)
    services: list[list[str]] = field(default_factory=list)
    tours: list[list[str]] = field(default_factory=list)
    stops: dict[str, None] = field(default_factory=dict)


def world(text: str, east_m: float = 0, timetable: Timetable | None = None) -> World:
    """The world of a drawing, moved to the east, or with another timetable over the same stops.

    Raises ValueError naming the line that is not understood.
    """
    drawing = _Drawing()
    for row in text.splitlines():
        row = row.split("#")[0].strip()
        if row:
            try:
                _read(drawing, row)
            except (ValueError, KeyError, IndexError) as error:
                raise ValueError(f"drawn line not understood: {row!r}: {error}") from error
    places = _places(drawing, east_m)
    timetable = timetable or _timetable(drawing, places)
    roads = _roads(drawing, places) if drawing.streets else None
    car = hierarchy.build(roads) if roads else None
    links = _with_drawn_walks(drawing, link(timetable, roads, car), timetable)
    rides = tuple(_ride(cells, timetable, places) for cells in drawing.rides)
    live = tuple(_live(cells, timetable) for cells in drawing.live)
    services = tuple(_service(cells, east_m) for cells in drawing.services)
    tours = tuple(_tour(cells, timetable, places) for cells in drawing.tours)
    return World(timetable, links, roads, car, rides, live, services, tours, places, text)


def _read(drawing: _Drawing, row: str) -> None:
    cells = [cell.strip() for cell in row.split("|")]
    words = cells[0].split()
    match words:
        case ["line", name, *options]:
            drawing.route_types[name] = int(options[1]) if options else 3
            drawing.lines.append(_line(name, cells[1].split()))
            drawing.stops.update(dict.fromkeys(drawing.lines[-1]["stops"]))
        case ["station", name]:
            drawing.station_of.update(dict.fromkeys(cells[1].split(), name))
            drawing.stops.update(dict.fromkeys([*cells[1].split(), name]))
        case ["ride" | "run", _]:
            drawing.rides.append(cells)
        case ["demand", _]:
            drawing.services.append(cells)
        case ["tour", _, "of", _]:
            drawing.tours.append(cells)
        case ["expected" | "cancelled" | "added", *_]:
            drawing.live.append(cells)
        case [_, *options] if len(cells) == 2:
            drawing.lines[-1]["trips"].append(_trip(words[0], options, cells[1].split(), drawing))
        case ["from", day]:
            drawing.first_day = dt.date.fromisoformat(day)
        case ["days", number]:
            drawing.n_days = int(number)
        case ["at", name, east, north]:
            drawing.xy[name] = (float(east), float(north))
        case ["stop", name, *options]:
            drawing.stops[name] = None
            if options:
                drawing.stop_wheelchair[name] = KNOWN[options[1]]
        case ["walk", a, b, metres, "m", *beeline]:
            drawing.walks.append((a, b, int(metres), bool(beeline)))
            drawing.stops.update(dict.fromkeys((a, b)))
        case ["transfer", a, b, kind, *minimum]:
            drawing.transfers.append((a, b, int(kind), int(minimum[0]) if minimum else 0))
        case ["street", a, b, metres, "m", seconds, "s", *options]:
            drawing.streets.append((a, b, float(metres), float(seconds), frozenset(options)))
        case ["turn", *way, "closed"]:
            drawing.turns.append((way, CLOSED))
        case ["turn", a, b, c, seconds, "s"]:
            drawing.turns.append(([a, b, c], round(float(seconds) * 1000)))
        case _:
            raise ValueError("unknown word")


def _line(name: str, heads: list[str]) -> _Line:
    stops, rules = [], []
    for head in heads:
        found = re.fullmatch(r"([^\[]+)(?:\[(\w+)\])?", head)
        if not found:
            raise ValueError(head)
        stops.append(found[1])
        rules.append(found[2] or "")
    return {"name": name, "stops": stops, "rules": rules, "trips": []}


def _trip(name: str, options: list[str], times: list[str], drawing: _Drawing) -> _Trip:
    line = drawing.lines[-1]
    trip: _Trip = {
        "name": name,
        "days": None,
        "wheelchair": 0,
        "bikes": 0,
        "sections": [(0, line["name"], name)],
        "times": [(_clock_s(t.split("/")[0]), _clock_s(t.split("/")[-1])) for t in times],
    }
    if len(times) != len(line["stops"]):
        raise ValueError("one time per stop")
    words = iter(options)
    for word in words:
        if word == "days":
            trip["days"] = frozenset(int(day) for day in next(words).split(","))
        elif word == "wheelchair":
            trip["wheelchair"] = KNOWN[next(words)]
        elif word == "bikes":
            trip["bikes"] = KNOWN[next(words)]
        elif word == "then":
            route, trip_id, _, position = (next(words) for _ in range(4))
            drawing.route_types.setdefault(route, 3)
            trip["sections"].append((int(position), route, trip_id))
        else:
            raise ValueError(word)
    return trip


def _clock_s(clock: str) -> int:
    parts = [int(part) for part in clock.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


def _moment_s(clock: str, day_start_s: Any) -> int:
    *day, time = clock.split()
    return int(day_start_s[int(day[0]) if day else 0]) + _clock_s(time)


def _places(drawing: _Drawing, east_m: float) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of every name; a station lies at its first platform."""
    for a, b, *_ in drawing.streets:
        if a not in drawing.xy or b not in drawing.xy:
            raise ValueError(f"street {a} {b} needs `at` for both ends")
    drawn = dict(drawing.xy)
    first_platform = {station: stop for stop, station in reversed(drawing.station_of.items())}
    for i, stop in enumerate(drawing.stops):
        drawn.setdefault(stop, (APART_M * (i + 1), 0))
    for station, stop in first_platform.items():
        drawn[station] = drawing.xy.get(station, drawn[stop])
    return {name: at(east + east_m, north) for name, (east, north) in drawn.items()}


def _day_starts(drawing: _Drawing) -> list[int]:
    noons = [
        dt.datetime.combine(drawing.first_day + dt.timedelta(days=d), dt.time(12), BERLIN)
        for d in range(drawing.n_days)
    ]
    return [int(noon.timestamp()) - 12 * 3600 for noon in noons]


def _timetable(drawing: _Drawing, places: dict[str, tuple[float, float]]) -> Timetable:
    stops = list(drawing.stops)
    number = {name: i for i, name in enumerate(stops)}
    stations = set(drawing.station_of.values())
    routes = list(drawing.route_types)
    lines = drawing.lines
    trips = [trip for line in lines for trip in line["trips"]]
    everyday = frozenset(range(drawing.n_days))
    day_sets = sorted({trip["days"] or everyday for trip in trips}, key=sorted)
    sections = [section for trip in trips for section in trip["sections"]]
    return Timetable(
        stop_id=Texts.of(stops),
        stop_name=Texts.of(stops),
        stop_platform=Texts.of("" for _ in stops),
        stop_lat=np.array([places[s][0] for s in stops], np.float64),
        stop_lon=np.array([places[s][1] for s in stops], np.float64),
        stop_parent=_int32(number[drawing.station_of[s]] if s in drawing.station_of else -1 for s in stops),
        stop_is_station=np.array([s in stations for s in stops], np.uint8),
        stop_wheelchair=np.array([_wheelchair(drawing, s) for s in stops], np.int8),
        agency_id=Texts.of(["agency"]),
        agency_name=Texts.of(["Agency"]),
        agency_url=Texts.of([""]),
        agency_phone=Texts.of([""]),
        route_id=Texts.of(routes),
        route_short_name=Texts.of(routes),
        route_long_name=Texts.of("" for _ in routes),
        route_type=np.array([drawing.route_types[r] for r in routes], np.int16),
        route_agency=_int32(0 for _ in routes),
        pattern_stop_start=_starts(len(line["stops"]) for line in lines),
        pattern_stops=_int32(number[s] for line in lines for s in line["stops"]),
        pattern_board=np.array([BOARDING[r][0] for line in lines for r in line["rules"]], np.int8),
        pattern_alight=np.array([BOARDING[r][1] for line in lines for r in line["rules"]], np.int8),
        pattern_trip_start=_starts(len(line["trips"]) for line in lines),
        trip_pattern=_int32(i for i, line in enumerate(lines) for _ in line["trips"]),
        trip_service=_int32(day_sets.index(trip["days"] or everyday) for trip in trips),
        trip_wheelchair=np.array([trip["wheelchair"] for trip in trips], np.int8),
        trip_bikes=np.array([trip["bikes"] for trip in trips], np.int8),
        trip_time_start=_starts(len(trip["times"]) for trip in trips).astype(np.int64),
        time_arr=_int32(arrival for trip in trips for arrival, _ in trip["times"]),
        time_dep=_int32(departure for trip in trips for _, departure in trip["times"]),
        trip_section_start=_starts(len(trip["sections"]) for trip in trips),
        section_first_pos=_int32(position for position, _, _ in sections),
        section_route=_int32(routes.index(route) for _, route, _ in sections),
        section_trip_id=Texts.of(trip_id for _, _, trip_id in sections),
        section_headsign=Texts.of("" for _ in sections),
        service_runs=np.array(
            [[day in days for day in range(drawing.n_days)] for days in day_sets], np.uint8
        ).reshape(len(day_sets), drawing.n_days),
        day_start_s=np.array(_day_starts(drawing), np.int64),
        transfer_from=_int32(number[a] for a, _, _, _ in drawing.transfers),
        transfer_to=_int32(number[b] for _, b, _, _ in drawing.transfers),
        transfer_type=np.array([kind for _, _, kind, _ in drawing.transfers], np.int8),
        transfer_min_s=_int32(minimum for _, _, _, minimum in drawing.transfers),
        first_day=drawing.first_day,
        timezone="Europe/Berlin",
        version="drawn",
        name="drawn",
        is_demo=False,
    )


def _wheelchair(drawing: _Drawing, stop: str) -> int:
    own = drawing.stop_wheelchair.get(stop, 0)
    return own or drawing.stop_wheelchair.get(drawing.station_of.get(stop, ""), 0)


def _int32(values: Any) -> Any:
    return np.array(list(values), np.int32)


def _starts(lengths: Any) -> Any:
    return np.concatenate([[0], np.cumsum(list(lengths))]).astype(np.int32)


def _with_drawn_walks(drawing: _Drawing, links: Links, timetable: Timetable) -> Links:
    """The stated walks besides (or instead of) the straight lines between stops near each other."""
    walks: dict[tuple[int, int], tuple[int, bool]] = {}
    for a in range(timetable.n_stops):
        for i in range(int(links.walk_start[a]), int(links.walk_start[a + 1])):
            walks[a, int(links.walk_to[i])] = (int(links.walk_m[i]), bool(links.walk_is_beeline[i]))
    for name_a, name_b, metres, is_beeline in drawing.walks:
        if metres > FOOTPATH_LIMIT_M:
            raise ValueError("a stored walk is at most 1,500 m")
        a, b = timetable.stop(name_a), timetable.stop(name_b)
        walks[a, b] = walks[b, a] = (metres, is_beeline)
    order = sorted(walks)
    return replace(
        links,
        walk_start=np.searchsorted([a for a, _ in order], range(timetable.n_stops + 1)).astype(np.int64),
        walk_to=_int32(b for _, b in order),
        walk_m=_int32(walks[pair][0] for pair in order),
        walk_is_beeline=np.array([walks[pair][1] for pair in order], np.uint8),
    )


def _roads(drawing: _Drawing, places: dict[str, tuple[float, float]]) -> RoadGraph:
    nodes = list(dict.fromkeys(name for a, b, *_ in drawing.streets for name in (a, b)))
    streets = [
        Street(
            nodes.index(a),
            nodes.index(b),
            length_mm=round(metres * 1000),
            drive_ms=round(seconds * 1000),
            oneway="oneway" in options,
            car="foot" not in options,
            foot="car" not in options,
            name=f"{a}{b}",
        )
        for a, b, metres, seconds, options in drawing.streets
    ]
    turns = [Turn(tuple(_heading(drawing, a, b) for a, b in pairwise(way)), ms) for way, ms in drawing.turns]
    return road_graph([places[name] for name in nodes], streets, turns)


def _heading(drawing: _Drawing, a: str, b: str) -> Heading:
    """The first drawn street between two places."""
    number = next(i for i, street in enumerate(drawing.streets) if {a, b} == set(street[:2]))
    return Heading(number, is_backward=drawing.streets[number][0] == b)


def _ride(cells: list[str], timetable: Timetable, places: dict[str, tuple[float, float]]) -> Ride:
    kind, ride_id = cells[0].split()
    facts = [cell.split() for cell in cells[1:]]
    options = {words[0]: words[1:] for words in facts if words[0] in RIDE_OPTIONS}
    visits = [words for words in facts if words[0] not in RIDE_OPTIONS]
    clocks = timetable.day_start_s
    known = set(timetable.stop_by_id)
    is_run = kind == "run"
    stops = [
        _run_stop(v, places, known, clocks) if is_run else _ride_stop(v, places, known, clocks)
        for v in visits
    ]
    hops = len(stops) - 1
    seats = [int(n) for n in options.get("seats", ["3"] * hops)]
    wheelchairs = [int(n) for n in options.get("wheelchairs", ["0"] * hops)]
    earliest, latest = ("0:0", "0:0") if is_run else (visits[0][-1].split("..") * 2)[:2]
    luggage = [int(n) for n in options.get("luggage", ["0"] * hops)]
    bicycles = [int(n) for n in options.get("bicycles", ["0"] * hops)]
    if {len(places) for places in (seats, wheelchairs, luggage, bicycles)} != {hops}:
        raise ValueError("one number per hop")
    return Ride(
        ride_id=ride_id,
        kind=RideKind.RUN if is_run else RideKind.PRIVATE,
        stops=tuple(stops),
        seats_free=tuple(seats),
        wheelchairs_free=tuple(wheelchairs),
        luggage_free=tuple(luggage),
        bicycles_free=tuple(bicycles),
        driver_id=options.get("driver", [f"driver of {ride_id}"])[0],
        label=ride_id,
        bookable_until_s=_moment_s(" ".join(options.get("bookable", ["99:00"])), clocks),
        earliest_s=0 if is_run else _moment_s(_with_day(visits[0], earliest), clocks),
        latest_s=0 if is_run else _moment_s(_with_day(visits[0], latest), clocks),
        latest_arrival_s=0 if is_run else _moment_s(" ".join(visits[-1][2:]), clocks),
        budget_s=int(options.get("budget", ["0"])[0]),
    )


def _with_day(visit: list[str], clock: str) -> str:
    return " ".join([*visit[1:-1], clock])


def _ride_stop(
    visit: list[str], places: dict[str, tuple[float, float]], known: set[str], clocks: Any
) -> RideStop:
    """`X on 07:10 off 07:12`; the first and last stop promise nothing."""
    name = visit[0]
    promised = {
        word: _moment_s(visit[i + 1], clocks) for i, word in enumerate(visit) if word in ("on", "off")
    }
    return RideStop(
        *places[name],
        name,
        stop_id=name if name in known else None,
        promised_pickup_s=promised.get("on"),
        promised_dropoff_s=promised.get("off"),
    )


def _service(cells: list[str], east_m: float) -> DemandService:
    facts = {words[0]: words[1:] for words in (cell.split() for cell in cells[1:])}
    service_id = cells[0].split()[1]
    area: tuple[Ring, ...] = ()
    if "area" in facts:
        west, south, east, north = (float(metres) for metres in facts["area"])
        corners = (west, south), (east, south), (east, north), (west, north)
        area = (tuple(at(x + east_m, y) for x, y in corners),)
    seconds = {
        f"{name}_s": int(facts[name][0]) for name in ("step", "window", "detour", "lead") if name in facts
    }
    return DemandService(service_id, service_id, frozenset(facts.get("stops", ())), area, **seconds)


def _tour(cells: list[str], timetable: Timetable, places: dict[str, tuple[float, float]]) -> Tour:
    _, tour_id, _, service_id = cells[0].split()
    rows = [cell.split() for cell in cells[1:]]
    facts = {words[0]: words[1:] for words in rows if words[0] not in ("on", "off")}
    clocks = timetable.day_start_s

    def place(name: str) -> Place:
        return Place(name, *places[name], name if name in timetable.stop_by_id else None)

    def span(text: str) -> tuple[int, int]:
        first, last = (text.split("..") * 2)[:2]
        return _moment_s(first, clocks), _moment_s(last, clocks)

    base, hours = facts["base"]
    visits = []
    for word, who, name, promised, *there in (words for words in rows if words[0] in ("on", "off")):
        party_id, _, seats = who.partition("+")
        visits.append(
            Visit(
                party_id,
                word == "on",
                place(name),
                Party(int(seats or 1)),
                *span(promised),
                reached_s=_moment_s(there[1], clocks) if there else None,
            )
        )
    return Tour(
        tour_id,
        service_id,
        place(base),
        *span(hours),
        Party(int(facts.get("seats", ["3"])[0]), int(facts.get("wheelchairs", ["0"])[0])),
        tuple(visits),
        facts.get("driver", [f"driver of {tour_id}"])[0],
        _moment_s(" ".join(facts["bookable"]), clocks) if "bookable" in facts else None,
    )


def _live(cells: list[str], timetable: Timetable) -> LiveTrip:
    kind, trip_id, *words = cells[0].split()
    options = dict(zip(words[::2], words[1::2], strict=True))
    day = int(options.get("day", "0"))
    service_date = timetable.first_day + dt.timedelta(days=day)
    start_s = int(timetable.day_start_s[day])
    if kind == "added":
        return AddedTrip(
            trip_id,
            service_date,
            route=trip_id,
            calls=tuple(_added_call(cell.split(), start_s) for cell in cells[1:]),
            is_on_demand=options.get("type") == "715",
            wheelchair=KNOWN[options.get("wheelchair", "unknown")],
        )
    told = enumerate(cells[1].split() if len(cells) > 1 else ())
    calls = tuple(_call_update(position, word, start_s) for position, word in told)
    return TripUpdate(trip_id, service_date, calls, is_cancelled=kind == "cancelled")


def _call_update(position: int, word: str, start_s: int) -> CallUpdate:
    clocks = word.removeprefix("x")
    arrival, departure = (
        None if clock in ("", "-") else start_s + _clock_s(clock) for clock in (clocks.split("/") * 2)[:2]
    )
    return CallUpdate(position, arrival, departure, is_skipped=word.startswith("x"))


def _added_call(words: list[str], start_s: int) -> AddedCall:
    head = _line("", [words[0]])
    arrival, departure = (start_s + _clock_s(clock) for clock in (words[1].split("/") * 2)[:2])
    board, alight = BOARDING[head["rules"][0]]
    return AddedCall(head["stops"][0], arrival, departure, board != NONE, alight != NONE)


def _run_stop(
    visit: list[str], places: dict[str, tuple[float, float]], known: set[str], clocks: Any
) -> RideStop:
    """`B 08:09/08:10`; on service day 1 `B 1 08:10`."""
    name = visit[0]
    arrival, departure = (visit[-1].split("/") * 2)[:2]
    return RideStop(
        *places[name],
        name,
        stop_id=name if name in known else None,
        arrival_s=_moment_s(_with_day(visit, arrival), clocks),
        departure_s=_moment_s(_with_day(visit, departure), clocks),
    )
