"""Somebody who uses a page by its keys alone, and what that takes: the keystroke-level model of how long people need."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

KEY_S = 0.28
"""Of an average typist (Card, Moran, Newell 1983: keystroke-level model, 40 words a minute)."""
THINK_S = 1.35
"""To get ready for the next step."""
ANSWER_S = 1.0
"""What a page of the portal may take at most; `make bench` says what it takes."""
FURTHEST = 60
"""Steps of the Tab key to something on a page; more are a wrong name."""
_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.innerText ?? "";
  return label || one.getAttribute("aria-label") || one.innerText || "";
}"""


class Typist:
    """Presses keys only, and counts what that takes by the model.

    How long the portal answers is measured elsewhere (`make bench`): here it would be the load of this machine.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.thoughts, self.answers = page, 0, 0, 0

    def think(self) -> None:
        self.thoughts += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def press_with_alt(self, digit: str) -> None:
        """As the keyboard sends it: Playwright leaves out the sign by which browsers know access keys."""
        session = self.page.context.new_cdp_session(self.page)
        key = {"key": digit, "code": f"Digit{digit}", "windowsVirtualKeyCode": ord(digit), "modifiers": 1}
        session.send(
            "Input.dispatchKeyEvent", {"type": "keyDown", "text": digit, "unmodifiedText": digit, **key}
        )
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
        self.keys += 2

    def enter(self, heading: str) -> None:
        """Enter, and wait for the page of this heading."""
        self._enter(self.page.get_by_role("heading", level=1).filter(has_text=heading))

    def enter_and_read(self, words: str) -> None:
        """Enter, and wait for a page that says this."""
        self._enter(self.page.get_by_text(words).first)

    def _enter(self, shown: Locator) -> None:
        self.press("Enter")
        expect(shown).to_be_visible()
        self.page.wait_for_load_state()  # before that the keys that follow may still meet the page before
        self.answers += 1

    def skip(self) -> None:
        """Past the menu by the first link of the page, as who works by keys does.

        A form that was sent from there leads there: browsers keep the end of the address through the answer.
        """
        if self.page.url.endswith("#inhalt"):
            expect(self.page.get_by_role("main")).to_be_focused()
        else:
            self.press("Tab", "Enter")

    def reach(self, name: str) -> None:
        """Tab on to what begins with this name."""
        self.think()
        for _step in range(FURTHEST):
            if re.match(re.escape(name), self.page.evaluate(_FOCUSED).strip()):
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not reached on {self.page.url}")

    def go(self, name: str, heading: str) -> None:
        """Past the menu to the link or button of this name, and there."""
        self.skip()
        self.reach(name)
        self.enter(heading)

    @property
    def seconds(self) -> float:
        return self.keys * KEY_S + self.thoughts * THINK_S + self.answers * ANSWER_S
