"""The Rufbus of Angermünde and Gartz, entered by hand: what its GTFS-Flex feed says a form must be able to say.

The feed has two services. Angermünde (lines 476 to 478): 264 stops, working days 17:30 to 22:00, at weekends and on
public holidays 8:00 to 22:00. Gartz (487, 488): 151 stops, weekends and public holidays 8:00 to 20:00. Both are
booked by an hour before, by telephone at stated hours or online; at weekends one pays a euro more.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from pathlib import Path

from sqlalchemy import select

from mitfahr.db.demand_services import DemandService, tours_of_service
from mitfahr.domain.demand_plans import DemandPlan, Hours, OnHolidays, check_demand_plan, service_days
from mitfahr.domain.roles import Role
from mitfahr.domain.times import local, seconds
from mitfahr.services.keep_demand import DemandDraft, keep_demand
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from routing.journey import Place
from tests.mitfahr.rides.portal import NOW, VACATIONS, Portal
from tests.worlds import world

YEAR = dt.date(2023, 1, 1), dt.date(2023, 12, 31)
WORKING_DAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
ANGERMUENDE = DemandPlan(
    (Hours(WORKING_DAYS, dt.time(17, 30), dt.time(22)), Hours(WEEKEND, dt.time(8), dt.time(22))),
    *YEAR,
    OnHolidays.AS_SUNDAY,
)
GARTZ = DemandPlan((Hours(WEEKEND, dt.time(8), dt.time(20)),), *YEAR, OnHolidays.AS_SUNDAY)
PLANS = {
    "flex-476": ANGERMUENDE,
    "flex-477": ANGERMUENDE,
    "flex-478": ANGERMUENDE,
    "flex-487": GARTZ,
    "flex-488": GARTZ,
}
SAXON = dt.date(2023, 11, 22)
"""Penance Day is a holiday in Saxony only, where our calendar is at home."""


def rows(real_data: Path, name: str) -> list[dict[str, str]]:
    with (real_data / "flex_rufbus" / f"{name}.txt").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def days_in_feed(real_data: Path, service_id: str) -> set[dt.date]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    plan = next(row for row in rows(real_data, "calendar") if row["service_id"] == service_id)
    every = (YEAR[0] + dt.timedelta(days=i) for i in range(365))
    days = {day for day in every if plan[names[day.weekday()]] == "1"}
    for row in rows(real_data, "calendar_dates"):
        if row["service_id"] == service_id:
            day = dt.datetime.strptime(row["date"], "%Y%m%d").date()
            days = days | {day} if row["exception_type"] == "1" else days - {day}
    return days


def test_its_hours_by_the_calendar_are_those_of_the_feed(real_data: Path) -> None:
    windows = {row["trip_id"]: row for row in rows(real_data, "stop_times")}
    in_feed: dict[str, dict[dt.date, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for trip in rows(real_data, "trips"):
        window = windows[trip["trip_id"]]
        span = window["start_pickup_dropoff_window"][:5], window["end_pickup_dropoff_window"][:5]
        for day in days_in_feed(real_data, trip["service_id"]):
            in_feed[trip["route_id"]][day].append(span)
    assert in_feed.keys() == PLANS.keys()
    for route, plan in PLANS.items():
        check_demand_plan(plan)
        ours = {
            one.day: [(f"{span.clock:%H:%M}", f"{local(seconds(span.ends)):%H:%M}")]
            for one in service_days(plan, VACATIONS, *YEAR)
            for span in one.spans
        }
        theirs = dict(in_feed[route])
        assert {day for day in ours.keys() | theirs.keys() if ours.get(day) != theirs.get(day)} == {SAXON}


def test_its_rules_are_a_lead_time_a_number_and_words(real_data: Path) -> None:
    for rule in rows(real_data, "booking_rules"):
        assert (rule["booking_type"], rule["prior_notice_duration_min"]) == ("1", "60")
        assert len(rule["phone_number"]) <= 40 and len(rule["message"]) <= 500


def test_it_is_entered_and_published(portal: Portal, real_data: Path) -> None:
    """Both services with all of their stops, each at its real place."""
    of_group = defaultdict(list)
    for row in rows(real_data, "location_group_stops"):
        of_group[row["location_group_id"]].append(row["stop_id"])
    assert sorted(map(len, of_group.values())) == [151, 264]
    places = {
        row["stop_id"]: (float(row["stop_lat"]), float(row["stop_lon"])) for row in rows(real_data, "stops")
    }
    south, west = (min(place[axis] for place in places.values()) for axis in (0, 1))
    drawing = "\n".join(
        f"at {stop_id} {round((lon - west) * 67000)} {round((lat - south) * 111000)}"
        for stop_id, (lat, lon) in places.items()
    )
    clocks = " ".join(f"{5 + i // 60:02}:{i % 60:02}" for i in range(len(places)))
    timetable = world(f"{drawing}\nline 1 | {'  '.join(places)}\nt1 | {clocks}\n").timetable
    organisation_id, dispatcher = portal.organisation(), portal.person("Dispo", Role.DISPATCHER)
    van = keep_vehicle(
        portal.sessions,
        VehicleDraft("RufBus", "", seats=8, wheelchairs=1, child_seats=1, luggage=4, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=dispatcher,
        idempotency_key="van",
        now=NOW,
    )
    now = dt.datetime(2023, 4, 3, 8, tzinfo=dt.UTC)
    for group, plan in (("flex-476-477-478-stops", ANGERMUENDE), ("flex-487-488-stops", GARTZ)):
        draft = DemandDraft(
            f"RufBus {group[5:12]}",
            (van,),
            plan,
            Place("Depot", *places[of_group[group][0]]),
            stop_ids=tuple(of_group[group]),
            lead_s=3600,
            phone="+49 3332 442 755",
            phone_hours="Montag bis Freitag 8 bis 24 Uhr, Samstag und Sonntag 17:30 bis 24 Uhr",
            note="Am Wochenende 1 € Komfortzuschlag pro Person",
        )
        keep_demand(
            portal.sessions,
            timetable,
            draft,
            organisation_id=organisation_id,
            service_id=None,
            actor_id=dispatcher,
            idempotency_key=group,
            vacations=VACATIONS,
            now=now,
        )
    with portal.readers() as session:
        services = session.scalars(select(DemandService).order_by(DemandService.name)).all()
        assert [len(one.stops) for one in services] == [264, 151]
        days = [
            sorted(
                tour.demand_day.isoformat()
                for tour in tours_of_service(session, one.id, 0)
                if tour.demand_day
            )
            for one in services
        ]
    assert len(days[0]) == 29 and days[1][:4] == [
        "2023-04-07",
        "2023-04-08",
        "2023-04-09",
        "2023-04-10",
    ]  # Easter
