"""Settings come from the environment, and the table for operators says the same as the class."""

from __future__ import annotations

import datetime as dt
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from mitfahr.domain.prices import PriceLaw, Rate
from mitfahr.settings import Settings, SettingsInvalid

TABLE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_table_names_every_setting_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    documented = {name: default.strip("`") for name, default in rows}
    actual = {field.metadata["variable"]: field.metadata["default"] for field in fields(Settings)}
    assert documented.keys() == actual.keys()
    computed = {"DATABASE_URL", "SECRET_KEY"}
    assert {
        name: "" if default == "leer" else default
        for name, default in documented.items()
        if name not in computed
    } == {name: default for name, default in actual.items() if name not in computed}


def test_the_law_may_change_on_a_stated_day(tmp_path: Path) -> None:
    environ = {"MITFAHR_DATA_DIR": str(tmp_path), "PRICE_CAPS": "30 ab 2005-09-01, 35 ab 2027-01-01"}
    law = Settings.from_env(environ).price_law
    assert [law.on(dt.date(year, 6, 1)).cap_ct_per_km for year in (2026, 2027)] == [30, 35]


def test_without_any_setting_everything_lies_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path / "var"), "SMTP_URL": "  "})
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'mitfahr.sqlite'}"
    assert settings.mail_dir == tmp_path / "var" / "mail"
    assert settings.price_law == PriceLaw((Rate(30, dt.date(2005, 9, 1)),))
    assert not settings.is_https


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    environ = {"MITFAHR_DATA_DIR": str(tmp_path / "var")}
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings.from_env(environ).secret_key, range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 60
    mode = (tmp_path / "var" / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    environ = {
        "MITFAHR_DATA_DIR": str(tmp_path),
        "SECRET_KEY": "geheim1",
        "DATABASE_URL": "postgresql://u:geheim2@db/x",
        "SMTP_URL": "smtp://u:geheim3@mail",
    }
    assert "geheim" not in repr(Settings.from_env(environ))


def test_long_texts_may_lie_in_files(tmp_path: Path) -> None:
    (tmp_path / "imprint.txt").write_text("Landkreis Meißen\nBrauhausstraße 21", encoding="utf-8")
    environ = {"MITFAHR_DATA_DIR": str(tmp_path), "IMPRINT_TEXT": f"@{tmp_path / 'imprint.txt'}"}
    assert Settings.from_env(environ).imprint_text.startswith("Landkreis Meißen\n")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PRICE_CAPS", "dreißig"),
        ("SCHOOL_VACATIONS_FILE", "/nirgends/ferien.csv"),
        ("PRICE_CAPS", "30 ab 2027-02-30"),
        ("PRICE_CAPS", "35 ab 2027-01-01, 30 ab 2005-09-01"),
        ("UPLOAD_LIMIT_MB", "-1"),
        ("BASE_URL", "mitfahren.example"),
        ("IMPRINT_TEXT", "@/nirgends/imprint.txt"),
        ("MITFAHR_DATA_DIR", "/dev/null/var"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=variable):
        Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path), variable: value})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BRAND_COLOUR", "#ffcc00"),
        ("BRAND_COLOUR", "blau"),
        ("LOGO_FILE", "logo.exe"),
        ("LOGO_FILE", "fehlt.svg"),
    ],
)
def test_a_look_that_cannot_be_read_stops_the_start(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=variable):
        Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path), variable: value})


def test_a_dark_colour_is_taken(tmp_path: Path) -> None:
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path), "BRAND_COLOUR": "#7a0019"})
    assert str(settings.brand_colour) == "#7a0019"
