"""The strip on every page that says when the serving timetable is not a real one."""

from __future__ import annotations

from mitfahr.db.timetables import is_demo_serving
from mitfahr.languages import lazy
from web.portal import portal

DEMONSTRATION = lazy("Vorführung: Dieser Fahrplan ist erfunden. Bitte nicht danach reisen.")
NONE_SERVING = lazy("Es ist noch kein Fahrplan geladen. Die Verbindungssuche ist erst danach möglich.")


def timetable_notice() -> str | None:
    """A sentence, or None while a real timetable serves."""
    with portal().reading() as session:
        is_demo = is_demo_serving(session)
    if is_demo is None:
        return NONE_SERVING
    return DEMONSTRATION if is_demo else None
