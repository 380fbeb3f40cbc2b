"""GTFS-Realtime trip updates as passengers meet them: which trip and call is meant, and at what time it comes."""

from __future__ import annotations

import datetime as dt

import pytest
from google.protobuf.message import Message

from gtfs.realtime import MessageRefused, Remark, Unusable, read_message, said_at
from routing.timetable import Timetable
from tests.gtfs.feeds import CALENDAR, ROUTES, built, feed
from tests.gtfs.messages import DAY, at, message, read, said, vehicles

STOPS = """
    stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
    A,Meißen Markt,51.1634,13.4714,,
    B,Coswig Börse,51.1300,13.5800,,
    C,Radebeul Ost,51.1030,13.6780,,
    S,Bahnhof,51.1,13.7,1,
    S1,Bahnhof Steig 1,51.1,13.7,,S
    S2,Bahnhof Steig 2,51.1001,13.7,,S
"""
TRIPS = """
    route_id,service_id,trip_id,trip_headsign,wheelchair_accessible
    R,WEEK,t1,Bahnhof,1
    R,WEEK,loop,Rundkurs,
    R,WEEK,night,Coswig,
    R,WEEK,often,Coswig,
    R,SUN,sunday,Coswig,
"""
STOP_TIMES = """
    trip_id,arrival_time,departure_time,stop_id,stop_sequence
    t1,08:00:00,08:00:00,A,1
    t1,08:10:00,08:11:00,B,2
    t1,08:20:00,08:20:00,C,3
    t1,08:30:00,08:30:00,S1,4
    loop,10:00:00,10:00:00,A,1
    loop,10:10:00,10:10:00,B,2
    loop,10:20:00,10:20:00,A,3
    loop,10:30:00,10:30:00,C,4
    night,24:50:00,24:50:00,A,10
    night,25:10:00,25:10:00,B,20
    often,12:00:00,12:00:00,A,1
    often,12:10:00,12:10:00,B,2
    sunday,09:00:00,09:00:00,A,1
    sunday,09:10:00,09:10:00,B,2
"""
FREQUENCIES = """
    trip_id,start_time,end_time,headway_secs
    often,12:00:00,14:00:00,1800
"""
PLANNED = "t1 | A 08:00 | B 08:10/08:11 | C 08:20 | S1 08:30"


@pytest.fixture(scope="module")
def timetable(tmp_path_factory: pytest.TempPathFactory) -> Timetable:
    calendar = f"{CALENDAR}\n SUN,0,0,0,0,0,0,1,20260601,20260630"
    files = feed(
        stops=STOPS,
        routes=ROUTES,
        trips=TRIPS,
        stop_times=STOP_TIMES,
        frequencies=FREQUENCIES,
        calendar=calendar,
    )
    return built(files, tmp_path_factory.mktemp("feed"))


def trip(trip_id: str = "t1", start_date: str = "20260601", **facts: str) -> str:
    stated = {"trip_id": trip_id, "start_date": start_date, **facts}
    fields = " ".join(f'{name}: "{value}"' for name, value in stated.items() if value and name != "as_")
    relationship = f" schedule_relationship: {facts['as_']}" if "as_" in facts else ""
    return f"trip {{ {fields}{relationship} }}"


def call(text: str, arrival: str = "", departure: str = "", more: str = "") -> str:
    """`text` is "B" (a stop), "2" (a number) or "2 B"; times are "08:14" or "+240" (a delay)."""
    parts = [f"stop_sequence: {part}" if part.isdigit() else f'stop_id: "{part}"' for part in text.split()]
    for side, time in (("arrival", arrival), ("departure", departure)):
        if time:
            parts.append(
                f"{side} {{ delay: {int(time)} }}" if time[0] in "+-" else f"{side} {{ time: {at(time)} }}"
            )
    return f"stop_time_update {{ {' '.join(parts)} {more} }}"


