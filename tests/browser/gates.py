"""What every page must pass in a real browser. `check_page` runs all of it; new pages only have to call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_TARGET_PX = 24
NARROW, WIDE = 320, 1280

_SMALL_TARGETS = """(smallest) => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]")]
  .filter((element) => element.checkVisibility() && !element.closest(".skip-link, .visually-hidden"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < smallest || box.height < smallest))
  .map(([element, box]) =>
    `${element.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)"""

_SIDEWAYS = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 90))
      .slice(0, 5)
  : []"""


def check_page(page: Page, explained: str = "no excuse") -> None:
    """Every gate, on a page as it stands; the page is left wide and in normal text size.

    `explained` is axe's reason for contrasts that it cannot judge here and a person has looked at.
    """
    problems = {
        "axe": axe_findings(page, explained),
        "dark": _in_dark(page, explained),
        "narrow": _at(page, NARROW, _SIDEWAYS),
        "targets": _at(page, NARROW, _SMALL_TARGETS, SMALLEST_TARGET_PX),
        "big text": _in_big_text(page),
    }
    failed = {gate: found for gate, found in problems.items() if found}
    assert not failed, f"{page.url}: {json.dumps(failed, indent=1, ensure_ascii=False)}"


def axe_findings(page: Page, explained: str) -> list[str]:
    """Violations, and colour contrasts that axe could not judge."""
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("(tags) => axe.run({runOnly: tags})", RULES)
    unjudged = [rule for rule in result["incomplete"] if rule["id"] == "color-contrast"]
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in [*result["violations"], *unjudged]
        for node in rule["nodes"]
        if explained not in node["failureSummary"]
    ]


def _in_dark(page: Page, explained: str) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = axe_findings(page, explained)
    page.emulate_media(color_scheme="light")
    return found


def _at(page: Page, width: int, script: str, *arguments: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 700})
    found: list[str] = page.evaluate(script, *arguments)
    page.set_viewport_size({"width": WIDE, "height": 900})
    return found


def _in_big_text(page: Page) -> list[str]:
    """Text at 200 % on a wide screen neither runs out of it nor out of its buttons."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found: list[str] = page.evaluate(_SIDEWAYS)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found
