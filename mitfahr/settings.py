"""Settings: read once from the environment, then passed on; nothing else reads `os.environ`.

`docs/settings.md` explains every one of them to operators; a test keeps the two together.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mitfahr.domain.colours import LEAST_CONTRAST, LIGHT_GROUND, Colour
from mitfahr.domain.prices import PriceLaw, Rate
from mitfahr.domain.saxony import Vacations
from mitfahr.school_vacations import read_vacations

MAX_LOGO_BYTES = 100_000
"""It is on every page."""

PICTURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}

ENFORCEMENT = """Landesbeauftragter für Inklusion der Menschen mit Behinderungen
Sächsische Staatskanzlei, Archivstraße 1, 01097 Dresden
Telefon: 0351 564-10713
E-Mail: info.inklusionsbeauftragter@sk.sachsen.de"""
"""Whom people in Saxony may turn to when an operator does not answer about accessibility (Stand 2024)."""


class SettingsInvalid(ValueError):
    """A setting cannot be read; the message names it and says what is expected (German)."""


def _number(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise ValueError(text)
    return value


def _yes_or_no(text: str) -> bool:
    return {"ja": True, "nein": False}[text.casefold()]


def _text(value: str) -> str:
    """The text itself, or with a leading @ the file that holds it (legal texts have many lines)."""
    return Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value


def _file_if_named(text: str) -> Path | None:
    return Path(text) if text else None


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(value)
    return value.rstrip("/")


def _web_address_if_named(value: str) -> str:
    return _web_address(value) if value else ""


def _point(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    lat, lon = (float(number) for number in text.split())
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(text)
    return lat, lon


def _rates(text: str) -> PriceLaw:
    rates = [re.fullmatch(r"(\d{1,3}) ab (\d{4}-\d{2}-\d{2})", part.strip()) for part in text.split(",")]
    if None in rates:
        raise ValueError(text)
    return PriceLaw(tuple(Rate(int(rate[1]), dt.date.fromisoformat(rate[2])) for rate in rates if rate))


def _vacations(text: str) -> Vacations:
    return read_vacations(Path(text) if text else None)


def _enforcement(text: str) -> str:
    return _text(text) or ENFORCEMENT


def _brand_colour(text: str) -> Colour | None:
    if not text:
        return None
    colour = Colour.read(text)
    if colour.contrast(LIGHT_GROUND) < LEAST_CONTRAST:
        raise ValueError(text)
    return colour


def _picture(text: str) -> Path | None:
    path = _file_if_named(text)
    if path is not None and (path.suffix not in PICTURE_TYPES or path.stat().st_size > MAX_LOGO_BYTES):
        raise ValueError(text)
    return path


def _env(variable: str, default: str, read: Callable[[str], Any] = str) -> dict[str, Any]:
    return {"variable": variable, "default": default, "read": read}


_EXPECTED = {
    _number: "eine ganze Zahl größer als 0",
    _yes_or_no: "ja oder nein",
    _text: "einen Text oder @ und den Namen einer lesbaren Datei",
    _enforcement: "einen Text oder @ und den Namen einer lesbaren Datei",
    dt.date.fromisoformat: "einen Tag wie 2026-11-23",
    _point: "Breite und Länge in Grad wie „51.21 13.45“",
    _web_address: "eine Adresse mit http:// oder https://",
    _web_address_if_named: "eine Adresse mit http:// oder https://",
    _brand_colour: f"eine Farbe wie #1a4f9c, die auf hellem Grund gut zu lesen ist (Kontrast mindestens {LEAST_CONTRAST} : 1)",
    _picture: f"eine lesbare Datei .svg, .png oder .webp mit höchstens {MAX_LOGO_BYTES // 1000} kB",
    _vacations: "eine Datei mit Zeilen wie 2030-02-18,2030-03-01,Winterferien unter erster,letzter,name",
    _rates: "Sätze mit ihrem ersten Tag wie „30 ab 2005-09-01, 35 ab 2027-01-01“",
}


@dataclass(frozen=True)
class Settings:
    """Every setting; see `docs/settings.md` for meanings and defaults."""

    data_dir: Path = field(metadata=_env("MITFAHR_DATA_DIR", "./var", Path))
    database_url: str = field(metadata=_env("DATABASE_URL", ""), repr=False)
    secret_key: str = field(metadata=_env("SECRET_KEY", ""), repr=False)
    base_url: str = field(metadata=_env("BASE_URL", "http://localhost:8000", _web_address))
    smtp_url: str = field(metadata=_env("SMTP_URL", ""), repr=False)
    mail_from: str = field(metadata=_env("MAIL_FROM", "mitfahrportal@localhost"))
    sms_url: str = field(metadata=_env("SMS_URL", ""), repr=False)
    sms_body: str = field(metadata=_env("SMS_BODY", "", _text), repr=False)
    sms_headers: str = field(metadata=_env("SMS_HEADERS", "", _text), repr=False)
    sms_accepted: str = field(metadata=_env("SMS_ACCEPTED", ""))
    portal_name: str = field(metadata=_env("PORTAL_NAME", "Mitfahrportal"))
    brand_colour: Colour | None = field(metadata=_env("BRAND_COLOUR", "", _brand_colour))
    logo_file: Path | None = field(metadata=_env("LOGO_FILE", "", _picture))
    operator_name: str = field(metadata=_env("OPERATOR_NAME", "Betreiber dieses Portals (bitte eintragen)"))
    operator_address: str = field(metadata=_env("OPERATOR_ADDRESS", "", _text))
    operator_phone: str = field(metadata=_env("OPERATOR_PHONE", ""))
    operator_phone_hours: str = field(metadata=_env("OPERATOR_PHONE_HOURS", ""))
    operator_email: str = field(metadata=_env("OPERATOR_EMAIL", ""))
    fare_association: str = field(metadata=_env("FARE_ASSOCIATION", "VVO"))
    fare_url: str = field(metadata=_env("FARE_URL", "", _web_address_if_named))
    imprint_text: str = field(metadata=_env("IMPRINT_TEXT", "", _text))
    privacy_text: str = field(metadata=_env("PRIVACY_TEXT", "", _text))
    accessibility_text: str = field(metadata=_env("ACCESSIBILITY_TEXT", "", _text))
    accessibility_date: dt.date = field(
        metadata=_env("ACCESSIBILITY_DATE", "2026-11-23", dt.date.fromisoformat)
    )
    enforcement_body: str = field(metadata=_env("ENFORCEMENT_BODY", "", _enforcement))
    price_law: PriceLaw = field(metadata=_env("PRICE_CAPS", "30 ab 2005-09-01", _rates))
    vacations: Vacations = field(metadata=_env("SCHOOL_VACATIONS_FILE", "", _vacations), repr=False)
    speeds_file: Path | None = field(metadata=_env("SPEEDS_FILE", "", _file_if_named))
    home: tuple[float, float] | None = field(metadata=_env("HOME_POINT", "", _point))
    upload_limit_mb: int = field(metadata=_env("UPLOAD_LIMIT_MB", "500", _number))
    realtime_every_s: int = field(metadata=_env("REALTIME_EVERY_S", "30", _number))
    realtime_fresh_s: int = field(metadata=_env("REALTIME_FRESH_S", "300", _number))
    realtime_limit_mb: int = field(metadata=_env("REALTIME_LIMIT_MB", "20", _number))
    timetable_four_eyes: bool = field(metadata=_env("TIMETABLE_FOUR_EYES", "nein", _yes_or_no))
    held_loss_percent: int = field(metadata=_env("HELD_LOSS_PERCENT", "20", _number))

    @property
    def sends_sms(self) -> bool:
        """Whether short messages may be promised to people."""
        return bool(self.sms_url)

    @property
    def contact(self) -> str:
        """How to reach the operator, in one line: by telephone, else by mail; "" when neither is set."""
        hours = f" ({self.operator_phone_hours})" if self.operator_phone_hours else ""
        return f"{self.operator_phone}{hours}" if self.operator_phone else self.operator_email

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process; makes the data folder. Raises SettingsInvalid."""
        values = _read(os.environ if environ is None else environ)
        data_dir: Path = values["data_dir"].expanduser().resolve()
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's data lies there
        except OSError as error:
            raise SettingsInvalid(
                f"MITFAHR_DATA_DIR: der Ordner {data_dir} kann nicht angelegt werden ({error})"
            ) from error
        values["data_dir"] = data_dir
        values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'mitfahr.sqlite'}"
        values["secret_key"] = values["secret_key"] or _kept_secret(data_dir / "secret_key")
        return cls(**values)

    @property
    def snapshots_dir(self) -> Path:
        """Where snapshot folders lie: `<kind>-<hash>`."""
        return self.data_dir / "snapshots"

    @property
    def uploads_dir(self) -> Path:
        """Quarantine: uploaded feeds as they came, one file per feed version."""
        return self.data_dir / "uploads"

    @property
    def mail_dir(self) -> Path:
        """Where mails land as .eml files while no SMTP_URL is set."""
        return self.data_dir / "mail"

    @property
    def is_https(self) -> bool:
        """Whether residents reach the portal encrypted, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


def _read(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        variable, read = setting.metadata["variable"], setting.metadata["read"]
        text = environ.get(variable, "").strip() or setting.metadata["default"]
        try:
            values[setting.name] = read(text)
        except (ValueError, KeyError, OSError) as error:
            raise SettingsInvalid(f"{variable}: erwartet wird {_EXPECTED[read]}, nicht {text!r}") from error
    return values


def _kept_secret(path: Path) -> str:
    """The key made at the first start; later starts and other processes find the same one."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            path.hardlink_to(draft)  # complete or absent: two first starts never see half a key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