SKIPPED, NO_DATA = "schedule_relationship: SKIPPED", "schedule_relationship: NO_DATA"


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([call("2", "+240")], "A 08:00 | B 08:14/08:15 | C 08:24 | S1 08:34"),
        ([call("B", "+240")], "A 08:00 | B 08:14/08:15 | C 08:24 | S1 08:34"),
        ([call("B", "08:14", "08:14")], "A 08:00 | B 08:14 | C 08:23 | S1 08:33"),
        ([call("1", "", "-60")], "A 07:59 | B 08:09/08:10 | C 08:19 | S1 08:29"),
        ([call("1", "", "+300"), call("3", "+60")], "A 08:05 | B 08:15/08:16 | C 08:21 | S1 08:31"),
        ([call("1", "", "+1200"), call("3", "+60")], "A 08:20 | B 08:21 | C 08:21 | S1 08:31"),
        ([call("1", "", "+300"), call("3", more=NO_DATA)], "A 08:05 | B 08:15/08:16 | C 08:20 | S1 08:30"),
        ([call("1", "", "+900"), call("3", more=NO_DATA)], "A 08:15 | B 08:25/08:26 | C 08:26 | S1 08:30"),
        ([call("2", more=SKIPPED)], "A 08:00 | B× 08:10/08:11 | C 08:20 | S1 08:30"),
        ([call("1", "", "+60"), call("B", more=SKIPPED)], "A 08:01 | B× 08:11/08:12 | C 08:21 | S1 08:31"),
        ([call("S2", "+60")], "A 08:00 | B 08:10/08:11 | C 08:20 | S1 08:31"),
        ([call("S", "+60")], "A 08:00 | B 08:10/08:11 | C 08:20 | S1 08:31"),
        ([call("7 B", "+60")], "A 08:00 | B 08:11/08:12 | C 08:21 | S1 08:31"),
        ([call("2 X", "+60")], "A 08:00 | B 08:11/08:12 | C 08:21 | S1 08:31"),
        ([call("3 B", "+60")], "A 08:00 | B 08:11/08:12 | C 08:21 | S1 08:31"),
    ],
)
def test_delays_go_on_to_the_calls_after_them(timetable: Timetable, calls: list[str], expected: str) -> None:
    assert said(timetable, f"{trip()} {' '.join(calls)}") == [f"t1 | {expected}"]


def test_a_delay_of_the_whole_trip(timetable: Timetable) -> None:
    assert said(timetable, f"{trip()} delay: 120") == ["t1 | A 08:02 | B 08:12/08:13 | C 08:22 | S1 08:32"]
    both = f"{trip()} delay: 120 {call('1', '', '+0')}"
    assert said(timetable, both) == [PLANNED]


def test_a_stop_that_is_called_at_twice_is_found_by_number_or_time(timetable: Timetable) -> None:
    second = "loop | A 10:00 | B 10:10 | A 10:22 | C 10:32"
    assert said(timetable, f"{trip('loop')} {call('3', '+120')}") == [second]
    assert said(timetable, f"{trip('loop')} {call('A', '10:22')}") == [second]
    assert said(timetable, f"{trip('loop')} {call('B', '+0')} {call('A', '+120')}") == [second]
    assert said(timetable, f"{trip('loop')} {call('A', '', '+120')}") == [
        "loop | A 10:02 | B 10:12 | A 10:22 | C 10:32"
    ]


def test_numbers_of_the_calls_that_the_feed_chose(timetable: Timetable) -> None:
    late = f"{trip('night')} {call('20', '+120')}"
    assert said(timetable, late) == []
    found = read(timetable, late, numbers={"night": (10, 20)})
    assert vehicles(timetable, found.trips) == ["night | A 00:50 | B 01:12"]


def test_calls_may_be_counted_from_nought(timetable: Timetable) -> None:
    late = f"{trip()} {call('1', '+60')}"
    assert said(timetable, late) == ["t1 | A 08:01 | B 08:11/08:12 | C 08:21 | S1 08:31"]
    assert said(timetable, f"{trip('loop')} {call('0', '', '+0')}", late)[1] == (
        "t1 | A 08:00 | B 08:11/08:12 | C 08:21 | S1 08:31"
    )


