"""The benchmark's own parts: figures are kept and compared, invented streets join all stops, workers answer."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from routing.hierarchy import UNREACHABLE, build, drive_s
from routing.roads import Mode, locate
from tests.bench import table
from tests.bench.conductor import Worker, WorkerFailed
from tests.bench.drawn_streets import draw_streets
from tests.bench.feeds import Feed
from tests.bench.table import Row
from tests.bench.task import Measured, Rows, measured, own_memory_mb
from tests.worlds import world


def row(what: str, median_s: float, feed: str = "A", memory_mb: int = 100) -> Row:
    return Row.of(feed, what, [median_s], memory_mb)


def test_figures_of_a_row() -> None:
    one = Row.of("A", "Suche", [0.001 * i for i in range(1, 102)], 50, 1000, [0.1, 0.2, 0.3])
    assert (one.n, one.offers, one.base_median_s) == (101, 1000, 0.2)
    assert (one.median_s, one.p95_s, one.p99_s) == pytest.approx((0.051, 0.096, 0.100))
    assert Row.of("A", "Suche", [], 0, note="nicht installiert").median_s is None


def test_rows_that_were_not_measured_again_stay(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    table.save([row("Suche", 1.0), row("Import", 9.0)], path, None)
    table.save([row("Suche", 2.0)], path, "v1")
    assert {one.what: one.median_s for one in table.load(path)} == {"Suche": 2.0, "Import": 9.0}


def test_the_table_compares_with_the_committed_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "COMMITTED", tmp_path / "result.json")
    table.save([row("Suche", 0.004)], tmp_path / "result.json", None)
    table.show([row("Suche", 0.002), row("Neues", 0.5)], None)
    shown = capsys.readouterr().out
    assert "× 0.50" in shown
    assert "500.0 ms" in shown


def test_growth_is_an_exponent_of_size(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("Suche", 0.1, "klein", 10), row("Suche", 0.4, "mittel", 20), row("Suche", 6.4, "groß", 20)]
    table.show_growth(rows, {"klein": 1, "mittel": 4, "groß": 16})
    shown = capsys.readouterr().out
    assert "1.00 | 0.50" in shown
    assert "2.00 | 0.00" in shown


def test_a_task_may_measure_itself() -> None:
    assert measured(lambda: Measured(7.0, 3)) == (7.0, 3)
    taken = measured(lambda: sum(range(1_000_000)))
    assert 0 < taken.seconds < 5
    assert taken.memory_mb is None
    assert own_memory_mb() > 10


def test_invented_streets_lead_from_every_stop_to_every_other() -> None:
    places = "\n".join(f"at S{i} {977 * (i % 7) + 31 * i} {1131 * (i // 7)}" for i in range(49))
    timetable = world(f"{places}\nline 1 | {' '.join(f'S{i}' for i in range(49))}").timetable
    roads = draw_streets(timetable)
    stops = locate(roads, np.asarray(timetable.stop_lat), np.asarray(timetable.stop_lon), Mode.CAR)
    seconds = drive_s(roads, build(roads), stops, stops)
    assert stops.off_mm.max() <= 1
    assert seconds.max() < UNREACHABLE
    assert 60 < seconds[0, 6] < 1200  # 6 km


def test_a_worker_says_its_rows_and_runs_what_it_is_told() -> None:
    with Worker(Path(__file__).parents[2], "test_bench", "rnv", 3) as worker:
        assert worker.answer(60.0) == {"zählen": 3, "langsam": 1}
        told = [worker.ask("zählen", 0, 2, 60.0), worker.ask("zählen", 2, 4, 60.0)]
        assert [len(answer["taken_s"]) for answer in told] == [2, 1]
        assert told[1]["memory_mb"] > 10
        with pytest.raises(WorkerFailed, match="über 0 s"):
            worker.ask("langsam", 0, 1, 0.2)
        with pytest.raises(WorkerFailed, match="abgebrochen"):
            worker.ask("gibt es nicht", 0, 1, 60.0)
            worker.answer(60.0)


def rows(_: Feed, n_offers: int) -> Rows:
    """What a worker finds in this module when it is asked for its rows."""
    return {"zählen": [lambda: None] * n_offers, "langsam": [partial(time.sleep, 1.0)]}
