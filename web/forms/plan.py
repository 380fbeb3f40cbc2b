"""What `GET /api/v1/plan` is asked, read from the address."""

from __future__ import annotations

from collections.abc import Mapping

from mitfahr.domain import notation
from mitfahr.domain.notation import NotationInvalid
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.trip_request import TripRequest
from routing.query import Party, Point
from web.forms.parameters import Parameter, moment, number, read_parameters


def _truth(text: str) -> bool:
    words = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in words:
        raise NotationInvalid(f"{text!r} ist weder true noch false")
    return words[text.lower()]


PARAMETERS = {
    "from": Parameter(notation.lat_lon),
    "to": Parameter(notation.lat_lon),
    "time": Parameter(moment),
    "arrive_by": Parameter(_truth, "false"),
    "window": Parameter(notation.duration_s, "PT2H"),
    "seats": Parameter(number(1, MAX_PASSENGERS), "1"),
}


def read_plan(given: Mapping[str, str]) -> TripRequest:
    """The request that the parameters of an address ask for; raises ParametersInvalid."""
    values = read_parameters(PARAMETERS, given)
    return TripRequest(
        origin=Point(*values["from"]),
        destination=Point(*values["to"]),
        when=values["time"],
        arrive_by=values["arrive_by"],
        window_s=values["window"],
        party=Party(values["seats"]),
    )
