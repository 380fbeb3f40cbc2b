"""Nonsense in every field of every form: refused in words or taken as it is, never a 500, and nothing written by a refusal.

As requests, without a browser; the pages and people are those of `pages`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser.conftest import running_site
from tests.browser.pages import PAGES
from tests.browser.scene import ADMIN, GUEST, Scene, set_scene
from tests.web.served import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.soak]

SCRIPT = "<script>alert(1)</script>"
NONSENSE = (
    "",
    "abc",
    "-1",
    "25:00",
    "31.2.2027",
    "9" * 25,
    "x" * 10_000,
    "🚌 Bus\u0000\u202e",
    SCRIPT,
    "' OR 1=1 --",
    "٣",
)
UNCHOSEN = ("", "abc", "9" * 25)
"""For what is chosen from a list or comes along unseen."""
NOTES_READERS = ("/telefon/person/", "/meldungen/")
"""Who reads about other people is noted, also on the page that says what is wrong."""
NOT_TYPED = ("csrf_token", "idempotency_key")


@dataclass
class Form:
    """What a browser would send; `typed` are the fields somebody fills in or chooses, with the nonsense for each."""

    action: str
    fields: list[tuple[str, str]]
    typed: dict[str, Sequence[str]]


class _Forms(HTMLParser):
    """The POST forms of a page with their values as they stand."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self._form = here, list[Form](), None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_post = a.get("method", "get").lower() == "post"
            self._form = Form(a.get("action") or self.here, [], {}) if is_post else None
        form, name = self._form, a.get("name", "")
        if form is None or not name:
            if tag == "option" and form is not None and self._select and "selected" in a:
                form.fields.append((self._select, a.get("value", "")))
            return
        if tag == "select":
            self._select = name
            form.typed[name] = UNCHOSEN
        elif tag == "textarea":
            self._area = name
            form.typed[name] = NONSENSE
            form.fields.append((name, ""))
        elif tag == "input" and a.get("type") not in ("submit", "button", "file"):
            is_chosen = a.get("type") in ("checkbox", "radio", "hidden")
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                form.fields.append((name, a.get("value", "")))
            if name not in NOT_TYPED:
                form.typed[name] = UNCHOSEN if is_chosen else NONSENSE

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            name, text = self._form.fields.pop()
            self._form.fields.append((name, text + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


@pytest.fixture(scope="module")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_site(sqlite_template, tmp_path_factory.mktemp("nonsense")) as site:
        site.app.config["PROPAGATE_EXCEPTIONS"] = False
        yield set_scene(site)


def test_no_field_of_any_form_takes_the_portal_down(scene: Scene) -> None:
    path = str(scene.site.portal.settings.database_url).removeprefix("sqlite:///")
    clients: dict[str, FlaskClient] = {}
    faults, sent, seen = list[str](), 0, set[tuple[str, str]]()
    with sqlite3.connect(path) as watch:
        for listed in PAGES:
            if (
                not isinstance(listed.reach, str) or listed.who == ADMIN
            ):  # what an administrator may break is a lot
                continue
            client = clients.get(listed.who) or _signed_in(scene.site.app, listed.who)
            clients[listed.who] = client
            address = listed.reach.format_map(scene.ids)
            for form in _forms_of(client, address):
                for name, values in form.typed.items():
                    if (form.action, name) in seen or "abmelden" in form.action:
                        continue
                    seen.add((form.action, name))
                    for value in values:
                        sent += 1
                        faults += _faults(client, watch, form, name, value)
    assert sent > 500
    assert not faults, "\n".join(faults)


def _faults(client: FlaskClient, watch: sqlite3.Connection, form: Form, name: str, value: str) -> list[str]:
    data = dict[str, list[str]]()
    for key, old in form.fields:
        data.setdefault(key, []).append(old)
    data[name] = [value]
    before = watch.execute("PRAGMA data_version").fetchone()
    answer = client.post(form.action, data=data)
    after = watch.execute("PRAGMA data_version").fetchone()
    said = f"{form.action} {name}={value[:30]!r}: {answer.status_code}"
    faults = []
    if answer.status_code >= 500:
        faults.append(said)
    if SCRIPT in answer.text:
        faults.append(f"{said} shows markup")
    if (
        answer.status_code in (400, 409, 422)
        and before != after
        and not form.action.startswith(NOTES_READERS)
    ):
        faults.append(f"{said} was refused and something was written")
    return faults


def _forms_of(client: FlaskClient, address: str) -> list[Form]:
    page = client.get(address)
    parser = _Forms(address)
    parser.feed(page.text.split("<main")[-1])
    return [form for form in parser.forms if form.typed]


def _signed_in(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    if who != GUEST:
        login = _Forms("/anmelden")
        login.feed(client.get("/anmelden").text.split("<main")[-1])
        data = dict(login.forms[0].fields) | {"email": f"{who.lower()}@example.org", "password": PASSWORD}
        assert client.post("/anmelden", data=data).status_code == 302
    return client
