"""How something that staff say of a line or a stop finds it again in the next feed, whatever ids that one has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class LineKey:
    """A line as passengers know it: who runs it and what stands on the vehicle.

    `operator` "" means any operator; `name` "" means every line of the operator.
    """

    operator: str
    name: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(str(data["operator"]), str(data["name"]))

    def json(self) -> dict[str, Any]:
        return {"operator": self.operator, "name": self.name}


@dataclass(frozen=True, slots=True)
class StopKey:
    """A stop by its id, and by name and place (WGS84 degrees) for the day on which its id changes."""

    stop_id: str
    name: str
    lat: float
    lon: float

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(str(data["stop_id"]), str(data["name"]), float(data["lat"]), float(data["lon"]))

    def json(self) -> dict[str, Any]:
        return {"stop_id": self.stop_id, "name": self.name, "lat": self.lat, "lon": self.lon}
