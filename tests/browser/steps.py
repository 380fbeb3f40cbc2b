"""What a person does on the pages, step by step."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import Page

from tests.web.served import PASSWORD


def log_in(page: Page, first_name: str = "Erika") -> None:
    page.goto("/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(f"{first_name.lower()}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    # On a phone it is there, but in the closed menu.
    page.get_by_role("button", name="Abmelden", include_hidden=True).wait_for(state="attached")


def ask(
    page: Page, day: dt.date, origin: str = "Lommatzsch", destination: str = "Meißen", clock: str = "9:00"
) -> None:
    """Fill in the search form and send it."""
    page.goto("/")
    page.get_by_label("Von", exact=True).fill(origin)
    page.get_by_label("Nach", exact=True).fill(destination)
    page.get_by_label("Tag").fill(f"{day:%d.%m.%Y}")
    page.get_by_label("Uhrzeit", exact=True).fill(clock)
    page.get_by_role("button", name="Verbindungen suchen").click()


def choose(page: Page, title: str) -> None:
    """Take the first result that uses the vehicle of this title."""
    card = page.locator("article.journey", has_text=title).first
    card.get_by_role("button", name="Diese Verbindung wählen").click()
