"""Why a run does not fit, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import day_and_clock, distance
from mitfahr.languages.stored import said
from mitfahr.services.explain_runs import RunNot, WhyNot, explain_runs
from routing.snapshot import Snapshot
from web.portal import portal


def runs_not(
    snapshot: Snapshot,
    request: TripRequest,
    used: Collection[str],
    now: dt.datetime,
    person_id: str | None,
) -> list[tuple[RunNot, str]]:
    """Runs that do not fit for this person, each with its reason in words; `used` are those among the answers."""
    found = explain_runs(portal().reading, snapshot, request, used=used, now=now, person_id=person_id)
    return [(one, run_reason_words(one)) for one in found]


def run_reason_words(one: RunNot) -> str:
    """One or two sentences."""
    match one.why:
        case WhyNot.CANCELLED if one.reason:
            return _("fällt aus. Grund: %(reason)s", reason=said(one.reason))
        case WhyNot.CANCELLED:
            return _("fällt aus.")
        case WhyNot.DEADLINE if one.deadline_s is not None:
            return _("war nur bis %(moment)s zu buchen.", moment=day_and_clock(one.deadline_s))
        case WhyNot.FULL if one.free:
            return ngettext(
                "ist fast voll: nur noch %(num)s Platz frei.",
                "ist fast voll: nur noch %(num)s Plätze frei.",
                one.free,
            )
        case WhyNot.FULL:
            return _("ist voll.")
        case WhyNot.WHEELCHAIR_TAKEN:
            return _("Der Rollstuhlplatz ist schon vergeben.")
        case WhyNot.NO_WHEELCHAIR:
            return _("nimmt keinen Rollstuhl mit, oder nicht so viele.")
        case WhyNot.LUGGAGE:
            return _("hat keinen Platz mehr für das Gepäck.")
        case WhyNot.BICYCLES:
            return _("hat keinen Platz mehr für Fahrräder.")
    return _(
        "hält dort nicht. Die Halte %(origin)s und %(destination)s liegen bis zu %(distance)s entfernt.",
        origin=one.origin,
        destination=one.destination,
        distance=distance(one.walk_m),
    )
