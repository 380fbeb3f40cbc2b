"""A search without a good answer becomes a wish; somebody offers a ride; the rider books it from the wish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.services.match_wishes import match_wishes
from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in, press
from tests.web.served import offered, person

pytestmark = pytest.mark.browser


def keep_wish(page: Page, site: Site, clock: str) -> None:
    ask(page, site.day, clock=clock)
    press(page.get_by_role("button", name="Gesuch speichern"))
    press(page.get_by_role("button", name="Gesuch speichern", exact=True))
    expect(page.get_by_text("Ihr Gesuch ist gespeichert.")).to_be_visible()


def look(site: Site) -> int:
    """What the worker does every minute."""
    now = dt.datetime.now(dt.UTC)
    return match_wishes(site.portal.writing, lambda: site.portal.live.current(now), now=now)


def test_from_a_wish_to_a_booking(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    clock, names = ("20:00", ("Wanda", "Willi")) if javascript else ("22:00", ("Wilma", "Wolf"))
    rider, driver = open_page(javascript=javascript), open_page(javascript=javascript)
    for page, name in zip((rider, driver), names, strict=True):
        person(site.portal, name)
        log_in(page, name)
    keep_wish(rider, site, clock)
    look(site)
    offered(site.portal, site.served, names[1], clock)
    assert look(site) == 1
    rider.get_by_role("link", name="Meine Gesuche", exact=True).click()
    expect(rider.get_by_text("1 passendes Angebot")).to_be_visible()
    rider.get_by_role("link", name="Lommatzsch").click()
    rider.get_by_role("button", name="Ansehen und buchen").click()
    choose(rider, f"Fahrt mit {names[1]}")
    rider.get_by_role("button", name="Verbindlich buchen").click()
    expect(rider.get_by_text("Ihre Anfrage ist gesendet")).to_be_visible()
    rider.goto("/gesuche")
    rider.get_by_role("link", name="Lommatzsch").click()
    rider.get_by_role("button", name="Gesuch beenden").click()
    expect(rider.get_by_text("Ihr Gesuch ist beendet.")).to_be_visible()


def test_every_page_of_wishes_passes_the_gates(site: Site, open_page: Callable[..., Page]) -> None:
    guest, driver = open_page(), open_page()
    ask(guest, site.day, clock="23:00")
    press(guest.get_by_role("button", name="Gesuch speichern"))
    check_page(guest)
    person(site.portal, "Xaver")
    log_in(driver, "Xaver")
    offered(site.portal, site.served, "Xaver", "04:00")
    rider = guest
    for name in ("Xenia", "Yara", "Zoe"):
        person(site.portal, name)
        rider = open_page()
        log_in(rider, name)
        rider.goto("/gesuche")
        keep_wish(rider, site, "4:00")
    check_page(rider)
    ask(rider, site.day, clock="4:00")
    press(rider.get_by_role("button", name="Gesuch speichern"))
    check_page(rider)
    rider.get_by_label("jede Woche").check()
    rider.get_by_label("Spätestens um").fill("1:00")
    rider.get_by_role("button", name="Gesuch speichern", exact=True).click()
    expect(rider.locator("#fehler")).to_be_visible()
    check_page(rider)
    look(site)
    rider.goto("/gesuche")
    check_page(rider)
    rider.get_by_role("link", name="Lommatzsch").click()
    expect(rider.get_by_role("button", name="Ansehen und buchen").first).to_be_visible()
    check_page(rider)
    driver.goto("/fahrten")
    expect(driver.get_by_text("3 Menschen")).to_be_visible()
    check_page(driver)
