"""The search form with scripts: suggestions by keyboard, quick times, searches that the browser remembers, and where
somebody stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.steps import ask

pytestmark = pytest.mark.browser

STORED = "() => Object.keys(localStorage)"


def test_a_misspelt_place_is_taken_by_keyboard(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    origin = page.get_by_label("Von", exact=True)
    origin.press_sequentially("Lomatsch")
    options = page.get_by_role("listbox", name="Vorschläge für Von").get_by_role("option")
    expect(options.first).to_contain_text("Lommatzsch")
    expect(options.first).to_contain_text("Haltestelle")
    origin.press("ArrowDown")
    expect(origin).to_have_attribute("aria-activedescendant", "origin-ort-1")
    origin.press("Enter")
    expect(origin).to_have_value("Lommatzsch (Haltestelle)")
    expect(options.first).to_be_hidden()


def test_now_today_and_tomorrow(site: Site, open_page: Callable[..., Page]) -> None:
    """The day is that of the district, wherever the device thinks it is."""
    page = open_page()
    page.clock.set_fixed_time("2027-12-24T22:58:30Z")
    page.goto("/")
    page.get_by_role("button", name="Morgen", exact=True).click()
    expect(page.get_by_label("Tag", exact=True)).to_have_value("morgen")
    page.get_by_label("die Ankunft").check()
    page.get_by_role("button", name="Jetzt").click()
    expect(page.get_by_label("Tag", exact=True)).to_have_value("24.12.2027")
    expect(page.get_by_label("Uhrzeit", exact=True)).to_have_value("23:58")
    expect(page.get_by_label("die Abfahrt")).to_be_checked()


def test_searches_are_remembered_only_after_a_yes(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day)
    page.goto("/")
    assert page.evaluate(STORED) == []
    page.get_by_text("Favoriten und letzte Suchen").click()
    page.get_by_role("button", name="Ja, auf diesem Gerät merken").click()
    expect(page.get_by_text("Noch ist nichts gemerkt.")).to_be_visible()
    ask(page, site.day)
    expect(page.get_by_role("heading", name="Verbindungen", exact=True)).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('mitfahr.searches').includes('Lommatzsch')")
    page.goto("/")
    page.get_by_text("Favoriten und letzte Suchen").click()
    words = "Lommatzsch (Haltestelle) → Meißen (Haltestelle)"
    page.get_by_role("button", name=words, exact=True).click()
    expect(page.get_by_label("Von", exact=True)).to_have_value("Lommatzsch (Haltestelle)")
    expect(page.get_by_label("Nach", exact=True)).to_have_value("Meißen (Haltestelle)")
    page.get_by_role("button", name="Als Favorit merken").click()
    expect(page.get_by_text("Als Favorit gemerkt.")).to_be_visible()
    expect(page.get_by_text("Letzte Suchen", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Entfernen").click()
    expect(page.get_by_text("Noch ist nichts gemerkt.")).to_be_visible()
    page.get_by_role("button", name="Alles löschen und nichts mehr merken").click()
    expect(page.get_by_text("Alles gelöscht.")).to_be_visible()
    assert page.evaluate(STORED) == []
