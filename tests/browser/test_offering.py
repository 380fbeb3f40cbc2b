"""A driver offers a ride, a resident books it, the driver says yes, the seat is gone, comes back after a no."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in
from tests.web.served import person

pytestmark = pytest.mark.browser


def fill_in_offer(page: Page, site: Site, clock: str, seats: str = "1", **typed: str) -> None:
    """The form of an offer from Lommatzsch to Meißen, sent; `typed` replaces start or goal."""
    page.goto("/fahrten/anbieten")
    page.get_by_label("Start", exact=True).fill(typed.get("origin", "Lommatzsch"))
    page.get_by_label("Ziel", exact=True).fill(typed.get("destination", "Meißen"))
    page.get_by_label("Tag", exact=True).fill(f"{site.day:%d.%m.%Y}")
    page.get_by_label("Abfahrt um", exact=True).fill(clock)
    page.get_by_label("Freie Plätze").select_option(seats)
    unfold(page, "Ihr Auto und ein Hinweis")
    page.locator("#vehicle").fill("Roter Polo")
    page.get_by_role("button", name="Weiter: Fahrt prüfen").click()


def unfold(page: Page, group: str) -> None:
    """Open a group of voluntary fields; works without JavaScript."""
    page.locator("summary", has_text=group).first.click()


def offer(page: Page, site: Site, clock: str) -> None:
    fill_in_offer(page, site, clock)
    page.get_by_role("button", name="Fahrt veröffentlichen").click()
    expect(page.get_by_text("Ihre Fahrt ist veröffentlicht")).to_be_visible()


def test_from_offer_to_seat_back(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    clock, driver_name = ("14:00", "Dora") if javascript else ("17:00", "Dirk")
    names = [driver_name, *(f"{name}{javascript}" for name in ("Ralf", "Susi"))]
    for name in names:
        person(site.portal, name)
    driver, resident, another = (open_page(javascript=javascript) for _ in names)
    for page, name in zip((driver, resident, another), names, strict=True):
        log_in(page, name)

    offer(driver, site, clock)
    ask(resident, site.day, clock=clock)
    choose(resident, f"Fahrt mit {driver_name}")
    resident.get_by_label("Nachricht an die Fahrerin").fill("Ich habe einen Koffer.")
    resident.get_by_role("button", name="Verbindlich buchen").click()
    expect(resident.get_by_text("Ihre Anfrage ist gesendet")).to_be_visible()

    driver.get_by_role("link", name="Meine Angebote", exact=True).click()
    expect(driver.get_by_text("möchte mitfahren")).to_be_visible()
    expect(driver.get_by_text("Ich habe einen Koffer.")).to_be_visible()
    expect(driver.get_by_text("0170 1234567")).to_have_count(0)
    driver.get_by_role("button", name="Ja, mitnehmen").click()
    expect(driver.get_by_text("Zugesagt.")).to_be_visible()
    expect(driver.get_by_text("0170 1234567").first).to_be_visible()
    resident.reload()
    expect(resident.get_by_text("fest gebucht")).to_be_visible()

    ask(another, site.day, clock=clock)
    expect(another.get_by_role("heading", level=1)).to_have_text("Verbindungen")
    expect(another.get_by_text(f"Fahrt mit {driver_name}")).to_have_count(0)

    resident.get_by_role("link", name="Absagen").click()
    resident.get_by_role("button", name="Jetzt absagen").click()
    expect(resident.get_by_text("Ihre Reise ist abgesagt.")).to_be_visible()
    ask(another, site.day, clock=clock)
    expect(another.get_by_text(f"Fahrt mit {driver_name}").first).to_be_visible()
    driver.reload()
    expect(driver.get_by_text("Noch hat niemand einen Platz fest.")).to_be_visible()


def test_a_price_above_the_law_is_refused_in_words(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    person(site.portal, name := f"Petra{javascript}")
    page = open_page(javascript=javascript)
    log_in(page, name)
    page.goto("/fahrten/anbieten")
    unfold(page, "Preis")
    page.get_by_label("eine Beteiligung an den Fahrtkosten").check()
    page.get_by_label("Cent je Kilometer").fill("45")
    page.get_by_label("Start", exact=True).fill("Lommatzsch")
    page.get_by_label("Ziel", exact=True).fill("Meißen")
    page.get_by_label("Tag", exact=True).fill(f"{site.day:%d.%m.%Y}")
    page.get_by_label("Abfahrt um", exact=True).fill("6:00")
    page.get_by_role("button", name="Weiter: Fahrt prüfen").click()
    expect(page.locator("#fehler")).to_be_focused()
    expect(page.locator("#rate-fehler")).to_contain_text("höchstens 0,30 € je Kilometer")
    expect(page.get_by_label("Cent je Kilometer")).to_have_value("45")


def test_an_offer_on_a_phone_takes_four_fields(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    """By the menu's sheet, then from, to, when: the rest is folded and right as it is."""
    person(site.portal, name := f"Paul{javascript}")
    page = open_page(javascript=javascript, width=320)
    log_in(page, name)
    page.get_by_role("button", name="Menü", exact=True).click()
    expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    page.get_by_role("link", name="Fahrt anbieten", exact=True).click()
    expect(page.get_by_label("Umweg für Mitfahrende")).not_to_be_visible()
    page.get_by_label("Start", exact=True).fill("Lommatzsch")
    page.get_by_label("Ziel", exact=True).fill("Meißen")
    page.get_by_label("Tag", exact=True).fill(f"{site.day:%d.%m.%Y}")
    page.get_by_label("Abfahrt um", exact=True).fill("5")
    page.get_by_role("button", name="Weiter: Fahrt prüfen").click()
    page.get_by_role("button", name="Fahrt veröffentlichen").click()
    expect(page.get_by_text("Ihre Fahrt ist veröffentlicht")).to_be_visible()


