"""The ways a message can reach a person."""

from __future__ import annotations

import enum


class Channel(enum.StrEnum):
    MAIL = "mail"
    SMS = "sms"