def test_without_a_date_it_is_the_day_of_the_stated_time(timetable: Timetable) -> None:
    tuesday = DAY + dt.timedelta(days=1)
    (late,) = read(timetable, f"{trip(start_date='')} {call('2', '08:14')}").trips
    assert late.service_date == DAY
    text = f"stop_time_update {{ stop_sequence: 2 arrival {{ time: {at('08:14', tuesday)} }} }}"
    (late,) = read(timetable, f"{trip(start_date='')} {text}").trips
    assert late.service_date == tuesday
    after_midnight = f'stop_time_update {{ stop_id: "B" arrival {{ time: {at("01:12", tuesday)} }} }}'
    (late,) = read(timetable, f"{trip('night', start_date='')} {after_midnight}").trips
    assert late.service_date == DAY
    assert vehicles(timetable, [late]) == ["night | A 00:50 | B 01:12"]


def test_a_repeated_trip_needs_its_start_time(timetable: Timetable) -> None:
    late = call("1", "", "+120")
    assert said(timetable, f"{trip('often', start_time='12:30:00')} {late}") == ["often | A 12:32 | B 12:42"]
    for start_time, why in (
        ("", Remark.WHICH_DEPARTURE),
        ("12:45:00", Remark.NOT_RUNNING),
        ("halb", Remark.BAD_START),
    ):
        found = read(timetable, f"{trip('often', start_time=start_time)} {late}")
        assert (found.trips, dict(found.tally.counts)) == ((), {why: 1})


@pytest.mark.parametrize(
    ("update", "why", "sample"),
    [
        (f"{trip('weg')} delay: 60", Remark.UNKNOWN_TRIP, "weg"),
        (f"{trip('')} delay: 60", Remark.NO_TRIP, "e0"),
        (f"{trip('sunday')} delay: 60", Remark.NOT_RUNNING, "sunday"),
        (f"{trip(start_date='20270101')} delay: 60", Remark.NOT_RUNNING, "t1"),
        (f"{trip(start_date='1.6.2026')} delay: 60", Remark.BAD_START, "1.6.2026"),
        (f"{trip(start_date='20260631')} delay: 60", Remark.BAD_START, "20260631"),
        (trip(), Remark.SAYS_NOTHING, "t1"),
        (f"{trip()} {call('1', more=NO_DATA)}", Remark.SAYS_NOTHING, "t1"),
        (f"{trip()} {call('1', '', '+30000')}", Remark.TOO_FAR_OFF, "t1"),
        (f"{trip()} {call('1', '', '-4000')}", Remark.TOO_FAR_OFF, "t1"),
        (f"{trip('neu', as_='NEW')} {call('A', '', '09:00')}", Remark.INCOMPLETE, "neu"),
        (
            f"{trip('neu', as_='ADDED')} {call('A', '', '09:00')} {call('B', '09:10')}",
            Remark.INCOMPLETE,
            "neu",
        ),
    ],
)
def test_what_cannot_be_used_is_counted_with_a_sample(
    timetable: Timetable, update: str, why: Remark, sample: str
) -> None:
    found = read(timetable, update)
    assert found.trips == ()
    assert found.tally.json() == {why.value: {"n": 1, "samples": [sample]}}


def test_single_calls_that_cannot_be_used_leave_the_others(timetable: Timetable) -> None:
    found = read(timetable, f"{trip()} {call('X', '+60')} {call('99', '+60')} {call('C', '+120')}")
    assert vehicles(timetable, found.trips) == ["t1 | A 08:00 | B 08:10/08:11 | C 08:22 | S1 08:32"]
    assert dict(found.tally.counts) == {Remark.UNKNOWN_STOP: 1, Remark.STOP_NOT_ON_TRIP: 1, Remark.RUNS: 1}


def test_times_that_go_backwards_are_raised_and_counted(timetable: Timetable) -> None:
    found = read(timetable, f"{trip()} {call('1', '', '08:15')} {call('2', '08:12')}")
    assert vehicles(timetable, found.trips) == ["t1 | A 08:15 | B 08:15 | C 08:22 | S1 08:32"]
    assert found.tally.counts[Remark.BACKWARDS] == 1


def test_the_last_word_on_a_trip_counts(timetable: Timetable) -> None:
    found = read(timetable, f"{trip()} delay: 600", f"{trip(as_='CANCELED')}", f"{trip()} delay: 60")
    assert vehicles(timetable, found.trips) == ["t1 | A 08:01 | B 08:11/08:12 | C 08:21 | S1 08:31"]
    assert found.tally.counts[Remark.DUPLICATE] == 2


