"""Share the costs of a private ride anew: somebody has joined or left, or brings more or fewer people."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, holding_legs
from mitfahr.db.rides import Ride
from mitfahr.domain.prices import PriceLaw, shares_ct, total_allowed_ct
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local
from mitfahr.messages import tell_share


def allowed_ct(ride: Ride, law: PriceLaw) -> int:
    """What the law lets all riders of the ride pay together, on the day of the ride; 0 for runs."""
    if ride.kind is not RideKind.PRIVATE:
        return 0
    return total_allowed_ct(ride.direct_m, law.on(local(ride.begins_s).date()))


def share_costs(session: Session, ride: Ride, now: dt.datetime, newcomer: Booking | None = None) -> None:
    """Set what every rider of a locked ride pays, from `asked_ct` and `agreed_ct` of their legs.

    Whose share has changed is told, except the `newcomer`, who reads it in the confirmation. On a ride
    that is withdrawn or not private nothing is shared.
    """
    if ride.kind is not RideKind.PRIVATE or ride.withdrawn_at is not None:
        return
    legs = holding_legs(session, [ride.id])
    shares = shares_ct([leg.asked_ct for leg in legs], ride.allowed_ct)
    for leg, share_ct in zip(legs, shares, strict=True):
        before_ct, leg.price_ct = leg.price_ct, min(share_ct, leg.agreed_ct)
        leg.booking.price_ct += leg.price_ct - before_ct
        if leg.price_ct != before_ct and (newcomer is None or leg.booking_id != newcomer.id):
            leg.repriced_at = now
            tell_share(session, leg, before_ct, now)
