"""`mitfahr check`"""

from __future__ import annotations

import click

FINDINGS = 1
"""Exit code when something is wrong."""


@click.command(short_help="Prüfen, ob Daten und Dateien stimmen.")
def check() -> None:
    """Prüfen, ob sich die Daten widersprechen und ob die Dateien des Fahrplans heil sind.

    Ändert nichts an Daten und Dateien und stört den Betrieb nicht: jederzeit möglich, auch während gebucht
    wird. Geprüft werden

    \b
      Fahrten      belegte Plätze je Abschnitt, Halte, Preisgrenze,
                   zwei Fahrten einer Person zur selben Zeit
      Buchungen    Teilstrecken, Zustände, Fristen, Preise
      Dienste      dieselbe Person in Dienst und Fahrt, niemand und
                   kein Fahrzeug zur selben Zeit in zweien
      Verweise     zeigt eine Zeile auf etwas, das es nicht gibt?
                   gibt es jede zugesagte Buchung?
      Nachrichten  zu jeder Buchung und Änderung der letzten 14 Tage
                   eine, keine doppelt
      Dateien      Prüfsummen von Fahrplan, Fußwegen, Straßen und
                   Ortsnamen, die gerade gelten

    Je Befund eine Zeile. Ausgang: 0 alles stimmt, 1 es gibt Befunde, 2 die Prüfung war nicht möglich.
    Beschädigte Dateien werden ersetzt, wenn die Quelle noch einmal eingelesen wird (mitfahr import).

    \b
    Beispiele:
      mitfahr check
      mitfahr check > befunde.txt || mail -s "Mitfahrportal" technik@example.org < befunde.txt
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.check_data import data_faults
    from mitfahr.services.check_snapshots import damaged_snapshots

    installation = Installation.open()
    settings = installation.settings
    findings = data_faults(installation.engine, settings.price_law, utc_now())
    with installation.readers() as session:
        findings += [f"Datei {text}" for text in damaged_snapshots(session, settings.snapshots_dir)]
    for finding in findings:
        click.echo(finding)
    if findings:
        raise click.exceptions.Exit(FINDINGS)
    click.echo("Alles stimmt: Fahrten, Buchungen, Nachrichten und die Dateien des geltenden Fahrplans.")
