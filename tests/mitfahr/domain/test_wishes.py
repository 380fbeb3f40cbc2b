"""Days and hours of wishes, and who is worth asking the router about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from mitfahr.domain.errors import WishInvalid
from mitfahr.domain.times import resolve, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.wishes import WishDays, helps, leads_along, request_on
from routing.query import StopRef

MONDAY = dt.date(2026, 10, 19)
TUESDAYS = WishDays(MONDAY, MONDAY + dt.timedelta(days=27), frozenset({1}), dt.time(7), 7200)


def s(day: dt.date, clock: str) -> int:
    return seconds(resolve(day, dt.time.fromisoformat(clock)).moment)


def test_weekdays_between_two_days_and_a_single_day() -> None:
    days = list(TUESDAYS.between(MONDAY, dt.date(2099, 1, 1)))
    assert [day.day for day in days] == [20, 27, 3, 10]
    once = replace(TUESDAYS, weekdays=frozenset())
    assert list(once.between(MONDAY - dt.timedelta(days=9), MONDAY + dt.timedelta(days=9))) == [MONDAY]


def test_seven_in_the_morning_stays_seven_after_the_clock_change() -> None:
    before, after = dt.date(2026, 10, 20), dt.date(2026, 10, 27)
    (from_s, until_s), (later_s, _) = TUESDAYS.window(before), TUESDAYS.window(after)
    assert (from_s, until_s) == (s(before, "07:00"), s(before, "09:00"))
    assert later_s - from_s == 7 * 24 * 3600 + 3600
    asked = TripRequest(StopRef("A"), StopRef("B"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert request_on(asked, TUESDAYS, after).when == resolve(after, dt.time(7)).moment
    arriving = request_on(replace(asked, arrive_by=True), TUESDAYS, after)
    assert (arriving.when, arriving.window_s) == (resolve(after, dt.time(9)).moment, 7200)


def test_a_vehicle_meets_the_days_on_which_it_could_be_a_part_of_the_way() -> None:
    day = dt.date(2026, 10, 20)
    assert TUESDAYS.meets(s(day, "08:00"), s(day, "08:30")) == [day]
    assert TUESDAYS.meets(s(day, "12:30"), s(day, "13:00")) == [day]  # after a bus that left at nine
    assert TUESDAYS.meets(s(day, "13:30"), s(day, "14:00")) == []
    assert TUESDAYS.meets(s(MONDAY, "08:00"), s(MONDAY, "08:30")) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": MONDAY - dt.timedelta(days=1)}, "first"),
        ({"last": MONDAY - dt.timedelta(days=1)}, "last"),
        ({"last": MONDAY + dt.timedelta(days=400)}, "last"),
        ({"window_s": 0}, "window"),
        ({"window_s": 13 * 3600}, "window"),
        ({"last": MONDAY}, "weekdays"),
    ],
)
def test_what_cannot_be_wished(change: dict[str, object], field: str) -> None:
    with pytest.raises(WishInvalid) as refused:
        replace(TUESDAYS, **change).check(MONDAY)  # type: ignore[arg-type]
    assert refused.value.field == field
    TUESDAYS.check(MONDAY)


LOMMATZSCH, ZEHREN, MEISSEN, NOSSEN = (51.196, 13.308), (51.2, 13.4), (51.163, 13.473), (51.059, 13.298)


def test_who_drives_that_way_may_help_and_who_drives_back_does_not() -> None:
    assert helps([LOMMATZSCH, MEISSEN], 2000, ZEHREN, MEISSEN)
    assert helps([LOMMATZSCH, ZEHREN], 1500, LOMMATZSCH, MEISSEN)  # half the way, the rest by bus
    assert not helps([MEISSEN, LOMMATZSCH], 1500, LOMMATZSCH, MEISSEN)
    assert not helps([LOMMATZSCH, NOSSEN], 1500, LOMMATZSCH, MEISSEN)


def test_only_a_way_past_both_places_leads_along() -> None:
    assert leads_along([LOMMATZSCH, MEISSEN], 3000, ZEHREN, MEISSEN)
    assert not leads_along([MEISSEN, LOMMATZSCH], 3000, ZEHREN, MEISSEN)
    assert not leads_along([LOMMATZSCH, MEISSEN], 3000, NOSSEN, MEISSEN)
