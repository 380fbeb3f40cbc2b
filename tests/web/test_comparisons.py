"""What a new timetable changes, as staff read it: a sentence first, tables, files, and the journeys they choose."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mitfahr.comparison.municipalities import Municipalities
from mitfahr.db.comparisons import Comparison, sample_journeys
from mitfahr.db.municipalities import MunicipalitySet
from mitfahr.domain.roles import Role
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.services.switch_timetable import switch_timetable
from tests.gtfs.feeds import Files, to_zip
from tests.mitfahr.comparison.test_compare import AREAS, bus, changed
from web.portal import Portal

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
RENAMED = changed(bus(), "stops.txt", ("Coswig Börse", "=Coswig Kulturhaus"))
WITHOUT_RADEBEUL = changed(bus(), "stop_times.txt", (r"^w(?!6\b)\d+,.*,C,3\n", ""), (r"^e\d+,.*,C,3\n", ""))


@pytest.fixture
def staff(client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.TIMETABLE_STAFF)


class Desk:
    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal, self.folder = portal, folder

    def build(self, files: Files) -> str:
        path = to_zip(files, self.folder / f"{len(list(self.folder.glob('*.zip')))}.zip")
        return import_timetable(self.portal.writing, self.portal.settings, path, path.name, lambda: NOW).id

    def serve(self, files: Files) -> str:
        built = self.build(files)
        with self.portal.writing.begin() as session:
            switch_timetable(session, None, built, NOW)
        return built

    def compare(self) -> None:
        compare_waiting(self.portal.writing, self.portal.settings, lambda: NOW)

    def know_areas(self, areas: Municipalities = AREAS) -> None:
        folder = areas.save(self.portal.settings.snapshots_dir).name
        row = MunicipalitySet(
            source="x", is_from_osm=False, folder=folder, n_municipalities=len(areas), imported_at=NOW
        )
        with self.portal.writing.begin() as session:
            session.add(row)


@pytest.fixture
def desk(portal: Portal, tmp_path: Path) -> Desk:
    return Desk(portal, tmp_path)


def headline(page: str) -> str:
    found = re.search(r'headline__sentence"><strong>(.*?)</strong>', page)
    return found[1] if found else ""


def test_a_first_timetable_and_one_that_waits(staff: FlaskClient, desk: Desk) -> None:
    first = desk.build(bus())
    address = f"/fahrplan/{first}/vergleich"
    assert "noch nicht verglichen" in staff.get(address).text
    with desk.portal.writing.begin() as session:
        session.add(
            Comparison(
                version_id=first, timetable_folder="x", asked="", step="Linien vergleichen", percent=30
            )
        )
    page = staff.get(address).text
    assert "Linien vergleichen: 30 %" in page and 'http-equiv="refresh"' in page and "every 2s" in page
    desk.compare()
    assert "nichts zu vergleichen" in staff.get(address).text
    straight = desk.serve(bus(last_hour=9))
    assert "ohne Vergleich in Betrieb gegangen" in staff.get(f"/fahrplan/{straight}/vergleich").text
    damaged = desk.build(changed(bus(), "stops.txt", ("51.1634", "nördlich")))
    assert "nicht übernommen worden" in staff.get(f"/fahrplan/{damaged}/vergleich").text
    assert staff.get(f"{address}/karte.json").status_code == 404
    assert staff.get(f"{address}/linien.csv").status_code == 404
    assert staff.get("/fahrplan/gibt-es-nicht/vergleich").status_code == 404


def test_a_municipality_without_buses_is_the_first_sentence(staff: FlaskClient, desk: Desk) -> None:
    desk.know_areas()
    desk.serve(bus())
    new = desk.build(WITHOUT_RADEBEUL)
    desk.compare()
    address = f"/fahrplan/{new}/vergleich"
    page = staff.get(address).text
    assert headline(page) == "In Radebeul fallen 94 % der Abfahrten weg."
    assert "1 Gemeinde verliert mehr als 20 %" in page and "1 Linie verliert mehr als 20 %" in page
    assert "2 Verluste müssen vor dem Schalten bestätigt werden" in page
    rows = re.findall(r'<th scope="row">(\w+)<br><span class="held-mark">', page)
    assert rows == ["Radebeul"]
    assert re.search(r"78&nbsp;→&nbsp;5<", page)
    assert "Alle Haltestellen bleiben" in page
    sunday = staff.get(f"{address}?tage=sonntag").text
    assert re.search(r"4&nbsp;→&nbsp;0<", sunday) and 'tage=sonntag" aria-current="page"' in sunday
    assert staff.get(f"{address}?tage=Murks").status_code == 200
    drawn = staff.get(f"{address}/karte.json").json
    assert drawn is not None
    lost = {one["properties"]["name"]: one["properties"]["lost"] for one in drawn["features"]}
    assert lost == {"Meißen": 0, "Coswig": 0, "Radebeul": 0.936}
    assert staff.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_files_have_every_row_and_no_formula(staff: FlaskClient, desk: Desk) -> None:
    desk.know_areas()
    desk.serve(bus())
    new = desk.build(RENAMED)
    desk.compare()
    address = f"/fahrplan/{new}/vergleich"
    page = staff.get(address).text
    assert headline(page) == "Keine Gemeinde und keine Linie verliert mehr als 20 % ihrer Abfahrten."
    assert "jetzt: =Coswig Kulturhaus" in page and "2 Haltestellen bleiben, wie sie sind." in page

    def rows(table: str) -> list[list[str]]:
        answer = staff.get(f"{address}/{table}.csv")
        assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))

    assert ["Coswig", "", "eine Woche", "78", "78", "0"] in [row[:6] for row in rows("gemeinden")]
    assert ["421", "Verkehrsgesellschaft Meißen", "Mittwoch, Schultag", "14", "14"] in [
        row[:5] for row in rows("linien")
    ]
    assert [row[:4] for row in rows("haltestellen")[1:]] == [
        ["umbenannt", "Coswig Börse", "'=Coswig Kulturhaus", "Coswig"]
    ]
    assert rows("beispielreisen")[1][-1] in ("etwa gleich", "weiterhin keine Verbindung")
    assert staff.get(f"{address}/passwoerter.csv").status_code == 404


def test_without_boundaries_the_page_says_how_to_get_them(staff: FlaskClient, desk: Desk) -> None:
    desk.serve(bus())
    new = desk.build(bus(last_hour=13))
    desk.compare()
    page = staff.get(f"/fahrplan/{new}/vergleich").text
    assert headline(page) == "Auf der Linie 421 fallen 45 % der Abfahrten weg."
    assert "mitfahr import municipalities DATEI" in page
    desk.serve(bus(last_hour=15))
    assert "Inzwischen ist ein anderer Fahrplan in Betrieb." in staff.get(f"/fahrplan/{new}/vergleich").text


def test_the_same_again_is_said_in_one_sentence(staff: FlaskClient, desk: Desk) -> None:
    desk.serve(bus())
    new = desk.build(bus())
    desk.compare()
    assert headline(staff.get(f"/fahrplan/{new}/vergleich").text) == "Am Angebot ändert sich nichts."


def test_staff_choose_journeys(staff: FlaskClient, desk: Desk) -> None:
    assert "noch kein Fahrplan in Betrieb" in staff.get("/fahrplan/beispielreisen").text
    desk.serve(bus())
    page = staff.get("/fahrplan/beispielreisen").text
    assert "Vorgeschlagene Reisen" in page and "Coswig Börse" in page
    form = {
        "origin": "Meißen Markt",
        "destination": "Radebeul Ost",
        "kind": "3",
        "clock": "9.30",
        "idempotency_key": "k1",
    }
    for _twice in range(2):
        assert staff.post("/fahrplan/beispielreisen", data=form).status_code == 302
    with desk.portal.reading() as session:
        (one,) = sample_journeys(session)
    assert (one.origin["name"], one.kind, one.clock_s) == (
        "Meißen Markt (Haltestelle)",
        3,
        9 * 3600 + 1800,
    )
    page = staff.get("/fahrplan/beispielreisen").text
    assert "Ausgewählte Reisen" in page and "Sonn- und Feiertage, ab 09:30 Uhr" in page
    for _twice in range(2):
        assert staff.post(f"/fahrplan/beispielreisen/{one.id}/entfernen").status_code == 302
    assert staff.post("/fahrplan/beispielreisen/vorschlag").status_code == 302
    with desk.portal.reading() as session:
        assert len(sample_journeys(session)) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"origin": ""}, "Bitte geben Sie einen Ort"),
        ({"origin": "Xyzzy"}, "Diesen Ort haben wir nicht gefunden"),
        ({"clock": "halb acht"}, "Bitte schreiben Sie die Uhrzeit"),
        ({"clock": ""}, "Bitte füllen Sie dieses Feld aus."),
        ({"kind": "9"}, "Bitte prüfen Sie Ihre Angaben"),
    ],
)
def test_a_journey_that_cannot_be_read_is_asked_for_again(
    staff: FlaskClient, desk: Desk, changes: dict[str, str], said: str
) -> None:
    desk.serve(bus())
    form = {
        "origin": "Meißen Markt",
        "destination": "Radebeul Ost",
        "kind": "0",
        "clock": "7:30",
        "idempotency_key": "k1",
    }
    answer = staff.post("/fahrplan/beispielreisen", data=form | changes)
    assert answer.status_code == 422 and said in answer.text
    with desk.portal.reading() as session:
        assert sample_journeys(session) == []