@pytest.mark.parametrize("as_", ["CANCELED", "DELETED"])
def test_cancelled(timetable: Timetable, as_: str) -> None:
    assert said(timetable, trip(as_=as_)) == ["t1 –"]


@pytest.mark.parametrize("as_", ["ADDED", "NEW"])
def test_added_trips(timetable: Timetable, as_: str) -> None:
    calls = f"{call('A', '', '09:00')} {call('B', '09:10', '09:12')} {call('S', '09:40')}"
    assert said(timetable, f"{trip('x', route_id='R', as_=as_)} {calls}") == [
        "421 x → Bahnhof Steig 1 | A 09:00 | B 09:10/09:12 | S1 09:40"
    ]
    again = said(timetable, f"{trip('t1', route_id='R', as_=as_, start_time='09:00:00')} {calls}")
    assert again == ["421 t1#09:00:00 → Bahnhof Steig 1 | A 09:00 | B 09:10/09:12 | S1 09:40"]
    elsewhere = read(timetable, f"{trip('x', route_id='E7', as_=as_)} {calls} {call('X', '09:50')}")
    assert vehicles(timetable, elsewhere.trips)[0].startswith("E7 x")
    assert dict(elsewhere.tally.counts) == {Remark.UNKNOWN_STOP: 1, Remark.UNKNOWN_ROUTE: 1, Remark.ADDED: 1}


def test_an_added_trip_says_more_of_itself(timetable: Timetable) -> None:
    none = "stop_time_properties { pickup_type: NONE }"
    update = f"""{trip("x", route_id="R", as_="NEW")} trip_properties {{ trip_headsign: "Fest" }}
        vehicle {{ wheelchair_accessible: WHEELCHAIR_ACCESSIBLE }}
        {call("A", "", "09:00")} {call("B", "09:10", more=none)} {call("C", "09:20")}"""
    (added,) = read(timetable, update).trips
    assert (added.headsign, added.wheelchair) == ("Fest", 1)  # type: ignore[union-attr]
    assert [call.can_board for call in added.calls] == [True, False, True]  # type: ignore[union-attr]


def test_a_duplicated_trip_runs_once_more(timetable: Timetable) -> None:
    again = 'trip_properties { trip_id: "t1b" start_date: "20260601" start_time: "09:30:00" }'
    assert said(
        timetable, f"{trip(as_='DUPLICATED')} {again} {call('2', '+60')} {call('3', more=SKIPPED)}"
    ) == ["421 t1b → Bahnhof | A 09:30 | B 09:41/09:42 | C× 09:51 | S1 10:01"]


def test_a_replaced_trip_is_cancelled_and_runs_otherwise(timetable: Timetable) -> None:
    other = f"{trip(as_='REPLACEMENT')} {call('A', '', '08:05')} {call('C', '08:15')}"
    assert said(timetable, other) == ["t1 –", "421 t1#replacement → Bahnhof | A 08:05 | C 08:15"]
    same = " ".join(call(stop, "+60", "+60") for stop in ("A", "B", "C", "S1"))
    assert said(timetable, f"{trip(as_='REPLACEMENT')} {same}") == [
        "t1 | A 08:01 | B 08:11/08:12 | C 08:21 | S1 08:31"
    ]


def _serialized(whole: Message) -> bytes:
    return whole.SerializeToString()


def test_messages_that_are_refused_as_a_whole() -> None:
    good = _serialized(message(f"{trip()} delay: 60"))
    assert len(read_message(good).entity) == 1
    for garbage in (b"", b"<html>Wartung</html>", good[: len(good) // 2], b"\x00" * 100, b"{}"):
        with pytest.raises(MessageRefused) as refused:
            read_message(garbage)
        assert refused.value.why is Unusable.UNREADABLE
    with pytest.raises(MessageRefused) as refused:
        read_message(_serialized(message(is_differential=True)))
    assert refused.value.why is Unusable.DIFFERENTIAL


def test_a_message_is_never_from_tomorrow() -> None:
    fetched = dt.datetime.fromtimestamp(at("08:00"), dt.UTC)
    assert said_at(message(timestamp=at("07:59")), fetched) == fetched - dt.timedelta(minutes=1)
    assert said_at(message(timestamp=at("09:00")), fetched) == fetched
    without = message()
    without.header.ClearField("timestamp")
    assert said_at(without, fetched) == fetched
