"""What a resident asks for, before the portal adds what the resident need not know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mitfahr.domain.mobility import Aid, Preference
from mitfahr.domain.ride_terms import Need
from routing.query import VEHICLE_KINDS, LegKind, Party, Point, Query, StopRef

ONE_PERSON = Party()


@dataclass(frozen=True, slots=True)
class TripRequest:
    """The fields of `routing.Query` that are the asking person's choice."""

    origin: Point | StopRef
    destination: Point | StopRef
    when: dt.datetime
    arrive_by: bool = False
    window_s: int = 7200
    party: Party = ONE_PERSON
    kinds: frozenset[LegKind] = VEHICLE_KINDS
    max_vehicles: int = 7
    walk_speed_m_s: float = 1.25
    max_walk_s: int = 1200
    transfer_slack_s: int = 120
    needs: frozenset[Need] = frozenset()
    """Of private rides; the router is told which rides do not suit."""
    aids: frozenset[Aid] = frozenset()
    """Already counted in the party's luggage, the walking speed and the time for changes."""
    prefers: Preference = Preference.NONE

    @property
    def avoids_steps(self) -> bool:
        """Somebody sits in a wheelchair or pushes something."""
        return bool(self.party.wheelchairs or self.aids)

    def query(
        self,
        *,
        booked_at: dt.datetime | None = None,
        banned: frozenset[str] = frozenset(),
        window_s: int | None = None,
    ) -> Query:
        """The question to the router; raises QueryInvalid. `window_s` replaces the asked-for one."""
        return Query(
            origin=self.origin,
            destination=self.destination,
            when=self.when,
            arrive_by=self.arrive_by,
            window_s=self.window_s if window_s is None else window_s,
            max_vehicles=self.max_vehicles,
            walk_speed_m_s=self.walk_speed_m_s,
            max_walk_s=self.max_walk_s,
            transfer_slack_s=self.transfer_slack_s,
            party=self.party,
            kinds=self.kinds,
            booked_at=booked_at,
            banned=banned,
            avoids_stairs=self.avoids_steps,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be signed or stored; `from_json` gives the same request back."""
        return {
            "origin": _place_json(self.origin),
            "destination": _place_json(self.destination),
            "when": self.when.isoformat(),
            "arrive_by": self.arrive_by,
            "window_s": self.window_s,
            "seats": self.party.seats,
            "wheelchairs": self.party.wheelchairs,
            "luggage": self.party.luggage,
            "bicycles": self.party.bicycles,
            "kinds": sorted(self.kinds),
            "max_vehicles": self.max_vehicles,
            "walk_speed_m_s": self.walk_speed_m_s,
            "max_walk_s": self.max_walk_s,
            "transfer_slack_s": self.transfer_slack_s,
            "needs": sorted(self.needs),
            "aids": sorted(self.aids),
            "prefers": self.prefers.value,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TripRequest:
        return cls(
            origin=_place(data["origin"]),
            destination=_place(data["destination"]),
            when=dt.datetime.fromisoformat(data["when"]),
            arrive_by=data["arrive_by"],
            window_s=data["window_s"],
            party=Party(
                data["seats"], data["wheelchairs"], data.get("luggage", 0), data.get("bicycles", 0)
            ),  # questions stored before luggage was asked for have neither
            kinds=frozenset(LegKind(kind) for kind in data["kinds"]),
            max_vehicles=data["max_vehicles"],
            walk_speed_m_s=data["walk_speed_m_s"],
            max_walk_s=data["max_walk_s"],
            transfer_slack_s=data["transfer_slack_s"],
            needs=frozenset(Need(need) for need in data.get("needs", ())),
            aids=frozenset(Aid(aid) for aid in data.get("aids", ())),
            prefers=Preference(data.get("prefers", Preference.NONE)),
        )


def _place_json(place: Point | StopRef) -> dict[str, Any]:
    if isinstance(place, StopRef):
        return {"stop_id": place.stop_id}
    return {"lat": place.lat, "lon": place.lon, "name": place.name}


def _place(data: dict[str, Any]) -> Point | StopRef:
    return StopRef(data["stop_id"]) if "stop_id" in data else Point(data["lat"], data["lon"], data["name"])
