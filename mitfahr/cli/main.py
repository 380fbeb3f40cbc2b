"""The group of all commands, and the one place where errors become sentences and exit codes."""

from __future__ import annotations

from typing import Any

import click

from mitfahr.cli import (
    check,
    demo,
    export,
    feeds,
    imports,
    migrate,
    outbox,
    person,
    plan,
    realtime,
    status,
    worker,
)

REFUSED = 2
"""Exit code for bad input, whether an option or a file."""


class _Commands(click.Group):
    """Turns what the program refuses into one German sentence and exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            click.echo(f"Fehler: {sentence}", err=True)
            context.exit(REFUSED)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="mitfahr", message="%(prog)s %(version)s")
def main() -> None:
    """Multimodales Mitfahrportal: einrichten, Daten einlesen, betreiben.

    Alle Einstellungen kommen aus Umgebungsvariablen (docs/settings.md). Ohne eine einzige davon
    liegen Daten und SQLite-Datenbank im Ordner ./var.

    \b
    Beispiele:
      mitfahr import gtfs fahrplan.zip
      mitfahr import osm sachsen.osm.pbf --around-stops 5
      mitfahr plan --from 51.1953,13.3062 --to 51.1614,13.4737 --at 2026-11-24T07:30
    """


for command in (
    migrate.migrate,
    imports.import_,
    export.export,
    feeds.feed,
    status.status,
    outbox.outbox,
    realtime.realtime,
    check.check,
    plan.plan,
    person.person,
    worker.worker,
    demo.demo,
):
    main.add_command(command)


def _sentence(error: Exception) -> str | None:
    """What to tell the operator; None for a programming error, which deserves its traceback."""
    from mitfahr.cli.sentences import sentence

    return sentence(error)
