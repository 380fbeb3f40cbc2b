"""`mitfahr realtime …`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from mitfahr.db.realtime_sources import RealtimeSource


@click.group()
def realtime() -> None:
    """Quellen für Verspätungen, Ausfälle und Meldungen (GTFS-Realtime)."""


@realtime.command()
@click.argument("name")
@click.argument("source", metavar="URL|DATEI")
@click.option("--feed", "feed_name", metavar="NAME", help="zu welchem Fahrplan (ohne Angabe: zum ersten)")
def add(name: str, source: str, feed_name: str | None) -> None:
    """Eine Quelle hinzufügen; der Worker fragt sie dann regelmäßig.

    \b
    Beispiel:
      mitfahr realtime add "VVO Echtzeit" https://beispiel.de/gtfs-rt
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.db.feeds import feed_named, feeds
    from mitfahr.domain.errors import Unknown
    from mitfahr.services.add_source import add_source

    installation = Installation.open()
    with installation.readers() as session:
        feed = feed_named(session, feed_name) if feed_name else feeds(session)[0]
        if feed is None:
            raise Unknown("feed", feed_name or "")
    add_source(
        installation.sessions,
        name=name,
        address=source,
        feed_id=feed.id,
        actor_id=None,
        now=utc_now(),
        may_be_file=True,
    )
    click.echo(f"{name} wird ab jetzt gefragt (Fahrplan: {feed.name}).")


@realtime.command()
@click.argument("name")
def pause(name: str) -> None:
    """Eine Quelle ruhen lassen: Es gilt wieder der Fahrplan.

    \b
    Beispiel:
      mitfahr realtime pause "VVO Echtzeit"
    """
    _set_paused(name, is_paused=True)
    click.echo(f"{name} ruht.")


@realtime.command()
@click.argument("name")
def resume(name: str) -> None:
    """Eine Quelle, die ruht, wieder fragen.

    \b
    Beispiel:
      mitfahr realtime resume "VVO Echtzeit"
    """
    _set_paused(name, is_paused=False)
    click.echo(f"{name} wird wieder gefragt.")


@realtime.command()
@click.argument("name")
def remove(name: str) -> None:
    """Eine Quelle entfernen; was sie gesagt hat, gilt sofort nicht mehr.

    \b
    Beispiel:
      mitfahr realtime remove "VVO Echtzeit"
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.remove_source import remove_source

    installation = Installation.open()
    with installation.readers() as session:
        source_id = _source(session, name).id
    remove_source(installation.sessions, source_id=source_id, actor_id=None, now=utc_now())
    click.echo(f"{name} ist entfernt.")


@realtime.command()
def poll() -> None:
    """Alle Quellen jetzt einmal fragen, ohne auf den Worker zu warten."""
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.db.realtime_sources import realtime_sources
    from mitfahr.domain.errors import NothingServes
    from mitfahr.live import Live
    from mitfahr.services.poll_sources import poll_sources

    installation = Installation.open()
    try:
        served = Live(installation.readers, installation.settings.snapshots_dir).served()
        timetable = served.without_rides.timetable
    except NothingServes:
        timetable = None
    poll_sources(installation.sessions, installation.settings, timetable, utc_now)
    with installation.readers() as session:
        for source in realtime_sources(session):
            counted = ", ".join(f"{what} {count['n']}" for what, count in source.counts.items())
            click.echo(f"{source.name}: {source.error or counted or 'nichts'}")


def _set_paused(name: str, *, is_paused: bool) -> None:
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.pause_source import pause_source

    installation = Installation.open()
    with installation.readers() as session:
        source_id = _source(session, name).id
    pause_source(
        installation.sessions, source_id=source_id, is_paused=is_paused, actor_id=None, now=utc_now()
    )


def _source(session: Session, name: str) -> RealtimeSource:
    from mitfahr.db.realtime_sources import source_named
    from mitfahr.domain.errors import Unknown

    source = source_named(session, name)
    if source is None:
        raise Unknown("realtime_source", name)
    return source
