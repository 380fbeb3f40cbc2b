"""What staff of the demonstration say besides the feed: how to call a bus, a diversion, a shuttle, stops seen on site."""

from __future__ import annotations

import datetime as dt

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.local_entries import local_entries
from mitfahr.demo import accounts
from mitfahr.demo.people import Crowd
from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.extra_trips import ExtraCall, ExtraTrip
from mitfahr.domain.local_entries import Content
from mitfahr.domain.local_keys import StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Cause, Notice, NoticeText, Severity, Target
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.network import Network
from mitfahr.same_lines import SameLines
from mitfahr.services.keep_local_entry import keep_local_entry
from routing.timetable import ON_DEMAND_BUS, RouteIdx, StopIdx

PHONE = "+49 30 23125210"  # from the block that is reserved for fiction
SATURDAY = 5


def ensure_local(sessions: sessionmaker[Session], network: Network, crowd: Crowd, now: dt.datetime) -> int:
    """Say what is missing; returns how many entries are new. Where staff have said anything, nothing is added."""
    with sessions() as session:
        if any(entry.source_id is None for entry in local_entries(session)):
            return 0
    today = local(seconds(now)).date()
    contents = [
        *_rules(network),
        _diversion(network, today),
        _shuttle(network, today),
        *_seen(network, today),
    ]
    for number, content in enumerate(contents):
        keep_local_entry(
            sessions,
            content,
            actor_id=crowd.person(accounts.TIMETABLE_STAFF).id,
            idempotency_key=f"demo-local-{today}-{number}",
            now=now,
        )
    return len(contents)


def _rules(network: Network) -> list[Content]:
    """Every line that runs only when called; the last one by the day before."""
    timetable, same = network.timetable, SameLines(network)
    called = [line for line in network.lines if timetable.route_type[line] == ON_DEMAND_BUS]
    text = "Anrufe werden täglich von 5 bis 22 Uhr angenommen."
    hour, evening = Deadline(minutes=60), Deadline(days=1, clock=dt.time(17))
    return [
        BookingRule(
            same.key(line),
            phone=PHONE,
            text=text,
            deadline=evening if line == called[-1] and line != called[0] else hour,
        )
        for line in called
    ]


def _diversion(network: Network, today: dt.date) -> Notice:
    stop = _busiest(network, "Lommatzsch")
    lines = [line for line in network.lines if network.timetable.route_type[line] != ON_DEMAND_BUS]
    line = next((line for line in lines if network.line_name(line) == "416"), lines[0])
    begins, ends = (seconds(resolve(today + dt.timedelta(days=days), dt.time(4)).moment) for days in (0, 14))
    return Notice(
        {
            "de": NoticeText(
                "Vorführung: Umleitung wegen einer Baustelle",
                "Die Straße am Markt ist gesperrt. Die Busse fahren einen Umweg und kommen bis zu 5 Minuten später.",
            ),
            "en": NoticeText(
                "Demonstration: diversion because of road works",
                "The street at the market is closed. Buses take a detour and arrive up to 5 minutes later.",
            ),
        },
        Severity.WARNING,
        Cause.CONSTRUCTION,
        periods=((begins, ends),),
        targets=(Target(line=SameLines(network).key(RouteIdx(line))), Target(stop=_key(network, stop))),
    )


def _shuttle(network: Network, today: dt.date) -> ExtraTrip:
    saturday = today + dt.timedelta(days=(SATURDAY - today.weekday()) % 7)
    calls = (("Lommatzsch", dt.time(14)), ("Meißen", dt.time(14, 30)))
    return ExtraTrip(
        "Marktbus",
        tuple(ExtraCall(_key(network, _busiest(network, name)), clock) for name, clock in calls),
        (saturday, saturday + dt.timedelta(days=1)),
        headsign="Meißen, Markt",
        every_min=60,
        until=dt.time(20),
        text="Vorführung: Pendelbus zum Markt, kostenlos.",
    )


def _seen(network: Network, today: dt.date) -> list[Content]:
    yes, no = Known.YES, Known.NO
    found = [
        ("Lommatzsch", (yes, yes, yes, yes, no), "Der Bordstein ist abgesenkt."),
        ("Meißen", (yes, yes, yes, yes, no), ""),
        ("Leuben", (no, no, no, yes, yes), "Die Mitfahrbank steht gegenüber der Kirche."),
    ]
    return [
        CheckedStop(_key(network, _busiest(network, name)), *facts, text=text, checked_on=today)
        for name, facts, text in found
    ]


def _busiest(network: Network, beginning: str) -> StopIdx:
    """The stop with the most trips among those whose names begin so, else the busiest of all."""
    named = [stop for name, stop in network.stops if name.startswith(beginning)]
    stops = named or [stop for _name, stop in network.stops]
    return stops[int(np.argmax(network.visits[stops]))]


def _key(network: Network, stop: StopIdx) -> StopKey:
    timetable = network.timetable
    place = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
    return StopKey(timetable.stop_id[stop], timetable.stop_name[stop], *place)
