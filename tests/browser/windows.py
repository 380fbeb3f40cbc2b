"""Windows of the browser whose clock is that of the portal, and patience with a machine that has much to do."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser, Page, expect

PATIENCE_MS = 30_000
"""Nothing waits longer than it must: only what would fail takes this long."""
expect.set_options(timeout=PATIENCE_MS)

_SHIFTED = """{{
  const Real = Date, by = {by_ms};
  globalThis.Date = class extends Real {{
    constructor(...given) {{ given.length ? super(...given) : super(Real.now() + by); }}
    static now() {{ return Real.now() + by; }}
  }};
}}"""


def new_window(browser: Browser, **options: Any) -> Page:
    """A page in a context of its own, in the district's zone; `options` are those of Playwright's `new_context`."""
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin", **options)
    page = context.new_page()
    by_ms = round(time.time() * 1000) - page.evaluate("Date.now()")
    context.add_init_script(_SHIFTED.format(by_ms=by_ms))
    context.set_default_timeout(PATIENCE_MS)
    return page
