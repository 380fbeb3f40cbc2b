"""The ways a message can reach a person."""

from __future__ import annotations

import enum


class Channel(enum.StrEnum):
    MAIL = "mail"
    SMS = "sms"


class Delivery(enum.StrEnum):
    """How a message stands."""

    SENT = "sent"
    """Handed over to the server of its channel; what that does with it is not told."""
    WAITING = "waiting"
    GIVEN_UP = "given_up"
