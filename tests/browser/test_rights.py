"""A rider's rights as a person uses them: the cancel link of a mail, the printed plan, seats, keys for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mitfahr.db.bookings import bookings_of_rider
from mitfahr.db.people import person_by_email
from mitfahr.domain.booking_numbers import booking_number, cancel_code
from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in, press
from tests.web.served import person

pytestmark = pytest.mark.browser


def book_the_bus(page: Page, site: Site, name: str) -> str:
    """The id of a booking of somebody new."""
    person(site.portal, name)
    log_in(page, name)
    ask(page, site.day)
    choose(page, "BürgerBus 500")
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_text("Hier ist Ihre Bestätigung")).to_be_visible()
    with site.portal.reading() as session:
        rider = person_by_email(session, f"{name.lower()}@example.org")
        assert rider is not None
        return bookings_of_rider(session, rider.id, 0)[-1].id


def test_the_link_of_the_mail_cancels_without_an_account(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    booking_id = book_the_bus(open_page(), site, "Luise" if javascript else "Ludwig")
    number = booking_number(booking_id)
    code = cancel_code(booking_id, site.portal.settings.secret_key)
    page = open_page(f"/absagen#{number}.{code}", javascript=javascript)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if javascript:
        expect(page.get_by_label("Absagecode")).to_have_value(code)
        assert code not in page.url
        check_page(page)
    else:
        page.get_by_label("Buchungsnummer").fill(number)
        page.get_by_label("Absagecode").fill(code)
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_text("Lommatzsch → Meißen")).to_be_visible()
    if javascript:
        check_page(page)
    page.get_by_role("button", name="Jetzt absagen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Reise ist abgesagt")
    if javascript:
        check_page(page)
    assert not any(code in url for url in asked)


def test_a_wrong_code_is_explained(open_page: Callable[..., Page]) -> None:
    page = open_page("/absagen")
    page.get_by_label("Buchungsnummer").fill("0000-0000")
    page.get_by_label("Absagecode").fill("AAAAA-AAAAA")
    page.get_by_role("button", name="Weiter").click()
    expect(page.locator("#fehler")).to_be_focused()
    check_page(page)


def test_seats_calendar_and_the_printed_plan(
    site: Site, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    booking_id = book_the_bus(page, site, "Martha")
    press(page.get_by_role("link", name="Plätze ändern"))
    check_page(page)
    page.get_by_label("Personen").select_option("2")
    page.get_by_role("button", name="Plätze ändern").click()
    expect(page.get_by_text("Ihre Buchung ist geändert.")).to_be_visible()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="In den Kalender").click()
    assert "SEQUENCE:1" in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name="Reiseplan zum Ausdrucken").click()
    expect(page.get_by_role("button", name="Drucken")).to_be_visible()
    check_page(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Drucken")).to_be_hidden()
    expect(page.get_by_role("navigation").first).to_be_hidden()
    expect(page.get_by_text(cancel_code(booking_id, site.portal.settings.secret_key))).to_be_visible()
    page.pdf(path=tmp_path / "plan.pdf", format="A4")
    assert (tmp_path / "plan.pdf").stat().st_size > 5000
    page.emulate_media(media="screen")
    page.goto(f"/meine-fahrten/{booking_id}/absagen")
    press(page.get_by_role("button", name="Jetzt absagen"))


def test_a_key_for_a_program(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    name = "Konrad" if javascript else "Karla"
    person(site.portal, name)
    page = open_page(javascript=javascript)
    log_in(page, name)
    page.get_by_role("link", name="Mein Konto").click()
    press(page.get_by_role("link", name="Schlüssel für Programme"))
    page.get_by_label("Wofür ist der Schlüssel?").fill("Kalender")
    page.get_by_label("lesen, buchen, ändern und absagen").check()
    if javascript:
        check_page(page)
    press(page.get_by_role("button", name="Schlüssel anlegen"))
    token = page.locator("#schluessel").inner_text()
    if javascript:
        check_page(page)
    answer = page.request.get("/api/v1/bookings", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"bookings": []}
    press(page.get_by_role("link", name="Ich habe ihn kopiert"))
    assert token not in page.content()
    if javascript:
        check_page(page)
    page.get_by_role("link", name="Löschen").click()
    page.get_by_role("button", name="Jetzt löschen").click()
    expect(page.get_by_text("kommen damit nicht mehr herein")).to_be_visible()
    again = page.request.get("/api/v1/bookings", headers={"Authorization": f"Bearer {token}"})
    assert again.status == 401
