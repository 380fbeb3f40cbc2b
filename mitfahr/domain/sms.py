"""What fits into a short message, and what it costs: every part is paid for."""

from __future__ import annotations

import re

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38: seven bits a sign. One sign outside of it and its extension makes all of the text 16 bits wide."""
GSM_EXTENSION = frozenset("^{}\\[~]|€")
"""Two places each."""

ALONE, IN_PARTS = 160, 153
ALONE_WIDE, IN_PARTS_WIDE = 70, 67

PLAIN = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "→": "-",
        "„": '"',
        "“": '"',
        "”": '"',
        "’": "'",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u00ad": "",
    }
)
"""Signs of good typesetting that would double the price."""


def plain(text: str) -> str:
    """The text as it is sent: without signs that only look better, without empty lines."""
    return re.sub(r"\n{2,}", "\n", text.translate(PLAIN)).strip()


def parts(text: str) -> int:
    """How many short messages it takes to send `text`."""
    if all(sign in GSM or sign in GSM_EXTENSION for sign in text):
        length, alone, in_parts = sum(2 if sign in GSM_EXTENSION else 1 for sign in text), ALONE, IN_PARTS
    else:
        length, alone, in_parts = len(text.encode("utf-16-le")) // 2, ALONE_WIDE, IN_PARTS_WIDE
    return 1 if length <= alone else -(-length // in_parts)
