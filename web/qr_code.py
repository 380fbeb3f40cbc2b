"""Codes that a camera reads, drawn into the page: black on white whatever the theme."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """An SVG of `text`, without a style attribute, which the pages forbid; whoever shows it says what it holds."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None))  # noqa: S704
