"""What can be reported about somebody, and what staff did about it."""

from __future__ import annotations

import enum


class ReportKind(enum.StrEnum):
    UNSAFE = "unsafe"
    RUDE = "rude"
    DID_NOT_COME = "did_not_come"
    MONEY = "money"
    FALSE_DETAILS = "false_details"
    OTHER = "other"


class ReportOutcome(enum.StrEnum):
    NOTHING = "nothing"
    TALKED = "talked"
    ACCOUNT_CLOSED = "account_closed"
