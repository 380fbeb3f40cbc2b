"""Accept an invitation of an association: its code comes behind the # of a link, or is typed."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.domain.errors import InvitationUnknown
from mitfahr.languages import _
from mitfahr.services.invite_member import accept_invitation, read_invitation
from web.access import PUBLIC, SIGNED_IN, access
from web.errors import explain
from web.forms.organisation import MAY_WORDS, ROLE_WORDS, CodeForm
from web.portal import portal

views = Blueprint("invitations", __name__, url_prefix="/einladung")


@views.get("")
@access(PUBLIC)
def ask() -> str:
    """Who is not signed in yet reads how to go on; their browser keeps the code meanwhile."""
    return render_template("invitations/ask.html", form=CodeForm(formdata=None))


@views.post("/pruefen")
@access(SIGNED_IN)
def check() -> ResponseReturnValue:
    """Say who invites to what."""
    form = CodeForm()
    if not form.validate():
        return render_template("invitations/ask.html", form=form), 422
    try:
        with portal().reading() as session:
            invitation = read_invitation(
                session,
                form.code.data,
                secret_key=portal().settings.secret_key,
                now=dt.datetime.now(dt.UTC),
            )
    except InvitationUnknown as error:
        return _refused(form, error)
    return render_template(
        "invitations/check.html",
        form=form,
        invitation=invitation,
        role=ROLE_WORDS[invitation.role],
        may=MAY_WORDS[invitation.role],
    )


@views.post("")
@access(SIGNED_IN)
def accept() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate():
        return render_template("invitations/ask.html", form=form), 422
    try:
        organisation_id = accept_invitation(
            portal().writing,
            form.code.data,
            person_id=current_user.id,
            secret_key=portal().settings.secret_key,
            now=dt.datetime.now(dt.UTC),
        )
    except InvitationUnknown as error:
        return _refused(form, error)
    flash(_("Willkommen! Sie gehören jetzt zum Verein."), "success")
    return redirect(url_for("organisations.one", organisation_id=organisation_id))


def _refused(form: CodeForm, error: InvitationUnknown) -> ResponseReturnValue:
    explained = explain(error)
    form.code.errors = [f"{explained.title}. {explained.advice}"]
    return render_template("invitations/ask.html", form=form), explained.status
