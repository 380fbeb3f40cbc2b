"""A server is ready before its first visitor: everything is laid out, nothing is shared that must not be."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
import time_machine
from flask import Flask

from mitfahr.settings import Settings
from tests.web.served import SEVEN, serve
from web.app import create_app
from web.portal import EXTENSION, Portal
from web.warm_up import warm_up


def test_the_first_visitor_finds_everything_open(app: Flask) -> None:
    with time_machine.travel(SEVEN, tick=False):
        served = serve(app)
        warm_up(app)
        portal: Portal = app.extensions[EXTENSION]
        opened = portal.live.current(SEVEN)
        assert opened.rides.keys() == {served.run_id, served.ride_id}
        warm_up(app)
        assert portal.live.current(SEVEN).streets is opened.streets


def test_no_connection_is_left_for_two_processes_to_share(app: Flask) -> None:
    serve(app)
    portal: Portal = app.extensions[EXTENSION]
    opened: list[object] = []
    sa.event.listen(portal.engine, "connect", lambda connection, _: opened.append(connection))
    warm_up(app)
    while_warming = len(opened)
    with portal.reading() as session:
        session.execute(sa.text("SELECT 1"))
    assert len(opened) == while_warming + 1


def test_without_a_timetable_or_a_database_the_server_starts_all_the_same(
    app: Flask, settings: Settings
) -> None:
    warm_up(app)
    assert app.test_client().get("/").status_code == 200
    away = create_app(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/nothing"))
    warm_up(away)
    assert away.test_client().get("/").status_code == 503
