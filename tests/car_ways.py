"""What a car can do where streets meet, as arcs for any Dijkstra: for the oracle and for brute force.

A *state* is the end of an edge just driven, together with the edges before it as far as a closed way of three
and more edges may depend on them. From a state the car enters another edge, never straight back, at the price
of the turn, and drives on to its end. It may also turn round just after the turn, where that street is open both
ways: after TURN_ROUND_S it is at the end of the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from routing.roads import CLOSED, TURN_ROUND_S, Mode, RoadGraph

History = tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """From a state one comes on to the beginning of an edge for `price_ms`; `state` is then that of its end."""

    before: int
    edge: int
    price_ms: int
    state: int


@dataclass
class CarWays:
    """States are numbered; `edge_state` names the one of an edge before which nothing is known."""

    roads: RoadGraph
    edge_state: dict[int, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        states = {(edge,): number for number, edge in enumerate(self._open)}
        self.edge_state = {history[0]: number for history, number in states.items()}
        waiting = list(states)
        while waiting:
            history = waiting.pop()
            for edge, price_ms in self._turns(history):
                if price_ms == CLOSED:
                    continue
                after = self._remembered((*history, edge))
                if after not in states:
                    states[after] = len(states)
                    waiting.append(after)
                self.entries.append(Entry(states[history], edge, price_ms, states[after]))
        self.n_states = len(states)

    @cached_property
    def _open(self) -> list[int]:
        return np.flatnonzero(self.roads.edge_access & Mode.CAR).tolist()

    @cached_property
    def _bans(self) -> set[History]:
        starts = self.roads.ban_start.tolist()
        return {tuple(self.roads.ban_edge[first:last].tolist()) for first, last in pairwise(starts)}

    @cached_property
    def _begun(self) -> set[History]:
        return {ban[:n] for ban in self._bans for n in range(2, len(ban))}

    @cached_property
    def _out(self) -> dict[int, list[int]]:
        leaving: dict[int, list[int]] = {}
        for edge in self._open:
            leaving.setdefault(int(self.roads.edge_from[edge]), []).append(edge)
        return leaving

    @cached_property
    def _prices(self) -> dict[tuple[int, int], int]:
        roads = self.roads
        before = np.repeat(np.arange(roads.n_edges), np.diff(roads.turn_start)).tolist()
        turns = zip(before, roads.turn_to.tolist(), strict=True)
        return dict(zip(turns, roads.turn_ms.tolist(), strict=True))

    def _turns(self, history: History) -> Iterator[tuple[int, int]]:
        """Edges that begin where the last one ends, with the price of the turn, CLOSED at the end of a closed way."""
        last = history[-1]
        for edge in self._out.get(int(self.roads.edge_to[last]), []):
            price_ms = self._prices.get((last, edge), 0)
            whole = (*history, edge)
            is_banned = any(whole[i:] in self._bans for i in range(len(whole)))
            if edge != self.roads.edge_reverse[last]:
                yield edge, CLOSED if is_banned else price_ms

    def _remembered(self, history: History) -> History:
        """The longest end of it with which some closed way begins, at least the last edge."""
        ends = (history[i:] for i in range(len(history) - 1))
        return next((end for end in ends if end in self._begun), history[-1:])

    def arcs(self) -> Iterator[tuple[int, int, int]]:
        """(state, next state, milliseconds)."""
        back = self.roads.edge_reverse.tolist()
        drive_ms = self.roads.edge_drive_ms.tolist()
        for entry in self.entries:
            yield entry.before, entry.state, entry.price_ms + drive_ms[entry.edge]
            if back[entry.edge] in self.edge_state:
                yield entry.before, self.edge_state[back[entry.edge]], entry.price_ms + TURN_ROUND_S * 1000

    @cached_property
    def entries_of(self) -> dict[int, list[Entry]]:
        """By edge."""
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.edge, []).append(entry)
        return found
