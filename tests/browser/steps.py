"""What a person does on the pages, step by step."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import Locator, Page, expect

from tests.web.served import PASSWORD


def log_in(page: Page, first_name: str = "Erika") -> None:
    page.goto("/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(f"{first_name.lower()}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    press(page.get_by_role("main").get_by_role("button", name="Anmelden"))
    expect(page.get_by_role("button", name="Abmelden", include_hidden=True)).to_be_attached()


def log_out(page: Page) -> None:
    with page.expect_navigation():  # on a phone the button is in the closed menu
        page.get_by_role("button", name="Abmelden", include_hidden=True).evaluate("(one) => one.click()")
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def press(button: Locator) -> None:
    """Click what leads to another page, and be there when this returns.

    A click alone returns before: what is asked for next would meet the page before, or break the answer off.
    """
    with button.page.expect_navigation():
        button.click()


def ask(
    page: Page, day: dt.date, origin: str = "Lommatzsch", destination: str = "Meißen", clock: str = "9:00"
) -> None:
    """Fill in the search form and send it."""
    page.goto("/")
    page.get_by_label("Von", exact=True).fill(origin)
    page.get_by_label("Nach", exact=True).fill(destination)
    page.get_by_label("Tag").fill(f"{day:%d.%m.%Y}")
    page.get_by_label("Uhrzeit", exact=True).fill(clock)
    press(page.get_by_role("button", name="Verbindungen suchen"))


def choose(page: Page, title: str) -> None:
    """Take the first result that uses the vehicle of this title."""
    card = page.locator("article.journey", has_text=title).first
    press(card.get_by_role("button", name="Diese Verbindung wählen"))
