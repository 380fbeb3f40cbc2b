"""Municipalities come from a GeoJSON file or from the extract, and a point lies in one of them."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine

from mitfahr.cli import main
from mitfahr.comparison.geojson import read_boundaries
from mitfahr.comparison.municipalities import Municipalities
from mitfahr.db.municipalities import municipalities_in_use
from mitfahr.db.session import sessions
from mitfahr.domain.errors import FileUnreadable
from mitfahr.services.import_municipalities import import_municipalities, keep_municipalities_of_extract
from mitfahr.settings import Settings
from tests.routing.osm_drawings import Relation, osm_file, way
from tests.routing.road_worlds import at

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
REAL = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))


def square(name: str, west: float, **words: str) -> dict[str, Any]:
    ring = [[west, 51.0], [west + 1, 51.0], [west + 1, 52.0], [west, 52.0], [west, 51.0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"GEN": name, **words}, "geometry": geometry}


def geojson(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "gemeinden.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_points_lie_in_a_municipality_on_a_border_or_outside(tmp_path: Path) -> None:
    two = geojson(tmp_path, square("Nossen", 13, AGS="14627180"), square("Lommatzsch", 14))
    saved = Municipalities.of(read_boundaries(two), "Datei", "© Amt").save(tmp_path)
    known = Municipalities.open(saved)
    assert list(known.name) == ["Lommatzsch", "Nossen"] and list(known.key) == ["", "14627180"]
    where = known.locate(np.array([51.5, 51.5, 51.5, 50.0]), np.array([13.5, 14.5, 14.0, 13.5]))
    assert where.tolist() == [1, 0, 0, -1]


def test_parts_with_one_name_are_one_municipality(tmp_path: Path) -> None:
    two = geojson(tmp_path, square("Nossen", 13), square("Nossen", 16))
    known = Municipalities.of(read_boundaries(two), "Datei", "")
    assert len(known) == 1
    assert known.locate(np.array([51.5, 51.5]), np.array([13.5, 16.5])).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html>", "keine JSON-Datei"),
        ("[" * 100_000, "keine JSON-Datei"),
        ('{"type": "Point"}', "keine GeoJSON-Datei"),
        ('{"features": [{"geometry": null}]}', "unvollständig"),
        ('{"features": [{"geometry": null, "properties": {}}]}', "keine Flächen"),
        (json.dumps({"features": [square("", 13)]}), "--name-field"),
        (json.dumps({"features": [square("Nossen", 4567890)]}), "WGS 84"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "gemeinden.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileUnreadable, match=reason):
        read_boundaries(path)


def test_fields_can_be_named(tmp_path: Path) -> None:
    path = geojson(tmp_path, square("falsch", 13, ort="Nossen", nummer="7"))
    (one,) = read_boundaries(path, name_field="ort", key_field="nummer")
    assert (one.name, one.key) == ("Nossen", "7")


def test_a_file_of_the_operator_outranks_the_extract(
    database: Engine, settings: Settings, tmp_path: Path
) -> None:
    """A village drawn as relation, a town that is a district of its own, and a district, which is none."""
    corners = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000), 5: (2000, 0), 6: (2000, 1000)}
    ways = [
        way(1, 2, 3),
        way(3, 4, 1),
        way(
            2,
            5,
            6,
            3,
            2,
            boundary="administrative",
            admin_level="6",
            name="Dresden",
            de__amtlicher_gemeindeschluessel="14612000",
        ),
    ]
    words = {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "Nossen"}
    district = {**words, "admin_level": "6", "name": "Landkreis", "de:amtlicher_gemeindeschluessel": "14627"}
    ring = ((0, "outer"), (1, "outer"))
    extract = osm_file(tmp_path, corners, ways, [Relation(ring, words), Relation(ring, district)])
    writing = sessions(database)
    kept = keep_municipalities_of_extract(writing, settings, extract, "© OpenStreetMap", NOW)
    assert kept is not None and kept.n_municipalities == 2
    known = Municipalities.open(settings.snapshots_dir / kept.folder)
    assert list(known.name) == ["Dresden", "Nossen"]
    lat, lon = (np.array(values) for values in zip(at(1500, 500), at(500, 500), strict=True))
    assert known.locate(lat, lon).tolist() == [0, 1]
    mine = import_municipalities(writing, settings, geojson(tmp_path, square("Nossen", 13)), NOW)
    later = keep_municipalities_of_extract(
        writing, settings, extract, "© OpenStreetMap", NOW + dt.timedelta(1)
    )
    assert later is not None
    with writing() as session:
        in_use = municipalities_in_use(session)
        assert in_use is not None and in_use.id == mine.id


def test_an_extract_without_whole_boundaries_changes_nothing(
    database: Engine, settings: Settings, tmp_path: Path
) -> None:
    extract = osm_file(tmp_path, {1: (0, 0), 2: (100, 0)}, [way(1, 2, highway="residential")])
    writing = sessions(database)
    assert keep_municipalities_of_extract(writing, settings, extract, "", NOW) is None
    with writing() as session:
        assert municipalities_in_use(session) is None


def test_the_command_says_what_it_has_read_or_why_not(tmp_path: Path) -> None:
    def run(*words: object) -> Result:
        arguments = ["import", "municipalities", *map(str, words)]
        return CliRunner().invoke(main, arguments, env={"MITFAHR_DATA_DIR": str(tmp_path / "var")})

    good = geojson(tmp_path, square("Nossen", 13), square("Lommatzsch", 14))
    done = run(good, "--attribution", "© GeoBasis-DE / BKG")
    assert (done.exit_code, done.output) == (0, "Es gelten 2 Gemeinden aus gemeinden.geojson\n")
    wrong = run(good, "--name-field", "Ort")
    assert wrong.exit_code == 2 and "vorhanden: GEN" in wrong.output
    assert run(tmp_path / "nichts.json").exit_code == 2


@pytest.mark.real
def test_postcode_areas_of_saxony() -> None:
    boundaries = read_boundaries(REAL / "saxony_admin" / "postcodes.geojson")
    known = Municipalities.of(boundaries, "Postleitzahlen", "")
    (found,) = known.locate(np.array([51.1953]), np.array([13.3062])).tolist()
    assert known.name[found] == "Lommatzsch"
