"""Which days, and when a service day begins."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import gtfs
from routing.timetable import Timetable
from tests.gtfs.feeds import CALENDAR, STOP_TIMES, TRIPS, built, feed, load, places, plain, to_folder

BERLIN = ZoneInfo("Europe/Berlin")


def running_days(timetable: Timetable) -> list[str]:
    runs = timetable.service_runs[timetable.trip_service[0]]
    return [f"{timetable.first_day + dt.timedelta(days=d):%m%d}" for d, on in enumerate(runs) if on]


def test_calendar_with_exceptions(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("20260630", "20260609")
    dates = "service_id,date,exception_type\nWEEK,20260603,2\nWEEK,20260607,1"
    timetable = built(feed(calendar=calendar, calendar_dates=dates), tmp_path)
    assert running_days(timetable) == ["0601", "0602", "0604", "0605", "0607", "0608", "0609"]


def test_calendar_dates_alone(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\nWEEK,20260603,1\nWEEK,20260607,1\nWEEK,20260605,2"
    timetable = built(feed(calendar=None, calendar_dates=dates), tmp_path)
    assert running_days(timetable) == ["0603", "0607"]
    assert (timetable.first_day, timetable.n_days) == (dt.date(2026, 6, 3), 5)


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (dt.date(2026, 3, 28), "2026-03-28T00:00:00+01:00"),
        (dt.date(2026, 3, 29), "2026-03-28T23:00:00+01:00"),
        (dt.date(2026, 3, 30), "2026-03-30T00:00:00+02:00"),
        (dt.date(2026, 10, 24), "2026-10-24T00:00:00+02:00"),
        (dt.date(2026, 10, 25), "2026-10-25T01:00:00+02:00"),
        (dt.date(2026, 10, 26), "2026-10-26T00:00:00+01:00"),
    ],
)
def test_service_day_begins_twelve_hours_before_noon(tmp_path: Path, day: dt.date, starts: str) -> None:
    dates = f"service_id,date,exception_type\nWEEK,{day:%Y%m%d},1"
    timetable = built(feed(calendar=None, calendar_dates=dates), tmp_path)
    assert timetable.day_start_s.tolist() == [int(dt.datetime.fromisoformat(starts).timestamp())]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_morning_trips_keep_their_clock_on_change_days(tmp_path: Path, day: str) -> None:
    dates = f"service_id,date,exception_type\nWEEK,{day.replace('-', '')},1"
    timetable = built(feed(calendar=None, calendar_dates=dates), tmp_path)
    departure = dt.datetime.fromtimestamp(int(timetable.day_start_s[0] + timetable.time_dep[0]), BERLIN)
    assert departure.isoformat()[:16] == f"{day}T08:00"


@pytest.mark.parametrize(
    ("day", "times", "instants"),
    [
        ("20260329", ("01:30", "02:30", "03:30"), ("28 23:30", "29 00:30", "29 01:30")),
        ("20260328", ("25:30", "26:30", "27:30"), ("29 00:30", "29 01:30", "29 02:30")),
        ("20261025", ("01:30", "02:30", "03:30"), ("25 00:30", "25 01:30", "25 02:30")),
        ("20261024", ("25:30", "26:30", "27:30"), ("24 23:30", "25 00:30", "25 01:30")),
    ],
)
def test_nights_of_the_clock_change_have_exact_instants(
    tmp_path: Path, day: str, times: tuple[str, ...], instants: tuple[str, ...]
) -> None:
    """In UTC: a ride of two hours takes two hours, whatever the clocks on the wall do meanwhile."""
    rows = "".join(
        f"t1,{clock}:00,{clock}:00,{stop},{i}\n"
        for i, (clock, stop) in enumerate(zip(times, "ABC", strict=True))
    )
    timetable = built(
        feed(
            calendar=None,
            calendar_dates=f"service_id,date,exception_type\nWEEK,{day},1",
            stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + rows,
        ),
        tmp_path,
    )
    seconds = (timetable.day_start_s[0] + timetable.time_dep).tolist()
    assert tuple(f"{dt.datetime.fromtimestamp(s, dt.UTC):%d %H:%M}" for s in seconds) == instants


def test_times_past_midnight_belong_to_the_day_before(tmp_path: Path) -> None:
    stop_times = STOP_TIMES.replace("t1,08:2", "t1,49:2").replace("08:20", "49:20").replace("08:11", "24:10")
    dates = "service_id,date,exception_type\nWEEK,20260630,1"
    timetable = built(feed(calendar=None, calendar_dates=dates, stop_times=stop_times), tmp_path)
    clocks = [
        dt.datetime.fromtimestamp(int(timetable.day_start_s[0] + t), BERLIN).strftime("%m%d %H:%M")
        for t in timetable.time_dep
    ]
    assert clocks == ["0630 08:00", "0701 00:10", "0702 01:20"]


def test_days_are_those_on_which_a_trip_runs(tmp_path: Path) -> None:
    calendar = plain(CALENDAR) + "UNUSED,1,1,1,1,1,1,1,20250101,20270101\n"
    timetable = built(feed(calendar=calendar), tmp_path)
    assert (timetable.first_day, timetable.last_day) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))


def test_absurd_range_is_cut_around_today(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("20260601", "19700101").replace("20260630", "20991231")
    loaded = gtfs.load(to_folder(feed(calendar=calendar), tmp_path), today=dt.date(2026, 6, 1))
    assert loaded.timetable is not None
    assert loaded.timetable.first_day < dt.date(2026, 6, 1) < loaded.timetable.last_day
    assert loaded.timetable.n_days <= 3 * 366
    assert places(loaded, "service_range_too_long")


def test_no_day_at_all_is_refused(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("1,1,1,1,1,0,0", "0,0,0,0,0,0,0")
    loaded = load(feed(calendar=calendar), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "no_service_days")


def test_missing_both_calendars_is_refused(tmp_path: Path) -> None:
    loaded = load(feed(calendar=None), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "missing_calendar_and_calendar_date_files")


def test_inverted_range_is_refused(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("20260601,20260630", "20260630,20260601")
    loaded = load(feed(calendar=calendar), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "start_and_end_range_out_of_order") == [("calendar.txt", 2, "end_date", "20260601")]


def test_services_of_two_trips_are_kept_apart(tmp_path: Path) -> None:
    calendar = plain(CALENDAR) + "END,0,0,0,0,0,1,1,20260601,20260630\n"
    trips = plain(TRIPS) + "R,END,t2,\n"
    stop_times = plain(STOP_TIMES) + "t2,10:00:00,10:00:00,A,1\nt2,10:10:00,10:10:00,B,2\n"
    timetable = built(feed(calendar=calendar, trips=trips, stop_times=stop_times), tmp_path)
    per_day = timetable.service_runs[timetable.trip_service].sum(axis=1)
    assert per_day.tolist() == [22, 8]
