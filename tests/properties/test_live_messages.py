"""Whatever a live source says: never an exception, times never go backwards, and what is said is what is read."""

from __future__ import annotations

from itertools import accumulate

import pytest
from google.transit.gtfs_realtime_pb2 import FeedMessage, TripDescriptor, TripUpdate
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from gtfs.realtime import MessageRefused, read_message
from gtfs.trip_updates import FARTHEST_EARLY_S, FARTHEST_LATE_S, read_trip_updates
from routing.live import LiveTrips
from routing.timetable import Timetable
from routing.trip_calls import TripCalls
from tests.gtfs.feeds import built, feed
from tests.gtfs.messages import at, message

STOPS = "stop_id,stop_name,stop_lat,stop_lon\n" + "\n".join(
    f"{name},{name},51.1{i},13.4{i}" for i, name in enumerate("ABCDEF")
)
CALLED = "ABCDAEF"
"""A is called at twice."""
PLANNED = [(8 * 3600 + 600 * i, 8 * 3600 + 600 * i + 60 * (i % 2)) for i in range(len(CALLED))]
N = len(CALLED)


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02}:{time_s // 60 % 60:02}:00"


@pytest.fixture(scope="module")
def timetable(tmp_path_factory: pytest.TempPathFactory) -> Timetable:
    rows = [
        f"t1,{_clock(arr)},{_clock(dep)},{stop},{i + 1}"
        for i, (stop, (arr, dep)) in enumerate(zip(CALLED, PLANNED, strict=True))
    ]
    stop_times = "\n".join(["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *rows])
    return built(feed(stops=STOPS, stop_times=stop_times), tmp_path_factory.mktemp("feed"))


StopTime = TripUpdate.StopTimeUpdate
AS_WORDS = {"SCHEDULED": StopTime.SCHEDULED, "SKIPPED": StopTime.SKIPPED, "NO_DATA": StopTime.NO_DATA}
Call = tuple[int, str, int | None, int | None]
"""(position, what is said of it, delay on arrival, delay on departure)."""


@st.composite
def said_of_calls(draw: DrawFn) -> list[Call]:
    """Of some calls in order; a call without a time and without being skipped says nothing."""
    delays = st.one_of(st.none(), st.integers(-FARTHEST_EARLY_S, 3 * 3600))
    calls: list[Call] = []
    for position in range(N):
        what = draw(st.sampled_from(["nothing", "nothing", "SCHEDULED", "SCHEDULED", "SKIPPED", "NO_DATA"]))
        if what == "NO_DATA":
            calls.append((position, what, None, None))
        elif what != "nothing":
            calls.append((position, what, draw(delays), draw(delays)))
    return calls


def _update(calls: list[Call], as_times: bool) -> TripUpdate:
    update = TripUpdate(trip=TripDescriptor(trip_id="t1", start_date="20260601"))
    day_start_s = at("00:00")
    for position, what, *delays in calls:
        call = update.stop_time_update.add(stop_sequence=position + 1, stop_id=CALLED[position])
        call.schedule_relationship = AS_WORDS[what]
        for side, delay, planned in zip(
            (call.arrival, call.departure), delays, PLANNED[position], strict=True
        ):
            if delay is not None and as_times:
                side.time = day_start_s + planned + delay
            elif delay is not None:
                side.delay = delay
    return update


def _read_naively(calls: list[Call]) -> list[int]:
    """Delays at all sides of calls, by the words of the specification; then times are put in order."""
    planned = [time_s for call in PLANNED for time_s in call]
    said = {position: (what, arrival, departure) for position, what, arrival, departure in calls}
    until_no_data = {
        position
        for position in range(N)
        if (following := next((p for p in range(position + 1, N) if _speaks(said.get(p))), None)) is not None
        and said[following][0] == "NO_DATA"
    }
    delay, times, is_stated = 0, [], []
    for position in range(N):
        what, arrival, departure = said.get(position, ("nothing", None, None))
        if what == "NO_DATA":
            delay = arrival = departure = 0
        for side, stated in enumerate((arrival, departure)):
            delay = delay if stated is None else stated
            times.append(planned[2 * position + side] + delay)
            carried = delay != 0 and position in until_no_data and (side or not _speaks(said.get(position)))
            is_stated.append(stated is not None or carried)
    for i in reversed(range(2 * N - 1)):
        if not is_stated[i]:
            later = [times[j] for j in range(i + 1, 2 * N) if is_stated[j]][:1]
            times[i] = min([times[i], *later])
    return list(accumulate(times, max))


def _speaks(said: tuple[str, int | None, int | None] | None) -> bool:
    return said is not None and (said[0] in ("NO_DATA", "SKIPPED") or said[1:] != (None, None))


@given(calls=said_of_calls(), as_times=st.booleans())
def test_what_is_read_is_what_the_specification_says(
    timetable: Timetable, calls: list[Call], as_times: bool
) -> None:
    whole = message()
    whole.entity.add(id="1").trip_update.CopyFrom(_update(calls, as_times))
    reading = read_trip_updates(whole, timetable, at("07:30"))
    says_something = any(_speaks((what, a, d)) and what != "NO_DATA" for _, what, a, d in calls)
    assert bool(reading.trips) == says_something
    if not says_something:
        return
    live = LiveTrips(timetable).with_trips(reading.trips)
    (expected,) = live.expected.values()
    run = TripCalls.of_run(timetable, expected.runs[0])
    times = [int(time_s) - at("00:00") for pair in zip(run.arr, run.dep, strict=True) for time_s in pair]
    assert times == _read_naively(calls)
    skipped = {position for position, what, *_ in calls if what == "SKIPPED"}
    assert [bool(b) for b in run.face.board] == [i not in skipped for i in range(N)]


WORDS = st.sampled_from(["t1", "", "t9", "A", "B", "R", "20260601", "20261301", "x", "08:00:00", "99:99:99"])
NUMBERS = st.integers(-(2**31), 2**31 - 1) | st.sampled_from([0, 1, 7, 60])
MOMENTS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, at("08:05"), at("08:30")])


@st.composite
def wild_messages(draw: DrawFn) -> FeedMessage:
    whole = message(timestamp=at("07:00"))
    if draw(st.booleans()):
        whole.header.timestamp = draw(st.integers(0, 2**64 - 1))
    for i in range(draw(st.integers(0, 4))):
        update = whole.entity.add(id=str(i)).trip_update
        for field in ("trip_id", "route_id", "start_time", "start_date"):
            setattr(update.trip, field, draw(WORDS))
        update.trip.schedule_relationship = draw(  # type: ignore[assignment]
            st.sampled_from(TripDescriptor.ScheduleRelationship.values())
        )
        update.trip_properties.start_date = draw(WORDS)
        update.trip_properties.start_time = draw(WORDS)
        if draw(st.booleans()):
            update.delay = draw(NUMBERS)
        for _ in range(draw(st.integers(0, 4))):
            call = update.stop_time_update.add(stop_id=draw(WORDS))
            call.schedule_relationship = draw(  # type: ignore[assignment]
                st.sampled_from(StopTime.ScheduleRelationship.values())
            )
            if draw(st.booleans()):
                call.stop_sequence = draw(st.integers(0, 2**32 - 1) | st.integers(0, N + 1))
            for side in (call.arrival, call.departure):
                if draw(st.booleans()):
                    side.time = draw(MOMENTS)
                if draw(st.booleans()):
                    side.delay = draw(NUMBERS)
    return whole


@given(whole=wild_messages())
def test_nothing_that_a_source_says_is_fatal(timetable: Timetable, whole: FeedMessage) -> None:
    reading = read_trip_updates(whole, timetable, at("07:30"))
    refused: list[str] = []
    live = LiveTrips(timetable).with_trips(reading.trips, lambda trip, why: refused.append(str(why)))
    assert refused == []
    for expected in live.expected.values():
        for run in expected.runs:
            times = [time_s for pair in zip(run.arr, run.dep, strict=True) for time_s in pair]
            assert times == sorted(times)
            if expected.added is None:
                assert run.dep[0] - at("08:00") <= FARTHEST_LATE_S


@given(
    garbage=st.binary(max_size=200),
    cut=st.integers(0, 400),
    flip=st.tuples(st.integers(0, 10**6), st.integers(1, 255)),
)
def test_damaged_messages_are_read_or_refused(
    timetable: Timetable, garbage: bytes, cut: int, flip: tuple[int, int]
) -> None:
    good = bytearray(message('trip { trip_id: "t1" start_date: "20260601" } delay: 60').SerializeToString())
    good[flip[0] % len(good)] ^= flip[1]
    for payload in (garbage, bytes(good), bytes(good[:cut])):
        try:
            whole = read_message(payload)
        except MessageRefused:
            continue
        LiveTrips(timetable).with_trips(
            read_trip_updates(whole, timetable, at("07:30")).trips, lambda _trip, _why: None
        )
