"""`mitfahr feed …`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mitfahr.db.feeds import Feed

EVERY = click.IntRange(5, 7 * 24 * 60)


@click.group()
def feed() -> None:
    """Quellen des Fahrplans: jede mit eigenen Fassungen, zusammen ein Fahrplan."""


@feed.command("list")
def list_() -> None:
    """Alle Quellen zeigen: was von ihnen gilt, was wartet, wie der letzte Abruf ausging."""
    from mitfahr.cli.installation import Installation
    from mitfahr.db.feed_parts import live_parts
    from mitfahr.db.feeds import feeds
    from mitfahr.db.timetables import newest_version

    with Installation.open().readers() as session:
        live = {part.feed_id: part for part in live_parts(session)}
        for one in feeds(session):
            click.echo(one.name)
            serves, newest = live.get(one.id), newest_version(session, one.id)
            days = f", {serves.valid_from:%d.%m.%Y} bis {serves.valid_to:%d.%m.%Y}" if serves else ""
            click.echo(f"  gilt: {serves.name if serves else 'nichts'}{days}")
            if newest is not None and newest is not serves:
                click.echo(f"  zuletzt gekommen: {newest.name} ({newest.status})")
            if one.url is not None:
                click.echo(f"  Abruf alle {one.every_minutes} Minuten: {_fetched(one)}")


@feed.command()
@click.argument("name")
@click.option("--url", help="Adresse, an der die Datei liegt (http oder https)")
@click.option("--every", type=EVERY, default=60, show_default=True, metavar="MINUTEN", help="wie oft")
def add(name: str, url: str | None, every: int) -> None:
    """Eine Quelle anlegen; mit Adresse fragt der Worker sie regelmäßig.

    \b
    Beispiele:
      mitfahr feed add "BürgerBus Lommatzsch"
      mitfahr feed add VVO --url https://beispiel.de/vvo.zip --every 360
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.add_feed import add_feed

    with Installation.open().sessions.begin() as session:
        added = add_feed(session, None, name, utc_now(), url, every)
    click.echo(f"{added.name} ist angelegt (Kürzel {added.id}).")


@feed.command()
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="neuer Name")
@click.option("--url", help="neue Adresse; leer („“): nicht mehr abrufen")
@click.option("--every", type=EVERY, metavar="MINUTEN", help="wie oft abgerufen wird")
def change(name: str, new_name: str | None, url: str | None, every: int | None) -> None:
    """Name, Adresse oder Abstand des Abrufs ändern."""
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.db.feeds import feed_in_use_named
    from mitfahr.services.change_feed import change_feed

    with Installation.open().sessions.begin() as session:
        known = feed_in_use_named(session, name)
        changed = change_feed(
            session,
            None,
            known.id,
            utc_now(),
            name=new_name or known.name,
            url=known.url if url is None else url,
            every_minutes=every or known.every_minutes,
        )
    click.echo(f"{changed.name} ist geändert.")


@feed.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Eine Quelle jetzt abrufen; was neu ist, prüft der Worker."""
    from rich.console import Console

    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.cli.progress_bar import progress_bar
    from mitfahr.db.feeds import feed_in_use_named
    from mitfahr.services.fetch_feed import fetch_feed

    installation = Installation.open()
    with installation.sessions() as session:
        known = feed_in_use_named(session, name)
    if known.url is None:
        raise click.UsageError(f"{name} hat keine Adresse (mitfahr feed change {name} --url …)")
    with progress_bar(Console(stderr=True)) as progress:
        new = fetch_feed(installation.sessions, installation.settings, known.id, utc_now, progress)
    click.echo(f"Neu: {new.original_filename}, wartet auf die Prüfung." if new else "Nichts Neues.")


@feed.command()
@click.argument("name")
def remove(name: str) -> None:
    """Eine Quelle entfernen. Was von ihr gilt, gilt, bis der Fahrplan ohne sie geschaltet wird."""
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.db.feeds import feed_in_use_named
    from mitfahr.services.remove_feed import remove_feed

    with Installation.open().sessions.begin() as session:
        waiting = remove_feed(session, None, feed_in_use_named(session, name).id, utc_now())
    click.echo(f"{name} ist entfernt.")
    if waiting is not None:
        click.echo("Der Worker baut den Fahrplan ohne diese Quelle; danach kann er geschaltet werden.")


def _fetched(one: Feed) -> str:
    if one.fetch_error is not None:
        return f"fehlgeschlagen. {one.fetch_error}"
    return f"zuletzt {one.last_fetched_at:%d.%m.%Y %H:%M} UTC" if one.last_fetched_at else "noch nicht"
