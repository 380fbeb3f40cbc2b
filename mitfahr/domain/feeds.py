"""What may be said of a feed: its name, its address, how often it is asked; and the key that stands before its ids."""

from __future__ import annotations

import re
from collections.abc import Collection

from mitfahr.domain.errors import SourceAddressInvalid

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_KEY = 120, 1000, 20
EVERY_MINUTES = (15, 60, 360, 1440)
"""How often a publisher may be asked: timetables change about weekly."""

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def feed_key(name: str, taken: Collection[str]) -> str:
    """A short key in small letters that no other feed has.

    >>> feed_key("VVO Straßenbahn", ()), feed_key("VVO", ("vvo",))
    ('vvo-strassenbahn', 'vvo-2')
    """
    words = re.findall(r"[a-z0-9]+", name.casefold().translate(_SPELLED_OUT))
    plain = "-".join(words)[:LONGEST_KEY].strip("-") or "quelle"
    key, number = plain, 1
    while key in taken:
        number += 1
        key = f"{plain}-{number}"
    return key


def checked_address(text: str | None) -> str | None:
    """An http(s) address without blanks around it; None for none. Raises SourceAddressInvalid."""
    address = (text or "").strip()
    if not address:
        return None
    if len(address) > LONGEST_ADDRESS or not re.fullmatch(
        r"https?://[^\s/@]+(/\S*)?", address, re.IGNORECASE
    ):
        raise SourceAddressInvalid(address)
    return address
