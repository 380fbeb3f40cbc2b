"""A journey as it was offered, signed: what is booked is what was shown.

The token travels through the page of the person who asked (in a form's body, never in a URL: it holds
places) and comes back with the booking. It is signed, not secret: it tells its holder nothing new.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from mitfahr.domain.errors import OfferExpired, OfferTampered, WayBackTooEarly
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json, journey_json
from routing.journey import Journey

VALID_S = 15 * 60
MAX_TOGETHER = 2
"""There and back."""
_SALT = "mitfahr.offered.1"
_DRAWING_SALT = "mitfahr.drawing.2"


@dataclass(frozen=True, slots=True)
class Offered:
    """`leg_price_ct` has one entry per leg of the journey: what the whole party pays the driver.

    None stands for legs that we name no price for (walks, timetable, BürgerBus).
    """

    journey: Journey
    request: TripRequest
    leg_price_ct: tuple[int | None, ...]
    timetable_version: str
    expires_s: int

    @property
    def price_ct(self) -> int:
        return sum(price or 0 for price in self.leg_price_ct)

    def check_fresh(self, now: dt.datetime) -> None:
        """Raises OfferExpired."""
        if self.expires_s <= seconds(now):
            raise OfferExpired(moment(self.expires_s))


def expiry_s(now: dt.datetime) -> int:
    """Until when a journey shown at `now` can be booked as shown."""
    return seconds(now) + VALID_S


def sign(offered: Offered, secret_key: str) -> str:
    """The token of an offered journey."""
    return _serializer(secret_key).dumps(
        {
            "journey": journey_json(offered.journey),
            "request": offered.request.as_json(),
            "prices": offered.leg_price_ct,
            "timetable": offered.timetable_version,
            "expires": offered.expires_s,
        }
    )


def read_signed(token: str, secret_key: str) -> Offered:
    """The offer that `sign` made a token of, expired or not. Raises OfferTampered."""
    try:
        data: dict[str, Any] = _serializer(secret_key).loads(token)
    except BadSignature:
        raise OfferTampered() from None
    return Offered(
        journey=journey_from_json(data["journey"]),
        request=TripRequest.from_json(data["request"]),
        leg_price_ct=tuple(data["prices"]),
        timetable_version=data["timetable"],
        expires_s=data["expires"],
    )


def sign_drawing(journey: Journey, avoids_stairs: bool, secret_key: str) -> str:
    """The token of a journey that can be drawn, but not booked: a walk, perhaps round stairs."""
    return _serializer(secret_key, _DRAWING_SALT).dumps([journey_json(journey), avoids_stairs])


def read_drawing(token: str, secret_key: str) -> tuple[Journey, bool]:
    """What `sign_drawing` made a token of. Raises OfferTampered."""
    try:
        journey, avoids_stairs = _serializer(secret_key, _DRAWING_SALT).loads(token)
    except BadSignature:
        raise OfferTampered() from None
    return journey_from_json(journey), avoids_stairs


def join_tokens(*tokens: str) -> str:
    """Tokens of journeys that are to be booked as one, as one value of a form."""
    return " ".join(tokens)


def read_all_signed(tokens: str, secret_key: str) -> tuple[Offered, ...]:
    """One journey, or two (there and back) in the order of travelling.

    Raises OfferTampered, or WayBackTooEarly when the second leaves before the first has arrived.
    """
    offers = tuple(read_signed(token, secret_key) for token in tokens.split())
    if not 1 <= len(offers) <= MAX_TOGETHER:
        raise OfferTampered()
    for there, back in itertools.pairwise(offers):
        if back.journey.departure_s < there.journey.arrival_s:
            raise WayBackTooEarly(moment(there.journey.arrival_s))
    return offers


def _serializer(secret_key: str, salt: str = _SALT) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=salt)
