"""`mitfahr worker`"""

from __future__ import annotations

import click


@click.command(short_help="Die Hintergrundarbeit: Nachrichten, Fristen, Prüfungen.")
def worker() -> None:
    """Die Hintergrundarbeit: Nachrichten senden, Anfragen verfallen lassen, Fahrpläne prüfen.

    Läuft, bis er beendet wird (Strg-C oder SIGTERM). Mehrere zugleich teilen sich die Arbeit.
    """
    import logging

    from mitfahr.cli.installation import Installation
    from mitfahr.worker import run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every tick
    run(Installation.open().settings)
