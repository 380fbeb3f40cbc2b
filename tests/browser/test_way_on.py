"""A ride falls away and one click books another way; there and back are booked as one. With JavaScript and without."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.db.bookings import requests_for_driver
from mitfahr.services.decide_request import decline_request
from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in, log_out, press
from tests.web.served import person

pytestmark = pytest.mark.browser


def decline_all(site: Site) -> None:
    """Anna says no to whoever asks."""
    now = dt.datetime.now(dt.UTC)
    with site.portal.reading() as session:
        legs = [leg.id for leg in requests_for_driver(session, site.served.driver_id, int(now.timestamp()))]
    for leg_id in legs:
        decline_request(
            site.portal.writing,
            site.portal.live.current(now),
            leg_id=leg_id,
            driver_id=site.served.driver_id,
            now=now,
            reason="Mein Auto ist kaputt.",
        )


def lose_a_ride(site: Site, page: Page, name: str) -> None:
    person(site.portal, name)
    log_in(page, name)
    ask(page, site.day)
    choose(page, "Fahrt mit Anna")
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_text("Nächste Verbindung ohne private Mitfahrt")).to_be_visible()
    decline_all(site)
    page.goto("/meine-fahrten")
    page.get_by_role("link", name="Andere Verbindung ansehen und buchen").click()
    expect(page.get_by_text("Grund: Mein Auto ist kaputt.").first).to_be_visible()


def note_there_and_back(site: Site, page: Page, name: str) -> None:
    """Up to the page that shows both before booking."""
    person(site.portal, name)
    log_in(page, name)
    ask(page, site.day, origin="Lommatzsch", destination="Zehren")
    choose(page, "Bus 416")
    page.get_by_role("button", name="Rückfahrt dazu suchen").click()
    expect(page.get_by_text("Ihre Hinfahrt ist gemerkt.")).to_be_visible()
    expect(page.get_by_label("Von", exact=True)).to_have_value(re.compile("^Zehren"))
    page.get_by_label("Uhrzeit", exact=True).fill("14:30")
    page.get_by_role("button", name="Verbindungen suchen").click()
    expect(page.get_by_text("Wählen Sie jetzt die Rückfahrt.")).to_be_visible()
    choose(page, "Rufbus")


def test_one_click_after_a_ride_fell_away(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    lose_a_ride(site, page, "Nina" if javascript else "Nadja")
    page.get_by_role("button", name="Diese Verbindung buchen").click()
    expect(page.get_by_text("Hier ist Ihre neue Reise.")).to_be_visible()
    page.go_back()
    page.reload()
    page.get_by_role("link", name="Zur neuen Reise").click()
    expect(page.get_by_role("link", name="Absagen")).to_be_visible()


def test_there_and_back(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    note_there_and_back(site, page, "Hilde" if javascript else "Hanne")
    expect(page.get_by_role("heading", name="Hinfahrt")).to_be_visible()
    page.get_by_role("button", name="Reise vormerken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lommatzsch → Zehren und zurück")
    page.get_by_role("link", name="Rückfahrt absagen").click()
    page.get_by_role("button", name="Jetzt absagen").click()
    expect(page.get_by_role("link", name="Hinfahrt absagen")).to_be_visible()
    expect(page.get_by_role("link", name="Rückfahrt absagen")).to_have_count(0)


def test_pages_pass_the_gates(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    lose_a_ride(site, page, "Greta")
    page.get_by_text("Einzelheiten der neuen Verbindung").click()
    check_page(page)
    page.get_by_role("button", name="Diese Verbindung buchen").click()
    expect(page.get_by_text("Hier ist Ihre neue Reise.")).to_be_visible()
    check_page(page)
    log_out(page)
    note_there_and_back(site, page, "Gudrun")
    check_page(page)
    page.get_by_role("button", name="Reise vormerken").click()
    expect(page.get_by_role("link", name="Hinfahrt absagen")).to_be_visible()
    check_page(page)
    press(page.get_by_role("link", name="Hinfahrt absagen"))
    check_page(page)
