"""Results by keyboard alone: sorted, sieved, and one of them as a link that still works later."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.steps import ask

pytestmark = pytest.mark.browser


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on something with this name or text."""
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
        )
        if here.startswith(name):
            return
    pytest.fail(f"the keyboard does not reach {name}")


def expect_departures(page: Page, *clocks: str) -> None:
    """Of the journeys shown first, in this order."""
    first = page.locator("section[aria-labelledby=linien] [data-first] .journey__times")
    expect(first).to_have_text([re.compile(rf"^\s*{clock}") for clock in clocks])


def test_sorting_and_sieving_by_keyboard(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, site.day)
    expect_departures(page, "09:00", "10:00", "11:00")
    asked = []
    questions = (
        "document",
        "fetch",
        "xhr",
    )  # what a browser fetches by itself, as its icon, comes when it likes
    page.on("request", lambda one: asked.append(one.url) if one.resource_type in questions else None)
    tab_to(page, "Sortieren und filtern")
    page.keyboard.press("Enter")
    tab_to(page, "Reihenfolge")
    page.keyboard.type("Dauer")
    expect(page.get_by_role("status").filter(has_text="von")).to_contain_text("von")
    expect_departures(page, "10:00", "09:00", "11:00")
    tab_to(page, "ohne Buchung und Anmeldung")
    page.keyboard.press("Space")
    expect_departures(page, "09:00", "11:00")
    expect(page.get_by_text("Fahrt mit Anna")).to_have_count(0)
    assert asked == []  # nothing was asked again
    tab_to(page, "Später")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Abfahrt ab 11:00 Uhr")).to_be_visible()
    expect(page.get_by_label("Reihenfolge")).to_have_value("dauer")


def test_what_one_needs_is_kept_on_this_device_on_purpose(open_page: Callable[..., Page]) -> None:
    page = open_page()
    kept = "JSON.stringify(localStorage)"
    fold = page.locator("[data-preferences]")
    fold.locator("summary").click()
    page.get_by_label("Rollator").check()
    page.get_by_label("Davon im Rollstuhl").select_option("2")
    assert "rollator" not in page.evaluate(kept)
    page.get_by_role("button", name="Auf diesem Gerät merken").click()
    expect(page.get_by_text("Auf diesem Gerät gemerkt.")).to_be_visible()
    page.reload()
    fold.locator("summary").click()
    expect(page.get_by_label("Rollator")).to_be_checked()
    expect(page.get_by_label("Davon im Rollstuhl")).to_have_value("2")
    expect(page.get_by_label("Personen", exact=True)).to_have_value("2")
    page.get_by_role("button", name="Nicht mehr merken").click()
    page.wait_for_function(f"!{kept}.includes('rollator')")


def test_a_link_by_keyboard(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    ask(page, site.day)
    for name in ("Link, Drucken, Kalender", "Link zu dieser Verbindung"):
        button = page.get_by_role("button", name=name).first
        button.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_text("Diese Verbindung gilt.")).to_be_visible()
    address = page.url
    assert "Lommatzsch,09:40" in address
    later = open_page(javascript=javascript)
    later.goto(address)
    expect(later.get_by_role("heading", level=1)).to_have_text("Verbindung von Lommatzsch nach Meißen")
