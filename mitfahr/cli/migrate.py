"""`mitfahr migrate`"""

from __future__ import annotations

import click


@click.command()
def migrate() -> None:
    """Die Datenbank auf den neuesten Stand bringen.

    Legt sie an, wenn es noch keine gibt, und tut nichts, wenn sie schon aktuell ist. Mehrere
    Aufrufe gleichzeitig schaden nicht. Vor einer neuen Version des Portals einmal aufrufen.
    """
    from mitfahr.cli.installation import Installation

    installation = Installation.open()
    backend = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[installation.engine.dialect.name]
    click.echo(f"Die Datenbank ({backend}) ist auf dem neuesten Stand.")
