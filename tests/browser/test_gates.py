"""Every page passes the gates: axe in light and dark, narrow, big text, targets, without scripts, no other host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask, request, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.exceptions import NotFound

from mitfahr.languages import GERMAN, OFFERED
from tests.browser.conftest import running_site
from tests.browser.gates import NARROW, WIDE, check_on_paper, check_page, check_without_scripts
from tests.browser.pages import ELSEWHERE, NO_PAGES, PAGES, Listed
from tests.browser.scene import (
    ADMIN,
    DISPATCHER,
    DRIVER,
    GUEST,
    RIDER,
    STAFF,
    VOLUNTEER,
    Scene,
    set_scene,
)
from tests.browser.steps import log_in
from tests.browser.windows import new_window
from web.language import COOKIE

pytestmark = pytest.mark.browser
TEMPLATES = Path("web/templates")


@pytest.fixture(scope="module")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_site(sqlite_template, tmp_path_factory.mktemp("gates")) as site:
        yield set_scene(site)


class Visitors:
    """One window for each person with and without scripts, signed in once; what went wrong in them."""

    def __init__(self, browser: Browser, scene: Scene) -> None:
        self.browser, self.scene = browser, scene
        self.windows: dict[tuple[str, bool], Page] = {}
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.shown: dict[str, str] = {}  # by path: other windows may still ask for their pages
        template_rendered.connect(self._rendered, scene.site.app)

    def visit(self, listed: Listed, *, javascript: bool) -> Page:
        """The page of a row, in a window that others used before."""
        page = self.window(listed.who, javascript=javascript)
        page.set_viewport_size(
            {"width": WIDE if javascript else NARROW, "height": 900 if javascript else 700}
        )
        self.complaints.clear()
        self.shown.clear()
        if isinstance(listed.reach, str):
            page.goto(listed.reach.format_map(self.scene.ids))
        else:
            listed.reach(page, self.scene)
        assert self.shown[unquote(urlsplit(page.url).path)] == listed.template
        return page

    def window(self, who: str, *, javascript: bool) -> Page:
        return self.windows.get((who, javascript)) or self._open(who, javascript)

    def close(self) -> None:
        template_rendered.disconnect(self._rendered, self.scene.site.app)
        for context in self.contexts:
            context.close()

    def _open(self, who: str, javascript: bool) -> Page:
        page = new_window(
            self.browser,
            base_url=self.scene.site.url,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        self.contexts.append(page.context)
        page.on("request", lambda request: self._note_foreign(request.url))
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("console", lambda message: self._note_console(message.type, message.text))
        if who != GUEST:
            log_in(page, who)
        self.windows[who, javascript] = page
        return page

    def _note_foreign(self, url: str) -> None:
        if not url.startswith((self.scene.site.url, "data:", "blob:")):
            self.complaints.append(f"another host: {url}")

    def _note_console(self, kind: str, text: str) -> None:
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.complaints.append(f"console: {text}")

    def _rendered(self, _app: Flask, template: Template, **_context: object) -> None:
        if template.name and not template.name.startswith("parts/") and not _is_fragment(template.name):
            self.shown[request.path] = template.name


@pytest.fixture(scope="module")
def visitors(browser: Browser, scene: Scene) -> Iterator[Visitors]:
    opened = Visitors(browser, scene)
    yield opened
    opened.close()


@pytest.mark.parametrize("listed", PAGES, ids=lambda listed: listed.name)
def test_page(visitors: Visitors, listed: Listed) -> None:
    page = visitors.visit(listed, javascript=True)
    unfold(page)
    check_page(page, listed.explained, picture=listed.name)
    page = visitors.visit(listed, javascript=False)
    check_without_scripts(page, picture=listed.name)
    assert visitors.complaints == []


@pytest.mark.parametrize("name", ["reise-druck", "fahrschein", "buergerbus-fahrt", "reise-gebucht", "linie"])
def test_page_on_paper(visitors: Visitors, name: str) -> None:
    """Those that people take along."""
    page = visitors.visit(next(row for row in PAGES if row.name == name), javascript=True)
    check_on_paper(page, picture=name)


def test_the_menu_of_a_phone_is_a_sheet(visitors: Visitors) -> None:
    page = visitors.visit(PAGES[0], javascript=False)
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_hidden()
    page.get_by_role("button", name="Menü", exact=True).click()
    expect(page.get_by_role("link", name="Fahrt anbieten")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_hidden()


def test_focus_stays_where_a_page_renews_itself(visitors: Visitors) -> None:
    page = visitors.visit(next(row for row in PAGES if row.name == "fahrplan-wartet"), javascript=True)
    page.get_by_role("link", name="Stand aktualisieren").focus()
    page.evaluate(
        "new Promise((settled) => document.addEventListener('htmx:afterSettle', settled, {once: true}))"
    )
    expect(page.get_by_role("link", name="Stand aktualisieren")).to_be_focused()


@pytest.mark.soak
@pytest.mark.parametrize("language", [known.code for known in OFFERED if known != GERMAN])
@pytest.mark.parametrize("listed", PAGES, ids=lambda listed: listed.name)
def test_page_in_language(visitors: Visitors, listed: Listed, language: str) -> None:
    """Reached in German, then shown again: a form that was answered is sent once more."""
    for javascript in (True, False):
        page = visitors.visit(listed, javascript=javascript)
        with in_language(page, language):
            page.reload()
            picture = f"{listed.name}-{language}"
            if javascript:
                unfold(page)
                check_page(page, listed.explained, picture)
                check_on_paper(page, picture)
            else:
                check_without_scripts(page, picture)
    assert visitors.complaints == []


@pytest.mark.soak
@pytest.mark.parametrize("who", [GUEST, RIDER, DRIVER, VOLUNTEER, DISPATCHER, STAFF, ADMIN])
def test_every_page_as_everybody(visitors: Visitors, who: str) -> None:
    """Pages with an address of their own, as each role sees them or is refused."""
    addresses = {row.reach for row in PAGES if isinstance(row.reach, str) and "{" not in row.reach}
    for address in sorted(addresses):
        page = visitors.window(who, javascript=True)
        page.goto(address)
        unfold(page)
        check_page(page, picture=f"{who}{address.replace('/', '-')}")


@contextmanager
def in_language(page: Page, code: str) -> Iterator[None]:
    page.context.add_cookies([{"name": COOKIE, "value": code, "url": page.url}])
    try:
        yield
    finally:
        page.context.clear_cookies(name=COOKIE)  # the next page is reached in German


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def test_every_page_is_listed(scene: Scene) -> None:
    """Whoever adds a page adds a row to tests/browser/pages.py."""
    app = scene.site.app
    adapter = app.url_map.bind("localhost")
    listed = set()
    for row in PAGES:
        try:
            if isinstance(row.reach, str):
                listed.add(adapter.match(row.reach.format_map(scene.ids), method="GET")[0])
        except NotFound:
            continue
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes - listed - NO_PAGES == set()
    templates = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    pages = {name for name in templates if not name.startswith("parts/") and not _is_fragment(name)}
    assert pages == {row.template for row in PAGES} | set(ELSEWHERE)


def _is_fragment(name: str) -> bool:
    """Base pages that others extend, and pieces that scripts put into a page."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return "{% extends" not in text


def test_suggestions_lie_on_top(visitors: Visitors, scene: Scene) -> None:
    page = visitors.visit(PAGES[0], javascript=True)
    page.get_by_label("Von", exact=True).press_sequentially("lomm")
    expect(page.get_by_role("option").first).to_be_visible()
    check_page(page, explained="overlapped by another element", picture="start-vorschlaege")


def test_the_keyboard_reaches_everything_in_order(visitors: Visitors) -> None:
    page = visitors.visit(PAGES[0], javascript=True)
    names = []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert names[0] == "Zum Inhalt springen"
    order = ["origin", "destination", "day", "clock"]
    assert [name for name in names if name in order] == order
