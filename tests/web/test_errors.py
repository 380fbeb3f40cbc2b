"""Every error has a sentence that says what to do, and no page shows the inside of the portal."""

from __future__ import annotations

import inspect

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.domain import errors as domain
from routing import errors as routing
from web.access import PUBLIC, access
from web.errors import OF_DOMAIN, explain

ABSTRACT = {
    domain.MitfahrError,
    domain.BookingRefused,
    domain.RideRefused,
    domain.AccountRefused,
    domain.TrustRefused,
    domain.WishRefused,
    domain.TimetableRefused,
    domain.DutyRefused,
    routing.RoutingError,
}
FOR_STAFF_ONLY = {
    routing.SnapshotUnreadable,
    routing.SnapshotOutdated,
    routing.RoadsRefused,
    routing.UnknownTrip,
    routing.LiveTripRefused,
}
"""Caught by the import, which reports them in its own words."""


def _kinds() -> set[type[Exception]]:
    return {
        kind
        for module in (domain, routing)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, (domain.MitfahrError, routing.RoutingError))
    }


def test_every_error_has_its_sentence() -> None:
    assert _kinds() - ABSTRACT - FOR_STAFF_ONLY == set(OF_DOMAIN)


def test_the_nearest_known_ancestor_speaks() -> None:
    class SeatGone(domain.SeatTaken):
        pass

    assert explain(SeatGone("BürgerBus 500", 2)).status == 409
    assert "BürgerBus 500" in explain(SeatGone("BürgerBus 500", 2)).advice


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (domain.SeatTaken("Fahrt mit Anna", 1), 409, "nicht mehr genug Platz"),
        (domain.SeatTaken("", 1), 409, "In einem der Fahrzeuge"),
        (domain.Unknown("booking", "x"), 404, "Diese Seite gibt es nicht"),
        (domain.NotAllowed("book"), 403, "nicht freigegeben"),
        (ZeroDivisionError("geheim"), 500, "Da ist uns ein Fehler passiert"),
    ],
)
def test_an_error_ends_on_the_error_page(app: Flask, error: Exception, status: int, words: str) -> None:
    def fails() -> str:
        raise error

    app.add_url_rule("/test-fehler", "test_fehler", access(PUBLIC)(fails))
    answer = app.test_client().get("/test-fehler")
    assert answer.status_code == status
    assert words in answer.text
    assert "geheim" not in answer.text and "Traceback" not in answer.text


def test_unknown_pages_and_methods(client: FlaskClient) -> None:
    assert client.get("/gibt-es-nicht").status_code == 404
    assert client.post("/impressum").status_code == 405
    assert "Zur Verbindungssuche" in client.get("/gibt-es-nicht").text


def test_a_huge_form_is_refused(client: FlaskClient) -> None:
    answer = client.post("/anmelden", data={"email": "x" * 300_000})
    assert answer.status_code == 413
    assert "zu groß" in answer.text
