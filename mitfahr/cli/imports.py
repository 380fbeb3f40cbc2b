"""`mitfahr import gtfs`, `mitfahr import municipalities` and `mitfahr import osm`"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitfahr.cli.options import BOUNDING_BOX

if TYPE_CHECKING:
    from rich.console import Console

    from mitfahr.cli.installation import Installation
    from mitfahr.settings import Settings

REFUSED = 2
NOT_LIVE = 3
"""Built and kept, but something forbids that it goes live now."""
SHOWN = 50
"""Findings printed; the report file has all of them."""


@click.group("import")
def import_() -> None:
    """Fahrpläne, Straßenkarten und Gemeindegrenzen einlesen.

    Was gilt, gilt weiter, bis das Neue geprüft und fertig gebaut ist. Ausgang: 0 übernommen,
    2 abgelehnt (mit Datei, Zeile und Grund), 3 gebaut, aber nicht in Betrieb (mit Grund).
    """


@import_.command()
@click.argument("source", metavar="DATEI|ORDNER|URL")
@click.option("--check-only", is_flag=True, help="nur prüfen, nichts ändern")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="alle Befunde als JSON-Datei schreiben"
)
@click.option("--no-switch", is_flag=True, help="bauen, aber noch nicht gelten lassen")
@click.option(
    "--confirm",
    metavar="NAME",
    help="wer geprüft hat, dass große Verluste an Fahrten richtig sind (steht im Protokoll)",
)
@click.option("--feed", metavar="NAME", help="von welcher Quelle (ohne Angabe: von der ersten)")
def gtfs(
    source: str,
    check_only: bool,
    report: Path | None,
    no_switch: bool,
    confirm: str | None,
    feed: str | None,
) -> None:
    """Einen Fahrplan (GTFS, Zip-Datei oder Ordner) prüfen, einlesen und gelten lassen.

    Verliert eine Linie oder Gemeinde viele Fahrten, gilt er erst, wenn das jemand mit Namen bestätigt;
    ein Fahrplan, der erst später gilt, löst keinen gültigen ab.

    \b
    Beispiele:
      mitfahr import gtfs vvo.zip
      mitfahr import gtfs https://beispiel.de/gtfs.zip --no-switch
      mitfahr import gtfs buergerbus.zip --feed "BürgerBus Lommatzsch"
      mitfahr import gtfs vvo.zip --confirm "Erika Muster"
      mitfahr import gtfs vvo.zip --check-only --report befunde.json
    """
    from rich.console import Console

    from mitfahr.download import is_web_address
    from mitfahr.settings import Settings

    console = Console(stderr=True)
    if check_only and not is_web_address(source):
        outcome = _checked(_there(source), console)  # needs neither settings nor a data folder
    else:
        settings = Settings.from_env()
        with _local(source, settings, console) as path:
            outcome = (
                _checked(path, console)
                if check_only
                else _imported(path, settings, console, feed, confirm, switch=not no_switch)
            )
    _tell(outcome.findings, console)
    if report is not None:
        _write_report(report, outcome.findings)
    if not outcome.accepted:
        click.echo(f"Abgelehnt: {outcome.sentence}", err=True)
        raise click.exceptions.Exit(REFUSED)
    click.echo(outcome.sentence)
    if outcome.not_live:
        click.echo(f"Nicht in Betrieb: {outcome.not_live}", err=True)
        raise click.exceptions.Exit(NOT_LIVE)


@import_.command()
@click.argument("source", metavar="DATEI|URL")
@click.option("--bbox", type=BOUNDING_BOX, help="nur dieser Ausschnitt, z. B. 13.1,51.0,13.7,51.4")
@click.option(
    "--around-stops", "km", type=click.FloatRange(0.1, 100), metavar="KM", help="nur so weit um Haltestellen"
)
def osm(source: str, bbox: tuple[float, float, float, float] | None, km: float | None) -> None:
    """Straßen, Wege und Ortsnamen aus einem OpenStreetMap-Auszug (pbf oder xml) einlesen.

    \b
    Beispiele:
      mitfahr import osm sachsen-latest.osm.pbf --around-stops 5
      mitfahr import osm meissen.osm --bbox 13.1,51.0,13.7,51.4
    """
    from rich.console import Console

    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.cli.progress_bar import progress_bar
    from mitfahr.domain.versions import VersionStatus
    from mitfahr.services.import_roads import Part, import_roads

    if bbox is not None and km is not None:
        raise click.UsageError("--bbox und --around-stops schließen sich aus")
    console = Console(stderr=True)
    installation = Installation.open()
    with _local(source, installation.settings, console) as path, progress_bar(console) as progress:
        roads = import_roads(
            installation.sessions, installation.settings, path, utc_now, Part(bbox, km), progress
        )
    if roads.status is VersionStatus.REFUSED:
        click.echo(f"Abgelehnt: {roads.message}", err=True)
        raise click.exceptions.Exit(REFUSED)
    click.echo(f"Es gilt: {roads.name} ({_counted(roads.counts)})")


@import_.command()
@click.argument("source", metavar="DATEI|URL")
@click.option("--name-field", metavar="FELD", help="wie das Feld mit dem Namen der Gemeinde heißt, z. B. GEN")
@click.option("--key-field", metavar="FELD", help="wie das Feld mit dem Gemeindeschlüssel heißt, z. B. AGS")
@click.option("--attribution", default="", metavar="TEXT", help="wer als Quelle der Grenzen zu nennen ist")
def municipalities(source: str, name_field: str | None, key_field: str | None, attribution: str) -> None:
    """Gemeindegrenzen aus einer GeoJSON-Datei einlesen, für den Vergleich von Fahrplänen.

    Sie gelten statt der Grenzen, die ein OpenStreetMap-Auszug mitbringt.

    \b
    Beispiele:
      mitfahr import municipalities gemeinden.geojson
      mitfahr import municipalities vg250.geojson --name-field GEN --key-field AGS --attribution "© GeoBasis-DE / BKG"
    """
    from rich.console import Console

    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.import_municipalities import import_municipalities

    installation = Installation.open()
    with _local(source, installation.settings, Console(stderr=True)) as path:
        kept = import_municipalities(
            installation.sessions,
            installation.settings,
            path,
            utc_now(),
            name_field=name_field,
            key_field=key_field,
            attribution=attribution,
        )
    click.echo(f"Es gelten {kept.n_municipalities} Gemeinden aus {kept.source}")


def _there(source: str) -> Path:
    from mitfahr.domain.errors import FileUnreadable

    if not Path(source).exists():
        raise FileUnreadable(source, "es gibt keine solche Datei")
    return Path(source)


@contextmanager
def _local(source: str, settings: Settings, console: Console) -> Iterator[Path]:
    """The file or folder on this machine; fetched first if it is an address."""
    from mitfahr.cli.progress_bar import progress_bar
    from mitfahr.download import download, is_web_address

    if not is_web_address(source):
        yield _there(source)
        return
    with tempfile.TemporaryDirectory(prefix="download-", dir=settings.data_dir) as folder:
        with progress_bar(console) as progress:
            path = download(source, Path(folder), settings.upload_limit_mb, progress)
        yield path


@dataclass(frozen=True)
class _Outcome:
    accepted: bool
    sentence: str
    findings: list[dict[str, Any]]
    not_live: str | None = None
    """Why it does not serve although it should."""


def _checked(path: Path, console: Console) -> _Outcome:
    from dataclasses import asdict

    import gtfs
    from mitfahr.cli.progress_bar import progress_bar

    with progress_bar(console) as progress:
        loaded = gtfs.load(path, progress)
    findings = [asdict(finding) for finding in loaded.findings]
    if loaded.timetable is None:
        return _Outcome(False, "Die Datei ist beschädigt und würde nicht übernommen.", findings)
    return _Outcome(True, "Die Datei kann übernommen werden.", findings)


def _imported(
    path: Path,
    settings: Settings,
    console: Console,
    feed_name: str | None,
    confirmed_by: str | None,
    *,
    switch: bool,
) -> _Outcome:
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.cli.progress_bar import progress_bar
    from mitfahr.db.feeds import FIRST_FEED_ID, feed_in_use_named
    from mitfahr.domain.versions import VersionStatus
    from mitfahr.services.build_timetable import import_timetable
    from mitfahr.services.build_version import fail_dead_builds

    installation = Installation.open()
    fail_dead_builds(installation.sessions, settings, utc_now)
    with installation.sessions() as session:
        feed_id = feed_in_use_named(session, feed_name).id if feed_name else FIRST_FEED_ID
    with progress_bar(console) as progress:
        feed = import_timetable(installation.sessions, settings, path, path.name, utc_now, progress, feed_id)
    if feed.status is not VersionStatus.BUILT:
        return _Outcome(False, feed.message or feed.status, feed.findings)
    not_live = _put_live(installation, feed.id, confirmed_by, console) if switch else None
    state = "Es gilt" if switch and not_live is None else "Bereit, noch nicht gültig"
    days = f"{feed.valid_from:%d.%m.%Y} bis {feed.valid_to:%d.%m.%Y}"
    told = f"{state}: {feed.name}, {days} ({_counted(feed.counts)})"
    return _Outcome(True, told, feed.findings, not_live)


def _put_live(
    installation: Installation, version_id: str, confirmed_by: str | None, console: Console
) -> str | None:
    """Why it did not go live; None when it did. What would be lost is printed first."""
    from mitfahr.cli.installation import utc_now
    from mitfahr.cli.sentences import sentence
    from mitfahr.domain.errors import TimetableRefused
    from mitfahr.services.compare_timetables import compare_waiting
    from mitfahr.services.go_live import confirm_losses, go_live, losses_to_confirm

    compare_waiting(installation.sessions, installation.settings, utc_now)
    try:
        with installation.sessions.begin() as session:
            for loss in losses_to_confirm(session, version_id):
                console.print(
                    f"Verlust: {loss.name} verliert {loss.percent} % der Abfahrten", highlight=False
                )
            if confirmed_by is not None:
                confirm_losses(session, None, version_id, confirmed_by, utc_now())
            four_eyes = installation.settings.timetable_four_eyes
            go_live(session, None, version_id, utc_now(), four_eyes=four_eyes)
    except TimetableRefused as refused:
        return sentence(refused) or str(refused)
    return None


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {what}".replace(",", ".") for what, number in counts.items())


def _tell(findings: list[dict[str, Any]], console: Console) -> None:
    order = {"error": 0, "warning": 1, "info": 2}
    words = {"error": "Fehler", "warning": "Warnung", "info": "Hinweis"}
    told = sorted((f for f in findings if f["severity"] != "info"), key=lambda f: order[f["severity"]])
    for finding in told[:SHOWN]:
        where = ":".join(str(part) for part in (finding["file"], finding["line"]) if part)
        field = " ".join(
            part for part in (finding["field"], repr(finding["value"]) if finding["value"] else "") if part
        )
        place = " ".join(part for part in (where, field) if part)
        text = f"{words[finding['severity']]} {place}: {finding['message']} {finding['advice']}".strip()
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if len(told) > SHOWN:
        console.print(f"… und {len(told) - SHOWN} weitere; alle mit --report DATEI.json", highlight=False)


def _write_report(report: Path, findings: list[dict[str, Any]]) -> None:
    import json

    from mitfahr.domain.errors import FileUnreadable

    try:
        report.write_text(json.dumps(findings, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(str(report), error.strerror or str(error)) from error
