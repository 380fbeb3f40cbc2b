"""Ranges of departures and arrivals, single moments, and the longest journey."""

from tests.journeys.expecting import expect

LINE = """
line 1 | A     C
t1     | 08:00 08:20
t2     | 08:30 08:50
t3     | 09:00 09:20
"""


def test_d01_both_ends_of_the_window_count() -> None:
    expect(LINE, "A", "C", "08:00", "08:00 A –1→ 08:20 C", "08:30 A –1→ 08:50 C", window_s=1800)
    expect(LINE, "A", "C", "08:00:01", "08:30 A –1→ 08:50 C", window_s=1800)
    expect(LINE, "A", "C", "08:00", "08:00 A –1→ 08:20 C", window_s=1799)


def test_d02_the_walk_to_the_stop_counts() -> None:
    near = LINE + "walk X A 300 m"
    line = "08:26 X, walk 300 m, 08:30 A –1→ 08:50 C"
    expect(near, "X", "C", "07:57", line, window_s=1740)
    expect(near, "X", "C", "07:57", window_s=1739)


def test_d03_a_better_journey_after_the_window_takes_nothing_away() -> None:
    overtaken = "line 1 | A C\nt1 | 08:00 08:40\nline 2 | A C\nu1 | 08:05 08:20"
    expect(overtaken, "A", "C", "07:30", "08:00 A –1→ 08:40 C", window_s=1920)
    expect(overtaken, "A", "C", "07:30", "08:05 A –2→ 08:20 C", window_s=2100)
    expect(overtaken, "A", "C", "07:30", "08:05 A –2→ 08:20 C", window_s=0)


def test_d04_arrive_by() -> None:
    lines = ["08:00 A –1→ 08:20 C", "08:30 A –1→ 08:50 C"]
    expect(LINE, "A", "C", "08:50", *lines, arrive_by=True, window_s=1800)
    expect(LINE, "A", "C", "08:50", lines[1], arrive_by=True, window_s=1799)
    expect(LINE, "A", "C", "08:49:59", lines[0], arrive_by=True, window_s=1799)


def test_d05_arrive_by_one_moment_leaves_last() -> None:
    expect(LINE, "A", "C", "08:59", "08:30 A –1→ 08:50 C", arrive_by=True, window_s=0)


def test_d06_leaving_at_one_moment_is_shown_with_the_least_waiting() -> None:
    """t2 and t1 both reach the 09:00 of line 2."""
    change = "line 1 | A B\nt1 | 08:00 08:20\nt2 | 08:30 08:50\nline 2 | B C\nu1 | 09:00 09:10"
    line = "08:30 A –1→ 08:50/09:00 B –2→ 09:10 C"
    expect(change, "A", "C", "07:30", line, window_s=0)
    expect(change, "A", "C", "07:30", line)


def test_d07_arriving_at_one_moment_is_shown_with_the_least_waiting() -> None:
    change = "line 1 | A B\nt1 | 08:00 08:20\nline 2 | B C\nu1 | 08:30 08:40\nu2 | 09:00 09:10"
    line = "08:00 A –1→ 08:20/08:30 B –2→ 08:40 C"
    expect(change, "A", "C", "09:30", line, window_s=0, arrive_by=True)


def test_d08_a_journey_takes_a_day_at_most() -> None:
    slow = "days 3\nline 1 | A C\nt1 days 0 | 08:00 32:00"
    expect(slow, "A", "C", "08:00", "08:00 A –1→ 08:00+1 C", window_s=0)
    expect(slow, "A", "C", "07:59:59", window_s=0)
    expect(slow, "A", "C", "07:00", "08:00 A –1→ 08:00+1 C", window_s=3600)
    expect(slow, "A", "C", "32:00", "08:00 A –1→ 08:00+1 C", window_s=0, arrive_by=True)
    expect(slow, "A", "C", "32:00:01", window_s=0, arrive_by=True)


def test_d09_walking_stands_once_in_an_arrive_by_answer() -> None:
    near = "line 1 | A C\nt1 | 08:00 08:10\nt2 | 08:20 08:30\nwalk A C 1500 m"
    walk = "08:40 A, walk 1500 m, 09:00 C"
    expect(near, "A", "C", "09:00", walk, "08:00 A –1→ 08:10 C", "08:20 A –1→ 08:30 C", arrive_by=True)
    expect(near, "A", "C", "09:00", walk, arrive_by=True, window_s=0)
    early = "08:11 A, walk 1500 m, 08:31 C"
    expect(near, "A", "C", "08:31", early, "08:20 A –1→ 08:30 C", arrive_by=True, window_s=0)


def test_d10_walking_beats_waiting_for_a_bus() -> None:
    """At 07:30 one is there on foot before the bus leaves; at 07:55 the bus is quicker."""
    near = "line 1 | A C\nt1 | 08:00 08:10\nwalk A C 1500 m"
    expect(near, "A", "C", "07:30", "07:30 A, walk 1500 m, 07:50 C", window_s=0)
    both = ["07:55 A, walk 1500 m, 08:15 C", "08:00 A –1→ 08:10 C"]
    expect(near, "A", "C", "07:55", *both, window_s=0)
