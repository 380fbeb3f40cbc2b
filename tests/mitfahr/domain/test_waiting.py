"""How long an offered place is held: some hours, never through the night, never up to the departure."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.domain.times import ZONE, local, seconds
from mitfahr.domain.waiting import answer_until_s


@pytest.mark.parametrize(
    ("offered", "leaves", "until"),
    [
        ("02 09:00", "03 10:00", "02 12:00"),
        ("02 17:59", "03 15:00", "02 20:59"),
        ("02 18:00", "03 15:00", "03 10:00"),  # not to be answered at nine in the evening
        ("02 02:00", "03 15:00", "02 10:00"),
        ("02 20:00", "03 08:00", "03 07:00"),  # an hour before the departure at the latest
        ("02 09:00", "02 10:10", "02 09:20"),  # twenty minutes at least
        ("02 09:00", "02 09:10", "02 09:10"),
        ("24 23:00", "25 12:00", "25 10:00"),  # the night of the clock change, October 2026
    ],
)
def test_until_when_an_offer_holds(offered: str, leaves: str, until: str) -> None:
    def at(text: str) -> int:
        day, clock = text.split()
        moment = dt.datetime.combine(dt.date(2026, 10, int(day)), dt.time.fromisoformat(clock), ZONE)
        return seconds(moment)

    assert local(answer_until_s(at(offered), at(leaves))) == local(at(until))
