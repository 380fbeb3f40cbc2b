"""The page that says the database is away passes the gates, and its button sends the form again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from mitfahr.settings import Settings
from tests.browser.gates import check_page
from tests.browser.windows import new_window
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def site_without_database(tmp_path: Path) -> Iterator[str]:
    """Where the database should lie there is something else."""
    wrong = tmp_path / "wrong.sqlite"
    wrong.write_bytes(b"this is no database " * 100)
    environment = {"MITFAHR_DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{wrong}"}
    server = make_server("127.0.0.1", 0, create_app(Settings.from_env(environment)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_the_page_without_a_database(browser: Browser, site_without_database: str) -> None:
    page = new_window(browser)
    page.goto(site_without_database)
    expect(page.get_by_role("heading", level=1)).to_have_text("Das Portal ist kurz nicht erreichbar")
    check_page(page)
    page.set_content(
        f'<form method="post" action="{site_without_database}/verbindungen">'
        '<input name="idempotency_key" value="1"><button>Senden</button></form>'
    )
    page.get_by_role("button").click()
    again = page.get_by_role("button", name="Noch einmal versuchen")
    expect(again).to_be_visible()
    check_page(page)
    with page.expect_request("**/verbindungen") as sent:
        again.click()
    assert "idempotency_key=1" in (sent.value.post_data or "")
    page.context.close()
