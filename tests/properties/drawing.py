"""hypothesis draws worlds as text (see tests/worlds.py), so that a failing one can be read and kept.

Times lie on a grid of minutes within two hours and places are few, so that trips meet, tie and overtake
all the time. The clock begins in the morning, before midnight, or in a night when the clocks change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from routing.query import VEHICLE_KINDS, Party, Query
from tests.worlds import World, world

DAYS = ["from 2026-06-02\ndays 2", "from 2026-03-28\ndays 2", "from 2026-10-24\ndays 2"]
FIRST_HOURS = [7, 23, 25]
WALKS_M = [50, 75, 150, 300, 600, 1500]
CELLS_M = [
    (0, 0),
    (310, -15),
    (655, 40),
    (20, 330),
    (345, 290),
    (610, 385),
    (-35, 640),
    (290, 700),
    (640, 690),
]
"""No right angles: then no place is equally near to two streets, but for their common end."""


@dataclass(frozen=True)
class Question:
    origin: str
    destination: str
    when: str
    options: tuple[tuple[str, Any], ...]

    def of(self, drawn: World) -> Query:
        return drawn.query(self.origin, self.destination, self.when, **dict(self.options))

    def __repr__(self) -> str:
        told = "".join(f", {name}={value!r}" for name, value in self.options)
        return f"w.query({self.origin!r}, {self.destination!r}, {self.when!r}{told})"


@dataclass(frozen=True)
class Case:
    """A drawn world and some questions about it; its repr can be pasted into a test."""

    text: str
    questions: tuple[Question, ...]

    def world(self) -> World:
        return world(self.text)

    def __repr__(self) -> str:
        return "\n".join([f'w = world("""\n{self.text}\n""")', *map(repr, self.questions)])


@st.composite
def bus_cases(draw: DrawFn) -> Case:
    """Timetable and runs only; walks as drawn; stops, a station and two doors."""
    first_hour = draw(st.sampled_from(FIRST_HOURS))
    stops = list("ABCDEFG"[: draw(st.integers(4, 7))])
    rows = [draw(st.sampled_from(DAYS))]
    # Doors lie 32.5 m × 1.3 and 87.5 m × 1.3 from the first and the last stop.
    rows += [f"at {stops[0]} 0 0", "at H 0 32.5", f"at {stops[-1]} 5000 0", "at K 5000 87.5"]
    rows += [f"stop {name}" for name in stops]
    places = [*stops, "H", "K"]
    if draw(st.integers(0, 3)) == 3:
        rows.append(f"station S | {stops[1]} {stops[2]}\nat {stops[2]} 0 3000\nat {stops[1]} 0 3100")
        places.append("S")
    rows += draw(_walks(stops))
    rows += draw(_lines(stops, first_hour))
    rows += draw(_transfers(stops))
    rows += draw(_runs(stops, first_hour))
    if draw(st.integers(0, 5)) == 5:
        rows.append(f"stop {draw(st.sampled_from(stops))} wheelchair no")
    return Case("\n".join(rows), tuple(draw(_question(places, first_hour)) for _ in range(3)))


@st.composite
def ride_cases(draw: DrawFn, first_hour: int | None = None) -> Case:
    """Streets, private rides with people on board, and some buses."""
    first_hour = first_hour or draw(st.sampled_from(FIRST_HOURS))
    rows = [draw(st.sampled_from(DAYS))]
    nodes = list("ABCDEFG"[: draw(st.integers(3, 6))])
    cells = draw(st.permutations(range(9)))
    rows += ["at {} {} {}".format(name, *CELLS_M[cell]) for name, cell in zip(nodes, cells, strict=False)]
    streets = draw(_streets(nodes))
    rows += [*streets, *draw(_turns([row.split()[1:3] for row in streets]))]
    # Two places beside the ends of streets: so near that a meeting point may serve both.
    rows += [f"at P {CELLS_M[cells[0]][0] + 11} {CELLS_M[cells[0]][1] + 6}"]
    rows += [f"at Q {CELLS_M[cells[1]][0] - 7} {CELLS_M[cells[1]][1] + 13}"]
    n_stops = draw(st.integers(2, min(4, len(nodes))))
    stops = [*nodes[:n_stops], "Y", "Z", *draw(st.sampled_from([[], [], ["P"], ["P", "Q"]]))]
    rows += [f"stop {name}" for name in stops]
    rows += ["at Y 9000 0", "at Z 9000 110.3"]
    rows += [f"at H {draw(st.sampled_from(['-40.3', '150.2', '610.4']))} 22.7"]
    rows += draw(_lines(stops, first_hour, 1, 3))
    if draw(st.integers(0, 2)) == 2:
        rows += draw(_transfers(stops))
    if draw(st.integers(0, 3)) == 3:
        rows += draw(_runs(stops, first_hour))
    for i in range(draw(st.sampled_from([2, 3, 1]))):
        rows.append(draw(_ride(f"r{i}", [*nodes, "P", "Q"], first_hour)))
    places = [*nodes, "Y", "Z", "H", "P"]
    return Case("\n".join(rows), tuple(draw(_question(places, first_hour)) for _ in range(3)))


@st.composite
def demand_cases(draw: DrawFn) -> Case:
    """Streets and buses, and vehicles that come when called, with people on board; sometimes a private ride."""
    first_hour = draw(st.sampled_from(FIRST_HOURS))
    case = draw(ride_cases(first_hour))
    kept = draw(st.sampled_from([0, 0, 0, 1]))
    rows = [row for row in case.text.splitlines() if not row.startswith("ride ") or kept > 0]
    stops = [row.split()[1] for row in rows if row.startswith("stop ")]
    nodes = [row.split()[1] for row in rows if row.startswith("at ")]
    for number in range(draw(st.sampled_from([2, 1]))):
        rows += draw(_service(f"d{number}", stops, nodes, first_hour))
    questions = []
    for question in case.questions:
        # Streets are short here: whoever walks far never asks for a vehicle.
        options = dict(question.options) | {"max_walk_s": draw(st.sampled_from([60, 0, 240, 1200]))}
        questions.append(replace(question, options=tuple(options.items())))
    return Case("\n".join(rows), tuple(questions))


@st.composite
def _service(draw: DrawFn, name: str, stops: list[str], nodes: list[str], first_hour: int) -> list[str]:
    row = f"demand {name} | step {draw(st.sampled_from([600, 300, 900]))}"
    row += f" | window {draw(st.sampled_from([600, 0, 300]))} | detour {draw(st.sampled_from([900, 0, 300]))}"
    row += f" | lead {draw(st.sampled_from([0, 600, 1800]))}"
    whole = draw(st.sampled_from([3, 1, 2]))
    if whole & 1:
        row += f" | stops {' '.join(draw(st.permutations(stops))[: draw(st.sampled_from([4, 3, 2]))])}"
    if whole & 2:
        row += f" | area {draw(st.sampled_from(['-60 -60 9100 800', '-60 -60 400 800', '300 -60 700 800']))}"
    rows = [row]
    for number in range(draw(st.sampled_from([1, 2]))):
        rows.append(draw(_tour(f"{name}v{number}", name, nodes, first_hour)))
    return rows


@st.composite
def _tour(draw: DrawFn, tour_id: str, service: str, nodes: list[str], first_hour: int) -> str:
    """Who is on board need not be possible: then nobody else gets on. Of the first visits some are known to be late."""
    begins = first_hour * 60 - draw(st.sampled_from([30, 0]))
    ends = begins + draw(st.sampled_from([150, 90, 60]))
    row = (
        f"tour {tour_id} of {service} | base {draw(st.sampled_from(nodes))} {_clock(begins)}..{_clock(ends)}"
    )
    row += f" | seats {draw(st.sampled_from([3, 2, 1]))} | wheelchairs {draw(st.integers(0, 1))}"
    row += f" | driver {draw(st.sampled_from(['anna', 'ben']))}"
    if draw(st.integers(0, 3)) == 3:
        row += f" | bookable {_clock(first_hour * 60 + 15)}"
    minute = begins + 5
    n_known = draw(st.sampled_from([0, 0, 1, 2]))
    for party in range(draw(st.sampled_from([0, 0, 1, 2]))):
        for word in ("on", "off"):
            minute += draw(st.integers(0, 20))
            width = draw(st.sampled_from([20, 40, 10]))
            place = draw(st.sampled_from(nodes))
            row += f" | {word} p{party} {place} {_clock(minute)}..{_clock(minute + width)}"
            if 2 * party + (word == "off") < n_known:
                minute += draw(st.integers(0, 30))
                row += f" there {_clock(minute)}"
    return row


@st.composite
def live_cases(draw: DrawFn) -> Case:
    """One of the others on a day when trips are late or early, cancelled, leave out stops, or are added."""
    case = draw(st.one_of(bus_cases(), bus_cases(), ride_cases()))
    rows = case.text.splitlines()
    stops = [row.split()[1] for row in rows if row.startswith("stop ")]
    for row in list(rows):
        head, _, cells = row.partition(" | ")
        if re.match(r"t\d", head) and draw(st.integers(0, 2)):
            rows += draw(_expected(head, cells.split()))
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        rows.append(draw(_added(f"z{number}", stops, _first_minute(rows))))
    return Case("\n".join(rows), case.questions)


@st.composite
def _expected(draw: DrawFn, head: str, planned: list[str]) -> list[str]:
    """What is said of a trip, or of one of the feed's trips that it consists of, on one day or both."""
    name, *words = head.split()
    section, first = name, 0
    if "then" in words and draw(st.booleans()):
        section, first = words[words.index("then") + 2], int(words[words.index("at") + 1])
    elif "then" in words:
        planned = planned[: int(words[words.index("at") + 1])]
    days = words[words.index("days") + 1] if "days" in words else draw(st.sampled_from(["0", "1", "01"]))
    if draw(st.integers(0, 4)) == 4:
        return [f"cancelled {section} day {day}" for day in days]
    calls = [draw(_expected_call(times)) for times in planned[first:]]
    return [f"expected {section} day {day} | {' '.join(calls)}" for day in days]


