"""Why nothing was found, as sentences that say what to do."""

from __future__ import annotations

from mitfahr.languages import _
from mitfahr.languages.formats import day, day_and_clock, duration, oclock
from mitfahr.services.explain_nothing import Obstacle, Why
from routing.timetable import Timetable
from web.forms.preferences import KINDS


def obstacle_words(obstacle: Obstacle, timetable: Timetable) -> str:
    """One or two sentences for one reason."""
    leg, moment_s = obstacle.leg, obstacle.moment_s
    match obstacle.why:
        case Why.NO_TIMETABLE:
            return _(
                "Für diesen Tag gibt es noch keinen Fahrplan. Er gilt vom %(first)s bis %(last)s.",
                first=day(timetable.first_day),
                last=day(timetable.last_day),
            )
        case Why.ORIGIN_FAR | Why.DESTINATION_FAR:
            return _far(obstacle, timetable)
        case Why.KIND_OFF if leg is not None:
            return _(
                "Um %(time)s ginge es mit „%(kind)s“. Das haben Sie bei dieser Suche abgewählt.",
                time=oclock(leg.departure_s),
                kind=KINDS[leg.kind.value],
            )
        case Why.DEADLINE if leg is not None and moment_s is not None:
            return _(
                "„%(vehicle)s“ um %(time)s konnte nur bis %(moment)s gebucht werden.",
                vehicle=leg.route or KINDS[leg.kind.value],
                time=oclock(leg.departure_s),
                moment=day_and_clock(moment_s),
            )
        case Why.NOT_ACCESSIBLE if leg is not None:
            return _(
                "„%(vehicle)s“ um %(time)s ab %(stop)s ist mit Rollstuhl nicht möglich.",
                vehicle=leg.route or KINDS[leg.kind.value],
                time=oclock(leg.departure_s),
                stop=leg.origin.name,
            )
        case Why.NOT_ACCESSIBLE:
            return _("Der Fußweg dorthin führt über eine Treppe.")
        case Why.NO_BICYCLES if leg is not None:
            return _(
                "„%(vehicle)s“ um %(time)s nimmt keine Fahrräder mit.",
                vehicle=leg.route or KINDS[leg.kind.value],
                time=oclock(leg.departure_s),
            )
        case Why.NO_ROOM if leg is not None:
            return _(
                "„%(vehicle)s“ um %(time)s hat nicht genug Platz für Sie alle und Ihr Gepäck.",
                vehicle=leg.route or KINDS[leg.kind.value],
                time=oclock(leg.departure_s),
            )
        case Why.OVER_TODAY if moment_s is not None:
            return _("An diesem Tag war die letzte Abfahrt um %(time)s.", time=oclock(moment_s))
        case Why.NOT_YET if moment_s is not None:
            return _("An diesem Tag ist man frühestens um %(time)s dort.", time=oclock(moment_s))
    return _("An diesem Tag fährt dorthin nichts.")


def _far(obstacle: Obstacle, timetable: Timetable) -> str:
    at_origin = obstacle.why is Why.ORIGIN_FAR
    if obstacle.walk_s is None:
        if at_origin:
            return _("Vom Start aus ist keine Haltestelle zu Fuß zu erreichen.")
        return _("Das Ziel ist von keiner Haltestelle zu Fuß zu erreichen.")
    stop = timetable.stop_name[timetable.stop(obstacle.stop)]
    walk = duration(obstacle.walk_s)
    if at_origin:
        return _(
            "Die nächste Haltestelle vom Start ist „%(stop)s“, %(walk)s zu Fuß. Das ist weiter, als Sie gehen möchten.",
            stop=stop,
            walk=walk,
        )
    return _(
        "Die nächste Haltestelle am Ziel ist „%(stop)s“, %(walk)s zu Fuß. Das ist weiter, als Sie gehen möchten.",
        stop=stop,
        walk=walk,
    )
