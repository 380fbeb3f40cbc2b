"""Search → book → my journeys → cancel, as a person does it, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.steps import ask, choose, log_in, press
from tests.web.served import PASSWORD, person

pytestmark = pytest.mark.browser


def test_book_and_cancel(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    name = "Mia" if javascript else "Ole"
    person(site.portal, name)
    page = open_page(javascript=javascript)
    log_in(page, name)
    ask(page, site.day)
    choose(page, "BürgerBus 500")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reise prüfen und buchen")
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_text("Hier ist Ihre Bestätigung")).to_be_visible()
    page.get_by_role("link", name="Meine Fahrten", exact=True).click()
    page.get_by_role("link", name="Lommatzsch → Meißen").first.click()
    expect(page.get_by_text("fest gebucht")).to_be_visible()
    page.get_by_role("link", name="Absagen").click()
    page.get_by_role("button", name="Jetzt absagen").click()
    expect(page.get_by_text("Ihre Reise ist abgesagt.")).to_be_visible()
    expect(page.get_by_role("link", name="Absagen")).to_have_count(0)


def test_a_guest_registers_on_the_way(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    ask(page, site.day)
    choose(page, "Fahrt mit Anna")
    page.get_by_role("button", name="Konto anlegen und weiter").click()
    name = "Mit" if javascript else "Ohne"
    page.get_by_label("Vorname").fill(name)
    page.get_by_label("Nachname").fill("Script")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Konto anlegen").click()
    page.get_by_label("Nachricht an die Fahrerin").fill("Ich stehe am Markt.")
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_text("Ihre Anfrage ist gesendet")).to_be_visible()
    page.get_by_role("link", name="Absagen").click()
    page.get_by_role("button", name="Jetzt absagen").click()
    expect(page.get_by_text("Ihre Reise ist abgesagt.")).to_be_visible()


def test_a_doubtful_place_is_chosen(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    ask(page, site.day, origin="Neudorf")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welchen Ort meinen Sie?")
    page.get_by_label("Neudorf Ort, Zehren").check()
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verbindungen")
    expect(page.get_by_text("Neudorf, Zehren").first).to_be_visible()


def test_an_error_takes_the_focus(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    ask(page, site.day, clock="halb zehn")
    expect(page.locator("#fehler")).to_be_focused()
    expect(page.get_by_label("Uhrzeit", exact=True)).to_have_value("halb zehn")
    expect(page.get_by_label("Von", exact=True)).to_have_value("Lommatzsch (Haltestelle)")


def test_swapping_is_a_button_and_enter_searches(open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.get_by_label("Von", exact=True).fill("Zehren")
    page.get_by_role("button", name="Von und Nach tauschen").click()
    expect(page.get_by_label("Nach", exact=True)).to_have_value("Zehren")
    expect(page.get_by_label("Von", exact=True)).to_have_value("")
    page.get_by_label("Von", exact=True).fill("Lommatzsch")
    page.get_by_label("Uhrzeit", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Verbindungen")


def test_suggestions_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    field = page.get_by_label("Von", exact=True)
    field.press_sequentially("hof lomat")
    option = page.get_by_role("listbox", name="Vorschläge für Von").get_by_role("option").first
    expect(option).to_have_text("Hof Lommatzsch Ort, Lommatzsch")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("Hof Lommatzsch (Ort)")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert "point" not in page.url and page.url.endswith("/")
    field.press_sequentially("x")
    expect(page.locator("input[name=origin_choice]")).to_have_value("")


def test_own_position_refused_is_explained(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="Mein Standort (Von)").click()
    expect(page.get_by_text("gibt den Standort nicht frei")).to_be_visible()


def test_own_position(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    lat, lon = site.served.world.places["Lommatzsch"]
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": lat, "longitude": lon})
    page.get_by_role("button", name="Mein Standort (Von)").click()
    expect(page.get_by_label("Von", exact=True)).to_have_value(f"Mein Standort ({lat:.5f}, {lon:.5f})")
    expect(page.get_by_label("Nach", exact=True)).to_have_value("")
    page.get_by_label("Nach", exact=True).fill("Meißen")
    page.get_by_label("Tag").fill(f"{site.day:%d.%m.%Y}")
    page.get_by_label("Uhrzeit", exact=True).fill("8:30")
    page.get_by_role("button", name="Verbindungen suchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verbindungen")
    expect(page.get_by_text("Bus 416").first).to_be_visible()


def test_the_seat_of_one_is_gone_for_the_next(site: Site, open_page: Callable[..., Page]) -> None:
    person(site.portal, "Paula")
    first, second = open_page(), open_page()
    log_in(first)
    log_in(second, "Paula")
    for page in (first, second):
        page.goto("/")
        page.get_by_label("Personen").select_option("2")
        page.get_by_label("Von", exact=True).fill("Lommatzsch")
        page.get_by_label("Nach", exact=True).fill("Meißen")
        page.get_by_label("Tag").fill(f"{site.day:%d.%m.%Y}")
        page.get_by_label("Uhrzeit", exact=True).fill("9:00")
        page.get_by_role("button", name="Verbindungen suchen").click()
        choose(page, "BürgerBus 500")
    first.get_by_role("button", name="Verbindlich buchen").click()
    expect(first.get_by_text("Hier ist Ihre Bestätigung")).to_be_visible()
    second.get_by_role("button", name="Verbindlich buchen").click()
    expect(second.get_by_text("nicht mehr genug Platz")).to_be_visible()
    second.get_by_role("button", name="Neu suchen").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Verbindungen")
    expect(second.locator("article.journey").filter(has_text="BürgerBus 500")).to_have_count(0)
    first.get_by_role("link", name="Absagen").click()
    press(first.get_by_role("button", name="Jetzt absagen"))
    second.reload()
    expect(second.locator("article.journey").filter(has_text="BürgerBus 500").first).to_be_visible()
