"""The list of departures renews itself, but never under somebody's fingers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_departures_renew_themselves_politely(open_page: Callable[..., Page]) -> None:
    page = open_page("/haltestellen")
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/abfahrten/" in request.url else None)
    page.goto("/haltestelle/Zehren")
    pause = page.get_by_role("button", name="Nicht mehr von selbst aktualisieren")
    expect(pause).to_be_visible()
    with page.expect_response("**/abfahrten/Zehren"):
        page.clock.run_for(31_000)
    link = page.get_by_role("link", name="Bus 416").first
    expect(link).to_be_visible()
    link.focus()
    page.clock.run_for(61_000)
    expect(link).to_be_focused()
    assert len(asked) == 1
    pause.click()
    page.clock.run_for(61_000)
    assert len(asked) == 1
    with page.expect_response("**/abfahrten/Zehren"):
        page.get_by_role("button", name="Wieder von selbst aktualisieren").click()
        page.clock.run_for(31_000)
