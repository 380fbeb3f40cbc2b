"""`mitfahr demo`"""

from __future__ import annotations

import click


@click.command(short_help="Den Demo-Landkreis anlegen.")
def demo() -> None:
    """Den Demo-Landkreis anlegen: erfundener Fahrplan, Straßen, Menschen, Fahrten.

    Alles wird erzeugt (immer gleich, ohne Netz) und wie echte Daten eingelesen. Für Vorführung und
    Entwicklung; auf einer Installation, in der schon ein Fahrplan gilt, geschieht nichts.
    """
