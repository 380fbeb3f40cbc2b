"""Why a journey does not hold any more, as sentences for its travellers."""

from __future__ import annotations

from mitfahr.languages import lazy
from routing.reasons import Reason

WORDS = {
    Reason.TRIP_GONE: lazy("Diese Fahrt steht nicht mehr im Fahrplan."),
    Reason.TRIP_CANCELLED: lazy("Diese Fahrt fällt aus."),
    Reason.STOP_SKIPPED: lazy("Die Fahrt hält heute nicht an einer dieser Haltestellen."),
    Reason.TIMES_CHANGED: lazy("Die Fahrt hat jetzt andere Zeiten."),
    Reason.CHANGE_TOO_SHORT: lazy("Der Umstieg klappt nicht mehr: Die Zeit reicht nicht."),
    Reason.RIDE_GONE: lazy("Diese Fahrt wird nicht mehr angeboten."),
    Reason.STOP_NOT_ACCESSIBLE: lazy("Eine der Haltestellen ist nicht stufenfrei."),
    Reason.SEATS_TAKEN: lazy("Auf dieser Fahrt ist kein Platz mehr frei."),
    Reason.TOO_LATE_TO_BOOK: lazy("Diese Fahrt kann nicht mehr gebucht werden, die Frist ist vorbei."),
    Reason.NO_VEHICLE_FREE: lazy("Zu dieser Zeit ist kein Fahrzeug mehr frei."),
    Reason.NOT_SERVED: lazy("Dieses Angebot hält nicht an einem der beiden Orte."),
}
OTHERWISE = lazy("Diese Fahrt passt so nicht mehr.")
"""For private rides that would drive another way now."""


def reason_words(reason: Reason) -> str:
    return str(WORDS.get(reason, OTHERWISE))
