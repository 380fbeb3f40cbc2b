"""`mitfahr demo`"""

from __future__ import annotations

import click


@click.command(short_help="Den Demo-Landkreis anlegen.")
def demo() -> None:
    """Den Demo-Landkreis anlegen: erfundener Fahrplan, Straßen, Menschen, Fahrten.

    Alles wird erzeugt (immer gleich, ohne Netz) und wie echte Daten eingelesen. Für Vorführung und
    Entwicklung. Ein zweiter Aufruf ergänzt nur, was fehlt; neben einem echten Fahrplan geschieht nichts.
    """
    from rich.console import Console

    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.cli.progress_bar import progress_bar
    from mitfahr.demo import NotADemonstration, prepare

    installation = Installation.open()
    try:
        with progress_bar(Console(stderr=True)) as progress:
            prepared = prepare(
                installation.settings, installation.sessions, installation.readers, utc_now, progress
            )
    except NotADemonstration:
        raise click.UsageError(
            "Hier gilt ein echter Fahrplan; der Demo-Landkreis bekommt besser einen eigenen Ordner "
            "(MITFAHR_DATA_DIR)"
        ) from None
    click.echo(
        f"Der Demo-Landkreis ist bereit. Neu: {prepared.rides} Fahrten, {prepared.runs} BürgerBus-Fahrten, "
        f"{prepared.bookings} Buchungen."
    )
