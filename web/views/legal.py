"""Imprint, privacy, accessibility: the operator's words from the settings in the portal's frame."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mitfahr.languages import _
from mitfahr.services.send_feedback import send_feedback
from web.access import PUBLIC, access
from web.forms.feedback import FeedbackForm
from web.portal import portal

views = Blueprint("legal", __name__)


@views.get("/impressum")
@access(PUBLIC)
def imprint() -> str:
    return render_template("legal/imprint.html")


@views.get("/datenschutz")
@access(PUBLIC)
def privacy() -> str:
    return render_template("legal/privacy.html")


@views.get("/barrierefreiheit")
@access(PUBLIC)
def accessibility() -> str:
    return render_template("legal/accessibility.html")


@views.route("/barriere-melden", methods=["GET", "POST"])
@access(PUBLIC)
def feedback() -> ResponseReturnValue:
    """Mail to the operator; there is no such page where the operator has no address."""
    here = portal()
    if not here.settings.operator_email:
        abort(404)
    form = FeedbackForm(request.form)
    if request.method == "GET" or not form.validate():
        return render_template("legal/feedback.html", form=form), 422 if form.errors else 200
    send_feedback(
        here.writing,
        form.feedback,
        to=here.settings.operator_email,
        form_key=form.started.data,
        now=dt.datetime.now(dt.UTC),
    )
    flash(_("Danke. Ihre Nachricht ist bei uns. Wir antworten, so schnell wir können."), "success")
    return redirect(url_for("legal.accessibility"))
