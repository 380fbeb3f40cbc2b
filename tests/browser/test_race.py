"""Two people in two browsers press the button for one last seat at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.db.rides import ride_of
from tests.browser.conftest import Site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in
from tests.web.served import offered, person

pytestmark = pytest.mark.browser


def before_the_last_click(site: Site, page: Page, name: str) -> None:
    person(site.portal, name)
    log_in(page, name)
    ask(page, site.day, clock="13:30")
    choose(page, "Fahrt mit Walburga")
    expect(page.get_by_role("button", name="Verbindlich buchen")).to_be_visible()


def test_one_gets_the_last_seat_and_the_other_another_way(site: Site, open_page: Callable[..., Page]) -> None:
    person(site.portal, "Walburga")
    ride_id = offered(site.portal, site.served, "Walburga", "13:45")
    pages = [open_page(), open_page()]
    for page, name in zip(pages, ("Quirin", "Yvonne"), strict=True):
        before_the_last_click(site, page, name)
    together = pages[0].evaluate("Date.now() + 1500")
    for page in pages:
        page.get_by_role("button", name="Verbindlich buchen").evaluate(
            "(button, at) => { setTimeout(() => button.click(), at - Date.now()) }", together
        )
    got_it = [page.get_by_text("Ihre Anfrage ist gesendet.") for page in pages]
    refused = [page.get_by_text("Die Plätze sind gerade vergeben worden") for page in pages]
    for one, other in zip(got_it, refused, strict=True):
        expect(one.or_(other)).to_be_visible(timeout=15_000)
    assert sorted(one.is_visible() for one in refused) == [False, True]
    with site.portal.reading() as session:
        assert max(hop.taken for hop in ride_of(session, ride_id).hops) == 1
    loser = pages[refused[1].is_visible()]
    check_page(loser)
    loser.get_by_role("button", name="Neu suchen").click()
    expect(loser.locator("article.journey").first).to_be_visible()
    expect(loser.get_by_text("Fahrt mit Walburga")).to_have_count(0)
