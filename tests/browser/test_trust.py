"""Two people who share a ride: my account, confirmed addresses, how was it, report, block; staff behind it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from tests.browser.conftest import Site
from tests.browser.steps import ask, choose, log_in, press
from tests.web.served import offered, person

pytestmark = pytest.mark.browser


def travelled(site: Site, driver: Page, rider: Page, names: tuple[str, str], clock: str) -> None:
    """`names` (driver, rider) have shared a ride that ended an hour ago."""
    for page, name in zip((driver, rider), names, strict=True):
        person(site.portal, name)
        log_in(page, name)
    offered(site.portal, site.served, names[0], clock)
    ask(rider, site.day, clock=clock)
    choose(rider, f"Fahrt mit {names[0]}")
    press(rider.get_by_role("button", name="Verbindlich buchen"))
    driver.goto("/fahrten")
    press(driver.get_by_role("button", name="Ja, mitnehmen"))
    an_hour_ago = int(dt.datetime.now(dt.UTC).timestamp()) - 3600
    with site.portal.writing.begin() as session:
        rider_id = session.scalar(select(Person.id).where(Person.first_name == names[1]))
        booking = session.scalars(select(Booking).where(Booking.rider_id == rider_id)).one()
        booking.departure_s, booking.arrival_s = an_hour_ago - 600, an_hour_ago
        for leg in booking.legs:
            session.execute(
                update(BookingLeg)
                .where(BookingLeg.id == leg.id)
                .values(departure_s=an_hour_ago - 600, arrival_s=an_hour_ago)
            )
            session.execute(update(Ride).where(Ride.id == leg.ride_id).values(ends_s=an_hour_ago + 60))


def test_how_was_it_who_saw_my_number_report_and_block(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    names = ("Traute", "Rolf") if javascript else ("Tina", "Rudi")
    driver, rider = open_page(javascript=javascript), open_page(javascript=javascript)
    travelled(site, driver, rider, names, "11:15" if javascript else "13:15")

    rider.goto("/meine-fahrten")
    rider.get_by_role("link", name="Lommatzsch").first.click()
    expect(rider.get_by_text("0170 1234567").first).to_be_visible()
    rider.get_by_role("link", name="Wie war die Fahrt?").click()
    rider.get_by_role("radio", name="ja").check()
    rider.get_by_label("fährt sicher").check()
    rider.get_by_role("button", name="Antwort speichern").click()
    expect(rider.get_by_text("Danke, Ihre Antwort ist gespeichert.")).to_be_visible()

    driver.goto("/konto")
    expect(driver.get_by_text("noch keine", exact=True)).to_be_visible()
    driver.get_by_role("link", name="Wer hat meine Nummer gesehen?").click()
    expect(driver.get_by_text(names[1])).to_be_visible()
    driver.goto("/fahrten")
    driver.get_by_text("Frühere Fahrten").first.wait_for()
    driver.get_by_role("link", name="Lommatzsch").first.click()
    driver.get_by_role("link", name="Wie war die Fahrt?").click()
    driver.get_by_role("radio", name="nein").check()
    press(driver.get_by_role("button", name="Antwort speichern"))
    driver.goto("/konto")
    expect(driver.get_by_text("1 von 1 würden wieder mit Ihnen fahren")).to_be_visible()

    rider.get_by_role("link", name="Melden").click()
    rider.get_by_label("Gefährlich gefahren").check()
    rider.get_by_label("Was ist passiert?").fill("Viel zu schnell durch den Ort.")
    rider.get_by_label("nie wieder").check()
    rider.get_by_role("button", name="Meldung abschicken").click()
    expect(rider.get_by_text("Ihre Meldung ist bei uns.")).to_be_visible()
    rider.goto("/konto/gesperrt")
    rider.get_by_role("button", name="Sperre aufheben").click()
    expect(rider.get_by_text("Sie können wieder zusammen fahren.")).to_be_visible()


def test_a_mailbox_is_confirmed_with_the_code(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    person(site.portal, name := f"Paula{javascript}")
    page = open_page(javascript=javascript)
    log_in(page, name)
    page.goto("/konto")
    page.get_by_role("link", name="Bestätigen (E-Mail-Adresse)").click()
    press(page.get_by_role("button", name="Code schicken"))
    with site.portal.reading() as session:
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.subject.startswith("Ihr Code")))
        (body,) = [mail.body for mail in mails if mail.recipient.startswith(name.lower())]
    code = re.search(r"\b\d{6}\b", body)
    assert code is not None
    page.get_by_label("Ihr Code").fill("12")
    page.get_by_role("button", name="Bestätigen", exact=True).click()
    expect(page.locator("#code-fehler")).to_contain_text("passt nicht")
    page.get_by_label("Ihr Code").fill(code[0])
    page.get_by_role("button", name="Bestätigen", exact=True).click()
    expect(page.get_by_text("Ihre E-Mail-Adresse ist bestätigt.")).to_be_visible()


def test_contact_data_in_a_note_is_refused_in_words(site: Site, open_page: Callable[..., Page]) -> None:
    person(site.portal, "Nora")
    page = open_page()
    log_in(page, "Nora")
    page.goto("/fahrten/anbieten")
    page.get_by_label("Start", exact=True).fill("Lommatzsch")
    page.get_by_label("Ziel", exact=True).fill("Meißen")
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    page.get_by_label("Hinweis für Mitfahrende").fill("Ruft an: 0170 1234567")
    page.get_by_role("button", name="Weiter: Fahrt prüfen").click()
    expect(page.locator("#note-fehler")).to_contain_text("Hier steht eine Telefonnummer")
