"""My keys for programs: make one, see it once, take it away again."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.access_tokens import AccessToken, tokens_of
from mitfahr.domain.access_tokens import Scope
from mitfahr.domain.errors import TooManyTokens
from mitfahr.languages import _
from mitfahr.services.create_token import create_token
from mitfahr.services.revoke_token import revoke_token
from web.access import SIGNED_IN, access
from web.errors import explain
from web.forms.access_token import SCOPES, TokenForm
from web.forms.profile import JustTheButton
from web.portal import portal

views = Blueprint("access_tokens", __name__, url_prefix="/konto/schluessel")


@views.route("", methods=["GET", "POST"])
@access(SIGNED_IN)
def mine() -> ResponseReturnValue:
    """The list, and the form for one more; a new key is shown on the answer and nowhere else."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    try:
        token = create_token(
            portal().writing,
            person_id=current_user.id,
            name=form.name.data.strip(),
            scope=Scope(form.scope.data),
            now=dt.datetime.now(dt.UTC),
        )
    except TooManyTokens as error:
        explained = explain(error)
        form.name.errors = [f"{explained.title}. {explained.advice}"]
        return _page(form), explained.status
    answer = render_template("profile/token.html", token=token, name=form.name.data.strip())
    return answer, {"Cache-Control": "no-store"}


@views.route("/<token_id>/loeschen", methods=["GET", "POST"])
@access(SIGNED_IN)
def revoke(token_id: str) -> ResponseReturnValue:
    """Ask, then do it."""
    token = next((one for one in _tokens() if one.id == token_id), None)
    if token is None:
        abort(404)
    form = JustTheButton()
    if not form.validate_on_submit():
        return render_template("profile/revoke_token.html", token=token, form=form)
    revoke_token(portal().writing, token_id=token_id, person_id=current_user.id)
    flash(_("Der Schlüssel ist gelöscht. Programme kommen damit nicht mehr herein."), "success")
    return redirect(url_for("access_tokens.mine"))


def _tokens() -> list[AccessToken]:
    with portal().reading() as session:
        return tokens_of(session, current_user.id)


def _page(form: TokenForm) -> str:
    return render_template("profile/tokens.html", form=form, tokens=_tokens(), scopes=SCOPES)
