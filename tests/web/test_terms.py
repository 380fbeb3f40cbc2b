"""What drivers take along stands in the answers, and what a party needs is asked for."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from tests.web.served import Served
from tests.web.test_api import question
from tests.web.test_offers import OFFER
from tests.web.test_search import QUESTION
from tests.web.test_series import PUBLISH, every_field

MORNING = QUESTION | {"day": "2026-06-03", "clock": "7:00"}
ANNA, DRIVER = "Fahrt mit Anna", "Fahrt mit Volunteer"


def offer(client: FlaskClient, **changes: object) -> None:
    preview = client.post("/fahrten/anbieten", data=OFFER | changes).text
    assert client.post(PUBLISH, data=every_field(preview)).status_code == 302


def test_only_rides_that_suit_are_shown(
    served: Served, client: FlaskClient, client_as: Callable[[Role], FlaskClient]
) -> None:
    offer(client_as(Role.VOLUNTEER), takes=["tiere", "kindersitz"])
    assert ANNA in client.post("/verbindungen", data=QUESTION).text
    assert ANNA not in client.post("/verbindungen", data=QUESTION | {"needs": ["pet"]}).text
    page = client.post("/verbindungen", data=MORNING | {"needs": ["pet", "child_seat"]}).text
    assert DRIVER in page and "Kindersitz im Auto, Tiere dürfen mit" in page
    assert '<input type="hidden" name="needs" value="pet">' in page, "the question is asked again with it"
    assert client.post("/verbindungen", data=QUESTION | {"needs": ["sofa"]}).status_code == 422


def test_rides_for_women(
    served: Served, client: FlaskClient, client_as: Callable[[Role], FlaskClient]
) -> None:
    driver, rider = client_as(Role.VOLUNTEER), client_as(Role.RESIDENT)
    form = driver.get("/fahrten/anbieten").text
    assert 'name="riders"' not in form and "dass Sie eine Frau sind" in form
    assert driver.post("/konto/frauen", data={"is_woman": "ja"}).location == "/konto"
    assert 'name="riders"' in driver.get("/fahrten/anbieten").text
    offer(driver, riders="frauen")
    assert DRIVER not in client.post("/verbindungen", data=MORNING).text
    assert DRIVER not in rider.post("/verbindungen", data=MORNING).text
    rider.post("/konto/frauen", data={"is_woman": "ja"})
    page = rider.post("/verbindungen", data=MORNING).text
    assert DRIVER in page and "nur für Frauen" in page
    rider.post("/konto/frauen", data={"is_woman": "nein"})
    assert DRIVER not in rider.post("/verbindungen", data=MORNING).text
    answer = client.get("/api/v1/plan", query_string=question(served, time="2026-06-03T05:00:00Z"))
    assert answer.status_code == 200 and DRIVER not in answer.text, "the interface is for everybody"
