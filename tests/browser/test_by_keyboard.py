"""A coordinator who begins with nothing and a driver at the wheel, by keys alone, against the model's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mitfahr.db.duty import shifts_between
from mitfahr.db.people import Person
from mitfahr.db.rides import ride_of
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LegState
from mitfahr.domain.times import local
from mitfahr.services.found_organisation import add_member, found_organisation
from tests.browser.conftest import Site
from tests.browser.steps import log_in
from tests.browser.test_driving import run_with_passenger, state
from tests.browser.typist import Typist
from tests.web.served import person

pytestmark = pytest.mark.browser

AN_ASSOCIATION_S = 180.0
A_RUN_S = 25.0


def test_an_association_begins_with_vehicle_people_line_and_duty(
    site: Site, open_page: Callable[..., Page], javascript: bool
) -> None:
    name, club = f"Kunigunde{javascript}", f"Dorfbus {javascript}"
    planner = person(site.portal, name)
    with site.portal.writing.begin() as session:
        organisation = found_organisation(session, club, dt.datetime.now(dt.UTC))
        add_member(session, organisation, session.get_one(Person, planner.id), MembershipRole.COORDINATOR)
        organisation_id = organisation.id
    page = open_page("/anmelden", javascript=javascript)
    log_in(page, name)
    page.goto("/verein")
    expect(page.get_by_role("heading", name="So fangen Sie an")).to_be_visible()
    typist = Typist(page)
    _vehicle(typist, club)
    _member(typist, club, f"faehrt{javascript}@example.org".lower())
    _line(typist, club)
    typist.go("Dienste planen", "Dienstplan")
    typist.skip()
    typist.reach("8 Dienste dafür eintragen")
    typist.enter_and_read("8 Dienste stehen im Plan.")
    with site.portal.reading() as session:
        assert len(shifts_between(session, organisation_id, 0, 2**40)) == 8
    assert typist.seconds < AN_ASSOCIATION_S


def _vehicle(typist: Typist, club: str) -> None:
    typist.go("Fahrzeug eintragen", "Fahrzeug eintragen")
    typist.skip()
    typist.reach("Name")
    typist.type("Sprinter")
    typist.enter("Fahrzeuge")
    typist.go("Zurück zum Verein", club)


def _member(typist: Typist, club: str, address: str) -> None:
    typist.go("Menschen einladen", "Mitglieder")
    typist.skip()
    typist.reach("E-Mail-Adresse")
    typist.type(address)
    typist.enter_and_read(f"Die Einladung an {address} ist unterwegs.")
    typist.go("Zurück zum Verein", club)


def _line(typist: Typist, club: str) -> None:
    typist.go("Linie eintragen", "Linie eintragen")
    typist.skip()
    for field, text in (
        ("Nummer", "701"),
        ("Name der Linie", "Lommatzsch – Meißen"),
        ("Halt 1", "Lommatzsch"),
        ("Uhrzeit am Halt 1", "8:00"),
        ("Halt 2", "Meißen"),
        ("Uhrzeit am Halt 2", "8:30"),
    ):
        typist.reach(field)
        typist.type(text)
    for weekday in ("Dienstag", "Donnerstag"):
        typist.reach(weekday)
        typist.press("Space")
    typist.reach("Erster Tag")
    typist.type("morgen")
    typist.enter("Linie 701")
    typist.go("Alle Linien", "Linien")
    typist.go("Zurück zum Verein", club)


def test_at_the_wheel(site: Site, open_page: Callable[..., Page], javascript: bool) -> None:
    driver, rider = f"Roswitha{javascript}", f"Ottokar{javascript}"
    page = open_page(javascript=javascript)
    ride_id = run_with_passenger(site, page, driver, rider)
    log_in(page, driver)
    page.goto("/fahrdienst")
    typist = Typist(page)
    with site.portal.reading() as session:
        clock = f"{local(ride_of(session, ride_id).begins_s):%H:%M}"
    typist.go(clock, "BürgerBus 507")
    typist.skip()
    typist.reach("Ist da")
    typist.press("Enter")
    expect(page.locator("[data-state=ja]")).to_be_visible()
    typist.reach("Wie viel später")
    typist.type("10")
    typist.reach("Verspätung melden")
    typist.enter_and_read("10 Minuten später als im Fahrplan")
    assert state(site, ride_id) is LegState.COMPLETED
    with site.portal.reading() as session:
        assert ride_of(session, ride_id).late_s == 600
    assert typist.seconds < A_RUN_S
