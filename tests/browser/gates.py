"""What every page must pass in a real browser. `check_page` runs all of it; new pages only have to call it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]
SMALLEST_TARGET_PX = 24
SMALLEST_MAIN_TARGET_PX = 44
NARROW, WIDE = 320, 1280
PICTURE_MS = 60_000
"""Some pages are very long, and machines that test are busy."""
PICTURES = Path("var/pictures")
"""Ignored by git; kept by the build server. Each takes half as long as axe, so two of a page are the rule."""
TAKEN = {"1280", "320"} if "MITFAHR_SOAK" not in os.environ else None

_SMALL_TARGETS = """([smallest, smallestMain]) => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]")]
  .filter((element) => element.checkVisibility() && !element.closest(".skip-link, .visually-hidden, [aria-hidden=true]"))
  .map((element) => [element, (element.closest(".kern-form-check") ?? element).getBoundingClientRect(),
    element.matches(".kern-btn, .menu__link, main summary, main select, main textarea, main input[type=text]")
      ? smallestMain : smallest])
  .filter(([, box, least]) => box.width > 0 && (box.width < Math.min(least, smallest) || box.height < least - 0.5))
  .map(([element, box]) =>
    `${element.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)"""

_SIDEWAYS = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 90))
      .slice(0, 5)
  : []"""

_OUTLINE = """() => [
  document.querySelectorAll("h1").length === 1 ? "" : `${document.querySelectorAll("h1").length} × h1`,
  document.querySelectorAll("main").length === 1 ? "" : "no single main",
  document.documentElement.lang ? "" : "no language",
  document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])") ? "tabindex > 0" : "",
].filter(Boolean)"""

_PRINTED = """() => [...document.querySelectorAll("nav, button, .kern-btn, input, .skip-link")]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 1)
  .map((element) => element.outerHTML.slice(0, 90))"""

_PALE = """() => [...document.querySelectorAll("h1, h2, h3, main p, main dt, main dd, main td, main th")]
  .filter((element) => element.checkVisibility() && getComputedStyle(element).color !== "rgb(0, 0, 0)")
  .map((element) => `${element.outerHTML.slice(0, 90)} ${getComputedStyle(element).color}`)"""

_DEAD_BUTTONS = """() => [...document.querySelectorAll("button[type=button]:not([popovertarget])")]
  .filter((button) => button.checkVisibility())
  .map((button) => button.outerHTML.slice(0, 90))"""


def check_page(page: Page, explained: str = "no excuse", picture: str | None = None) -> None:
    """Every gate, on a page as it stands; the page is left wide, light and in normal text size.

    `explained` is axe's reason for contrasts that it cannot judge here and a person has looked at; `picture` names
    the pictures that are kept.
    """
    page.evaluate(AXE)
    problems = {"outline": page.evaluate(_OUTLINE), "axe": axe_findings(page, explained)}
    _take(page, picture, "1280")
    page.emulate_media(color_scheme="dark")
    problems["dark"] = axe_findings(page, explained, CONTRAST)
    _take(page, picture, "1280-dunkel")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": NARROW, "height": 700})
    problems |= narrow_findings(page)
    _take(page, picture, "320")
    page.set_viewport_size({"width": WIDE, "height": 900})
    problems["big text"] = _in_big_text(page, picture)
    _assert_none(page, problems)


def check_without_scripts(page: Page, picture: str | None = None) -> None:
    """The gates of a narrow page on which no script has run; no button waits for one."""
    problems = {"outline": page.evaluate(_OUTLINE), "dead buttons": page.evaluate(_DEAD_BUTTONS)}
    _take(page, picture, "320-ohne-javascript")
    _assert_none(page, problems | narrow_findings(page))


def check_on_paper(page: Page, picture: str | None = None) -> None:
    """Nothing to click is printed, and all of the text is black, whatever the theme of the screen is."""
    page.emulate_media(media="print", color_scheme="dark")
    problems = {"printed": page.evaluate(_PRINTED), "pale": page.evaluate(_PALE)}
    _take(page, picture, "papier")
    page.emulate_media(media="screen", color_scheme="light")
    _assert_none(page, problems)


def narrow_findings(page: Page) -> dict[str, list[str]]:
    """What a page must keep on the narrowest phone."""
    return {
        "sideways": page.evaluate(_SIDEWAYS),
        "targets": page.evaluate(_SMALL_TARGETS, [SMALLEST_TARGET_PX, SMALLEST_MAIN_TARGET_PX]),
    }


def axe_findings(page: Page, explained: str, rules: list[str] = RULES) -> list[str]:
    """Violations, and colour contrasts that axe could not judge; axe is in the page already."""
    result: dict[str, Any] = page.evaluate(
        "(rules) => axe.run({runOnly: rules, resultTypes: ['violations', 'incomplete']})", rules
    )
    unjudged = [rule for rule in result["incomplete"] if rule["id"] == "color-contrast"]
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in [*result["violations"], *unjudged]
        for node in rule["nodes"]
        if explained not in node["failureSummary"]
    ]


def _in_big_text(page: Page, picture: str | None) -> list[str]:
    """Text at 200 % on a wide screen neither runs out of it nor out of its buttons."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found: list[str] = page.evaluate(_SIDEWAYS)
    _take(page, picture, "1280-grosse-schrift")
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def _take(page: Page, picture: str | None, state: str) -> None:
    if picture is not None and (TAKEN is None or state in TAKEN):
        page.screenshot(
            path=PICTURES / state / f"{picture}.jpg",
            full_page=True,
            type="jpeg",
            quality=70,
            timeout=PICTURE_MS,
        )


def _assert_none(page: Page, problems: dict[str, list[str]]) -> None:
    failed = {gate: found for gate, found in problems.items() if found}
    assert not failed, f"{page.url}: {json.dumps(failed, indent=1, ensure_ascii=False)}"
