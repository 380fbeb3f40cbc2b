"""Why a planned timetable did not go live, in words for staff: the plan keeps a code, each reader gets a sentence."""

from __future__ import annotations

from mitfahr.domain.errors import (
    LossesHeld,
    MitfahrError,
    NotAllowed,
    NotSwitchable,
    NotYetValid,
    SecondPersonNeeded,
)
from mitfahr.languages import lazy

OTHERWISE = "not_ready"
_CODES = {
    LossesHeld: "losses",
    NotYetValid: "not_yet_valid",
    SecondPersonNeeded: "second_person",
    NotAllowed: "not_allowed",
}
WHY = {
    "losses": lazy("Der Fahrplan verliert viele Fahrten, und niemand hat das mit Namen bestätigt."),
    "not_yet_valid": lazy("Der Fahrplan gilt erst später, und der jetzige gilt noch."),
    "second_person": lazy("Eine zweite Person muss den Fahrplan freigeben."),
    "not_allowed": lazy("Die Person, die das geplant hat, darf keine Fahrpläne mehr schalten."),
    "unlinked": lazy("Der Fahrplan wurde nicht rechtzeitig fertig vorbereitet."),
    "stale": lazy("Der Fahrplan wurde nicht rechtzeitig mit den anderen Quellen zusammengeführt."),
    "uncompared": lazy("Der Vergleich mit dem jetzigen Fahrplan wurde nicht rechtzeitig fertig."),
    "removed": lazy("Die Quelle dieses Fahrplans wurde entfernt."),
    OTHERWISE: lazy("Diese Fassung ist nicht mehr bereit."),
}


def why_code(refused: MitfahrError) -> str:
    """A key of WHY."""
    if isinstance(refused, NotSwitchable):
        return refused.state if refused.state in WHY else OTHERWISE
    return _CODES.get(type(refused), OTHERWISE)


def why_words(code: str | None) -> str:
    return str(WHY.get(code or "", WHY[OTHERWISE]))
