"""`mitfahr outbox`"""

from __future__ import annotations

import click


@click.command(short_help="Zeigen, welche Mails und SMS hinausgegangen sind.")
@click.option("--failed", is_flag=True, help="nur, was aufgegeben wurde oder noch nicht hinausging")
@click.option("--sms", "only_sms", is_flag=True, help="nur SMS")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="wie viele")
def outbox(failed: bool, only_sms: bool, limit: int) -> None:
    """Zeigen, welche Nachrichten hinausgegangen sind, warten oder aufgegeben wurden; die neuesten zuerst.

    Empfänger stehen nur mit ihren letzten Zeichen da, Texte gar nicht: In ihnen können Codes stehen. Die Antwort
    des Servers steht da, wie sie kam.

    \b
    Beispiel:
      mitfahr outbox --sms --failed
    """
    from rich.console import Console
    from rich.table import Table

    from mitfahr.cli.installation import Installation
    from mitfahr.db.outbox import latest_messages
    from mitfahr.domain.channels import Channel
    from mitfahr.domain.sms import parts, plain

    table = Table("Geschrieben (UTC)", "Weg", "An", "Zustand", "Versuche", "Antwort")
    with Installation.open().readers() as session:
        for message in latest_messages(
            session, limit, channel=Channel.SMS if only_sms else None, only_unsent=failed
        ):
            if message.sent_at is not None:
                state = f"gesendet {message.sent_at:%d.%m. %H:%M}"
            elif message.given_up_at is not None:
                state = f"aufgegeben {message.given_up_at:%d.%m. %H:%M}"
            else:
                state = f"wartet bis {message.next_try_at:%d.%m. %H:%M}"
            is_sms = message.channel is Channel.SMS
            table.add_row(
                f"{message.created_at:%d.%m.%Y %H:%M}",
                f"SMS ({parts(plain(message.body))} Teil/e)" if is_sms else "Mail",
                f"…{message.recipient[-4:]}" if is_sms else f"…@{message.recipient.rpartition('@')[2]}",
                state,
                str(message.attempts),
                message.last_error or "",
            )
    Console().print(table if table.row_count else "Es gibt keine solche Nachricht.")
