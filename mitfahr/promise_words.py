"""What an on-demand service promises, as people read it: spans of time, not one moment."""

from __future__ import annotations

from mitfahr.languages import _
from mitfahr.languages.formats import clock
from routing.journey import Promise


def promise_words(promise: Promise) -> str:
    """Abholung zwischen 9:55 und 10:10 Uhr, Ankunft spätestens um 10:35 Uhr."""
    return _(
        "Abholung zwischen %(earliest)s und %(latest)s Uhr, Ankunft spätestens um %(arrival)s Uhr.",
        earliest=clock(promise.pickup_from_s),
        latest=clock(promise.pickup_until_s),
        arrival=clock(promise.dropoff_until_s),
    )
