"""The log of a vehicle: which kilometres can be true, and how near an inspection is."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.domain.errors import LogInvalid
from mitfahr.domain.vehicle_log import Urgency, check_due, check_reading, urgency

TODAY = dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("days", "due_km", "km", "expected"),
    [
        (43, None, 50_000, Urgency.FAR),
        (42, None, None, Urgency.NEAR),
        (15, None, None, Urgency.NEAR),
        (14, None, None, Urgency.SOON),
        (0, None, None, Urgency.SOON),
        (-1, None, None, Urgency.OVER),
        (300, 51_001, 50_000, Urgency.FAR),
        (300, 51_000, 50_000, Urgency.NEAR),
        (300, 50_300, 50_000, Urgency.SOON),
        (300, 50_000, 50_000, Urgency.OVER),
        (300, 50_000, None, Urgency.FAR),
        (14, 60_000, 50_000, Urgency.SOON),
    ],
)
def test_how_near_an_inspection_is(days: int, due_km: int | None, km: int | None, expected: Urgency) -> None:
    assert urgency(TODAY + dt.timedelta(days=days), due_km, km, TODAY) is expected


def test_kilometres_that_can_be_true() -> None:
    check_reading(120_000, None, TODAY)
    check_reading(120_000, (120_000, TODAY), TODAY)
    check_reading(122_000, (120_000, TODAY - dt.timedelta(days=1)), TODAY)
    for km, last, field in (
        (-1, None, "km"),
        (9_000_000, None, "km"),
        (119_999, (120_000, TODAY), "less"),
        (1_200_500, (120_000, TODAY), "far"),
    ):
        with pytest.raises(LogInvalid, match=field):
            check_reading(km, last, TODAY)


def test_days_that_can_be_true() -> None:
    check_due(TODAY + dt.timedelta(days=730), 150_000, TODAY)
    check_due(TODAY - dt.timedelta(days=3), None, TODAY)  # found to be overdue when the log is begun
    with pytest.raises(LogInvalid, match="due"):
        check_due(dt.date(2226, 6, 1), None, TODAY)
    with pytest.raises(LogInvalid, match="km"):
        check_due(TODAY, 0, TODAY)
