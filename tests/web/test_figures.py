"""The page of an association's figures, with nothing to count and with a journey, and its file."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LegState
from mitfahr.domain.times import seconds
from routing.query import LegKind
from tests.web.served import SEVEN, Served
from tests.web.test_organisations import Club
from web.portal import Portal


def test_a_year_a_month_and_the_file(app: Flask, served: Served, portal: Portal, client: FlaskClient) -> None:
    club = Club(app, served, portal)
    address = f"{club.at}/zahlen"
    dora = club.member("Dora", MembershipRole.DRIVER)
    page = dora.get(address)
    assert page.status_code == 200 and "Gefahrene Fahrten" in page.text
    assert "noch keine Fahrt vorbei" in page.text
    for asked in ("?jahr=abc&monat=13", "?jahr=99999", "?monat=²"):
        assert dora.get(address + asked).status_code == 200
    travelled(club)
    page = dora.get(f"{address}?jahr=2026&monat=6")
    assert page.status_code == 200
    assert "Am Markt" in page.text and '<rect width="100.0" height="10"/>' in page.text
    assert "Juni 2026" in dora.get(f"{address}?jahr=2026").text
    table = dora.get(f"{address}?jahr=2026&monat=6&als=csv")
    assert table.mimetype == "text/csv"
    assert table.text.lstrip("\ufeff").startswith(
        "Tag;Fahrten;Fahrgäste;Nicht erschienen;Buchungen;davon am Telefon;Dienste;davon mit notierten Zeiten;Stunden"
    )
    assert "02.06.2026;1;3;0;1;1;0;0;0" in table.text
    sheet = dora.get(f"{address}/jahresblatt?jahr=2026")
    assert "1 an einem Tag" in sheet.text and "Das Jahr ist noch nicht vorbei." in sheet.text
    assert "kein Kilometerstand" in sheet.text and "0 Personen sind gefahren" in sheet.text
    assert dora.get(f"{address}/jahresblatt?jahr=x").status_code == 200
    assert client.get(address).status_code == 302


def travelled(club: Club) -> None:
    """Three people went along on the morning of the drawn day; somebody had booked it for them."""
    begins_s = seconds(SEVEN)
    with club.portal.writing.begin() as session:
        booking = Booking(
            rider_id=club.id_of("Dora"),
            booked_by_id=club.id_of("Bernd"),
            origin_name="Am Markt",
            destination_name="Klinik",
            departure_s=begins_s,
            arrival_s=begins_s + 600,
            price_ct=0,
            seats=3,
            wheelchairs=0,
            journey={"legs": []},
            question={},
            timetable_version="",
            created_at=SEVEN,
        )
        booking.legs.append(
            BookingLeg(
                seq=0,
                kind=LegKind.BUERGERBUS,
                ride_id=club.run_id,
                origin_name="Am Markt",
                origin_area="Am Markt",
                origin_lat=51.2,
                origin_lon=13.3,
                destination_name="Klinik",
                destination_area="Klinik",
                destination_lat=51.2,
                destination_lon=13.3,
                departure_s=begins_s,
                arrival_s=begins_s + 600,
                seats=3,
                wheelchairs=0,
                state=LegState.COMPLETED,
                moved_at=SEVEN,
            )
        )
        session.add(booking)