def test_rides_that_come_again_from_the_plan_to_the_end(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    look = check_page if javascript else _nothing  # axe needs scripts
    person(site.portal, name := f"Sara{javascript}")
    person(site.portal, other := f"Timo{javascript}")
    clock = "12:10" if javascript else "13:10"
    driver, rider = (open_page(javascript=javascript, width=320) for _ in range(2))
    log_in(driver, name)
    driver.goto("/fahrten/anbieten")
    driver.get_by_label("Start", exact=True).fill("Lommatzsch")
    driver.get_by_label("Ziel", exact=True).fill("Meißen")
    driver.get_by_label("Tag", exact=True).fill(f"{site.day:%d.%m.%Y}")
    driver.get_by_label("Abfahrt um", exact=True).fill(clock)
    unfold(driver, "Rückfahrt")
    driver.get_by_label("Rückfahrt um").first.fill("18:00")
    unfold(driver, "Regelmäßig fahren")
    driver.get_by_label("Fahren Sie das öfter?").select_option("1")
    driver.get_by_label("an Feiertagen").check()
    unfold(driver, "Spielraum, Umweg und Zusage")
    driver.get_by_label("Sofort: Wer bucht, fährt mit").check()
    driver.get_by_role("button", name="Weiter: Fahrt prüfen").click()
    expect(driver.get_by_role("heading", name="Die nächsten Termine")).to_be_visible()
    look(driver)
    driver.set_viewport_size({"width": 320, "height": 900})
    driver.get_by_role("button", name="Fahrten veröffentlichen").click()
    expect(driver.get_by_text("Ihre regelmäßige Fahrt ist veröffentlicht.")).to_be_visible()
    look(driver)

    log_in(rider, other)
    ask(rider, site.day, clock=clock)
    choose(rider, f"Fahrt mit {name}")
    rider.get_by_role("button", name="Verbindlich buchen").click()
    expect(rider.get_by_text("fest gebucht").first).to_be_visible()

    driver.reload()
    expect(driver.get_by_text("1 Person")).to_be_visible()
    driver.get_by_role("button", name="An diesem Tag fahre ich nicht").first.click()
    expect(driver.get_by_text("fahren Sie nicht.")).to_be_visible()
    driver.get_by_role("link", name="Plan ändern").click()
    expect(driver.get_by_label("Abfahrt um", exact=True)).to_have_value(clock)
    look(driver)
    driver.get_by_label("Abfahrt um", exact=True).fill("14:30")
    driver.get_by_role("button", name="Weiter: Fahrt prüfen").click()
    expect(driver.get_by_text("1 Fahrt bleibt, wie sie ist")).to_be_visible()
    look(driver)
    driver.get_by_role("button", name="So ändern").click()
    expect(driver.get_by_text("Ihre regelmäßige Fahrt ist geändert.")).to_be_visible()
    driver.get_by_role("link", name="Beenden").click()
    expect(driver.get_by_text("1 Fahrt ist gebucht oder angefragt")).to_be_visible()
    look(driver)
    driver.get_by_label("nehme ich zurück").check()
    driver.get_by_label("Letzter Tag").fill("heute")
    driver.get_by_role("button", name="Jetzt beenden").click()
    expect(driver.get_by_text("Wer gebucht hatte, bekommt Bescheid.")).to_be_visible()
    look(driver)
    rider.goto("/meine-fahrten")
    expect(rider.get_by_text("Fällt aus")).to_be_visible()


def _nothing(page: Page) -> None:
    pass
