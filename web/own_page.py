"""Where a form may lead on to: only to pages of this portal."""

from __future__ import annotations


def own_page(target: str) -> str | None:
    """The path, if it is one of this portal."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else None
