"""Which language a page is written in: the one chosen on this device, else that of the person's account,
else the first the browser asks for that we have, else German."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_login import current_user

from mitfahr import languages
from mitfahr.languages import GERMAN, OFFERED, Language, language
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
    app.jinja_env.globals.update(language=languages.current, languages=OFFERED)


def remember(response: Response, chosen: Language, *, secure: bool) -> None:
    """Strictly necessary for what the person has just asked for: it holds the language and nothing else."""
    response.set_cookie(COOKIE, chosen.code, max_age=COOKIE_S, secure=secure, httponly=True, samesite="Lax")


def _choose() -> None:
    languages.switch(_of_browser() or GERMAN)  # already for what is said when the account cannot be read
    chosen = _of_person()
    if chosen is not None:
        languages.switch(chosen)


def _of_person() -> Language | None:
    if answers_path(request.path):
        return None  # programs send no cookies
    return language(request.cookies.get(COOKIE)) or _of_account()


def _of_account() -> Language | None:
    return language(current_user.language) if current_user.is_authenticated else None


def _of_browser() -> Language | None:
    asked = request.accept_languages.best_match([known.code for known in OFFERED])
    return language(asked)


def _told(response: Response) -> Response:
    if response.mimetype in ("text/html", "application/problem+json"):
        response.headers.setdefault("Content-Language", languages.current().code)
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _forget(_error: BaseException | None) -> None:
    languages.switch(GERMAN)  # the thread serves somebody else next