@st.composite
def _expected_call(draw: DrawFn, planned: str) -> str:
    skipped = draw(st.sampled_from(["", "", "", "", "x"]))
    off_plan = st.sampled_from([None, None, 0, 1, 2, 5, 20, 45, -1, -3, -10])
    clocks = [
        "-" if minutes is None else _clock(_minute(clock) + minutes)
        for clock, minutes in zip((planned.split("/") * 2)[:2], (draw(off_plan), draw(off_plan)), strict=True)
    ]
    return skipped + "/".join(clocks)


@st.composite
def _added(draw: DrawFn, name: str, stops: list[str], minute: int) -> str:
    minute += draw(st.integers(0, 60))
    calls = []
    for stop in draw(st.lists(st.sampled_from(stops), min_size=2, max_size=4)):
        calls.append(f"{stop}{draw(_rule()).replace('[phone]', '')} {_clock(minute)}")
        minute += draw(st.sampled_from([5, 0, 2, 10]))
    facts = draw(st.sampled_from([""] * 5 + [" type 715", " wheelchair no"]))
    return f"added {name}{facts} | {' | '.join(calls)}"


def _first_minute(rows: list[str]) -> int:
    """Of all trips."""
    trips = (row.partition(" | ")[2] for row in rows if re.match(r"t\d", row))
    return min(_minute(times.split()[0].split("/")[0]) for times in trips)


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@st.composite
def _question(draw: DrawFn, places: list[str], first_hour: int) -> Question:
    origin, destination = draw(st.permutations(places))[:2]
    if draw(st.integers(0, 19)) == 19:
        destination = origin
    options: dict[str, Any] = {
        "arrive_by": draw(st.booleans()),
        "window_s": draw(st.sampled_from([7200, 0, 3600, 7200, 0, 600])),
        "max_vehicles": draw(st.sampled_from([7, 7, 3, 2, 1])),
        "transfer_slack_s": draw(st.sampled_from([120, 0, 60, 300])),
    }
    if draw(st.integers(0, 3)) == 3:
        options["max_walk_s"] = draw(st.sampled_from([0, 60, 240, 1199, 7200]))
    if draw(st.integers(0, 5)) == 5:
        options["walk_speed_m_s"] = draw(st.sampled_from([0.7, 1.0, 2.0]))
    if draw(st.integers(0, 4)) == 4:
        options["party"] = draw(
            st.sampled_from([Party(2), Party(3), Party(0, 1), Party(1, 1), Party(1, 0, 1), Party(1, 0, 0, 1)])
        )
    if draw(st.integers(0, 9)) == 9:
        options["kinds"] = VEHICLE_KINDS - {draw(st.sampled_from(sorted(VEHICLE_KINDS)))}
    if draw(st.integers(0, 9)) == 9:
        options["banned"] = frozenset({draw(st.sampled_from(["r0", "b0", "anna"]))})
    if draw(st.integers(0, 9)) == 9:
        options["booked_at"] = _clock(first_hour * 60 + draw(st.sampled_from([0, 30])))
    later = 90 if options["arrive_by"] else -20
    when = _clock(first_hour * 60 + later + draw(st.integers(0, 40)))
    return Question(origin, destination, when, tuple(options.items()))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def _walks(draw: DrawFn, stops: list[str]) -> list[str]:
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        a, b = draw(st.sampled_from(stops)), draw(st.sampled_from(stops))
        if a != b:
            rows.append(f"walk {a} {b} {draw(st.sampled_from(WALKS_M))} m")
    return rows


