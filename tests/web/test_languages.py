"""A page is written in the language of whoever reads it, and so are the mails that follow from it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.languages import OFFERED
from tests.web.served import Served, person
from tests.web.test_booking import signed_in
from tests.web.test_search import QUESTION
from web.portal import EXTENSION, Portal

SEARCH = {
    "de": "Verbindung suchen",
    "en": "Find a journey",
    "cs": "Hledat spojení",
    "pl": "Szukaj połączenia",
}


def _start(client: FlaskClient, **headers: str) -> tuple[str, str]:
    """(language, text) of the start page."""
    answer = client.get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    assert f'<html lang="{answer.headers["Content-Language"]}">' in answer.text
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}
    return answer.headers["Content-Language"], answer.text


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", "de"),
        ("pl", "pl"),
        ("uk-UA,uk;q=0.9,en;q=0.5", "uk"),
        ("fr,cs;q=0.8,en;q=0.7", "cs"),
        ("en-US", "en"),
        ("fr", "de"),
        ("de-simple", "de-simple"),
        ("\x7f;;q=x", "de"),
    ],
)
def test_the_browser_is_asked_for_its_language(app: Flask, asked: str, code: str) -> None:
    found, text = _start(app.test_client(), Accept_Language=asked)
    assert found == code
    assert SEARCH.get(code, "") in text


def test_the_switch_is_remembered_and_leads_back(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/sprache", data={"code": "pl", "next": "/datenschutz"})
    assert answer.status_code == 303 and answer.location == "/datenschutz"
    cookie = answer.headers["Set-Cookie"]
    assert "sprache=pl" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert _start(client, Accept_Language="en")[0] == "pl"
    assert "session" not in cookie and "mitfahr=" not in cookie


def test_the_switch_on_results_asks_the_same_again(app: Flask, served: Served) -> None:
    client = app.test_client()
    german = client.post("/verbindungen", data=QUESTION).text
    fields = dict(re.findall(r'name="(origin|destination|day|clock)" value="([^"]*)"', german))
    answer = client.post("/verbindungen", data=QUESTION | fields | {"sprache": "en"})
    assert "Choose this journey" in answer.text and "Lommatzsch" in answer.text
    assert "sprache=en" in answer.headers["Set-Cookie"]
    assert client.get("/").headers["Content-Language"] == "en"
    assert 'name="sprache" value="pl"' in answer.text
    assert '<input type="hidden" name="sprache"' not in answer.text


def test_a_form_that_changes_something_is_not_sent_again(app: Flask) -> None:
    answer = app.test_client().post("/registrieren", data={"sprache": "en", "first_name": "Anna"})
    assert answer.status_code == 422 and '<html lang="de">' in answer.text
    assert 'action="/sprache"' in answer.text and "sprache=" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org", ""])
def test_the_switch_leads_to_no_other_host(app: Flask, target: str) -> None:
    assert app.test_client().post("/sprache", data={"code": "cs", "next": target}).location == "/"


@pytest.mark.parametrize("code", ["", "fr", "../en", "de'"])
def test_unknown_languages_are_refused(app: Flask, code: str) -> None:
    answer = app.test_client().post("/sprache", data={"code": code})
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers


def test_every_page_offers_all_languages_by_their_own_names(app: Flask) -> None:
    text = _start(app.test_client())[1]
    for language in OFFERED:
        assert f'value="{language.code}" lang="{language.code}"' in text and language.name in text


def test_the_account_keeps_the_language_for_pages_and_mails(app: Flask) -> None:
    portal: Portal = app.extensions[EXTENSION]
    someone = person(portal, "Olena")
    signed_in(app, someone.email).post("/sprache", data={"code": "uk"})
    elsewhere = signed_in(app, someone.email)
    assert _start(elsewhere, Accept_Language="en")[0] == "uk"
    with portal.reading() as session:
        assert session.get_one(Person, someone.id).language == "uk"
    elsewhere.post("/konto/bestaetigen/e-mail/anfordern")
    with portal.reading() as session:
        mail = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at.desc())).first()
    assert mail is not None and mail.subject == "Ваш код для порталу спільних поїздок"
    assert "Добрий день" in mail.body


def test_new_accounts_begin_in_the_language_of_the_page(app: Flask) -> None:
    portal: Portal = app.extensions[EXTENSION]
    client = app.test_client()
    filled = {
        "first_name": "Jana",
        "last_name": "Nováková",
        "email": "jana@example.org",
        "password": "dlouhé heslo k zapamatování",
    }
    assert client.post("/registrieren", data=filled, headers={"Accept-Language": "cs"}).status_code == 302
    with portal.reading() as session:
        found = session.scalar(select(Person).where(Person.email == "jana@example.org"))
    assert found is not None and found.language == "cs"


def test_errors_speak_the_language_too(app: Flask) -> None:
    for path, language, words in (
        ("/gibt-es-nicht", "en", "This page does not exist"),
        ("/api/v1/gibt-es-nicht", "pl", "Ta strona nie istnieje"),
    ):
        answer = app.test_client().get(path, headers={"Accept-Language": language})
        assert answer.status_code == 404 and words in answer.text
        assert answer.headers["Content-Language"] == language


def test_programs_get_german_whatever_cookie_they_send(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("sprache", "pl")
    assert "Diese Seite gibt es nicht" in client.get("/api/v1/gibt-es-nicht").text
