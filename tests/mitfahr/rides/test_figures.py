"""An association's figures: the same before and after the people behind them are forgotten."""

from __future__ import annotations

import datetime as dt

from mitfahr.domain.figures import Figures, Sums
from mitfahr.domain.roles import Role
from mitfahr.services.anonymise_bookings import anonymise_bookings
from mitfahr.services.complete_legs import complete_legs, record_presence
from mitfahr.services.count_figures import count_figures
from routing.query import Party
from tests.mitfahr.rides.portal import Portal, clock

END = clock("23:00")
DAY = END.date()


def figures(portal: Portal, organisation_id: str, now: dt.datetime = END) -> Figures:
    with portal.readers() as session:
        return count_figures(session, organisation_id, DAY.replace(day=1), DAY, now=now)


def test_figures_stay_when_people_are_forgotten(portal: Portal) -> None:
    ride_id = portal.run()
    organisation_id = portal.ride(ride_id).organisation_id
    assert organisation_id is not None
    dina = portal.person("Dina", Role.DISPATCHER)
    booked = []
    for rider, actor_id, people in (("Rita", None, 2), ("Rolf", dina, 1), ("Rosa", None, 1)):
        party = Party(people)
        token = portal.token(portal.run_leg(ride_id, "A", "C", party), party=party)
        booked.append(portal.book(portal.person(rider), token, actor_id=actor_id))
    assert figures(portal, organisation_id).total.people == 0
    complete_legs(portal.sessions, now=END)
    missing = portal.booking(booked[2]).legs[0]
    record_presence(portal.sessions, leg_id=missing.id, actor_id=dina, came=False, now=END)
    counted = figures(portal, organisation_id)
    assert counted.total == Sums(runs=1, people=3, missing=1, bookings=3, by_telephone=1)
    assert counted.total.telephone_percent == 33
    assert counted.boarded_at == {"A": 3}
    assert list(counted.months().values()) == [counted.total]
    assert anonymise_bookings(portal.sessions, now=END + dt.timedelta(days=57)) == 3
    assert anonymise_bookings(portal.sessions, now=END + dt.timedelta(days=58)) == 0
    assert figures(portal, organisation_id) == counted