@st.composite
def _lines(draw: DrawFn, stops: list[str], first_hour: int, least: int = 3, most: int = 6) -> list[str]:
    rows = []
    for number in range(draw(st.integers(least, most))):
        sequence = draw(st.permutations(stops))[: draw(st.sampled_from([3, 4, 2]))]
        if draw(st.integers(0, 9)) == 9:
            sequence.append(draw(st.sampled_from(stops)))
        heads = [stop + draw(_rule()) for stop in sequence]
        kind = draw(st.sampled_from(["", "", "", "", " type 715"]))
        rows.append(f"line {number}{kind} | {' '.join(heads)}")
        for trip in range(draw(st.integers(2, 4))):
            rows.append(draw(_trip(f"t{number}_{trip}", len(sequence), first_hour)))
    return rows


def _rule() -> st.SearchStrategy[str]:
    return st.sampled_from([""] * 16 + ["[off]", "[on]", "[pass]", "[phone]"])


@st.composite
def _trip(draw: DrawFn, name: str, n_stops: int, first_hour: int) -> str:
    minute = first_hour * 60 + draw(st.integers(0, 60))
    times = [_clock(minute)]
    for hop in draw(
        st.lists(st.sampled_from([5, 0, 1, 2, 10, 20]), min_size=n_stops - 1, max_size=n_stops - 1)
    ):
        minute += hop
        arrival = _clock(minute)
        minute += draw(st.sampled_from([0, 0, 0, 2]))
        times.append(f"{arrival}/{_clock(minute)}")
    facts = draw(st.sampled_from([""] * 9 + [" days 0", " days 1", " wheelchair no", " bikes no"]))
    if n_stops > 2 and draw(st.integers(0, 7)) == 7:
        facts += f" then 9 u{name[1:]} at {draw(st.integers(1, n_stops - 2))}"
    return f"{name}{facts} | {' '.join(times)}"


