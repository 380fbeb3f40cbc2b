"""The map in a browser: loaded when wanted, tied to the list both ways, left by keyboard; a point chosen under the cross."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mitfahr.db.base import new_id
from mitfahr.db.people import members_of
from mitfahr.db.rides import Ride
from mitfahr.domain.roles import MembershipRole
from mitfahr.services.draw_map import draw_missing_maps
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from tests.browser.conftest import Site, running_site
from tests.browser.gates import check_page
from tests.browser.steps import ask, log_in
from tests.browser.windows import new_window

pytestmark = pytest.mark.browser
CANVAS = "Karte: mit den Pfeiltasten verschieben"


@pytest.fixture(scope="module")
def mapped(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal whose map is drawn."""
    with running_site(sqlite_template, tmp_path_factory.mktemp("map")) as site:
        assert draw_missing_maps(site.portal.writing, site.portal.settings.snapshots_dir) == 2
        yield site


@pytest.fixture
def window(browser: Browser, mapped: Site) -> Iterator[Callable[..., Page]]:
    """A window of its own; any request to another host fails the test."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []

    def open_one(width: int, script: str = "") -> Page:
        page = new_window(
            browser, base_url=mapped.url, viewport={"width": width, "height": 800}, reduced_motion="reduce"
        )
        contexts.append(page.context)
        if script:
            page.context.add_init_script(script)
        page.on("request", lambda request: foreign.append(request.url))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [url for url in foreign if not url.startswith((mapped.url, "data:", "blob:"))] == []


def map_files(page: Page) -> int:
    """How much of the map has been fetched."""
    found: int = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => /maplibre|kacheln|map\\/map/.test(one.name)).length"
    )
    return found


def is_drawn(page: Page, box: str) -> None:
    page.locator(f"{box}[data-map-state=idle]").wait_for()


def test_on_a_phone_the_map_waits_to_be_asked_for_and_leads_back(
    mapped: Site, window: Callable[..., Page]
) -> None:
    page = window(320)
    ask(page, mapped.day)
    page.wait_for_load_state("networkidle")
    assert map_files(page) == 0
    show = page.get_by_role("button", name=re.compile("^Auf der Karte zeigen")).first
    show.click()
    is_drawn(page, "#kartenbild")
    assert map_files(page) > 0
    expect(page.get_by_role("button", name="Zurück zur Liste")).to_be_focused()
    expect(page.locator("[data-map-panel] [role=status]")).to_contain_text("Auf der Karte:")
    page.keyboard.press("Enter")
    expect(show).to_be_focused()


def test_on_a_desk_the_map_lies_beside_the_list_and_both_show_the_same_leg(
    mapped: Site, window: Callable[..., Page]
) -> None:
    page = window(1280)
    ask(page, mapped.day)
    is_drawn(page, "#kartenbild")
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    leg = page.locator("[data-journey]").first.locator(".timeline__leg", has_text="416").first
    leg.get_by_role("button", name=re.compile("^Auf der Karte")).click()
    expect(leg).to_have_class(re.compile("is-on-map"))
    expect(page.locator("[data-map-panel] [role=status]")).to_contain_text("Bus 416")
    canvas = page.get_by_role("region", name=CANVAS)
    canvas.focus()
    page.keyboard.press("Tab")
    expect(canvas).not_to_be_focused()
    is_drawn(page, "#kartenbild")
    leg.evaluate("(one) => one.classList.remove('is-on-map')")
    box = page.locator("#kartenbild").bounding_box()
    assert box is not None
    page.mouse.click(
        box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    )  # its middle is the leg's middle
    expect(leg).to_have_class(re.compile("is-on-map"))
    check_page(page, explained="overlapped by another element", picture="verbindungen-mit-karte")


def test_stops_of_a_line_are_put_into_the_list_from_the_map(
    mapped: Site, window: Callable[..., Page]
) -> None:
    """The middle of the map is the middle of the way, where a stop is; the keyboard does what a click does."""
    with mapped.portal.reading() as session:
        organisation_id = str(session.get_one(Ride, mapped.served.run_id).organisation_id)
        bernd = members_of(session, organisation_id, MembershipRole.COORDINATOR)[0]
    keep_vehicle(
        mapped.portal.writing,
        VehicleDraft("Kleinbus", "", seats=8, wheelchairs=0, child_seats=0, luggage=0, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=bernd.id,
        idempotency_key=new_id(),
        now=dt.datetime.now(dt.UTC),
    )
    page = window(1280)
    log_in(page, "Bernd")
    page.goto(f"/verein/{organisation_id}/linien/neu")
    for row, (stop, clock) in enumerate((("Lommatzsch", "9:00"), ("Meißen", "9:30")), 1):
        page.get_by_label(f"Halt {row}", exact=True).fill(f"{stop} (Haltestelle)")
        page.get_by_label(f"Uhrzeit am Halt {row}", exact=True).fill(clock)
    page.get_by_role("button", name=re.compile("^Auf der Karte zeigen")).click()
    said = page.locator("[data-map-panel] [role=status]")
    expect(said).to_have_text("Auf der Karte: Lommatzsch – Meißen")
    is_drawn(page, "#kartenbild")
    page.get_by_role("region", name=CANVAS).press("Enter")
    expect(said).to_have_text("Zehren (Haltestelle) ist eingefügt, als Halt 2. Die Uhrzeit fehlt noch.")
    shown = [page.get_by_label(f"Halt {row}", exact=True).input_value() for row in range(1, 5)]
    assert shown == ["Lommatzsch (Haltestelle)", "Zehren (Haltestelle)", "Meißen (Haltestelle)", ""]
    assert page.get_by_label("Uhrzeit am Halt 2", exact=True).input_value() == ""
    assert page.get_by_label("Uhrzeit am Halt 3", exact=True).input_value() == "9:30"
    page.get_by_role("button", name="Haltestelle unter dem Kreuz einfügen").click()
    expect(said).to_contain_text("steht schon in der Liste, als Halt 2")
    is_drawn(page, "#kartenbild")
    check_page(page, explained="overlapped by another element", picture="linie-mit-karte")


def test_a_point_is_chosen_with_the_keyboard_alone(mapped: Site, window: Callable[..., Page]) -> None:
    page = window(1280)
    page.goto("/")
    page.get_by_role("button", name="Auf der Karte wählen (Von)").focus()
    page.keyboard.press("Enter")
    is_drawn(page, "[data-map-picker] [data-map]")
    expect(page.get_by_role("region", name=CANVAS)).to_be_focused()
    name = page.locator("[data-map-picker] [role=status]")
    expect(name).not_to_be_empty()
    before = name.text_content()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")  # at once: what is named a moment later is taken
    expect(page.get_by_label("Von", exact=True)).to_be_focused()
    expect(name).not_to_have_text(before or "")
    expect(page.get_by_label("Von", exact=True)).to_have_value(name.text_content() or "")
    page.get_by_role("button", name="Auf der Karte wählen (Nach)").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_without_webgl_a_sentence_stands_in_its_place(mapped: Site, window: Callable[..., Page]) -> None:
    page = window(320, "HTMLCanvasElement.prototype.getContext = () => null;")
    ask(page, mapped.day)
    page.get_by_role("button", name="Karte zeigen", exact=True).click()
    expect(page.get_by_text("Dieses Gerät kann die Karte nicht zeichnen.")).to_be_visible()
    expect(page.locator("[data-journey]").first).to_be_visible()
