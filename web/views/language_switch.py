"""The switch between languages, at the top of every page."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mitfahr.languages import language
from web.access import PUBLIC, access
from web.language import keep
from web.own_page import own_page

views = Blueprint("language_switch", __name__)


@views.post("/sprache")
@access(PUBLIC)
def choose() -> ResponseReturnValue:
    """Needs no token: for a stranger's form the browser withholds the account's cookie, and without it
    nothing but the cookie of the language is written."""
    chosen = language(request.form.get("code"))
    if chosen is None:
        abort(400)
    keep(chosen)
    return redirect(own_page(request.form.get("next", "")) or url_for("search.start"), 303)