@st.composite
def _transfers(draw: DrawFn, stops: list[str]) -> list[str]:
    rows = {}
    for _ in range(draw(st.integers(0, 3))):
        a, b = draw(st.sampled_from(stops)), draw(st.sampled_from(stops))
        kind = draw(st.integers(0, 3))
        rows[a, b] = f"transfer {a} {b} {kind}" + (
            f" {draw(st.sampled_from([0, 60, 180, 600]))} s" if kind == 2 else ""
        )
    return list(rows.values())


@st.composite
def _runs(draw: DrawFn, stops: list[str], first_hour: int) -> list[str]:
    rows = []
    for number in range(draw(st.integers(0, 2))):
        minute = first_hour * 60 + draw(st.integers(0, 60))
        visits = []
        for stop in draw(st.lists(st.sampled_from(stops), min_size=2, max_size=4)):
            visits.append(f"{stop} {_clock(minute)}")
            minute += draw(st.sampled_from([5, 0, 10]))
        hops = len(visits) - 1
        seats = " ".join(str(draw(st.sampled_from([8, 0, 1, 2]))) for _ in range(hops))
        wheelchairs = " ".join(str(draw(st.integers(0, 1))) for _ in range(hops))
        row = f"run b{number} | {' | '.join(visits)} | seats {seats} | wheelchairs {wheelchairs}"
        row += "".join(f" | {cell}" for cell in draw(_baggage(hops)))
        rows.append(f"{row} | bookable {_clock(first_hour * 60 + 15)}")
    return rows


