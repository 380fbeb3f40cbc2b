"""Which timetable covers which days: spans without a gap, and what is missing ahead."""

from __future__ import annotations

import datetime as dt

from mitfahr.domain.validity import Cover, Span, Version, calendar, days_covered

TODAY = dt.date(2026, 11, 23)


def version(name: str, first: str, last: str) -> Version:
    return Version(name, name, dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def told(spans: list[Span]) -> list[tuple[str, str | None, Cover, str | None]]:
    return [
        (f"{s.first}", f"{s.last}" if s.last else None, s.cover, s.version.name if s.version else None)
        for s in spans
    ]


def test_what_serves_then_what_is_ready_then_nothing() -> None:
    now = version("now", "2026-06-14", "2026-12-12")
    following = version("next", "2026-12-13", "2027-12-11")
    spans = calendar(TODAY, now, [following])
    assert told(spans) == [
        ("2026-11-23", "2026-12-12", Cover.SERVES, "now"),
        ("2026-12-13", "2027-12-11", Cover.READY, "next"),
        ("2027-12-12", None, Cover.NONE, None),
    ]
    assert days_covered(TODAY, spans) == (dt.date(2027, 12, 12) - TODAY).days


def test_a_gap_between_two_is_seen() -> None:
    now = version("now", "2026-06-14", "2026-12-12")
    later = version("later", "2027-01-01", "2027-12-11")
    spans = calendar(TODAY, now, [later])
    assert told(spans)[1] == ("2026-12-13", "2026-12-31", Cover.NONE, None)
    assert days_covered(TODAY, spans) == 20


def test_the_newest_that_is_ready_counts_and_what_serves_comes_first() -> None:
    now = version("now", "2026-06-14", "2026-12-12")
    newest, older = version("b", "2026-11-01", "2026-12-31"), version("a", "2026-11-01", "2027-01-31")
    assert told(calendar(TODAY, now, [newest, older]))[1:] == [
        ("2026-12-13", "2026-12-31", Cover.READY, "b"),
        ("2027-01-01", "2027-01-31", Cover.READY, "a"),
        ("2027-02-01", None, Cover.NONE, None),
    ]


def test_nothing_at_all_and_what_has_ended() -> None:
    assert told(calendar(TODAY, None, [])) == [("2026-11-23", None, Cover.NONE, None)]
    ended = version("old", "2026-01-01", "2026-11-22")
    assert days_covered(TODAY, calendar(TODAY, ended, [])) == 0
