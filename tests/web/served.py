"""A drawn world that a portal serves from its snapshot folders, with rides offered through the services."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from mitfahr.db.feeds import FIRST_FEED_ID
from mitfahr.db.live_revision import mark_trips_changed
from mitfahr.db.people import Person, PersonRole
from mitfahr.db.realtime_sources import RealtimeSource, source_named
from mitfahr.db.timetables import FeedVersion, RoadsVersion, serving
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.register_person import register_person
from mitfahr.services.ride_draft import RideDraft
from routing.gazetteer import Gazetteer, Kind, Name
from routing.journey import Place
from routing.live_trips import LiveTrip
from tests.gtfs.messages import message_of
from tests.worlds import World, world
from web.portal import EXTENSION, Portal

PASSWORD = "lange genug 1"

DRAWING = """
from {first_day}
days {n_days}
at Lommatzsch 0 0
at Zehren 8000 0
at Meißen 15000 0
street Lommatzsch Zehren 8000 m 480 s
street Zehren Meißen 7000 m 420 s
line 416 | Lommatzsch  Zehren  Meißen
t1 days {days} | 09:00 09:20 09:40
t2 days {days} | 11:00 11:20 11:40
line 9 type 715 | Zehren[phone]  Lommatzsch
t3 days {days} | 15:00 15:20
"""
FIRST_DAY = dt.date(2026, 6, 2)
SEVEN = dt.datetime(2026, 6, 2, 5, 0, tzinfo=dt.UTC)
"""07:00 on the clocks of the district, on the first day of the drawing."""


_FOLDERS = tempfile.TemporaryDirectory(prefix="mitfahr-drawn-")


@dataclass(frozen=True)
class Stored:
    """A drawing and its snapshot folders, by the names of the columns that hold them."""

    world: World
    at: Path
    feed: dict[str, str]
    roads: dict[str, str]
    links_folder: str


@dataclass(frozen=True)
class Served:
    """What a test needs to know of the world it looks at."""

    world: World
    run_id: str
    ride_id: str
    driver_id: str


def serve(app: Flask, first_day: dt.date = FIRST_DAY, now: dt.datetime = SEVEN, *, n_days: int = 3) -> Served:
    """Put the drawing live; Anna offers her car and the association a BürgerBus on its first day."""
    portal: Portal = app.extensions[EXTENSION]
    stored = _stored(first_day, n_days)
    drawn = stored.world
    _put_live(portal, stored)
    return Served(drawn, _publish_run(portal, drawn, now), *_offer_ride(portal, drawn, now))


def person(portal: Portal, first_name: str, role: Role = Role.RESIDENT) -> Person:
    """Somebody with an account; the address is the first name at example.org."""
    registered = register_person(
        portal.writing,
        first_name=first_name,
        last_name="Beispiel",
        email=f"{first_name.lower()}@example.org",
        phone="0170 1234567",
        password=PASSWORD,
        now=SEVEN,
    )
    if role is not Role.RESIDENT:
        with portal.writing.begin() as session:
            session.add(PersonRole(person_id=registered.id, role=role))
    return registered


@cache
def _stored(first_day: dt.date, n_days: int) -> Stored:
    """Drawn and written down once in a process; every portal gets a copy of the folders."""
    days = ",".join(map(str, range(n_days)))
    drawn = world(DRAWING.format(first_day=first_day, n_days=n_days, days=days))
    assert drawn.roads is not None and drawn.car is not None
    at = Path(tempfile.mkdtemp(dir=_FOLDERS.name))
    return Stored(
        drawn,
        at,
        feed={"timetable_folder": drawn.timetable.save(at).name},
        roads={
            "roads_folder": drawn.roads.save(at).name,
            "hierarchy_folder": drawn.car.save(at).name,
            "gazetteer_folder": _names(drawn).save(at).name,
        },
        links_folder=drawn.links.save(at).name,
    )


def _put_live(portal: Portal, stored: Stored) -> None:
    shutil.copytree(stored.at, portal.settings.snapshots_dir, dirs_exist_ok=True)
    with portal.writing.begin() as session:
        feed = FeedVersion(**_version("Testfahrplan"), **stored.feed, is_demo=True)
        roads = RoadsVersion(**_version("Teststraßen"), **stored.roads)
        session.add_all([feed, roads])
        session.flush()
        pointer = serving(session)
        pointer.feed, pointer.roads, pointer.links_folder = feed, roads, stored.links_folder
        pointer.revision += 1


def _version(name: str) -> dict[str, object]:
    return {
        "name": name,
        "original_filename": f"{name}.zip",
        "checksum": "0" * 64,
        "size_bytes": 1,
        "uploaded_at": SEVEN,
        "status": VersionStatus.LIVE,
    }


def _names(drawn: World) -> Gazetteer:
    rows = [
        Name(f"Hof {name}", Kind.PLACE, "village", name, *drawn.places[name], 500)
        for name in ("Lommatzsch", "Zehren", "Meißen")
    ]
    twice = [Name("Neudorf", Kind.PLACE, "village", near, *drawn.places[near], 50) for near in drawn.places]
    return Gazetteer.of(rows + twice, "drawn", "nobody")


def _publish_run(portal: Portal, drawn: World, now: dt.datetime) -> str:
    volunteer = person(portal, "Bernd", Role.VOLUNTEER)
    with portal.writing.begin() as session:
        association = found_organisation(session, "Bürgerbusverein", now, phone="03525 4711")
        bernd = session.get_one(Person, volunteer.id)
        for role in (MembershipRole.COORDINATOR, MembershipRole.DRIVER):
            add_member(session, association, bernd, role)
    stops = [("Lommatzsch", "10:00"), ("Zehren", "10:15"), ("Meißen", "10:30")]
    draft = RunDraft(
        organisation_id=association.id,
        line="500",
        stops=tuple(RunStop(stop, drawn.at(clock), drawn.at(clock)) for stop, clock in stops),
        seats=2,
        wheelchairs=1,
    )
    return publish_run(
        portal.writing,
        drawn.timetable,
        draft,
        actor_id=volunteer.id,
        idempotency_key="run",
        vacations=portal.settings.vacations,
        now=now,
    )


def _offer_ride(portal: Portal, drawn: World, now: dt.datetime) -> tuple[str, str]:
    driver = person(portal, "Anna")
    ends = {name: Place(name, *drawn.places[name], name) for name in ("Lommatzsch", "Meißen")}
    ride_id = offer_ride(
        portal.writing,
        drawn.snapshot(),
        RideDraft(
            ends["Lommatzsch"],
            ends["Meißen"],
            earliest=drawn.at("09:30"),
            rate_ct_per_km=10,
            vehicle="Blauer Golf",
        ),
        driver_id=driver.id,
        idempotency_key="ride",
        law=portal.price_law,
        vacations=portal.settings.vacations,
        now=now,
    )
    return ride_id, driver.id


def offered(portal: Portal, served: Served, first_name: str, clock: str) -> str:
    """Somebody with an account offers one seat from Lommatzsch to Meißen on the drawn day; the id of the ride."""
    drawn = served.world
    with portal.reading() as session:
        driver_id = session.scalars(select(Person.id).where(Person.first_name == first_name)).one()
    ends = (Place(name, *drawn.places[name], name) for name in ("Lommatzsch", "Meißen"))
    return offer_ride(
        portal.writing,
        drawn.snapshot(),
        RideDraft(*ends, earliest=drawn.at(clock), seats=1, vehicle="Roter Polo"),
        driver_id=driver_id,
        idempotency_key="ride",
        law=portal.price_law,
        vacations=portal.settings.vacations,
        now=dt.datetime.now(dt.UTC),
    )


def said_live(app: Flask, served: Served, facts: str) -> None:
    """A live source says what `tests.worlds` draws, in place of what it said before."""
    trips: tuple[LiveTrip, ...] = world(f"{served.world.text}\n{facts}").live
    portal: Portal = app.extensions[EXTENSION]
    now = dt.datetime.now(dt.UTC)
    with portal.writing.begin() as session:
        source = source_named(session, "Leitstelle")
        if source is None:
            source = RealtimeSource(
                name="Leitstelle", url="https://example.org/rt", feed_id=FIRST_FEED_ID, created_at=now
            )
            session.add(source)
        source.payload = message_of(trips, int(now.timestamp())).SerializeToString()
        source.said_at, source.fresh_until = now, now + dt.timedelta(days=1)
        mark_trips_changed(session)
