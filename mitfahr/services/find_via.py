"""Journeys with a place on the way: two searches joined, each pair booked as one or not at all.

Every journey to the place on the way is followed by the best ones from there on (or, asked for an arrival, each
journey from there on is preceded by the best ones to it). Of the pairs none is left that another beats in
departure, arrival and number of vehicles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.times import moment
from mitfahr.domain.trip_request import TripRequest
from mitfahr.offered import join_tokens
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_fallbacks import find_fallbacks
from mitfahr.services.find_itineraries import Answer, Itinerary, answer_of, possible_journeys
from mitfahr.services.ride_schedule import measured
from mitfahr.walk_ways import walk_ways
from routing.journey import Journey
from routing.query import LegKind, Point, StopRef
from routing.snapshot import Snapshot

MOST_WAYS = 6
MOST_MOMENTS = 8
"""So many different arrivals at (departures from) the place on the way are gone on from."""


@dataclass(frozen=True, slots=True)
class Via:
    """Where to stop on the way, and how long at least."""

    place: Point | StopRef
    stay_s: int


@dataclass(frozen=True, slots=True)
class WayVia:
    """To the place on the way, and from there on."""

    first: Itinerary
    second: Itinerary

    @property
    def stay_s(self) -> int:
        return self.second.journey.departure_s - self.first.journey.arrival_s

    @property
    def token(self) -> str | None:
        """Books both parts as one; None where both are walks."""
        tokens = [part.token for part in (self.first, self.second) if part.token]
        return join_tokens(*tokens) if tokens else None


@dataclass(frozen=True, slots=True)
class AnswerVia:
    """`first` and `second` tell rides and walks of the parts; `ways` are the pairs."""

    first: Answer
    second: Answer
    ways: tuple[WayVia, ...]


_Pair = tuple[Journey, Journey]


def find_via(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    via: Via,
    *,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
    person_id: str | None = None,
) -> AnswerVia:
    """Journeys from origin over `via` to destination, as `person_id` may book them.

    Reads before and after the search, never during it. Raises QueryInvalid, UnknownStop.
    """
    there, onward = replace(request, destination=via.place), replace(request, origin=via.place)
    with readers() as session:
        banned = closed_to(session, person_id, request.needs, now)
    found = _pairs(snapshot, there, onward, via.stay_s, now, banned)
    pairs = [(measured(snapshot, first), measured(snapshot, second)) for first, second in _best(found)]
    answers = []
    with readers() as session:
        for part, asked in enumerate((there, onward)):
            journeys = [pair[part] for pair in pairs]
            version = snapshot.timetable.version
            answer = answer_of(session, asked, journeys, version, now=now, secret_key=secret_key, law=law)
            fallbacks = find_fallbacks(snapshot, asked, journeys, now)
            itineraries = tuple(
                replace(one, fallback=fallback)
                for one, fallback in zip(answer.itineraries, fallbacks, strict=True)
            )
            answers.append(
                replace(
                    answer,
                    itineraries=itineraries,
                    walks=walk_ways(snapshot, journeys, avoids_stairs=asked.avoids_steps),
                )
            )
    first, second = answers
    ways = tuple(WayVia(*pair) for pair in zip(first.itineraries, second.itineraries, strict=True))
    return AnswerVia(first, second, ways)


def _pairs(
    snapshot: Snapshot,
    there: TripRequest,
    onward: TripRequest,
    stay_s: int,
    now: dt.datetime,
    banned: frozenset[str],
) -> Iterator[_Pair]:
    known, other = (onward, there) if there.arrive_by else (there, onward)
    begun = possible_journeys(snapshot, known, now, banned)
    if not any(journey.vehicles for journey in begun) and known.window_s:
        begun += possible_journeys(snapshot, replace(known, window_s=0), now, banned)
    # The moment at which the second search begins (or has to have ended), for each journey of the first.
    at_s = {j: j.departure_s - stay_s if there.arrive_by else j.arrival_s + stay_s for j in begun}
    for when_s in sorted(set(at_s.values()), reverse=there.arrive_by)[:MOST_MOMENTS]:
        joining = replace(other, when=moment(when_s), window_s=0)
        for journey in possible_journeys(snapshot, joining, now, banned):
            for one in (one for one in begun if at_s[one] == when_s):
                yield (journey, one) if there.arrive_by else (one, journey)


def _best(pairs: Iterable[_Pair]) -> list[_Pair]:
    """None that another beats, and none that takes one private ride twice; the first to leave first."""
    possible = [pair for pair in dict.fromkeys(pairs) if not _takes_a_ride_twice(pair)]
    kept = [pair for pair in possible if not any(_beats(other, pair) for other in possible)]
    kept.sort(key=lambda pair: (pair[1].arrival_s, -pair[0].departure_s))
    best = {_merits(pair): pair for pair in reversed(kept[: 2 * MOST_WAYS])}
    return sorted(best.values(), key=lambda pair: (pair[0].departure_s, pair[1].arrival_s))[:MOST_WAYS]


def _merits(pair: _Pair) -> tuple[int, int, int]:
    """Less is better in each."""
    first, second = pair
    return -first.departure_s, second.arrival_s, first.vehicles + second.vehicles


def _beats(one: _Pair, other: _Pair) -> bool:
    return _merits(one) != _merits(other) and all(
        a <= b for a, b in zip(_merits(one), _merits(other), strict=True)
    )


def _takes_a_ride_twice(pair: _Pair) -> bool:
    there, onward = (
        {leg.boarding.ride_id for leg in journey.legs if leg.boarding and leg.kind is LegKind.RIDE}
        for journey in pair
    )
    return bool(there & onward)
