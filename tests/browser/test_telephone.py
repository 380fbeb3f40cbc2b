"""A call answered by the keyboard alone: counted in keys, it takes less than a minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.domain.roles import Role
from tests.browser.conftest import Site
from tests.browser.steps import log_in
from tests.browser.typist import Typist
from tests.web.served import person

pytestmark = pytest.mark.browser

A_MINUTE_S = 60.0


def test_a_new_caller_is_booked_for_in_less_than_a_minute(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    person(site.portal, dispatcher := f"Dorothea{javascript}", Role.DISPATCHER)
    page = open_page("/anmelden", javascript=javascript)
    log_in(page, dispatcher)
    page.goto("/telefon")
    typist, surname = Typist(page), "Zacharias" if javascript else "Zimmermann"
    expect(page.get_by_label("Name oder Telefonnummer")).to_be_focused()
    typist.think()
    typist.type(f"Hilde {surname} 03521 47{int(javascript)}2")
    typist.enter("Wer ruft an?")
    expect(page.get_by_label("Vorname")).to_be_focused()
    typist.enter(f"Hilde {surname}")
    _ask(typist, site.day)
    _choose_and_book(typist)
    assert typist.seconds < A_MINUTE_S
    expect(page.get_by_text("Ihre Buchungsnummer ist")).to_be_visible()

    _as_always(typist, surname, site.day, javascript)


def _ask(typist: Typist, day: dt.date) -> None:
    page = typist.page
    expect(page.get_by_label("Von", exact=True)).to_be_focused()
    typist.think()
    typist.type("Lommatzsch")
    typist.press("Tab")
    typist.type("Meißen")
    typist.press("Tab")
    typist.think()
    typist.type(f"{day:%d.%m.}")
    typist.press("Tab")
    typist.type("9:45")
    typist.enter("→")


def _choose_and_book(typist: Typist) -> None:
    page = typist.page
    first = page.get_by_role("radio").first
    expect(first).to_be_focused()
    typist.think()
    typist.press("ArrowDown", "ArrowUp")
    expect(page.locator(".spoken:visible")).to_have_count(1)
    typist.enter("Vorlesen und buchen")
    expect(page.get_by_label("Hinweis für die Fahrerin")).to_be_focused()
    typist.think()
    typist.type("hat einen Rollator")
    typist.enter("Gebucht. Bitte vorlesen")


def _as_always(typist: Typist, surname: str, day: dt.date, has_scripts: bool) -> None:
    """The same person a second time: found by the name as it is heard, the way as always."""
    page = typist.page
    typist.keys, typist.thoughts, typist.answers = 0, 0, 0
    expect(page.get_by_role("link", name="Nächster Anruf", exact=True)).to_be_focused()
    typist.enter("Wer ruft an?")
    expect(page.get_by_label("Name oder Telefonnummer")).to_be_focused()
    typist.think()
    typist.type(surname.lower().replace("z", "s", 1))
    typist.enter("Wer ruft an?")
    expect(page.get_by_role("link", name=f"Hilde {surname}")).to_be_focused()
    typist.enter(f"Hilde {surname}")
    typist.think()
    typist.press_with_alt("1")
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    typist.think()
    if not has_scripts:  # they mark what is filled in, so that typing replaces it
        typist.press("Control+a")
    typist.type(f"{day:%d.%m.}")
    typist.enter("→")
    _choose_and_book(typist)
    assert typist.seconds < A_MINUTE_S
