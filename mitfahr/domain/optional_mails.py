"""Mails that somebody may do without, besides the reminders: what they tell stands on the pages too."""

from __future__ import annotations

import enum


class OptionalMail(enum.StrEnum):
    WISH_FITS = "wish_fits"
    """A new offer fits a search that is kept."""
    RATING = "rating"
    """How was it to travel together?"""
