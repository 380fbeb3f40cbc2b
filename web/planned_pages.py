"""What the pages of lines and of on-demand services ask in the same way: why something is cancelled, and the fare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.languages import _, ngettext
from web.forms.line import FareForm
from web.forms.offer import ReasonForm
from web.portal import portal


def ask_reason(
    template: str, cancel: Callable[..., int], done: str, then: str, **shown: object
) -> ResponseReturnValue:
    """The page that says who is affected; once that is answered `cancel` does it and `then` is the next page.

    `cancel` is a service that lacks only who does it, when and why; it returns how many bookings it touched.
    """
    form, here, now = ReasonForm(), portal(), dt.datetime.now(dt.UTC)
    if not form.validate_on_submit():
        return render_template(template, form=form, **shown)
    touched = cancel(
        here.writing, here.live.current(now), reason=form.words, actor_id=current_user.id, now=now
    )
    flash(done + _told(touched), "success")
    return redirect(then)


def ask_fare(
    template: str, form: FareForm, keep: Callable[..., None], then: str, **shown: object
) -> ResponseReturnValue:
    """The page for the fare; `keep` is a service that lacks only the fare, who says it and when."""
    if not form.validate_on_submit():
        return render_template(template, form=form, **shown), 422 if form.errors else 200
    keep(portal().writing, fare=form.words, actor_id=current_user.id, now=dt.datetime.now(dt.UTC))
    flash(_("Gespeichert."), "success")
    return redirect(then)


def _told(touched: int) -> str:
    if not touched:
        return ""
    return " " + ngettext(
        "Eine Buchung ist betroffen; die Fahrgäste bekommen eine Nachricht.",
        "%(num)s Buchungen sind betroffen; die Fahrgäste bekommen eine Nachricht.",
        touched,
    )
