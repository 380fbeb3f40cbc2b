"""Volunteers publish, print and cancel runs; timetable staff upload, watch, switch and go back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mitfahr.domain.roles import Role
from mitfahr.worker import Worker
from tests.browser.conftest import Site, running_site
from tests.browser.gates import check_page
from tests.browser.steps import ask, choose, log_in, press
from tests.browser.windows import new_window
from tests.gtfs.feeds import STOPS, feed, to_zip
from tests.web.served import person

pytestmark = pytest.mark.browser

BROKEN_STOPS = STOPS.replace("51.1634", "nördlich")


def fill_in_run(page: Page, day: dt.date, line: str) -> None:
    page.goto("/buergerbus/neu")
    page.get_by_label("Linie").fill(line)
    page.get_by_label("Tag", exact=True).fill(f"{day:%d.%m.%Y}")
    for number, (stop, clock) in enumerate((("Lommatzsch", "20:00"), ("Meißen", "20:30")), 1):
        page.get_by_label(f"Halt {number}", exact=True).fill(stop)
        page.get_by_label(f"Uhrzeit am Halt {number}", exact=True).fill(clock)
    press(page.get_by_role("button", name="Weiter: Fahrten prüfen"))


def test_publish_a_run_see_who_booked_and_cancel_it(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    line = "501" if javascript else "502"
    person(site.portal, name := f"Heinz{javascript}")
    volunteer, rider = open_page(javascript=javascript), open_page(javascript=javascript)
    log_in(volunteer, "Bernd")
    log_in(rider, name)
    fill_in_run(volunteer, site.day, line)
    expect(volunteer.get_by_role("heading", level=1)).to_have_text("BürgerBus-Fahrten prüfen")
    volunteer.get_by_role("button", name="Fahrt veröffentlichen").click()
    expect(volunteer.get_by_text("Eine Fahrt ist veröffentlicht.")).to_be_visible()
    ask(rider, site.day, clock="19:45")
    choose(rider, f"BürgerBus {line}")
    rider.get_by_role("button", name="Verbindlich buchen").click()
    expect(rider.get_by_text("fest gebucht")).to_be_visible()
    volunteer.get_by_role("link", name=f"20:00 Uhr, BürgerBus {line}").click()
    expect(volunteer.get_by_text(f"{name} Beispiel, 1 Person, bis Meißen")).to_be_visible()
    if javascript:
        check_page(volunteer)
        volunteer.emulate_media(media="print")
        expect(volunteer.get_by_role("link", name="Fahrt absagen")).to_be_hidden()
        expect(volunteer.get_by_text("Einsteigen:")).to_be_visible()
        volunteer.emulate_media(media="screen")
    volunteer.get_by_role("link", name="Fahrt absagen").click()
    expect(volunteer.get_by_text("1 Buchung ist betroffen")).to_be_visible()
    volunteer.get_by_label("Ein Wort dazu").fill("Der Bus ist in der Werkstatt.")
    if javascript:
        check_page(volunteer)
    volunteer.get_by_role("button", name="Jetzt absagen").click()
    expect(volunteer.get_by_text("Die Fahrt ist abgesagt.")).to_be_visible()
    rider.reload()
    expect(rider.get_by_text("Grund: Der Bus ist in der Werkstatt.", exact=True)).to_be_visible()


@pytest.fixture
def own_site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A portal whose timetable may be switched."""
    data_dir = tmp_path / "site"
    data_dir.mkdir()
    with running_site(sqlite_template, data_dir) as site:
        person(site.portal, "Vera", Role.TIMETABLE_STAFF)
        yield site


def test_from_upload_to_service_and_back(
    own_site: Site, browser: Browser, javascript: bool, tmp_path: Path
) -> None:
    page = new_window(browser, base_url=own_site.url, java_script_enabled=javascript)
    log_in(page, "Vera")
    names = []
    for agency in ("Erste", "Zweite"):
        changed = {
            "agency": f"agency_id,agency_name,agency_url,agency_timezone\nV,{agency},https://a.example,Europe/Berlin"
        }
        upload(page, to_zip(feed(**changed), tmp_path / f"{agency}.zip"))
        expect(page.get_by_text("wartet auf die Prüfung")).to_be_visible()
        if javascript:
            check_page(page)
        work(own_site)
        if not javascript:
            page.get_by_role("link", name="Stand aktualisieren").click()
        expect(page.get_by_text("bereit")).to_be_visible()
        page.reload()
        names.append(page.get_by_role("heading", level=1).inner_text())
        press(page.get_by_role("link", name="In Betrieb nehmen"))
        if javascript:
            check_page(page)
        if page.get_by_role("heading", name="Bitte mit Ihrem Namen bestätigen").is_visible():
            page.get_by_label("Ihr Vor- und Nachname").fill("Vera Beispiel")
            press(page.get_by_role("button", name="Ich habe das geprüft"))
        page.get_by_role("button", name="Jetzt schalten").click()
        expect(page.get_by_text("Der Fahrplan ist in Betrieb.")).to_be_visible()
        assert own_site.portal.live.served().without_rides.timetable.n_stops == 3
    press(page.get_by_role("link", name="Zurück zu einer früheren Fassung"))
    if javascript:
        check_page(page)
    page.get_by_role("button", name="Jetzt zurückschalten").first.click()
    expect(page.get_by_text("Der frühere Fahrplan ist wieder in Betrieb.")).to_be_visible()
    expect(page.locator("section", has_text="Jetzt in Betrieb").first).to_contain_text(names[0])
    if javascript:
        check_page(page)
    page.context.close()


def test_a_damaged_feed_shows_where(own_site: Site, browser: Browser, tmp_path: Path) -> None:
    page = new_window(browser, base_url=own_site.url)
    log_in(page, "Vera")
    upload(page, to_zip(feed(stops=BROKEN_STOPS), tmp_path / "kaputt.zip"))
    work(own_site)
    expect(page.get_by_text("abgelehnt").first).to_be_visible()
    expect(page.get_by_role("row", name="Zeile 2").first).to_contain_text("nördlich")
    check_page(page)
    page.get_by_label("Nur").select_option("error")
    page.get_by_label("Mit den Wörtern").fill("stops.txt")
    press(page.get_by_role("button", name="Zeigen"))
    expect(page.get_by_role("row", name="Zeile 2").first).to_contain_text("nördlich")
    page.context.close()


def upload(page: Page, path: Path) -> None:
    page.goto("/fahrplan")
    page.get_by_label("Fahrplan-Datei").set_input_files(path)
    press(page.get_by_role("button", name="Hochladen und prüfen"))


def work(site: Site) -> None:
    """What the worker's process does when its clock says so."""
    for job in Worker(site.portal.settings).jobs:
        if job.name in ("build_timetables", "compare_timetables"):
            job.run()
