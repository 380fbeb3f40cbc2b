"""Log in, register, log out: forms keep what was typed, errors say what to do."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from mitfahr.domain.roles import Role

ANNA = {
    "first_name": "Anna",
    "last_name": "Lehmann",
    "email": "anna@example.org",
    "phone": "03521 1234",
    "password": "lange genug 1",
}


def test_registering_signs_in_and_greets(client: FlaskClient) -> None:
    answer = client.post("/registrieren", data=ANNA, follow_redirects=True)
    assert answer.status_code == 200
    assert "Ihr Konto ist angelegt" in answer.text
    assert "Abmelden" in answer.text


def test_a_short_password_keeps_everything_else(client: FlaskClient) -> None:
    answer = client.post("/registrieren", data=ANNA | {"password": "kurz"})
    assert answer.status_code == 422
    assert "10 bis 200 Zeichen" in answer.text
    assert 'value="Lehmann"' in answer.text
    assert "kurz" not in answer.text
    assert 'id="password-fehler"' in answer.text


def test_one_address_is_one_account(client: FlaskClient) -> None:
    client.post("/registrieren", data=ANNA)
    answer = client.post("/registrieren", data=ANNA | {"email": "Anna@Example.org"})
    assert answer.status_code == 422
    assert "hat schon ein Konto" in answer.text


def test_empty_fields_are_named_in_the_summary(client: FlaskClient) -> None:
    answer = client.post("/registrieren", data={})
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert "<title>Fehler: Konto anlegen" in answer.text


def test_a_wrong_password_is_refused_without_telling_which(client: FlaskClient) -> None:
    client.post("/registrieren", data=ANNA)
    wrong = client.post("/anmelden", data={"email": ANNA["email"], "password": "ganz falsch hier"})
    nobody = client.post("/anmelden", data={"email": "x@example.org", "password": "ganz falsch hier"})
    assert wrong.status_code == nobody.status_code == 422
    assert "stimmen nicht" in wrong.text and "stimmen nicht" in nobody.text
    assert 'value="anna@example.org"' in wrong.text


def test_guessing_is_slowed_down(client: FlaskClient) -> None:
    guess = {"email": "x@example.org", "password": "ganz falsch hier"}
    answers = [client.post("/anmelden", data=guess).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_logging_in_leads_on_to_the_asked_page_of_this_portal_only(client: FlaskClient) -> None:
    client.post("/registrieren", data=ANNA)
    form = {"email": ANNA["email"], "password": ANNA["password"]}
    assert client.post("/anmelden?next=/impressum", data=form).location == "/impressum"
    assert client.post("/anmelden?next=https://example.org/", data=form).location == "/"
    assert client.post("/anmelden?next=//example.org/", data=form).location == "/"


def test_logging_out_ends_the_session(client_as: Callable[[Role], FlaskClient]) -> None:
    client = client_as(Role.RESIDENT)
    answer = client.post("/abmelden")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Abmelden" not in client.get("/").text


def test_a_form_without_its_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/anmelden", data={"email": "x@example.org", "password": "x"})
    assert answer.status_code == 400
    assert "Laden Sie die Seite bitte neu" in answer.text
