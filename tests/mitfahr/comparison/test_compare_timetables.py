"""The worker's job: what is built is compared once, again after a switch, and what is held can be read by whoever switches."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.comparison.result import Difference
from mitfahr.db.comparisons import Comparison, SampleJourney, held_losses, is_compared
from mitfahr.db.municipalities import MunicipalitySet
from mitfahr.db.session import sessions
from mitfahr.domain.day_types import Kind
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.build_version import BuildStopped
from mitfahr.services.compare_timetables import BROKE, compare_waiting
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.settings import Settings
from routing.timetable import Timetable
from tests.gtfs.feeds import Files, to_zip
from tests.mitfahr.comparison.test_compare import AREAS, bus, changed

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
MARKET = {"name": "Meißen Markt", "lat": 51.1634, "lon": 13.4714}
EAST = {"name": "Radebeul Ost", "lat": 51.1030, "lon": 13.6780}


def clock() -> dt.datetime:
    return NOW


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    return sessions(database)


class Staff:
    """Builds versions and switches to them."""

    def __init__(self, writing: sessionmaker[Session], settings: Settings, folder: Path) -> None:
        self.writing, self.settings, self.folder = writing, settings, folder

    def build(self, files: Files) -> str:
        number = len(list(self.folder.glob("*.zip")))
        path = to_zip(files, self.folder / f"{number}.zip")
        return import_timetable(self.writing, self.settings, path, path.name, clock).id

    def switch(self, version_id: str) -> str:
        with self.writing.begin() as session:
            switch_timetable(session, None, version_id, NOW)
        return version_id

    def compare(self) -> int:
        return compare_waiting(self.writing, self.settings, clock)

    def result(self, version_id: str) -> Difference:
        with self.writing() as session:
            return Difference.from_json(session.get_one(Comparison, version_id).result)


@pytest.fixture
def staff(writing: sessionmaker[Session], settings: Settings, tmp_path: Path) -> Staff:
    return Staff(writing, settings, tmp_path)


def test_the_first_timetable_has_nothing_to_be_compared_with(staff: Staff) -> None:
    first = staff.build(bus())
    assert (staff.compare(), staff.compare()) == (1, 0)
    with staff.writing() as session:
        comparison = session.get_one(Comparison, first)
        assert (comparison.against_version_id, comparison.result, comparison.percent) == (None, {}, 100)
        assert is_compared(session, first) and held_losses(session, first) == []


def test_a_loss_is_held_and_the_comparison_is_made_again_after_another_switch(staff: Staff) -> None:
    staff.switch(staff.build(bus()))
    half, same = (
        staff.build(bus(last_hour=13)),
        staff.build(changed(bus(), "trips.txt", (r"^R,(\w+),(\w+)", r"R,\1,\2"))),
    )
    assert staff.compare() == 2
    with staff.writing() as session:
        assert [(one.name, one.days) for one in held_losses(session, half)] == [("421", "week")]
        assert held_losses(session, same) == [] and is_compared(session, half)
    assert staff.result(same).is_same
    assert staff.compare() == 0
    other = staff.switch(staff.build(bus(last_hour=14)))
    with staff.writing() as session:
        assert not is_compared(session, half)
    assert staff.compare() == 2
    with staff.writing() as session:
        assert held_losses(session, half) == [] and is_compared(session, half)
        assert session.get_one(Comparison, half).against_version_id == other


def test_sample_journeys_are_searched_in_both(staff: Staff) -> None:
    """The default ones lead between the stops; those that staff choose replace them, and the comparison is made again."""
    staff.switch(staff.build(bus()))
    later = staff.build(bus(first_hour=9))
    staff.compare()
    default = staff.result(later).journeys
    assert len(default) == 2 and {one.destination for one in default} <= {
        "Meißen Markt",
        "Coswig Börse",
        "Radebeul Ost",
    }
    with staff.writing.begin() as session:
        for origin, destination in ((MARKET, EAST), (EAST, MARKET)):
            session.add(
                SampleJourney(
                    origin=origin,
                    destination=destination,
                    kind=int(Kind.SCHOOL),
                    clock_s=7 * 3600,
                    added_at=NOW,
                )
            )
    assert staff.compare() == 1
    there, back = sorted(staff.result(later).journeys, key=lambda one: one.origin)
    assert there.before is not None and there.after is not None
    assert (there.before.departure_s, there.before.arrival_s) == (7 * 3600, 7 * 3600 + 1200)
    assert (there.after.departure_s, there.after.vehicles) == (9 * 3600, 1)
    assert "421" in there.after.lines[0]
    assert (back.before, back.after) == (None, None)


def test_a_municipality_that_loses_much_gets_a_journey_of_its_own(staff: Staff) -> None:
    folder = AREAS.save(staff.settings.snapshots_dir).name
    areas = {"source": "x", "is_from_osm": False, "n_municipalities": len(AREAS), "imported_at": NOW}
    with staff.writing.begin() as session:
        session.add(MunicipalitySet(folder=folder, **areas))
    staff.switch(staff.build(bus()))
    lost = staff.build(changed(bus(), "stop_times.txt", (r"^\w+,.*,A,1\n", "")))
    staff.compare()
    with staff.writing() as session:
        assert held_losses(session, lost)[0].name == "Meißen"
    first = staff.result(lost).journeys[0]
    assert (first.origin, first.destination) == ("Meißen Markt", "Coswig Börse")
    assert first.before is not None and first.after is None


def test_a_stopped_comparison_is_made_later_and_a_broken_one_is_told(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = staff.switch(staff.build(bus()))
    later = staff.build(bus(last_hour=13))

    def stop(_step: str, fraction: float) -> None:
        if fraction > 0.2:
            raise BuildStopped

    with pytest.raises(BuildStopped):
        compare_waiting(staff.writing, staff.settings, clock, stop)
    with staff.writing() as session:
        half_done = session.get_one(Comparison, later)
        assert half_done.made_at is None and half_done.message is None and not is_compared(session, later)
    with staff.writing() as session:
        folder = session.get_one(Comparison, later).against_folder
    serving = staff.settings.snapshots_dir / str(folder)
    times = serving / "time_dep.npy"
    content = times.read_bytes()
    times.write_bytes(content[:-8])
    with pytest.raises(Exception, match="damaged"):
        staff.compare()
    with staff.writing() as session:
        assert session.get_one(Comparison, later).message == BROKE
    assert staff.compare() == 0
    times.write_bytes(content)
    assert Timetable.open(serving).n_trips == 18 and first
