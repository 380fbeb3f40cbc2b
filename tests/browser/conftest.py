"""A real server with a drawn world two days ahead, and Debian's Chromium, on a morning that is always the same.

The real day would be a Sunday, a holiday, a vacation or the end of a calendar now and then, and its midnight or the
change of the clocks would fall into a run; what the program does then is asked for by tests of its own.
"""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from mitfahr.settings import Settings
from tests.browser.windows import new_window
from tests.web.served import SEVEN, Served, person, serve
from web.app import create_app
from web.portal import EXTENSION, Portal

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]


@dataclass(frozen=True)
class Site:
    """The running portal: its address, its world, and the day on which the drawn vehicles run."""

    url: str
    app: Flask
    portal: Portal
    served: Served
    day: dt.date


_LOADED_S = time.monotonic()


@pytest.fixture(scope="package", autouse=True)
def same_morning() -> Iterator[None]:
    """A Tuesday in June from seven o'clock on. It goes on with the real clock, and never back."""
    with time_machine.travel(SEVEN + dt.timedelta(seconds=time.monotonic() - _LOADED_S), tick=True):
        yield


@pytest.fixture(scope="package")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests that leave the timetable as it is."""
    with running_site(sqlite_template, tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def running_site(sqlite_template: Path, data_dir: Path) -> Iterator[Site]:
    """A portal of its own in this process, on a port of its own."""
    database = data_dir / "site.sqlite"
    shutil.copy(sqlite_template, database)
    settings = Settings.from_env(
        {
            "MITFAHR_DATA_DIR": str(data_dir),
            "DATABASE_URL": f"sqlite:///{database}",
            "OPERATOR_NAME": "Landkreis Beispiel",
            "OPERATOR_EMAIL": "portal@example.org",
            "OPERATOR_PHONE": "03521 725-0",
            "OPERATOR_PHONE_HOURS": "Montag bis Freitag 8 bis 16 Uhr",
        }
    )
    app = create_app(settings)
    now = dt.datetime.now(dt.UTC)
    day = SEVEN.date() + dt.timedelta(days=2)
    served = serve(app, day, now)
    portal: Portal = app.extensions[EXTENSION]
    person(portal, "Erika")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.port}", app, portal, served, day)
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["mit JavaScript", "ohne JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "mit JavaScript")


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own; any request to another host fails the test."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []

    def open_one(
        path: str = "/", *, javascript: bool = True, width: int = 1280, scheme: str = "light"
    ) -> Page:
        page = new_window(
            browser,
            base_url=site.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(page.context)
        page.on(
            "request",
            lambda request: (
                foreign.append(request.url) if not request.url.startswith((site.url, "data:")) else None
            ),
        )
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert foreign == []
