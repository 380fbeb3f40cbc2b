"""What became of mails and short messages, for whoever runs the portal; what was refused is sent once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.outbox import message_numbers
from mitfahr.domain.channels import Channel, Delivery
from mitfahr.domain.roles import Action
from mitfahr.languages import _, lazy, ngettext
from mitfahr.services.read_outbox import read_outbox
from mitfahr.services.send_again import send_again
from web.access import access
from web.portal import portal

views = Blueprint("outbox", __name__, url_prefix="/postausgang")

SHOWN = 100
COUNTED = dt.timedelta(days=7)

STATES = {
    "offen": (lazy("Nicht gesendet"), (Delivery.WAITING, Delivery.GIVEN_UP)),
    "wartet": (lazy("Wartet"), (Delivery.WAITING,)),
    "aufgegeben": (lazy("Aufgegeben"), (Delivery.GIVEN_UP,)),
    "gesendet": (lazy("Gesendet"), (Delivery.SENT,)),
}
CHANNELS = {
    "alle": (lazy("E-Mail und SMS"), tuple(Channel)),
    "mail": (lazy("E-Mail"), (Channel.MAIL,)),
    "sms": (lazy("SMS"), (Channel.SMS,)),
}


@views.get("")
@access(Action.SEE_OUTBOX)
def all_() -> str:
    """?zustand=aufgegeben&weg=sms"""
    now = dt.datetime.now(dt.UTC)
    state, channel = _chosen("zustand", STATES), _chosen("weg", CHANNELS)
    with portal().reading() as session:
        messages = read_outbox(
            session, SHOWN, now, channels=CHANNELS[channel][1], deliveries=STATES[state][1]
        )
        numbers = message_numbers(session, now - COUNTED)
    return render_template(
        "outbox/all.html",
        messages=messages,
        numbers=numbers,
        state=state,
        channel=channel,
        states=STATES,
        channels=CHANNELS,
        most=SHOWN,
        sends_sms=portal().settings.sends_sms,
    )


@views.post("/noch-einmal")
@access(Action.SEE_OUTBOX)
def again() -> ResponseReturnValue:
    """The message named in the form, or all that were given up these days."""
    n = send_again(
        portal().writing,
        message_id=request.form.get("message") or None,
        actor_id=current_user.id,
        now=dt.datetime.now(dt.UTC),
    )
    if n:
        flash(
            ngettext(
                "Wir versuchen es gleich noch einmal mit einer Nachricht.",
                "Wir versuchen es gleich noch einmal mit %(num)s Nachrichten.",
                n,
            ),
            "success",
        )
    else:
        flash(_("Es gibt keine Nachricht, die noch einmal gesendet werden kann."), "info")
    return redirect(url_for("outbox.all_"))


def _chosen(name: str, offered: Mapping[str, object]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in offered else next(iter(offered))
