"""Why a run or a service on demand does not fit, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import clock, day_and_clock, distance
from mitfahr.languages.stored import said
from mitfahr.services.explain_runs import RunNot, WhyNot, explain_runs
from mitfahr.services.explain_services import NotServed, ServiceNot, explain_services
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


def services_not(
    snapshot: Snapshot,
    request: TripRequest,
    used: Collection[str],
    now: dt.datetime,
    person_id: str | None,
) -> list[tuple[ServiceNot, str]]:
    """Services on demand that do not fit for this person, each with its reason in words; `used` as in `runs_not`."""
    found = explain_services(portal().reading, snapshot, request, used=used, now=now, person_id=person_id)
    return [(one, service_reason_words(one)) for one in found]


def service_reason_words(one: ServiceNot) -> str:
    """One or two sentences."""
    match one.why:
        case NotServed.OUTSIDE:
            return _(
                "kommt nicht bis %(place)s. Dorthin fehlen etwa %(distance)s.",
                place=said(one.place) or _("dorthin"),
                distance=distance(one.far_m),
            )
        case NotServed.CANCELLED:
            return _("fällt an diesem Tag aus.")
        case NotServed.HOURS if one.span_s is not None:
            return _(
                "fährt an diesem Tag nur von %(begins)s bis %(ends)s Uhr.",
                begins=clock(one.span_s[0]),
                ends=clock(one.span_s[1]),
            )
        case NotServed.HOURS:
            return _("fährt an diesem Tag nicht.")
        case NotServed.LEAD:
            return _(
                "Für diese Zeit ist es zum Anmelden zu spät. Wer jetzt bucht, kann ab %(moment)s mitfahren.",
                moment=day_and_clock(one.moment_s),
            )
        case NotServed.NO_WHEELCHAIR:
            return _("nimmt keinen Rollstuhl mit, oder nicht so viele.")
        case NotServed.WHEELCHAIR_TAKEN:
            return _("Der Rollstuhlplatz ist schon vergeben.")
        case NotServed.FULL:
            return _("hat um diese Zeit nicht genug Plätze frei.")
    return _("ist um diese Zeit für andere unterwegs.")
