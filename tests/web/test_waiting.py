"""The waiting list on the pages: got on from the results, offered, taken; for callers too."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from flask.testing import FlaskClient

from mitfahr.db.waiting import entries_of_person
from mitfahr.domain.roles import Role
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.offer_places import offer_places
from tests.web.served import PASSWORD, Served, person
from tests.web.test_search import QUESTION
from web.portal import Portal

FULL = QUESTION | {"kinds": ["buergerbus"]}


def log_in(client: FlaskClient, email: str | None) -> None:
    client.post("/anmelden", data={"email": email, "password": PASSWORD})


def hidden(page: str, action: str) -> dict[str, list[str]]:
    """The fields of the form that leads there."""
    form = page[page.index(f'action="{action}"') :].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value.replace("&#34;", '"'))
    return found


def book_out(client: FlaskClient) -> str:
    """Somebody takes both seats of the run; the id of the booking."""
    results = client.post("/verbindungen", data=FULL | {"persons": "2"}).text
    offer = re.search(r'name="offer" value="([^"]+)"', results)
    assert offer is not None
    booked = client.post("/buchen", data={"offer": offer[1], "idempotency_key": "all"})
    return booked.location.rpartition("/")[2]


def offer(portal: Portal) -> int:
    now = dt.datetime.now(dt.UTC)
    return offer_places(portal.writing, lambda: portal.live.current(now), law=portal.price_law, now=now)


def test_on_the_list_from_the_results_offered_and_taken(
    served: Served, portal: Portal, client: FlaskClient
) -> None:
    sven, rita = person(portal, "Sven"), person(portal, "Rita")
    log_in(client, sven.email)
    booking_id = book_out(client)
    client.post("/abmelden")
    guest = client.post("/verbindungen", data=QUESTION).text
    assert "ist voll" in guest and "Melden Sie sich an" in guest
    log_in(client, rita.email)
    results = client.post("/verbindungen", data=QUESTION).text
    fields = hidden(results, "/warteliste")
    answers = [client.post("/warteliste", data=fields, follow_redirects=True).text for _ in range(2)]
    assert all("Auf der Warteliste" in page and "Nicht mehr warten" in page for page in answers)
    with portal.reading() as session:
        (entry,) = entries_of_person(session, rita.id)
    spoilt = client.post(
        "/warteliste", data=fields | {"origin": [""], "origin_choice": [""]}, follow_redirects=True
    )
    assert "noch einmal" in spoilt.text
    assert (
        client.post("/warteliste", data=fields | {"ride_id": ["x"], "idempotency_key": ["y"]}).status_code
        == 404
    )
    cancel_booking(portal.writing, booking_id=booking_id, actor_id=sven.id, now=dt.datetime.now(dt.UTC))
    assert offer(portal) == 1
    with portal.reading() as session:
        (entry,) = entries_of_person(session, rita.id)
    assert (
        f'href="/meine-fahrten/{entry.booking_id}">Ansehen und zusagen' in client.get("/meine-fahrten").text
    )
    page = client.get(f"/meine-fahrten/{entry.booking_id}").text
    assert "Ein Platz ist frei geworden" in page and "Ja, Platz nehmen" in page
    taken = client.post(f"/warteliste/zusagen/{entry.booking_id}", follow_redirects=True).text
    assert "fest gebucht" in taken and "Ja, Platz nehmen" not in taken
    assert "Nicht mehr warten" not in client.get("/meine-fahrten").text


def test_dispatchers_put_callers_on_the_list_and_take_the_place_for_them(
    served: Served, portal: Portal, client: FlaskClient, client_as: Callable[[Role], FlaskClient]
) -> None:
    sven, rita = person(portal, "Sven"), person(portal, "Rita")
    log_in(client, sven.email)
    booking_id = book_out(client)
    phone, stranger = client_as(Role.DISPATCHER), client_as(Role.RESIDENT)
    results = phone.post(f"/telefon/person/{rita.id}/verbindungen", data=QUESTION).text
    action = f"/warteliste/fuer/{rita.id}"
    fields = hidden(results, action)
    assert stranger.post(action, data=fields).status_code == 403
    on_list = phone.post(action, data=fields, follow_redirects=True).text
    assert "Nicht mehr warten" in on_list and "Rita Beispiel" in on_list
    with portal.reading() as session:
        (entry,) = entries_of_person(session, rita.id)
    assert stranger.post(f"/warteliste/{entry.id}/verlassen").status_code == 404
    cancel_booking(portal.writing, booking_id=booking_id, actor_id=sven.id, now=dt.datetime.now(dt.UTC))
    assert offer(portal) == 1
    with portal.reading() as session:
        (entry,) = entries_of_person(session, rita.id)
    assert "Ja, Platz nehmen" in phone.get(f"/telefon/buchung/{entry.booking_id}").text
    assert stranger.post(f"/warteliste/zusagen/{entry.booking_id}").status_code == 403
    taken = phone.post(f"/warteliste/zusagen/{entry.booking_id}", follow_redirects=True).text
    assert "fest gebucht" in taken
