"""Every page of the resident passes the gates: axe, narrow screens, targets, big text, dark, no other host."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in
from tests.web.served import person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "path",
    ["/", "/anmelden", "/registrieren", "/impressum", "/datenschutz", "/barrierefreiheit", "/gibt-es-nicht"],
)
def test_open_pages(open_page: Callable[..., Page], path: str) -> None:
    check_page(open_page(path))


def test_start_unfolded_with_suggestions(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_text("Weitere Angaben").click()
    page.get_by_label("Von", exact=True).press_sequentially("lomm")
    expect(page.get_by_role("option").first).to_be_visible()
    check_page(page, explained="overlapped by another element")  # the list lies on top of the form


def test_search_with_errors(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day, origin="Xyzzy", clock="halb zehn")
    expect(page.locator("#fehler")).to_be_visible()
    check_page(page)


def test_choice_of_places(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day, origin="Neudorf", destination="Neudorf")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welchen Ort meinen Sie?")
    check_page(page)


def test_results_unfolded(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    check_page(page)


def test_no_results(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day, origin="Meißen", destination="Lommatzsch")
    expect(page.get_by_text("keine Verbindung gefunden")).to_be_visible()
    check_page(page)


def test_review_as_guest_and_log_in_error(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day)
    choose(page, "Fahrt mit Anna")
    check_page(page)
    page.get_by_label("E-Mail-Adresse").fill("niemand@example.org")
    page.get_by_label("Passwort").fill("falsch falsch falsch")
    page.get_by_role("button", name="Anmelden und weiter").click()
    expect(page.get_by_text("hat nicht geklappt")).to_be_visible()
    check_page(page)


def test_register_with_errors(open_page: Callable[..., Page]) -> None:
    page = open_page("/registrieren")
    page.get_by_role("button", name="Konto anlegen").click()
    expect(page.locator("#fehler")).to_be_focused()
    check_page(page)


def test_booking_pages(site: Site, open_page: Callable[..., Page]) -> None:
    person(site.portal, "Gerda")
    page = open_page()
    log_in(page, "Gerda")
    page.goto("/meine-fahrten")
    check_page(page)
    ask(page, site.day)
    choose(page, "Fahrt mit Anna")
    check_page(page)
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_text("Ihre Anfrage ist gesendet")).to_be_visible()
    check_page(page)
    page.goto("/meine-fahrten")
    check_page(page)
    page.get_by_role("link", name="Lommatzsch").click()
    page.get_by_role("link", name="Absagen").click()
    check_page(page)
    page.get_by_role("button", name="Jetzt absagen").click()
    expect(page.get_by_text("Ihre Reise ist abgesagt.")).to_be_visible()
    check_page(page)


def test_the_keyboard_reaches_everything_in_order(open_page: Callable[..., Page]) -> None:
    page = open_page()
    names = []
    for _ in range(14):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert names[0] == "Zum Inhalt springen"
    order = ["origin", "destination", "day", "clock"]
    assert [name for name in names if name in order] == order
