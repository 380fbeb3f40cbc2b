"""Lines as pages show them: their names, and how an address names a line in one direction."""

from __future__ import annotations

from dataclasses import dataclass

from mitfahr.languages import _
from mitfahr.network import Network
from mitfahr.services.describe_stop import LineHere, StopFacts
from routing.query import LegKind
from routing.timetable import ON_DEMAND_BUS, RouteIdx
from web.journeys_view import OF_KIND, OF_ROUTE_TYPE
from web.local_view import OrderView, local_layer, orders_of_line


@dataclass(frozen=True, slots=True)
class LineView:
    """`key` names line and direction in the address of a stop's page."""

    key: str
    line_id: str
    icon: str
    title: str
    destinations: tuple[str, ...]
    must_ask: bool
    agency: str
    phone: str
    orders: tuple[OrderView, ...] = ()
    """How its rides are ordered, where somebody has said so."""

    @property
    def with_destination(self) -> str:
        """Bus 416 nach Meißen"""
        return _("%(line)s nach %(destination)s", line=self.title, destination=self.destinations[0])


def vehicle(route_type: int) -> tuple[str, str]:
    """Icon and word for a GTFS (extended) route type."""
    if route_type == ON_DEMAND_BUS:
        return OF_KIND[LegKind.RUFBUS]
    for types, icon, word in OF_ROUTE_TYPE:
        if route_type in types:
            return icon, word
    return "bus", _("Bus")


def line_title(route_type: int, name: str) -> tuple[str, str]:
    """Icon, and the line as one says it: Bus 416. Names that say themselves what they are stay alone."""
    icon, word = vehicle(route_type)
    has_letters = name[:1].isalpha() and len(name) > 3
    return icon, name if has_letters or name.startswith(str(word)) else f"{word} {name}"


def title_of_line(known: Network, line: RouteIdx) -> tuple[str, str]:
    return line_title(int(known.timetable.route_type[line]), known.line_name(line))


def line_key(known: Network, line: RouteIdx, direction: int) -> str:
    """Line and direction in an address."""
    return f"{direction + 1}.{known.timetable.route_id[line]}"


def way_of_key(known: Network, key: str) -> tuple[RouteIdx, int] | None:
    """What `line_key` has written; None for anything else."""
    number, _dot, route_id = key.partition(".")
    line = known.route_by_id.get(route_id)
    return (line, int(number) - 1) if line is not None and number in ("1", "2") else None


def lines_here(known: Network, facts: StopFacts) -> list[LineView]:
    return [_line_here(known, here) for here in facts.lines]


def _line_here(known: Network, here: LineHere) -> LineView:
    icon, title = title_of_line(known, here.line)
    return LineView(
        line_key(known, here.line, here.direction),
        known.timetable.route_id[here.line],
        icon,
        title,
        here.destinations,
        here.must_ask,
        here.agency,
        here.phone,
        tuple(orders_of_line(local_layer(), known, here.line)),
    )
