"""The whole way over JSON: search, signed offer, book, read, change, cancel, with a key and without."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mitfahr.db.access_tokens import AccessToken
from mitfahr.db.bookings import Booking
from mitfahr.db.contact_reads import ContactRead
from mitfahr.domain.access_tokens import Scope
from mitfahr.services.check_data import faults_seen
from mitfahr.services.create_token import create_token
from tests.web.served import SEVEN, Served, person
from tests.web.test_api import conforms, description
from tests.web.test_booking import signed_in
from web.portal import Portal

__all__ = ["description"]  # a fixture


class Program:
    """A program that acts for one person."""

    def __init__(self, app: Flask, token: str | None, description: dict[str, Any]) -> None:
        self.client = app.test_client()
        self.token = token
        self.description = description

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        """The answer, which is what the description says of it."""
        heads = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        heads |= {"Idempotency-Key": key} if key else {}
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=heads)
        conforms(self.description, answer, self._described(path), method.lower())
        assert "Set-Cookie" not in answer.headers
        return answer

    def offers(self, served: Served, **changed: Any) -> list[dict[str, Any]]:
        """Journeys of a search from Lommatzsch to Meißen at nine."""
        answer = self.ask("POST", "/search", question(served) | changed)
        assert answer.status_code == 200, answer.text
        journeys: list[dict[str, Any]] = answer.json["journeys"]  # type: ignore[index]
        return journeys

    def offer(self, served: Served, kind: str, **changed: Any) -> str:
        """The offer of a journey that is one ride of this kind."""
        return next(
            str(one["offer"])
            for one in self.offers(served, **changed)
            if {leg["kind"] for leg in one["legs"]} - {"walk"} == {kind}
        )

    def book(
        self, served: Served, kind: str = "buergerbus", key: str = "k", **changed: Any
    ) -> dict[str, Any]:
        answer = self.ask("POST", "/bookings", {"offers": [self.offer(served, kind, **changed)]}, key=key)
        assert answer.status_code == 201, answer.text
        assert answer.headers["Location"] == f"/api/v1/bookings/{answer.json['id']}"  # type: ignore[index]
        booking: dict[str, Any] = answer.json  # type: ignore[assignment]
        return booking

    def _described(self, path: str) -> str:
        parts = path.split("?")[0].split("/")
        names = {2: "{booking_id}", 4: "{leg_id}"}
        return "/api/v1" + "/".join(names.get(i, part) for i, part in enumerate(parts))


def question(served: Served) -> dict[str, Any]:
    ends = {
        end: dict(zip(("lat", "lon"), served.world.places[name], strict=True), name=f"Hof {name}")
        for end, name in (("from", "Lommatzsch"), ("to", "Meißen"))
    }
    return ends | {"time": "2026-06-02T09:00", "window": "PT2H"}


@pytest.fixture
def program(app: Flask, served: Served, portal: Portal, description: dict[str, Any]) -> Program:
    """Acts for Erika, with a key that may book."""
    return Program(app, key_of(portal, person(portal, "Erika").id), description)


def key_of(portal: Portal, person_id: str, scope: Scope = Scope.BOOK) -> str:
    return create_token(portal.writing, person_id=person_id, name="Test", scope=scope, now=SEVEN)


def test_search_book_read_change_cancel(program: Program, served: Served, portal: Portal) -> None:
    booked = program.book(served)
    path = f"/bookings/{booked['id']}"
    assert booked["state"] == "booked" and booked["seats"] == 1
    assert booked["from"] == "Hof Lommatzsch"
    assert [leg["label"] for leg in booked["legs"]] == ["BürgerBus 500"]
    assert booked["cancel_until"] == "2026-06-02T10:00:00+02:00"
    assert program.ask("GET", path).json == booked
    assert [one["id"] for one in program.ask("GET", "/bookings").json["bookings"]] == [booked["id"]]
    changed = program.ask("PATCH", path, {"seats": 2}, key="two")
    assert (changed.status_code, changed.json["seats"]) == (200, 2)
    again = program.ask("PATCH", path, {"seats": 2}, key="two")
    assert again.json == changed.json
    full = program.ask("PATCH", path, {"seats": 3}, key="three")
    assert (full.status_code, full.json["code"]) == (409, "SeatTaken")
    assert program.ask("GET", path).json["seats"] == 2
    for _ in range(2):
        gone = program.ask("DELETE", path)
        assert (gone.status_code, gone.json["state"], gone.json["cancel_until"]) == (200, "ended", None)
    refused = program.ask("PATCH", path, {"seats": 1}, key="one")
    assert (refused.status_code, refused.json["code"]) == (409, "StateForbids")
    with portal.reading() as session:
        assert faults_seen(session, portal.price_law, SEVEN) == []


def test_one_key_books_once(program: Program, served: Served, portal: Portal) -> None:
    body = {"offers": [program.offer(served, "buergerbus")]}
    first, second = (program.ask("POST", "/bookings", body, key="once") for _ in range(2))
    assert first.json == second.json and second.status_code == 201
    other = program.ask("POST", "/bookings", body | {"keep_others": True}, key="once")
    assert (other.status_code, other.json["code"]) == (409, "IdempotencyConflict")
    with portal.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_there_and_back_are_booked_as_one(program: Program, served: Served) -> None:
    back = {"from": {"stop_id": "Zehren"}, "to": {"stop_id": "Lommatzsch"}, "time": "2026-06-02T14:00"}
    home = program.offer(served, "rufbus", **back)
    there = program.offer(served, "buergerbus")
    wrong = program.ask("POST", "/bookings", {"offers": [home, there]}, key="a")
    assert (wrong.status_code, wrong.json["code"]) == (422, "WayBackTooEarly")
    booked = program.ask("POST", "/bookings", {"offers": [there, home]}, key="b").json
    (other,) = booked["together_with"]
    assert program.ask("GET", f"/bookings/{other}").json["together_with"] == [booked["id"]]
    program.ask("DELETE", f"/bookings/{other}")
    assert program.ask("GET", f"/bookings/{booked['id']}").json["state"] == "booked"


def test_one_leg_is_cancelled_and_the_other_kept(program: Program, served: Served) -> None:
    booked = program.book(served)
    path = f"/bookings/{booked['id']}/legs/{booked['legs'][0]['id']}?keep_others=true"
    assert program.ask("DELETE", path).json["legs"][0]["state"] == "cancelled"
    unknown = program.ask("DELETE", f"/bookings/{booked['id']}/legs/gibtesnicht")
    assert unknown.status_code == 404


def test_a_driver_is_asked_and_shown_only_once_matched(
    program: Program, served: Served, portal: Portal
) -> None:
    from tests.web.test_booking import _confirm

    asked = program.book(served, "ride")
    assert asked["state"] == "waiting" and asked["legs"][0]["answer_until"]
    assert asked["legs"][0]["driver"]["phone"] is None and asked["price_ct"] > 0
    more = program.ask("PATCH", f"/bookings/{asked['id']}", {"seats": 2}, key="two")
    assert (more.status_code, more.json["code"]) == (409, "DriverAsksFirst")
    _confirm(portal, served)
    matched = program.ask("GET", f"/bookings/{asked['id']}").json
    assert matched["legs"][0]["driver"]["phone"] == "0170 1234567"
    assert matched["legs"][0]["driver"]["vehicle"] == "Blauer Golf"
    with portal.reading() as session:
        assert session.scalars(sa.select(ContactRead)).one().person_id == served.driver_id


def test_offers_go_out_of_date_and_are_not_to_be_forged(program: Program, served: Served) -> None:
    offer = program.offer(served, "buergerbus")
    forged = program.ask("POST", "/bookings", {"offers": [offer[:-2] + "xx"]}, key="a")
    assert (forged.status_code, forged.json["code"]) == (400, "OfferTampered")
    with time_machine.travel(SEVEN.timestamp() + 3600, tick=False):
        old = program.ask("POST", "/bookings", {"offers": [offer]}, key="b")
        assert (old.status_code, old.json["code"]) == (410, "OfferExpired")


def test_what_has_left_is_neither_changed_nor_cancelled(program: Program, served: Served) -> None:
    path = f"/bookings/{program.book(served)['id']}"
    with time_machine.travel(SEVEN.timestamp() + 3 * 3600 + 60, tick=False):
        for late in (program.ask("PATCH", path, {"seats": 2}, key="x"), program.ask("DELETE", path)):
            assert (late.status_code, late.json["code"]) == (409, "TooLateToChange")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"offers": []}, "offers"),
        ({"offers": "x"}, "offers"),
        ({"offers": ["x", "y", "z"]}, "offers"),
        ({"offers": [7]}, "offers"),
        ({}, "offers"),
        ({"offers": ["x"], "keep_others": "ja"}, "keep_others"),
        ({"offers": ["x"], "message": "x" * 501}, "message"),
        ({"offers": ["x"], "seats": 2}, "seats"),
    ],
)
def test_fields_that_cannot_be_read_are_named(program: Program, body: Any, named: str) -> None:
    answer = program.ask("POST", "/bookings", body, key="k")
    assert answer.status_code == 422
    assert [mistake["name"] for mistake in answer.json["parameters"]] == [named]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"from": {"lat": "51", "lon": 13}}, "from"),
        ({"from": {"lat": 91, "lon": 13}}, "from"),
        ({"from": {"lat": float("nan"), "lon": 13}}, "from"),
        ({"to": {"stop_id": 7}}, "to"),
        ({"to": None}, "to"),
        ({"time": "bald"}, "time"),
        ({"seats": True}, "seats"),
        ({"seats": 9}, "seats"),
        ({"seats": 0}, "seats"),
        ({"seats": 8, "wheelchairs": 8}, "seats"),
        ({"window": 7}, "window"),
    ],
)
def test_questions_that_cannot_be_read_are_named(
    program: Program, served: Served, changed: Any, named: str
) -> None:
    answer = program.ask("POST", "/search", question(served) | changed)
    assert answer.status_code == 422
    assert [mistake["name"] for mistake in answer.json["parameters"]] == [named]


def test_a_stop_that_is_not_there(program: Program, served: Served) -> None:
    answer = program.ask("POST", "/search", question(served) | {"to": {"stop_id": "gibtesnicht"}})
    assert (answer.status_code, answer.json["code"]) == (404, "UnknownStop")


def test_no_json_and_no_idempotency_key(program: Program) -> None:
    assert program.ask("POST", "/bookings", ["x"], key="k").status_code == 400
    bare = program.ask("POST", "/bookings", {"offers": ["x"]})
    assert bare.status_code == 400 and bare.json["parameters"][0]["name"] == "Idempotency-Key"


def test_contact_data_in_the_message(program: Program, served: Served) -> None:
    offer = program.offer(served, "ride")
    answer = program.ask(
        "POST", "/bookings", {"offers": [offer], "message": "Rufen Sie an: 0170 1234567"}, key="k"
    )
    assert (answer.status_code, answer.json["code"]) == (422, "ContactInText")


def test_without_a_key_or_with_a_wrong_one(
    app: Flask, served: Served, portal: Portal, description: dict[str, Any]
) -> None:
    erika = person(portal, "Erika")
    for token in (None, "mitfahr_falsch"):
        answer = Program(app, token, description).ask("GET", "/bookings")
        assert (answer.status_code, answer.json["code"]) == (401, "TokenUnknown")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert signed_in(app, erika.email).get("/api/v1/bookings").status_code == 401, "a cookie means nothing"


def test_a_key_that_only_reads(
    app: Flask, served: Served, portal: Portal, description: dict[str, Any]
) -> None:
    erika = person(portal, "Erika")
    reading = Program(app, key_of(portal, erika.id, Scope.READ), description)
    offer = reading.offer(served, "buergerbus")
    refused = reading.ask("POST", "/bookings", {"offers": [offer]}, key="k")
    assert (refused.status_code, refused.json["code"]) == (403, "TokenTooNarrow")
    assert reading.ask("GET", "/bookings").json == {"bookings": []}


def test_nobody_reaches_anothers_booking(
    app: Flask, program: Program, served: Served, portal: Portal, description: dict[str, Any]
) -> None:
    path = f"/bookings/{program.book(served)['id']}"
    other = Program(app, key_of(portal, person(portal, "Otto").id), description)
    for answer in (
        other.ask("GET", path),
        other.ask("PATCH", path, {"seats": 2}, key="k"),
        other.ask("DELETE", path),
    ):
        assert answer.status_code == 404
    assert program.ask("GET", path).json["state"] == "booked"


def test_only_the_hash_is_kept_and_a_closed_account_opens_nothing(program: Program, portal: Portal) -> None:
    program.ask("GET", "/bookings")
    with portal.writing.begin() as session:
        token = session.scalars(sa.select(AccessToken)).one()
        assert program.token is not None and program.token not in (token.token_hash, token.name)
        assert token.last_used_at == SEVEN
        token.person.is_active = False
    assert program.ask("GET", "/bookings").status_code == 401


def test_browsers_of_other_pages_may_ask_before(client: FlaskClient) -> None:
    answer = client.options("/api/v1/bookings")
    assert answer.status_code == 200
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
