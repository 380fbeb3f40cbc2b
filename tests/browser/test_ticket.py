"""A ticket on the phone: read by a camera, shown without a net, gone with logging out; a click without a net books nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.db.bookings import bookings_of_rider
from mitfahr.db.people import person_by_email
from mitfahr.domain.booking_numbers import booking_number
from tests.browser.conftest import Site
from tests.browser.steps import ask, choose, log_in, log_out
from tests.web.served import person

pytestmark = pytest.mark.browser


def to_the_button(page: Page, site: Site, name: str) -> None:
    person(site.portal, name)
    log_in(page, name)
    ask(page, site.day)
    choose(page, "Bus 416")


def test_offline(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_the_button(page, site, "Olga")
    page.context.set_offline(True)
    page.get_by_role("button", name="Reise vormerken").click()
    expect(page.get_by_text("Noch ist nichts gebucht.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Reise vormerken").click()
    expect(page.get_by_label("Schritte der Buchung").get_by_text("Gebucht")).to_have_attribute(
        "aria-current", "step"
    )
    with site.portal.reading() as session:
        rider = person_by_email(session, "olga@example.org")
        assert rider is not None
        (booking,) = bookings_of_rider(session, rider.id, 0)
    page.get_by_role("link", name="Fahrschein zeigen").click()
    expect(page.get_by_text(booking_number(booking.id))).to_be_visible()
    page.get_by_role("button", name="Offline speichern", exact=True).click()
    expect(page.get_by_text("Auf diesem Gerät gespeichert.")).to_be_visible()
    expect(page.get_by_role("button", name="Nicht mehr offline speichern")).to_be_focused()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text(booking_number(booking.id))).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.ticket')).display") == "grid"
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind gerade ohne Netz")
    page.get_by_role("link", name="Lommatzsch → Meißen").click()
    expect(page.get_by_role("img", name="QR-Code mit der Buchungsnummer")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/meine-fahrten")
    log_out(page)
    page.wait_for_function("caches.has('fahrscheine').then((kept) => !kept)")


def test_another_account_on_the_same_device_finds_nothing(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    to_the_button(page, site, "Otto")
    page.get_by_role("button", name="Reise vormerken").click()
    page.get_by_role("link", name="Fahrschein zeigen").click()
    page.get_by_role("button", name="Offline speichern", exact=True).click()
    expect(page.get_by_text("Auf diesem Gerät gespeichert.")).to_be_visible()
    page.context.clear_cookies()
    person(site.portal, "Paul")
    log_in(page, "Paul")
    page.wait_for_function("caches.has('fahrscheine').then((kept) => !kept)")
