"""`mitfahr outbox`"""

from __future__ import annotations

import datetime as dt

import click


@click.command(short_help="Zeigen, welche Mails und SMS hinausgegangen sind.")
@click.option("--failed", is_flag=True, help="nur, was aufgegeben wurde oder noch nicht hinausging")
@click.option("--sms", "only_sms", is_flag=True, help="nur SMS")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="wie viele")
def outbox(failed: bool, only_sms: bool, limit: int) -> None:
    """Zeigen, welche Nachrichten hinausgegangen sind, warten oder aufgegeben wurden; die neuesten zuerst.

    Empfänger stehen nur mit ihren letzten Zeichen da, Texte gar nicht: In ihnen können Codes stehen. Die Antwort
    des Servers steht ohne Adressen und Nummern da.

    \b
    Beispiel:
      mitfahr outbox --sms --failed
    """
    from rich.console import Console
    from rich.table import Table

    from mitfahr.cli.installation import Installation
    from mitfahr.domain.channels import Channel, Delivery
    from mitfahr.services.read_outbox import read_outbox

    words = {Delivery.SENT: "gesendet", Delivery.WAITING: "wartet bis", Delivery.GIVEN_UP: "aufgegeben"}
    table = Table("Geschrieben (UTC)", "Weg", "An", "Zustand", "Versuche", "Antwort")
    with Installation.open().readers() as session:
        for one in read_outbox(
            session,
            limit,
            dt.datetime.now(dt.UTC),
            channels=(Channel.SMS,) if only_sms else tuple(Channel),
            deliveries=(Delivery.WAITING, Delivery.GIVEN_UP) if failed else tuple(Delivery),
        ):
            table.add_row(
                f"{one.written_at:%d.%m.%Y %H:%M}",
                "Mail" if one.parts is None else f"SMS ({one.parts} Teil/e)",
                one.recipient,
                f"{words[one.delivery]} {one.moved_at:%d.%m. %H:%M}",
                str(one.attempts),
                one.answer,
            )
    Console().print(table if table.row_count else "Es gibt keine solche Nachricht.")
