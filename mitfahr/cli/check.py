"""`mitfahr check`"""

from __future__ import annotations

import click

FINDINGS = 1
"""Exit code when something is wrong."""


@click.command(short_help="Prüfen, ob Daten und Dateien stimmen.")
def check() -> None:
    """Prüfen, ob sich Fahrten und Buchungen widersprechen und ob die Dateien des Fahrplans heil sind.

    Ändert nichts an Fahrten, Buchungen und Dateien und stört den Betrieb nicht. Geprüft werden

    \b
      Fahrten    belegte Plätze, Halte, Preisgrenze
      Buchungen  Teilstrecken, Preise, Fristen
      Dateien    Prüfsummen von Fahrplan, Fußwegen, Straßen und Ortsnamen, die gerade gelten

    Je Befund eine Zeile. Ausgang: 0 alles stimmt, 1 es gibt Befunde. Beschädigte Dateien werden
    ersetzt, wenn die Quelle noch einmal eingelesen wird (mitfahr import).
    """
    from mitfahr.cli.installation import Installation
    from mitfahr.services.check_bookings import inconsistencies
    from mitfahr.services.check_snapshots import damaged_snapshots

    installation = Installation.open()
    settings = installation.settings
    with installation.readers() as session:
        findings = inconsistencies(session, settings.price_law)
        findings += [f"Datei {text}" for text in damaged_snapshots(session, settings.snapshots_dir)]
    for finding in findings:
        click.echo(finding)
    if findings:
        raise click.exceptions.Exit(FINDINGS)
    click.echo("Alles stimmt: Fahrten, Buchungen und die Dateien des geltenden Fahrplans.")
