"""Which language a page is written in: the one chosen on this device, else that of the person's account,
else the first the browser asks for that we have, else German."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from mitfahr import languages
from mitfahr.languages import GERMAN, OFFERED, Language, language
from mitfahr.services.change_profile import change_language
from web.portal import portal
from web.problems import answers_path

COOKIE = "sprache"
COOKIE_S = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Call it before anything else that may answer a request, so that refusals are in this language too."""
    app.before_request(_choose)
    app.after_request(_told)
    app.teardown_request(_forget)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: languages.catalogue().gettext(message),
        lambda one, many, num: languages.catalogue().ngettext(one, many, num),
        newstyle=True,
    )
    app.jinja_env.globals.update(language=languages.current, languages=OFFERED, asked_again=asked_again)


def keep(chosen: Language) -> None:
    """Remember it: on this device, by the answer to this request, and in the account of whoever is signed in."""
    languages.switch(chosen)
    g.chosen_language = chosen
    if current_user.is_authenticated:
        change_language(portal().writing, person_id=current_user.id, chosen=chosen)


def asked_again() -> MultiDict[str, str] | None:
    """What was asked, where a page answers a form that only asks: the switch asks the same once more."""
    if not _only_asks():
        return None
    kept = MultiDict(request.form)
    kept.poplist(COOKIE)
    return kept


def _only_asks() -> bool:
    """Forms that change something must not be sent again for the sake of a language."""
    return request.method == "POST" and (
        request.blueprint == "search"
        or request.endpoint in ("booking.review", "connection.look", "wishes.form")
    )


def _choose() -> None:
    languages.switch(_of_browser() or GERMAN)  # already for what is said when the account cannot be read
    if answers_path(request.path):
        return  # programs send no cookies
    asked = language(request.form.get(COOKIE)) if _only_asks() else None
    if asked is not None:
        keep(asked)
        return
    known = language(request.cookies.get(COOKIE)) or _of_account()
    if known is not None:
        languages.switch(known)


def _of_account() -> Language | None:
    return language(current_user.language) if current_user.is_authenticated else None


def _of_browser() -> Language | None:
    asked = request.accept_languages.best_match([known.code for known in OFFERED])
    return language(asked)


def _told(response: Response) -> Response:
    chosen: Language | None = g.get("chosen_language")
    if (
        chosen is not None
    ):  # strictly necessary: it holds what the person has just asked for, and nothing else
        response.set_cookie(
            COOKIE,
            chosen.code,
            max_age=COOKIE_S,
            secure=portal().settings.is_https,
            httponly=True,
            samesite="Lax",
        )
    if response.mimetype in ("text/html", "application/problem+json"):
        response.headers.setdefault("Content-Language", languages.current().code)
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _forget(_error: BaseException | None) -> None:
    languages.switch(GERMAN)  # the thread serves somebody else next
