"""Who may open which page: one row per view, checked with real requests. A new view needs a row here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mitfahr.domain.roles import Role
from tests.web.served import SEVEN, serve
from web.access import PUBLIC, access, guard, rule_of

EVERYBODY = frozenset({None, *Role})
SIGNED_IN = frozenset(Role)
RUNS = frozenset({Role.VOLUNTEER, Role.DISPATCHER, Role.ADMIN})
DISPATCH = frozenset({Role.DISPATCHER, Role.ADMIN})
STAFF = frozenset({Role.TIMETABLE_STAFF, Role.ADMIN})
ORGANISATIONS = RUNS | STAFF
ADMINS = frozenset({Role.ADMIN})
WITH_A_KEY: frozenset[Role | None] = frozenset()
"""Being signed in opens nothing here: see tests/web/test_api_bookings.py."""

OPEN_TO: dict[str, frozenset[Role | None]] = {
    "search.start": EVERYBODY,
    "language_switch.choose": EVERYBODY,
    "search.suggestions": EVERYBODY,
    "search.swapped": EVERYBODY,
    "search.edit": EVERYBODY,
    "search.way_back": EVERYBODY,
    "search.results": EVERYBODY,
    "search.results_again": EVERYBODY,
    "connection.look": EVERYBODY,
    "connection.link": EVERYBODY,
    "connection.linked": EVERYBODY,
    "connection.calendar": EVERYBODY,
    "stops.one": EVERYBODY,
    "stops.board": EVERYBODY,
    "stops.poster": EVERYBODY,
    "stops.from_here": EVERYBODY,
    "stops.to_here": EVERYBODY,
    "stops.all": EVERYBODY,
    "stops.search": EVERYBODY,
    "stops.of_letter": EVERYBODY,
    "lines.all": EVERYBODY,
    "lines.one": EVERYBODY,
    "lines.run_line": EVERYBODY,
    "lines.run_line_way": EVERYBODY,
    "notices.all": EVERYBODY,
    "local.all": STAFF,
    "local.add": STAFF,
    "local.change": STAFF,
    "local.end": STAFF,
    "local.table": STAFF,
    "local.stops": STAFF,
    "local.take_table": STAFF,
    "booking.review": EVERYBODY,
    "booking.book": SIGNED_IN,
    "journeys.mine": SIGNED_IN,
    "journeys.one": SIGNED_IN,
    "journeys.cancel": SIGNED_IN,
    "journeys.seats": SIGNED_IN,
    "journeys.printed": SIGNED_IN,
    "journeys.ticket": SIGNED_IN,
    "offline.page": EVERYBODY,
    "offline.worker": EVERYBODY,
    "journeys.calendar": SIGNED_IN,
    "cancel_link.ask": EVERYBODY,
    "cancel_link.check": EVERYBODY,
    "cancel_link.cancel": EVERYBODY,
    "journeys.take_other_way": SIGNED_IN,
    "waiting.join": SIGNED_IN,
    "waiting.join_for": DISPATCH,
    "waiting.leave": SIGNED_IN,
    "waiting.take": SIGNED_IN,
    "standing_orders.mine": SIGNED_IN,
    "standing_orders.all_": DISPATCH,
    "standing_orders.unsettled": DISPATCH,
    "standing_orders.settle": DISPATCH,
    "standing_orders.add": SIGNED_IN,
    "standing_orders.add_for": DISPATCH,
    "standing_orders.one": SIGNED_IN,
    "standing_orders.leave_out": SIGNED_IN,
    "standing_orders.change": SIGNED_IN,
    "standing_orders.sms": DISPATCH,
    "standing_orders.letter": DISPATCH,
    "standing_orders.pause": SIGNED_IN,
    "standing_orders.end": SIGNED_IN,
    "offers.form": EVERYBODY,
    "offers.check": SIGNED_IN,
    "offers.edit": SIGNED_IN,
    "offers.publish": SIGNED_IN,
    "series.one": SIGNED_IN,
    "series.leave": SIGNED_IN,
    "series.change": SIGNED_IN,
    "series.end": SIGNED_IN,
    "rides.mine": SIGNED_IN,
    "rides.one": SIGNED_IN,
    "rides.confirm": SIGNED_IN,
    "rides.decline": SIGNED_IN,
    "rides.withdraw": SIGNED_IN,
    "vehicle_log.one": ORGANISATIONS,
    "vehicle_log.read": ORGANISATIONS,
    "vehicle_log.report": ORGANISATIONS,
    "vehicle_log.mend": ORGANISATIONS,
    "vehicle_log.plan": ORGANISATIONS,
    "vehicle_log.finish": ORGANISATIONS,
    "driving.mine": RUNS,
    "driving.one": RUNS,
    "driving.sheet": RUNS,
    "driving.sheets": RUNS,
    "driving.sheets_of_all": RUNS,
    "driving.tick": RUNS,
    "driving.leave": RUNS,
    "driving.delay": RUNS,
    "driving.delay_of_tour": RUNS,
    "runs.planned": RUNS,
    "runs.one": RUNS,
    "runs.form": RUNS,
    "runs.more_stops": RUNS,
    "runs.edit": RUNS,
    "runs.check": RUNS,
    "runs.publish": RUNS,
    "runs.cancel": RUNS,
    "runs.fare": STAFF,
    "organisations.mine": ORGANISATIONS,
    "organisations.found": ADMINS,
    "organisations.one": ORGANISATIONS,
    "organisations.members": ORGANISATIONS,
    "organisations.invite": ORGANISATIONS,
    "organisations.take_back": ORGANISATIONS,
    "organisations.member": ORGANISATIONS,
    "organisations.remove_member": ORGANISATIONS,
    "organisations.vehicles": ORGANISATIONS,
    "organisations.add_vehicle": ORGANISATIONS,
    "organisations.change_vehicle": ORGANISATIONS,
    "organisations.retire": ORGANISATIONS,
    "figures.year": ORGANISATIONS,
    "figures.report": ORGANISATIONS,
    "duty.week": ORGANISATIONS,
    "duty.month": ORGANISATIONS,
    "duty.add": ORGANISATIONS,
    "duty.add_for_runs": ORGANISATIONS,
    "duty.one": ORGANISATIONS,
    "duty.take": ORGANISATIONS,
    "duty.give_up": ORGANISATIONS,
    "duty.assign": ORGANISATIONS,
    "duty.assign_all": ORGANISATIONS,
    "duty.substitute": ORGANISATIONS,
    "duty.no_substitute": ORGANISATIONS,
    "duty.move": ORGANISATIONS,
    "duty.begin": ORGANISATIONS,
    "duty.finish": ORGANISATIONS,
    "duty.note": ORGANISATIONS,
    "duty.remove": ORGANISATIONS,
    "duty.polls": ORGANISATIONS,
    "duty.poll": ORGANISATIONS,
    "duty.papers": ORGANISATIONS,
    "duty.change_papers": ORGANISATIONS,
    "duty.hours": ORGANISATIONS,
    "duty.deadlines": ORGANISATIONS,
    "duty_link.ask": EVERYBODY,
    "duty_link.check": EVERYBODY,
    "duty_link.accept": EVERYBODY,
    "duty_link.give_up": EVERYBODY,
    "duty_link.answer": EVERYBODY,
    "run_lines.all_": ORGANISATIONS,
    "run_lines.one": ORGANISATIONS,
    "run_lines.way": ORGANISATIONS,
    "run_lines.typed_way": ORGANISATIONS,
    "run_lines.stop_at": ORGANISATIONS,
    "run_lines.add": ORGANISATIONS,
    "run_lines.change": ORGANISATIONS,
    "run_lines.more_days": ORGANISATIONS,
    "run_lines.cancel": ORGANISATIONS,
    "run_lines.end": ORGANISATIONS,
    "run_lines.fare": STAFF,
    "demand.all_": ORGANISATIONS,
    "demand.one": ORGANISATIONS,
    "demand.area": ORGANISATIONS,
    "demand.add": ORGANISATIONS,
    "demand.change": ORGANISATIONS,
    "demand.cancel": ORGANISATIONS,
    "demand.open_day": ORGANISATIONS,
    "demand.end": ORGANISATIONS,
    "demand.fare": STAFF,
    "invitations.ask": EVERYBODY,
    "invitations.check": SIGNED_IN,
    "invitations.accept": SIGNED_IN,
    "timetables.versions": STAFF,
    "timetables.validity": STAFF,
    "timetables.upload": STAFF,
    "timetables.one": STAFF,
    "going_live.switch": STAFF,
    "going_live.switch_now": STAFF,
    "going_live.confirm": STAFF,
    "going_live.release": STAFF,
    "going_live.plan": STAFF,
    "going_live.take_back": STAFF,
    "going_live.back": STAFF,
    "going_live.back_to": STAFF,
    "going_live.audit": STAFF,
    "feeds.all_": STAFF,
    "feeds.add": STAFF,
    "feeds.change": STAFF,
    "feeds.fetch": STAFF,
    "feeds.remove": STAFF,
    "findings.table": STAFF,
    "findings.data": STAFF,
    "realtime.all_": STAFF,
    "realtime.add": STAFF,
    "realtime.pause": STAFF,
    "realtime.remove": STAFF,
    "comparisons.one": STAFF,
    "comparisons.file": STAFF,
    "comparisons.map_data": STAFF,
    "comparisons.samples": STAFF,
    "comparisons.adopt_samples": STAFF,
    "comparisons.remove": STAFF,
    "account.log_in": EVERYBODY,
    "account.register": EVERYBODY,
    "account.register_for_booking": EVERYBODY,
    "account.log_out": SIGNED_IN,
    "wishes.mine": SIGNED_IN,
    "wishes.form": EVERYBODY,
    "wishes.keep": SIGNED_IN,
    "wishes.one": SIGNED_IN,
    "wishes.end": SIGNED_IN,
    "profile.mine": SIGNED_IN,
    "profile.merge": SIGNED_IN,
    "profile.usual_search": SIGNED_IN,
    "profile.details": SIGNED_IN,
    "profile.mails": SIGNED_IN,
    "profile.car": SIGNED_IN,
    "profile.women": SIGNED_IN,
    "profile.confirm": SIGNED_IN,
    "profile.ask_for_code": SIGNED_IN,
    "profile.blocked": SIGNED_IN,
    "profile.unblock": SIGNED_IN,
    "profile.reads": SIGNED_IN,
    "access_tokens.mine": SIGNED_IN,
    "access_tokens.revoke": SIGNED_IN,
    "companions.rate": SIGNED_IN,
    "companions.report": SIGNED_IN,
    "companions.block": SIGNED_IN,
    "reports.waiting": DISPATCH,
    "reports.one": DISPATCH,
    "outbox.all_": DISPATCH,
    "outbox.again": DISPATCH,
    "telephone.find": DISPATCH,
    "telephone.found": DISPATCH,
    "telephone.made": DISPATCH,
    "telephone.add": DISPATCH,
    "telephone.one": DISPATCH,
    "telephone.change": DISPATCH,
    "telephone.news_by_sms": DISPATCH,
    "telephone.results": DISPATCH,
    "telephone.review": DISPATCH,
    "telephone.book": DISPATCH,
    "telephone.booking": DISPATCH,
    "telephone.cancel": DISPATCH,
    "telephone.seats": DISPATCH,
    "telephone.letter": DISPATCH,
    "telephone.sms": DISPATCH,
    "calls.waiting": DISPATCH,
    "calls.one": DISPATCH,
    "map.tile": EVERYBODY,
    "map.offered_way": EVERYBODY,
    "map.booked_way": SIGNED_IN,
    "map.point": EVERYBODY,
    "brand.sheet": EVERYBODY,
    "brand.logo": EVERYBODY,
    "brand.manifest": EVERYBODY,
    "legal.imprint": EVERYBODY,
    "legal.privacy": EVERYBODY,
    "legal.accessibility": EVERYBODY,
    "legal.feedback": EVERYBODY,
    "api.plan": EVERYBODY,
    "api.departures": EVERYBODY,
    "api.notices": EVERYBODY,
    "api.status": EVERYBODY,
    "api_bookings.search": WITH_A_KEY,
    "api_bookings.book": WITH_A_KEY,
    "api_bookings.all_to_come": WITH_A_KEY,
    "api_bookings.one": WITH_A_KEY,
    "api_bookings.change": WITH_A_KEY,
    "api_bookings.cancel": WITH_A_KEY,
    "api_bookings.cancel_leg": WITH_A_KEY,
    "api.openapi": EVERYBODY,
    "api.page": EVERYBODY,
    "health.health": EVERYBODY,
}
"""None is somebody who is not signed in."""


def test_every_view_has_a_row(app: Flask) -> None:
    assert set(app.view_functions) == set(OPEN_TO)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "guest")
def test_matrix(
    role: Role | None, app: Flask, client: FlaskClient, client_as: Callable[[Role], FlaskClient]
) -> None:
    asking = client if role is None else client_as(role)
    wrong = []
    for endpoint in sorted(OPEN_TO, key=lambda name: name == "account.log_out"):
        for method, path in _requests(app, endpoint):
            answer = asking.open(path, method=method)
            if answer.status_code == 500 or _is_refused(answer, role) == (role in OPEN_TO[endpoint]):
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


def test_nothing_filled_in_is_never_a_crash(app: Flask, client_as: Callable[[Role], FlaskClient]) -> None:
    with time_machine.travel(SEVEN, tick=False):
        serve(app)
        asking = client_as(Role.ADMIN)
        for endpoint in OPEN_TO:
            for method, path in _requests(app, endpoint):
                if endpoint != "account.log_out":
                    assert asking.open(path, method=method).status_code < 500, path


def test_a_view_without_a_rule_stops_the_start() -> None:
    app = Flask(__name__)
    app.add_url_rule("/offen", "offen", lambda: "")
    with pytest.raises(RuntimeError, match="offen"):
        guard(app)


def test_a_rule_stays_with_its_view() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "start", access(PUBLIC)(lambda: ""))
    guard(app)
    assert rule_of(app, "start") is PUBLIC


def _requests(app: Flask, endpoint: str) -> list[tuple[str, str]]:
    """(method, path) of each route of a view; placeholders become something that does not exist."""
    found = []
    for rule in app.url_map.iter_rules(endpoint):
        values = dict.fromkeys(rule.arguments, 1 if "int:" in rule.rule else "gibtesnicht")
        with app.test_request_context():
            path = app.url_for(endpoint, **values)
        found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def _is_refused(answer: TestResponse, role: Role | None) -> bool:
    if answer.status_code == 401:
        return True
    if role is None:
        return answer.status_code == 302 and answer.location.startswith("/anmelden")
    return answer.status_code == 403
