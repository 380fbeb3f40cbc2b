"""`mitfahr plan`"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import click

from mitfahr.cli.options import DURATION, LAT_LON, MOMENT

if TYPE_CHECKING:
    from mitfahr.services.find_fallbacks import Fallback
    from routing.journey import Journey

WORDS = {
    "walk": "zu Fuß",
    "transit": "Linie",
    "buergerbus": "BürgerBus",
    "rufbus": "Rufbus",
    "ride": "Mitfahrt",
}


@click.command()
@click.option("--from", "origin", type=LAT_LON, required=True, help="Start, z. B. 51.1953,13.3062")
@click.option("--to", "destination", type=LAT_LON, required=True, help="Ziel, z. B. 51.1614,13.4737")
@click.option(
    "--at",
    "when",
    type=MOMENT,
    required=True,
    help="Abfahrt (oder Ankunft); ohne Zeitzone gilt die hiesige Uhr",
)
@click.option("--arrive-by", is_flag=True, help="--at ist die späteste Ankunft")
@click.option("--window", type=DURATION, default="PT2H", show_default=True, help="Zeitfenster, z. B. PT2H")
@click.option("--seats", type=click.IntRange(1, 8), default=1, show_default=True, help="Plätze")
@click.option("--json", "as_json", is_flag=True, help="Antwort wie /api/v1/plan")
def plan(
    origin: tuple[float, float],
    destination: tuple[float, float],
    when: dt.datetime,
    arrive_by: bool,
    window: int,
    seats: int,
    as_json: bool,
) -> None:
    """Verbindungen von Tür zu Tür suchen.

    Gezeigt werden alle, die im Zeitfenster weder früher ankommen noch später abfahren noch mit
    weniger Fahrzeugen auskommen könnten.

    \b
    Beispiel:
      mitfahr plan --from 51.1953,13.3062 --to 51.1614,13.4737 --at 2026-11-24T07:30 --json
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.domain.trip_request import TripRequest
    from mitfahr.live import Live
    from mitfahr.local_json import plan_json
    from mitfahr.services.find_fallbacks import find_fallbacks
    from routing.query import Party, Point
    from routing.search import search

    installation = Installation.open()
    now = utc_now()
    live = Live(installation.readers, installation.settings.snapshots_dir)
    snapshot = live.current(now)
    request = TripRequest(
        Point(*origin), Point(*destination), when, arrive_by=arrive_by, window_s=window, party=Party(seats)
    )
    journeys = search(snapshot, request.query(booked_at=now))
    fallbacks = find_fallbacks(snapshot, request, journeys, now)
    if as_json:
        answer = plan_json(live.local, snapshot.timetable, journeys, fallbacks)
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(journeys, fallbacks)


def _show(journeys: list[Journey], fallbacks: list[Fallback | None]) -> None:
    from rich.console import Console
    from rich.table import Table

    from mitfahr.domain.times import local

    console = Console()
    if not journeys:
        console.print("In diesem Zeitfenster gibt es keine Verbindung.")
    for journey, fallback in zip(journeys, fallbacks, strict=True):
        begin, end = local(journey.departure_s), local(journey.arrival_s)
        minutes = (journey.arrival_s - journey.departure_s) // 60
        table = Table(
            "ab", "von", "an", "nach", "womit", title=f"{begin:%d.%m. %H:%M} – {end:%H:%M}, {minutes} min"
        )
        for leg in journey.legs:
            metres = f"{leg.distance_m} m" if leg.distance_m is not None else ""
            table.add_row(
                f"{local(leg.departure_s):%H:%M}",
                leg.origin.name,
                f"{local(leg.arrival_s):%H:%M}",
                leg.destination.name,
                f"{WORDS[leg.kind.value]} {leg.route or metres}".strip(),
            )
        console.print(table)
        if fallback is not None:
            console.print(_without_a_ride(fallback))


def _without_a_ride(fallback: Fallback) -> str:
    """The next way when the driver does not come."""
    from mitfahr.domain.times import local

    if fallback.journey is None:
        return "Ohne private Mitfahrt: innerhalb eines Tages nichts."
    begin, end = local(fallback.journey.departure_s), local(fallback.journey.arrival_s)
    words = f"Ohne private Mitfahrt: {begin:%d.%m. %H:%M} – {end:%H:%M}."
    return f"{words} An diesem Tag fährt sonst nichts mehr." if fallback.is_last else words
