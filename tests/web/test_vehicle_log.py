"""The page of a vehicle's log: entered by hand, refused kindly, with words beside every colour."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.rides import ride_of
from mitfahr.domain.roles import Role
from tests.web.served import Served, person
from tests.web.test_booking import signed_in
from web.portal import Portal


@pytest.fixture
def log(app: Flask, served: Served, portal: Portal) -> tuple[FlaskClient, str]:
    """Bernd, who coordinates, and the address of the log of his bus."""
    bernd = signed_in(app, "bernd@example.org")
    with portal.reading() as session:
        organisation_id = ride_of(session, served.run_id).organisation_id
    vehicles = f"/verein/{organisation_id}/fahrzeuge"
    fields = {"name": "Kleinbus", "registration": "", "seats": "8", "wheelchairs": "0", "child_seats": "0"}
    bernd.post(f"{vehicles}/neu", data=fields | {"luggage": "0", "bicycles": "0", "idempotency_key": "k"})
    found = re.search(rf'href="({vehicles}/[0-9a-f]+/buch)"', bernd.get(vehicles).text)
    assert found is not None
    return bernd, found[1]


def test_from_the_first_entry_to_the_next_inspection(log: tuple[FlaskClient, str]) -> None:
    bernd, address = log

    def send(what: str, **fields: str) -> str:
        return bernd.post(f"{address}/{what}", data=fields, follow_redirects=True).text

    page = bernd.get(address).text
    assert "Kein offener Mangel" in page and "noch kein Stand" in page and "nichts eingetragen" in page
    page = send("kilometer", **{"km-km": "120.500 km", "km-idempotency_key": "a"})
    assert "Gespeichert." in page and "120.500 km" in page
    page = send(
        "mangel", **{"mangel-text": "Licht <b>", "mangel-stops_driving": "ja", "mangel-idempotency_key": "b"}
    )
    assert "Licht &lt;b&gt;" in page and "Fahrzeug soll nicht fahren" in page
    mend = re.search(r'action="[^"]*/buch/(mangel/[0-9a-f]+/behoben)"', page)
    assert mend is not None
    assert "Behobene Mängel (1)" in send(mend[1])
    fields = {"pruefung-kind": "main", "pruefung-due_on": "09.06.2026", "pruefung-due_km": ""}
    page = send("pruefung", **fields, **{"pruefung-idempotency_key": "c"})
    assert "Hauptuntersuchung (HU)" in page and "in 7 Tagen" in page and "tag--warning" in page
    finish = re.search(r'action="[^"]*/buch/(pruefung/([0-9a-f]+)/erledigt)"', page)
    assert finish is not None
    page = send(finish[1], **{f"{finish[2]}-next_on": "31.05.2028"})
    assert "Erledigte Prüfungen (1)" in page and "31. Mai 2028" in page


@pytest.mark.parametrize(
    ("what", "fields", "words"),
    [
        ("kilometer", {"km-km": "viel"}, "als ganze Zahl"),
        ("kilometer", {"km-km": "99999999"}, "als ganze Zahl"),
        ("mangel", {"mangel-text": ""}, "Bitte beschreiben Sie den Mangel"),
        ("mangel", {"mangel-text": "x" * 501}, "Höchstens 500 Zeichen"),
        ("pruefung", {"pruefung-kind": "main", "pruefung-due_on": "irgendwann"}, "Fehler"),
        ("pruefung", {"pruefung-kind": "main", "pruefung-due_on": "01.01.2040"}, "höchstens zehn Jahre"),
        ("pruefung", {"pruefung-kind": "nie", "pruefung-due_on": "09.06.2026"}, "Fehler"),
    ],
)
def test_what_cannot_be_true_is_said_at_its_field(
    log: tuple[FlaskClient, str], what: str, fields: dict[str, str], words: str
) -> None:
    bernd, address = log
    prefix = next(iter(fields)).split("-")[0]
    answer = bernd.post(f"{address}/{what}", data=fields | {f"{prefix}-idempotency_key": "entry"})
    assert answer.status_code == 422 and words in answer.text and 'role="alert"' in answer.text


def test_strangers_find_no_log(log: tuple[FlaskClient, str], app: Flask, portal: Portal) -> None:
    other = signed_in(app, person(portal, "Volker", Role.VOLUNTEER).email)
    assert other.get(log[1]).status_code == 404
    assert (
        other.post(f"{log[1]}/kilometer", data={"km-km": "5", "km-idempotency_key": "entry"}).status_code
        == 404
    )
