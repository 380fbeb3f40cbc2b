"""The command line as an operator meets it: a fresh folder, good files, bad files, bad options."""

from __future__ import annotations

import datetime as dt
import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine

from mitfahr.cli import main
from mitfahr.db.rides import RideHop
from mitfahr.domain.roles import Role
from mitfahr.domain.times import ZONE
from routing import store
from routing.roads import RoadGraph
from tests.gtfs.feeds import CALENDAR, STOP_TIMES, STOPS, feed, to_folder, to_zip
from tests.mitfahr.rides.portal import Portal
from tests.routing.osm_drawings import osm_file, way

ROOT = Path(__file__).parents[2]
COMMANDS = ROOT / "docs" / "commands.md"
TO_RADEBEUL = ("--from", "51.1634,13.4714", "--to", "51.1030,13.6780")


class Operator:
    """Somebody at a shell, with a data folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.environ = {"MITFAHR_DATA_DIR": str(folder / "var"), "COLUMNS": "200"}

    def __call__(self, *arguments: object, **environ: str) -> Result:
        return CliRunner().invoke(main, [str(word) for word in arguments], env=self.environ | environ)


@pytest.fixture
def mitfahr(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.fixture
def feed_zip(tmp_path: Path) -> Path:
    return to_zip(feed(), tmp_path / "vvo.zip")


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    corners = {1: (0, 0), 2: (2000, -3000), 3: (8000, -3700), 4: (14000, -6700)}
    return osm_file(tmp_path, corners, [way(1, 2, 3, 4, highway="residential", name="Elbstraße")])


def test_from_a_fresh_folder_to_a_journey(mitfahr: Operator, feed_zip: Path, extract: Path) -> None:
    imported = mitfahr("import", "gtfs", feed_zip)
    assert imported.exit_code == 0, imported.output
    assert "Es gilt: Verkehrsgesellschaft Meißen" in imported.output
    assert "01.06.2026 bis 30.06.2026" in imported.output
    roads = mitfahr("import", "osm", extract, "--around-stops", "5")
    assert roads.exit_code == 0, roads.output
    asked = (*TO_RADEBEUL, "--at", "2026-06-02T07:30")
    planned = mitfahr("plan", *asked, "--json")
    assert planned.exit_code == 0, planned.output
    answer = json.loads(planned.stdout)
    assert answer["timetable"]["valid_from"] == "2026-06-01"
    (journey,) = [journey for journey in answer["journeys"] if journey["vehicles"] == 1]
    (leg,) = [leg for leg in journey["legs"] if leg["kind"] == "transit"]
    assert (leg["departure"], leg["trip_id"]) == ("2026-06-02T08:00:00+02:00", "t1")
    assert leg["from"]["stop_id"] == "A"
    readable = mitfahr("plan", *asked)
    assert "08:00" in readable.output
    assert "Linie 421" in readable.output
    shown = mitfahr("status")
    assert "Verkehrsgesellschaft Meißen" in shown.output
    assert "live" in shown.output


def test_a_damaged_feed_is_refused_with_file_line_and_report(
    mitfahr: Operator, feed_zip: Path, tmp_path: Path
) -> None:
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    broken = to_folder(feed(stops=STOPS.replace("51.1634", "einundfünfzig")), tmp_path / "broken")
    for only_check in ([], ["--check-only"]):
        refused = mitfahr("import", "gtfs", broken, "--report", tmp_path / "report.json", *only_check)
        assert refused.exit_code == 2
        assert "stops.txt:2" in refused.output
        assert "Abgelehnt" in refused.output
        findings = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert "einundfünfzig" in {finding["value"] for finding in findings}
    assert "vvo.zip" in mitfahr("status").output
    assert mitfahr("plan", *TO_RADEBEUL, "--at", "2026-06-02T07:30").exit_code == 0


def test_checking_changes_nothing(mitfahr: Operator, feed_zip: Path) -> None:
    assert mitfahr("import", "gtfs", feed_zip, "--check-only").exit_code == 0
    assert "noch kein Fahrplan" in mitfahr("status").output


def test_checking_needs_no_installation(mitfahr: Operator, feed_zip: Path, tmp_path: Path) -> None:
    nowhere = {
        "MITFAHR_DATA_DIR": "/dev/null/nowhere",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    report = tmp_path / "report.json"
    for feed_path, code in ((feed_zip, 0), (to_folder(feed(stops=None), tmp_path / "broken"), 2)):
        checked = mitfahr("import", "gtfs", feed_path, "--check-only", "--report", report, **nowhere)
        assert checked.exit_code == code, checked.output
    (finding,) = (
        one for one in json.loads(report.read_text("utf-8")) if one["code"] == "missing_required_file"
    )
    assert list(finding) == [
        *("severity", "code", "file", "line", "field", "value"),
        *("message", "advice", "message_en", "advice_en", "count"),
    ]
    assert (finding["severity"], finding["file"]) == ("error", "stops.txt")


def test_building_without_switching(mitfahr: Operator, feed_zip: Path) -> None:
    built = mitfahr("import", "gtfs", feed_zip, "--no-switch")
    assert built.exit_code == 0
    assert "noch nicht gültig" in built.output
    assert "noch kein Fahrplan" in mitfahr("status").output


def test_losses_are_signed_and_a_later_timetable_waits(mitfahr: Operator, tmp_path: Path) -> None:
    today = dt.datetime.now(ZONE).date()

    def valid(first: int, name: str, stop_times: str) -> Path:
        days = (f"{today + dt.timedelta(days=day):%Y%m%d}" for day in (first, 90))
        calendar = CALENDAR.replace("20260601,20260630", ",".join(days)).replace("0,0,2", "1,1,2")
        return to_zip(feed(calendar=calendar, stop_times=stop_times), tmp_path / name)

    all_stops = valid(-30, "alle.zip", STOP_TIMES)
    shorter = valid(-30, "kurz.zip", STOP_TIMES.replace("    t1,08:20:00,08:20:00,C,3\n", ""))
    assert mitfahr("import", "gtfs", all_stops).exit_code == 0
    later = mitfahr("import", "gtfs", valid(10, "später.zip", STOP_TIMES))
    assert later.exit_code == 3 and "gilt erst ab" in later.output, later.output
    held = mitfahr("import", "gtfs", shorter)
    assert held.exit_code == 3 and "Verlust: 421" in held.output and "--confirm" in held.output, held.output
    assert "alle.zip" in mitfahr("status").output
    alone = mitfahr("import", "gtfs", shorter, "--confirm", "Otto Muster", TIMETABLE_FOUR_EYES="ja")
    assert alone.exit_code == 3 and "Vier-Augen-Prinzip" in alone.output, alone.output
    signed = mitfahr("import", "gtfs", shorter, "--confirm", "Otto Muster")
    assert signed.exit_code == 0 and "Es gilt" in signed.output, signed.output


def test_a_second_source_stands_beside_the_first(mitfahr: Operator, feed_zip: Path, tmp_path: Path) -> None:
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    assert mitfahr("import", "gtfs", feed_zip, "--feed", "Bürgerbus").exit_code == 2
    added = mitfahr("feed", "add", "Bürgerbus", "--url", "http://127.0.0.1:9/bus.zip")
    assert added.exit_code == 0, added.output
    assert mitfahr("feed", "add", "Bürgerbus", "--url", "https://example.org/anders.zip").exit_code == 2
    assert mitfahr("feed", "change", "Bürgerbus", "--url", "ftp://example.org/").exit_code == 2
    second = to_zip(feed(stops=STOPS.replace("51.16", "51.19")), tmp_path / "bus.zip")
    built = mitfahr("import", "gtfs", second, "--feed", "Bürgerbus", "--no-switch")
    assert built.exit_code == 0, built.output
    failed = mitfahr("feed", "fetch", "Bürgerbus")
    assert failed.exit_code == 2 and "nicht erreichbar" in failed.output
    shown = mitfahr("feed", "list").output
    assert "Hauptfahrplan\n  gilt: Verkehrsgesellschaft Meißen" in shown
    assert "Bürgerbus\n  gilt: nichts\n  zuletzt gekommen: Verkehrsgesellschaft Meißen" in shown
    assert "fehlgeschlagen. Der Server ist nicht erreichbar" in shown
    assert mitfahr("feed", "remove", "Hauptfahrplan").exit_code == 2
    assert mitfahr("feed", "remove", "Bürgerbus").exit_code == 0
    assert "Bürgerbus" not in mitfahr("feed", "list").output


def test_a_damaged_extract_is_refused(mitfahr: Operator, tmp_path: Path) -> None:
    damaged = tmp_path / "sachsen.osm.pbf"
    damaged.write_bytes(b"<html>")
    refused = mitfahr("import", "osm", damaged)
    assert refused.exit_code == 2
    assert "Abgelehnt: sachsen.osm.pbf" in refused.output


def test_an_own_table_of_speeds_counts_or_is_refused_with_the_reason(
    mitfahr: Operator, extract: Path, tmp_path: Path
) -> None:
    table = tmp_path / "speeds.toml"
    table.write_text("[highest_kmh]\nresidential = 20\n")
    assert mitfahr("import", "osm", extract, SPEEDS_FILE=str(table)).exit_code == 0
    (folder,) = (tmp_path / "var" / "snapshots").glob("roads-*")
    roads = RoadGraph.open(folder)
    assert roads.edge_length_mm / roads.edge_drive_ms * 3.6 == pytest.approx([20, 20], rel=0.001)
    table.write_text("[highest_kmh]\nresidential = 'schnell'\n")
    refused = mitfahr("import", "osm", extract, SPEEDS_FILE=str(table))
    assert refused.exit_code == 2
    assert "Abgelehnt: speeds.toml: [highest_kmh] residential: erwartet eine Zahl" in refused.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", *TO_RADEBEUL, "--at", "morgen"), "kein Zeitpunkt"),
        (("plan", "--from", "Meißen", "--to", "51,13", "--at", "2026-06-02T07:30"), "kein Ort"),
        (("plan", *TO_RADEBEUL, "--at", "2026-06-02T07:30", "--window", "lange"), "keine Dauer"),
        (("plan", *TO_RADEBEUL, "--at", "2026-06-02T07:30"), "noch kein Fahrplan"),
        (("import", "gtfs", "nirgends.zip"), "keine solche Datei"),
        (("import", "gtfs", "http://127.0.0.1:9/x.zip"), "keine Verbindung"),
        (("import", "osm", "nirgends.pbf"), "keine solche Datei"),
        (("import", "osm", "x.pbf", "--bbox", "1,2,3"), "kein Ausschnitt"),
        (("import", "osm", "x.pbf", "--bbox", "1,2,3,4", "--around-stops", "2"), "schließen sich aus"),
        (("person", "role", "niemand@example.org"), "Nicht gefunden: niemand@example.org"),
    ],
)
def test_mistakes_are_said_in_a_sentence(mitfahr: Operator, arguments: tuple[str, ...], said: str) -> None:
    result = mitfahr(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_unreadable_settings_and_databases_are_said_in_a_sentence(mitfahr: Operator, tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("this is no database, it is only a text that is long enough " * 10)
    for database_url, said in (
        ("mysql://db/x", "SQLite oder PostgreSQL"),
        ("Datenbank", "DATABASE_URL"),
        (f"sqlite:///{tmp_path / 'text.sqlite'}", "Datenbank"),
        ("postgresql://nobody@127.0.0.1:9/x", "Datenbank"),
    ):
        result = mitfahr("migrate", DATABASE_URL=database_url)
        assert result.exit_code == 2, result.output
        assert said in result.output


def test_people_and_roles(mitfahr: Operator) -> None:
    names = ("--first-name", "Anna", "--last-name", "Muster")
    secret = {"MITFAHR_NEW_PASSWORD": "ein langes Passwort"}
    added = mitfahr("person", "add", "anna@example.org", *names, "--role", "admin", **secret)
    assert added.exit_code == 0, added.output
    again = mitfahr("person", "add", "Anna@example.org", *names, **secret)
    assert (again.exit_code, "schon ein Konto" in again.output) == (2, True)
    short = mitfahr("person", "add", "berta@example.org", *names, MITFAHR_NEW_PASSWORD="kurz")
    assert (short.exit_code, "10 bis 200" in short.output) == (2, True)
    changed = mitfahr("person", "role", "anna@example.org", "--add", "timetable_staff")
    assert changed.output.strip() == "Anna Muster: admin, resident, timetable_staff"
    last = mitfahr("person", "role", "anna@example.org", "--remove", "admin")
    assert (last.exit_code, "admin" in last.output) == (2, True)


def test_damaged_files_are_found_and_replaced(mitfahr: Operator, feed_zip: Path, tmp_path: Path) -> None:
    assert mitfahr("check").exit_code == 0
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    clean = mitfahr("check")
    assert (clean.exit_code, clean.output.startswith("Alles stimmt")) == (0, True)
    arrays = [
        path
        for pattern in ("timetable-*/time_dep.npy", "links-*/walk_m.npy")
        for path in (tmp_path / "var" / "snapshots").glob(pattern)
    ]
    for array in arrays:
        content = array.read_bytes()
        array.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))  # the size stays the same
    found = mitfahr("check")
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        f"Datei {array}: damaged, its checksum differs from the manifest" for array in arrays
    ]
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    assert mitfahr("check").exit_code == 0
    shutil.rmtree(arrays[0].parent)
    gone = mitfahr("check")
    assert (gone.exit_code, "manifest.json" in gone.output) == (1, True)
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    assert mitfahr("check").exit_code == 0


@pytest.mark.parametrize("first", ["gtfs", "osm"])
def test_after_an_update_both_sources_can_be_imported_again(
    mitfahr: Operator, feed_zip: Path, extract: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"gtfs": feed_zip, "osm": extract}
    for kind in ("gtfs", "osm"):
        assert mitfahr("import", kind, source[kind]).exit_code == 0
    monkeypatch.setattr(store, "FORMAT_VERSION", store.FORMAT_VERSION + 1)
    outdated = mitfahr("plan", *TO_RADEBEUL, "--at", "2026-06-02T07:30")
    assert outdated.exit_code == 2
    found = mitfahr("check")
    assert (found.exit_code, found.output.count("import the source again")) == (1, 8)
    for kind in sorted(source, key=lambda kind: kind != first):
        again = mitfahr("import", kind, source[kind])
        assert again.exit_code == 0, again.output
    planned = mitfahr("plan", *TO_RADEBEUL, "--at", "2026-06-02T07:30", "--json")
    assert len(json.loads(planned.stdout)["journeys"]) > 0
    assert mitfahr("check").exit_code == 0


def test_a_day_is_exported_and_can_be_imported(mitfahr: Operator, feed_zip: Path, tmp_path: Path) -> None:
    nothing = mitfahr("export", "day", "2026-06-02", tmp_path / "day")
    assert (nothing.exit_code, "noch kein Fahrplan" in nothing.output) == (2, True)
    assert mitfahr("import", "gtfs", feed_zip).exit_code == 0
    outside = mitfahr("export", "day", "2026-07-02", tmp_path / "day")
    assert (outside.exit_code, "02.07.2026" in outside.output) == (2, True)
    written = mitfahr("export", "day", "2026-06-02", tmp_path / "day")
    assert written.output == f"{tmp_path / 'day'}: 3 Haltestellen, 1 Fahrten, 3 Halte, 3 Umstiege\n"
    again = mitfahr("export", "day", "2026-06-02", tmp_path / "day")
    assert (again.exit_code, "nicht leer" in again.output) == (2, True)
    assert mitfahr("import", "gtfs", tmp_path / "day").exit_code == 0


def test_contradictions_between_rides_and_bookings_are_found(mitfahr: Operator, database: Engine) -> None:
    url = database.url.render_as_string(hide_password=False)
    portal = Portal(database)
    ride_id = portal.offer(portal.person("Anna", Role.DRIVER))
    assert mitfahr("check", DATABASE_URL=url).exit_code == 0
    with portal.sessions.begin() as session:
        session.execute(sa.update(RideHop).values(taken=1))
    found = mitfahr("check", DATABASE_URL=url)
    assert found.exit_code == 1
    assert found.output == f"Fahrt {ride_id}: auf Abschnitt 0 sind 1 Plätze vermerkt, gebucht sind 0\n"


def test_help_answers_at_once(tmp_path: Path) -> None:
    """Counted in seconds of the processor: a busy machine shares them out."""
    times = []
    for _ in range(3):
        begin = _used_s()
        shown = subprocess.run(
            [sys.executable, "-m", "mitfahr", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        times.append(_used_s() - begin)
    assert "Beispiele" in shown.stdout
    assert 0 < min(times) < 1.0  # 0.15 s as a rule


def _used_s() -> float:
    """By the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _commands(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*words, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *words, name)


@pytest.mark.parametrize("words", [(), *_commands(main)], ids=" ".join)
def test_every_command_has_help(mitfahr: Operator, words: tuple[str, ...]) -> None:
    shown = mitfahr(*words, "--help")
    assert shown.exit_code == 0
    assert len(shown.output) > 150


def test_the_table_names_every_command() -> None:
    rows = re.findall(r"^\| `mitfahr ([a-z ]+)` \|", COMMANDS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    groups = {words[:-1] for words in _commands(main)}
    assert rows == sorted(" ".join(words) for words in _commands(main) if words not in groups)


def test_many_processes_may_migrate_at_once(empty_database_url: str, tmp_path: Path) -> None:
    environ = {"DATABASE_URL": empty_database_url, "MITFAHR_DATA_DIR": str(tmp_path), "PATH": ""}

    def migrate(_: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mitfahr", "migrate"]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(migrate, range(3)))
    assert [process.returncode for process in ended] == [0, 0, 0], [process.stderr for process in ended]
