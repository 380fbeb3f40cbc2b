"""A day in an address."""

from __future__ import annotations

import datetime as dt

from flask import abort


def day_in_address(text: str) -> dt.date:
    """A page for what is no day does not exist."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        abort(404)
