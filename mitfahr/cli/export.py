"""`mitfahr export …`"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from mitfahr.cli.options import DURATION


@click.group()
def export() -> None:
    """Daten zur Weiterverwendung schreiben.

    \b
    Beispiel:
      mitfahr export day 2026-11-24 ./vergleich
    """


@export.command(short_help="Einen Tag des Fahrplans für andere Auskunftsprogramme schreiben.")
@click.argument("date", metavar="TAG", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("folder", metavar="ORDNER", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--walk-speed",
    type=click.FloatRange(0.2, 5),
    default=1.25,
    show_default=True,
    help="Gehgeschwindigkeit in Metern je Sekunde",
)
@click.option(
    "--max-walk", type=DURATION, default="PT20M", show_default=True, help="Längster Fußweg zum Umsteigen"
)
@click.option(
    "--slack",
    type=DURATION,
    default="PT0S",
    show_default=True,
    help="Zeit zum Umsteigen, zusätzlich zum Fußweg",
)
def day(date: dt.datetime, folder: Path, walk_speed: float, max_walk: int, slack: int) -> None:
    """Einen Tag des geltenden Fahrplans als GTFS schreiben.

    Damit rechnen andere Programme auf genau dem, was die Suche hier sieht: alle Fahrten dieses einen
    Betriebstags und in transfers.txt jeder mögliche Umstieg mit seiner Zeit, Fußwege auf Straßen
    eingeschlossen. Wie sich die Ergebnisse vergleichen lassen, steht in docs/comparing.md.

    \b
    Beispiele:
      mitfahr export day 2026-11-24 ./vergleich
      mitfahr export day 2026-11-24 ./ohne-wege --max-walk PT0S
    """
    from mitfahr.cli.installation import Installation
    from mitfahr.services.export_day import export_day

    installation = Installation.open()
    with installation.readers() as session:
        written = export_day(
            session, installation.settings.snapshots_dir, date.date(), folder, walk_speed, max_walk, slack
        )
    numbers = {
        "Haltestellen": written.stops,
        "Fahrten": written.trips,
        "Halte": written.stop_times,
        "Umstiege": written.transfers,
    }
    click.echo(f"{folder}: " + ", ".join(f"{n:,} {what}".replace(",", ".") for what, n in numbers.items()))
