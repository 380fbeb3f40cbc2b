"""`mitfahr status`"""

from __future__ import annotations

from typing import Any

import click


@click.command(short_help="Zeigen, was gilt und ob alles läuft.")
def status() -> None:
    """Zeigen, welcher Fahrplan gilt, was zuletzt eingelesen wurde und ob der Worker läuft."""
    from rich.console import Console
    from rich.table import Table

    from mitfahr.cli.installation import Installation
    from mitfahr.db.jobs import last_runs
    from mitfahr.db.outbox import waiting_messages
    from mitfahr.db.realtime_sources import realtime_sources
    from mitfahr.db.timetables import feed_versions, serving

    console = Console()
    with Installation.open().readers() as session:
        pointer = serving(session)
        if pointer.feed is None:
            console.print("Es gilt noch kein Fahrplan.")
        else:
            feed = pointer.feed
            console.print(
                f"Fahrplan: {feed.name}, gültig {feed.valid_from:%d.%m.%Y} bis {feed.valid_to:%d.%m.%Y}"
            )
            console.print(
                "          " + ", ".join(f"{n:,} {what}".replace(",", ".") for what, n in feed.counts.items())
            )
        console.print(f"Straßen:  {pointer.roads.name if pointer.roads else 'noch keine'}")
        console.print(f"Nachrichten, die noch hinausgehen: {waiting_messages(session)}")
        table = Table("Eingelesen (UTC)", "Datei", "Zustand", "Hinweis", title="Fahrplan-Dateien")
        for version in feed_versions(session, limit=10):
            note = version.message or (f"{version.step} {version.percent} %" if version.percent < 100 else "")
            table.add_row(
                f"{version.uploaded_at:%d.%m.%Y %H:%M}", version.original_filename, version.status, note
            )
        console.print(table)
        sources = Table("Quelle", "Zuletzt gehört (UTC)", "Stand der Nachricht", "Hinweis", title="Echtzeit")
        for source in realtime_sources(session):
            heard, said = (
                f"{at:%d.%m.%Y %H:%M:%S}" if at else "noch nie" for at in (source.fetched_at, source.said_at)
            )
            note = "ruht" if source.is_paused else source.error or _counted(source.counts)
            sources.add_row(source.name, heard, said, note)
        if sources.row_count:
            console.print(sources)
        jobs = Table("Aufgabe", "Zuletzt fällig (UTC)", "Ergebnis", title="Worker")
        for run in last_runs(session):
            outcome = "läuft" if run.finished_at is None else "Fehler" if run.error else "in Ordnung"
            jobs.add_row(run.job, f"{run.due_at:%d.%m.%Y %H:%M:%S}", outcome)
        console.print(jobs)


def _counted(counts: dict[str, Any]) -> str:
    return ", ".join(f"{what} {count['n']}" for what, count in counts.items())
