"""Staff read what the check of a feed found: the outcome, each kind once, everything by file; and pass it on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from mitfahr.services.build_timetable import build_waiting_timetables
from mitfahr.worker import utc_now
from tests.gtfs.breakages import good_feed
from tests.gtfs.feeds import to_zip
from web.portal import Portal

HTML = "<script>alert(1)</script>"
FORMULA = "=1+1"


@pytest.fixture
def staff(client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.TIMETABLE_STAFF)


@pytest.fixture
def checked(staff: FlaskClient, portal: Portal, tmp_path: Path) -> Callable[..., str]:
    """The address of a checked version of the good feed with some texts replaced in some files."""

    def check(**changed: tuple[str, str]) -> str:
        files = good_feed()
        for table, (old, new) in changed.items():
            files[f"{table}.txt"] = files[f"{table}.txt"].replace(old, new)
        path = to_zip(files, tmp_path / "vvo.zip")
        data = {"file": (io.BytesIO(path.read_bytes()), "vvo.zip")}
        address = staff.post("/fahrplan", data=data, content_type="multipart/form-data").location
        build_waiting_timetables(portal.writing, portal.settings, utc_now)
        return str(address)

    return check


def test_a_refused_feed_says_what_to_do_next(staff: FlaskClient, checked: Callable[..., str]) -> None:
    address = checked(
        stops=(",51.1300,", ",899.99,"), agency=("https://example.org", HTML), routes=("421", FORMULA)
    )
    page = staff.get(address).text
    assert "wird nicht übernommen" in page and "Was bisher gilt, gilt unverändert weiter" in page
    kinds = page.split('class="kinds"')[1].split("</ul>")[0]
    assert "stops.txt, Zeile 4" in kinds and "899.99" in kinds and "zwischen −90 und 90 Grad" in kinds
    assert HTML not in page and "&lt;script&gt;" in page
    assert "Jetzt schalten" not in page


def test_readers_of_other_languages_read_english(staff: FlaskClient, checked: Callable[..., str]) -> None:
    address = checked(stops=(",51.1300,", ",899.99,"))
    staff.set_cookie("sprache", "cs")
    page = staff.get(address).text
    assert "latitude is not between" in page and "zwischen −90" not in page


def test_a_list_of_many_is_leafed_through_by_file_and_kind(
    staff: FlaskClient, checked: Callable[..., str]
) -> None:
    address = checked(stop_times=(":00,", ":60,"), trips=(",L,", ",weg,"))
    page = staff.get(address).text
    assert "Alle 364 Stellen zeigen" in page and "Seite 1 von 7" in page
    rows = staff.get(f"{address}?datei=trips.txt&art=foreign_key_violation&seite=1").text.split("<tbody>")[1]
    assert "weg" in rows and "stop_times.txt" not in rows
    second = staff.get(f"{address}?schwere=error&seite=2").text
    assert "Seite 2 von" in second and "schwere=error" in second.split("Vorige Seite")[0].rsplit("href", 1)[1]


def test_the_list_goes_out_in_both_languages(staff: FlaskClient, checked: Callable[..., str]) -> None:
    address = checked(
        stops=("Coswig Börse,51.1300", f"{FORMULA},899.99"), feed_info=("20260731,7a", "gestern,7a")
    )
    table = staff.get(f"{address}/befunde.csv")
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Schwere", "Datei", "Zeile", "Feld"]
    assert ["stops.txt", "4", "stop_lat", "899.99"] in [row[1:5] for row in rows]
    assert {"Das ist kein gültiges Datum. Das Feld wurde nicht beachtet.", "Das ist kein gültiges Datum."} & {
        row[5] for row in rows
    }
    assert any("This is no valid date." in row[7] for row in rows)
    listed = json.loads(staff.get(f"{address}/befunde.json").data)
    assert {
        "severity",
        "code",
        "file",
        "line",
        "field",
        "value",
        "message",
        "advice",
        "message_en",
    } <= listed[0].keys()
    assert ("number_out_of_range", "stops.txt", 4) in {
        (one["code"], one["file"], one["line"]) for one in listed
    }
    assert staff.get("/fahrplan/gibtesnicht/befunde.csv").status_code == 404


def test_a_good_feed_has_nothing_to_read(staff: FlaskClient, checked: Callable[..., str]) -> None:
    page = staff.get(checked()).text
    assert "in Ordnung" in page or "Warnung" in page
    assert "Fehler:" not in page
