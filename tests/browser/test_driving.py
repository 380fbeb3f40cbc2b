"""At the wheel without a net: what was loaded stays readable, ticks are kept and sent, and nothing stays behind."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mitfahr.db.base import new_id
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.people import Organisation, Person, person_by_email
from mitfahr.db.rides import ride_of
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LegState
from mitfahr.services.found_organisation import add_member
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from tests.browser.conftest import Site
from tests.browser.on_the_road import move_run
from tests.browser.steps import ask, choose, log_in, log_out
from tests.web.served import person

pytestmark = pytest.mark.browser


def run_with_passenger(site: Site, page: Page, driver: str, rider: str) -> str:
    """The id of a run that begins in ten minutes; it has just been booked on the pages."""
    driver_id = person(site.portal, driver).id
    with site.portal.writing.begin() as session:
        planner = person_by_email(session, "bernd@example.org")
        known = ride_of(session, site.served.run_id)
        organisation = session.get_one(Organisation, known.organisation_id)
        assert planner is not None
        add_member(session, organisation, session.get_one(Person, driver_id), MembershipRole.DRIVER)
        planner_id, organisation_id = planner.id, organisation.id
    at = site.served.world.at
    stops = [("Lommatzsch", "19:00"), ("Zehren", "19:15"), ("Meißen", "19:30")]
    ride_id = publish_run(
        site.portal.writing,
        site.served.world.timetable,
        RunDraft(
            organisation_id=organisation_id,
            line="507",
            stops=tuple(RunStop(stop, at(clock), at(clock)) for stop, clock in stops),
            driver_id=driver_id,
        ),
        actor_id=planner_id,
        idempotency_key=new_id(),
        vacations=site.portal.settings.vacations,
        now=dt.datetime.now(dt.UTC),
    )
    person(site.portal, rider)
    log_in(page, rider)
    ask(page, site.day, clock="18:55")
    choose(page, "BürgerBus 507")
    page.get_by_role("button", name="Verbindlich buchen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lommatzsch")
    page.context.clear_cookies()
    with site.portal.writing.begin() as session:
        move_run(session, ride_id, dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10))
    return ride_id


def state(site: Site, ride_id: str) -> LegState:
    with site.portal.reading() as session:
        return session.scalars(select(BookingLeg.state).where(BookingLeg.ride_id == ride_id)).one()


def test_ticks_without_a_net(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    ride_id = run_with_passenger(site, page, "Friedlinde", "Irmgard")
    log_in(page, "Friedlinde")
    page.goto(f"/fahrdienst/{ride_id}")
    expect(page.get_by_text("bleibt auf diesem Gerät auch ohne Netz lesbar")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Ist da.*Irmgard Beispiel"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Ist da.*Irmgard Beispiel")).click()
    expect(page.get_by_text("ist da", exact=True)).to_be_visible()
    page.get_by_role("button", name="Hier abgefahren (Lommatzsch").click()
    expect(page.get_by_text("Noch nicht gesendet: 2")).to_be_visible()
    expect(page.locator(".drive__halt--next")).to_contain_text("Zehren")
    page.reload()  # the ticks are still there, on a page that does not know of them
    expect(page.get_by_text("Noch nicht gesendet: 2")).to_be_visible()
    expect(page.locator(".drive__halt--next")).to_contain_text("Zehren")
    assert state(site, ride_id) is LegState.CONFIRMED
    assert "Irmgard" not in page.evaluate("localStorage.getItem('fahrdienst-eintraege')")
    page.context.set_offline(False)
    expect(page.get_by_text("Noch nicht gesendet")).to_be_hidden()
    assert state(site, ride_id) is LegState.COMPLETED
    with site.portal.reading() as session:
        assert ride_of(session, ride_id).stops_done == 1
    log_out(page)
    page.wait_for_function("caches.has('fahrscheine').then((kept) => !kept)")
    page.wait_for_function("localStorage.getItem('fahrdienst-eintraege') === null")
