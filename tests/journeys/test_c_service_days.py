"""Service days: past midnight, twice past midnight, and the two nights when the clocks change."""

from tests.journeys.expecting import expect


def test_c01_past_midnight_belongs_to_the_day_before() -> None:
    night = "days 2\nline 1 | A B\nt1 days 0 | 24:10 25:10"
    expect(night, "A", "B", "23:00", "00:10 A –1→ 01:10 B")
    expect(night, "A", "B", "1 00:00", "00:10 A –1→ 01:10 B")


def test_c02_boarded_past_midnight() -> None:
    night = "days 2\nline 1 | A B C\nt1 days 0 | 23:30 24:10 25:10"
    expect(night, "A", "C", "23:00", "23:30 A –1→ 01:10+1 C")
    expect(night, "B", "C", "1 00:00", "00:10 B –1→ 01:10 C")


def test_c03_twice_past_midnight() -> None:
    long = "days 3\nline 1 | A B C\nt1 days 0 | 23:30 47:50 48:20"
    expect(long, "B", "C", "1 23:00", "23:50 B –1→ 00:20+1 C")
    expect(long, "B", "C", "2 00:30")


def test_c04_from_the_last_bus_of_one_day_to_the_first_of_the_next() -> None:
    night = "days 2\nline 1 | A B\nt1 days 0 | 23:30 24:30\nline 2 | B C\nu1 days 1 | 00:40 01:00\nu0 days 0 | 00:35 01:00"
    expect(night, "A", "C", "23:00", "23:30 A –1→ 00:30+1/00:40+1 B –2→ 01:00+1 C")


def test_c05_only_on_its_days() -> None:
    days = "days 3\nline 1 | A B\nt1 days 0,2 | 08:00 08:10"
    expect(days, "A", "B", "0 07:30", "08:00 A –1→ 08:10 B")
    expect(days, "A", "B", "1 07:30")
    expect(days, "A", "B", "2 07:30", "08:00 A –1→ 08:10 B")


def test_c06_the_same_clock_time_of_two_service_days() -> None:
    """01:10 of day 1 and 25:10 of day 0 are the same moment."""
    twice = "days 2\nline 1 | A B\nt1 | 01:10 01:30\nt2 | 25:10 25:20"
    expect(twice, "A", "B", "1 00:30", "01:10 A –1→ 01:20 B")


SPRING = "from 2026-03-28\ndays 3\n"
AUTUMN = "from 2026-10-24\ndays 3\n"


def test_c07_spring_a_trip_through_the_missing_hour() -> None:
    """Service day 28 March: 25:50 is 01:50 CET, 26:10 is 03:10 CEST."""
    night = SPRING + "line 1 | A B\nt1 days 0 | 25:50 26:10"
    expect(night, "A", "B", "25:00", "01:50 CET A –1→ 03:10 CEST B")


def test_c08_spring_the_morning_after_starts_an_hour_earlier() -> None:
    """Service day 29 March starts at 23:00 on the 28th: noon minus 12 hours. 05:00 is 05:00 on the clock."""
    morning = SPRING + "line 1 | A B\nt1 days 1 | 01:50 05:00"
    expect(morning, "A", "B", "1 00:30", "00:50 CET A –1→ 05:00 CEST B")


def test_c09_autumn_a_trip_through_the_double_hour() -> None:
    """Service day 24 October: 26:50 is 02:50 CEST, 27:10 is 02:10 CET, the second time round."""
    night = AUTUMN + "line 1 | A B\nt1 days 0 | 26:50 27:10"
    expect(night, "A", "B", "26:00", "02:50 CEST A –1→ 02:10 CET B")


def test_c10_autumn_the_morning_after_starts_an_hour_later() -> None:
    """Service day 25 October starts at 01:00 CEST: noon minus 12 hours."""
    morning = AUTUMN + "line 1 | A B\nt1 days 1 | 01:30 05:00"
    expect(morning, "A", "B", "1 01:00", "02:30 CEST A –1→ 05:00 CET B")


def test_c11_changing_across_the_clock_change() -> None:
    """A night bus of day 0 (27:10 = 02:10 CET) meets one of day 1 (02:20 of a day that began at 01:00 CEST)."""
    night = AUTUMN + "line 1 | A B\nt1 days 0 | 26:50 27:10\nline 2 | B C\nu1 days 1 | 02:20 02:40"
    line = "02:50 CEST A –1→ 02:10 CET/02:20 CET B –2→ 02:40 CET C"
    expect(night, "A", "C", "26:00", line)
