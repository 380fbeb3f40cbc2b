"""How somebody travels is filled in at every search, if they wish it, and forgotten when they say so."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from mitfahr.domain.roles import Role
from tests.web.served import Served

USUAL = {
    "wheelchairs": "1",
    "aids": ["rollator"],
    "prefers": "less_walking",
    "pace": "0.8",
    "longest_walk": "300",
    "change_time": "600",
    "luggage": "1",
    "bicycles": "0",
    "kinds": ["transit", "buergerbus"],
}


def test_kept_for_the_next_search_and_forgotten(
    served: Served, client_as: Callable[[Role], FlaskClient]
) -> None:
    client = client_as(Role.RESIDENT)
    assert "data-fresh" in client.get("/").text
    answer = client.post("/konto/suche", data=USUAL, follow_redirects=True)
    assert "Ihre Angaben sind gemerkt." in answer.text
    for page in (client.get("/").text, client.get("/konto/suche").text):
        assert 'value="rollator" checked' in page and 'value="less_walking" checked' in page
        assert '<option value="0.8" selected>' in page and 'value="transit" checked' in page
        assert 'value="ride" checked' not in page and "data-fresh" not in page
    answer = client.post("/konto/suche", data=USUAL | {"what": "vergessen"}, follow_redirects=True)
    assert "Ihre Angaben sind gelöscht." in answer.text
    assert 'value="rollator" checked' not in client.get("/").text


def test_values_that_nobody_offers_are_not_kept(
    served: Served, client_as: Callable[[Role], FlaskClient]
) -> None:
    client = client_as(Role.RESIDENT)
    answer = client.post("/konto/suche", data=USUAL | {"pace": "99", "kinds": []})
    assert answer.status_code == 422 and "mindestens eine Möglichkeit" in answer.text
    assert 'value="99"' not in client.get("/konto/suche").text
