"""The vacations that come with the portal agree with a well-kept package, and an operator can add years."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import holidays
import pytest
from holidays.constants import SCHOOL

from mitfahr.school_vacations import read_vacations


def test_every_day_is_the_one_of_the_package() -> None:
    ours = read_vacations()
    theirs = holidays.country_holidays("DE", subdiv="SN", years=range(2025, 2030), categories=(SCHOOL,))
    days = (ours.known_to - ours.known_from).days + 1
    for day in (ours.known_from + dt.timedelta(days=i) for i in range(days)):
        assert (ours.on(day) is not None) == (day in theirs), day


def test_an_operator_adds_later_years(tmp_path: Path) -> None:
    further = tmp_path / "ferien.csv"
    further.write_text(
        "# Amtsblatt\nerster,letzter,name\n2029-10-22,2029-11-02,Herbstferien\n", encoding="utf-8"
    )
    added = read_vacations(further)
    assert added.on(dt.date(2029, 10, 25)) == "Herbstferien"
    assert added.knows(dt.date(2029, 9, 15)) and not added.knows(dt.date(2029, 12, 1))


@pytest.mark.parametrize(
    "row", ["2030-02-18,2030-02-01,Winterferien", "18.2.2030,1.3.2030,Winterferien", "2030"]
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, row: str) -> None:
    further = tmp_path / "ferien.csv"
    further.write_text(f"erster,letzter,name\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError):
        read_vacations(further)
