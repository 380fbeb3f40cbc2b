"""The switch between languages, at the top of every page."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.languages import language
from mitfahr.services.change_profile import change_language
from web.access import PUBLIC, access
from web.language import remember
from web.own_page import own_page
from web.portal import portal

views = Blueprint("language_switch", __name__)


@views.post("/sprache")
@access(PUBLIC)
def choose() -> ResponseReturnValue:
    """Needs no token: for a stranger's form the browser withholds the account's cookie, and without it
    nothing but the cookie of the language is written."""
    chosen = language(request.form.get("code"))
    if chosen is None:
        abort(400)
    if current_user.is_authenticated:
        change_language(portal().writing, person_id=current_user.id, chosen=chosen)
    answer = make_response(redirect(own_page(request.form.get("next", "")) or url_for("search.start"), 303))
    remember(answer, chosen, secure=portal().settings.is_https)
    return answer
