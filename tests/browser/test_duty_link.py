"""The link in the mail to a driver: one tap opens the shift, its code is in no address that a server sees."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Browser, expect

from mitfahr.db.duty import shift_of, shifts_between
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.domain.duty import duty_code
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.services.ask_drivers import new_link
from mitfahr.services.found_organisation import add_member
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.plan_shifts import ShiftDraft, plan_shifts
from tests.browser.conftest import Site
from tests.browser.windows import new_window
from tests.web.served import person

pytestmark = pytest.mark.browser


def test_one_tap_without_a_password(site: Site, browser: Browser) -> None:
    portal, now = site.portal, dt.datetime.now(dt.UTC)
    planner, driver = person(portal, "Notburga", Role.ADMIN), person(portal, "Irmhild")
    with portal.writing.begin() as session:
        organisation_id = str(session.get_one(Ride, site.served.run_id).organisation_id)
        organisation = session.get_one(Organisation, organisation_id)
        add_member(session, organisation, session.get_one(Person, driver.id), MembershipRole.DRIVER)
    van = keep_vehicle(
        portal.writing,
        VehicleDraft("Ersatzbus", "", 8, 0, 0, luggage=0, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=planner.id,
        idempotency_key="duty-van",
        now=now,
    )
    day = site.day + dt.timedelta(days=3)
    plan_shifts(
        portal.writing,
        ShiftDraft(van, dt.time(1), dt.time(2), frozenset(range(7)), day, day),
        organisation_id=organisation_id,
        actor_id=planner.id,
        idempotency_key="duty-plan",
        vacations=portal.settings.vacations,
        now=now,
    )
    secret_key = portal.settings.secret_key
    with portal.writing.begin() as session:
        [shift] = [one for one in shifts_between(session, organisation_id, 0, 2**40) if one.vehicle_id == van]
        shift_id = shift.id
        link_id = new_link(session, session.get_one(Person, driver.id), secret_key, now, shift=shift)
    page = new_window(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    code = duty_code(link_id, secret_key)
    page.goto(f"{site.url}/dienst#{code}")
    page.get_by_role("button", name="Ja, ich fahre").click()
    expect(page.get_by_role("heading", name="Danke, Sie fahren!")).to_be_visible()
    assert not any(code in address.partition("#")[0] for address in [*asked, page.url])
    with portal.reading() as session:
        assert shift_of(session, shift_id).driver_id == driver.id
    page.context.close()