@st.composite
def _baggage(draw: DrawFn, hops: int) -> list[str]:
    """Places for luggage and bicycles; mostly nothing is said of them."""
    kinds = draw(st.sampled_from([(), (), (), ("luggage",), ("bicycles",), ("luggage", "bicycles")]))
    return [f"{kind} {' '.join(str(draw(st.integers(0, 1))) for _ in range(hops))}" for kind in kinds]


@st.composite
def _streets(draw: DrawFn, nodes: list[str]) -> list[str]:
    """A tree of two-way streets, mostly whole, and a few more of any kind."""
    rows = []
    for i in range(1, len(nodes)):
        if draw(st.integers(0, 9)) > 0:
            rows.append(draw(_street(nodes[draw(st.integers(0, i - 1))], nodes[i], [""])))
    for _ in range(draw(st.integers(0 if rows else 1, 3))):
        a, b = draw(st.permutations(nodes))[:2]
        rows.append(draw(_street(a, b, ["", " oneway", " oneway", " foot", " car"])))
    return rows


@st.composite
def _turns(draw: DrawFn, streets: list[list[str]]) -> list[str]:
    """Ways over two to four streets in a row that cost something or are closed."""
    rows = []
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 4]))):
        way = list(draw(st.permutations(draw(st.sampled_from(streets)))))
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            onward = [
                b if a == way[-1] else a for a, b in streets if way[-1] in (a, b) and way[-2] not in (a, b)
            ]
            if onward:
                way.append(draw(st.sampled_from(onward)))
        price = draw(st.sampled_from(["10 s", "59.5 s", "closed", "closed"])) if len(way) == 3 else "closed"
        if len(way) > 2:
            rows.append(f"turn {' '.join(way)} {price}")
    return rows


@st.composite
def _street(draw: DrawFn, a: str, b: str, kinds: list[str]) -> str:
    metres = draw(st.sampled_from([300, 450.2, 700, 1200]))
    seconds = draw(st.sampled_from([30, 61.5, 120, 240]))
    return f"street {a} {b} {metres} m {seconds} s{draw(st.sampled_from(kinds))}"


@st.composite
def _ride(draw: DrawFn, name: str, nodes: list[str], first_hour: int) -> str:
    start = first_hour * 60 + draw(st.integers(0, 45))
    stops = draw(st.permutations(nodes))[: draw(st.sampled_from([2, 2, 3, 4]))]
    cells = [f"{stops[0]} {_clock(start)}..{_clock(start + draw(st.sampled_from([0, 4, 5, 15])))}"]
    minute = start
    for stop in stops[1:-1]:
        minute += draw(st.integers(0, 8))
        promise = draw(st.sampled_from(["on", "off", "both", "on"]))
        words = (
            f"on {_clock(minute)} off {_clock(minute)}"
            if promise == "both"
            else f"{promise} {_clock(minute)}"
        )
        cells.append(f"{stop} {words}")
    cells.append(f"{stops[-1]} until {_clock(minute + draw(st.sampled_from([60, 5, 10, 20])))}")
    hops = len(stops) - 1
    cells.append("seats " + " ".join(str(draw(st.sampled_from([3, 0, 1, 2]))) for _ in range(hops)))
    cells.append("wheelchairs " + " ".join(str(draw(st.sampled_from([1, 0]))) for _ in range(hops)))
    cells += draw(_baggage(hops))
    cells.append(f"budget {draw(st.sampled_from([300, 0, 60, 120, 900]))} s")
    cells.append(f"driver {draw(st.sampled_from(['anna', 'ben']))}")
    cells.append(f"bookable {_clock(first_hour * 60 + draw(st.sampled_from([15, 45])))}")
    return f"ride {name} | {' | '.join(cells)}"
