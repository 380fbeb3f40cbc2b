"""GTFS-Realtime messages: whether one can be used at all, and a count of what becomes of its entities."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TypedDict

from google.protobuf.message import DecodeError
from google.transit.gtfs_realtime_pb2 import FeedHeader, FeedMessage

SAMPLES = 5
LONGEST_SAMPLE = 120


class Unusable(enum.StrEnum):
    """Why a message is refused as a whole."""

    UNREADABLE = "unreadable"
    """Not GTFS-Realtime: an error page, a part of a message, something else."""
    DIFFERENTIAL = "differential"
    """It holds only what has changed since a message that nobody here has."""


class MessageRefused(Exception):
    """Nothing of this message can be used."""

    def __init__(self, why: Unusable) -> None:
        super().__init__(why.value)
        self.why = why


class Remark(enum.StrEnum):
    """What became of an entity, or of a part of it."""

    RUNS = "runs"
    """A trip of the timetable with times or skipped stops."""
    CANCELLED = "cancelled"
    ADDED = "added"
    """A trip that the timetable does not have; a replaced one counts as cancelled and added."""
    UNKNOWN_TRIP = "unknown_trip"
    NO_TRIP = "no_trip"
    """It does not say by its id which trip is meant."""
    NOT_RUNNING = "not_running"
    """The timetable has the trip, but not on this day or at this time."""
    WHICH_DEPARTURE = "which_departure"
    """A trip that frequencies.txt repeats, without the start time that tells which."""
    BAD_START = "bad_start"
    """A start date or start time that is none."""
    UNKNOWN_STOP = "unknown_stop"
    STOP_NOT_ON_TRIP = "stop_not_on_trip"
    UNKNOWN_ROUTE = "unknown_route"
    INCOMPLETE = "incomplete"
    """An added trip of fewer than two calls with stop and time, or of no line."""
    SAYS_NOTHING = "says_nothing"
    TOO_FAR_OFF = "too_far_off"
    """So early or late that it must be an error."""
    BACKWARDS = "backwards"
    """Times that go backwards, raised to the one before."""
    DUPLICATE = "duplicate"
    """The same trip once more; the last one counts."""
    REFUSED = "refused"
    """It contradicts the timetable in another way."""
    NOTICE = "notice"
    """An alert that passengers are told of."""
    NOTICE_UNPLACED = "notice_unplaced"
    """An alert about nothing that the timetable has, or without a text."""


class Counted(TypedDict):
    n: int
    samples: list[str]


@dataclass
class Tally:
    """Numbers by remark, with a few of the ids concerned."""

    counts: Counter[Remark] = field(default_factory=Counter)
    samples: defaultdict[Remark, list[str]] = field(default_factory=lambda: defaultdict(list))

    def note(self, remark: Remark, sample: str = "") -> None:
        self.counts[remark] += 1
        kept = self.samples[remark]
        if sample and len(kept) < SAMPLES and sample not in kept:
            kept.append(sample[:LONGEST_SAMPLE])

    def json(self) -> dict[str, Counted]:
        return {
            remark.value: {"n": number, "samples": list(self.samples[remark])}
            for remark, number in self.counts.items()
        }


def read_message(payload: bytes) -> FeedMessage:
    """The message, complete; raises MessageRefused."""
    message = FeedMessage()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        raise MessageRefused(Unusable.UNREADABLE) from None
    if not message.IsInitialized():
        raise MessageRefused(Unusable.UNREADABLE)
    if message.header.incrementality == FeedHeader.DIFFERENTIAL:
        raise MessageRefused(Unusable.DIFFERENTIAL)
    return message


def said_at(message: FeedMessage, fetched_at: dt.datetime) -> dt.datetime:
    """The moment of which the message speaks; a clock that is fast, or no stated moment, is that of the fetch."""
    stated_s = min(message.header.timestamp, int(fetched_at.timestamp()))
    return dt.datetime.fromtimestamp(stated_s, dt.UTC) if stated_s else fetched_at
