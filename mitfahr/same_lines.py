"""The lines of a timetable by what is stored of lines of another one: by operator and number, as passengers know them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from mitfahr.domain.local_keys import LineKey
from mitfahr.network import Network
from routing.timetable import RouteIdx


class SameLines:
    """Looks lines up in one network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, key: LineKey) -> list[RouteIdx]:
        """Every route of this operator and number; where the operator is called otherwise now, those of this
        number, if no two operators use it.
        """
        if not key.name:
            return self._by_operator.get(_folded(key.operator), [])
        routes = self._by_name.get(_folded(key.name), [])
        own = [route for route in routes if _folded(self.operator(route)) == _folded(key.operator)]
        operators = {self.operator(route) for route in routes}
        return own or (routes if not key.operator or len(operators) == 1 else [])

    def key(self, route: RouteIdx) -> LineKey:
        return LineKey(self.operator(route), self._network.line_name(route))

    def operator(self, route: RouteIdx) -> str:
        """The operator's name, "" where the feed does not say."""
        timetable = self._network.timetable
        agency = int(timetable.route_agency[route])
        return timetable.agency_name[agency] if agency >= 0 else ""

    @cached_property
    def _used(self) -> list[RouteIdx]:
        return [RouteIdx(route) for route in np.unique(self._network.timetable.section_route).tolist()]

    @cached_property
    def _by_name(self) -> dict[str, list[RouteIdx]]:
        found: dict[str, list[RouteIdx]] = defaultdict(list)
        for route in self._used:
            found[_folded(self._network.line_name(route))].append(route)
        return found

    @cached_property
    def _by_operator(self) -> dict[str, list[RouteIdx]]:
        found: dict[str, list[RouteIdx]] = defaultdict(list)
        for route in self._used:
            found[_folded(self.operator(route))].append(route)
        return found


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
