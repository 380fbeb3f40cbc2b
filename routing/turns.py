"""What a mover can do where streets meet: the search graph of one mode, with turns, for the hierarchy.

On foot and by bicycle turning is free: a *state* is a node. By car it may cost something or be closed: a state
is the end of an edge one has just driven, so that every turn is an arc with a price of its own. Inside a
restriction over three and more edges the end of an edge is several states, one for each beginning of such a
way that has just been driven (as in Aho and Corasick 1975, https://doi.org/10.1145/360825.360855).

Where a turn is closed, or a restriction over three and more edges begins or goes on, a car may also drive into
another street and turn round at once, for TURN_ROUND_S. Turning round elsewhere never helps: the way to there
could have been saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.roads import CLOSED, NO_EDGE, TURN_ROUND_S, Mode, RoadGraph

_Way = tuple[int, ...]


class Arc(NamedTuple):
    """Columns of the arcs: from state, to state, cost, via; or one of them.

    `via` is the edge that is driven, or n_edges + the edge on which a car turns round.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    cost: NDArray[np.int64]
    via: NDArray[np.int64]


class SearchGraph(NamedTuple):
    """States and arcs of one mode.

    edge_state      (n_edges,) the state at the end of each edge, -1 where the mode may not go
    entry           rows: from this state one comes on to edge `via` for `cost` (the edge itself not counted)
    arc             every entry with the whole edge behind it, and the turns round
    """

    n_states: int
    edge_state: NDArray[np.int64]
    entry: Arc
    arc: Arc


def edge_cost(roads: RoadGraph, mode: Mode) -> NDArray[np.int32]:
    """What an edge costs (n_edges,): milliseconds by car and bicycle, millimetres on foot."""
    if mode is Mode.FOOT:
        return roads.edge_length_mm
    return roads.edge_drive_ms if mode is Mode.CAR else roads.edge_cycle_ms


def open_edges(roads: RoadGraph, mode: Mode) -> NDArray[np.int64]:
    """Edges open to `mode`, ascending; a street that may be walked may be walked both ways, see `walking`."""
    if mode is not Mode.FOOT:
        return np.flatnonzero(roads.edge_access & mode)
    back = roads.edge_reverse
    return np.flatnonzero((back >= 0) & ((roads.edge_access | roads.edge_access[back]) & mode > 0))


def search_graph(roads: RoadGraph, mode: Mode) -> SearchGraph:
    """The states and arcs of `mode`; nodes serve as states where no turn costs anything."""
    edges = open_edges(roads, mode)
    if mode is not Mode.CAR or not len(roads.turn_to) + len(roads.ban_edge):
        state = np.full(roads.n_edges, -1, np.int64)
        state[edges] = roads.edge_to[edges]
        tails = roads.edge_from[edges].astype(np.int64)
        entry = Arc(tails, state[edges], np.zeros(len(edges), np.int64), edges)
        return SearchGraph(roads.n_nodes, state, entry, _driven(roads, mode, entry))
    return _with_turns(roads, edges)


def _driven(roads: RoadGraph, mode: Mode, entry: Arc) -> Arc:
    return entry._replace(cost=entry.cost + edge_cost(roads, mode)[entry.via])


def _with_turns(roads: RoadGraph, edges: NDArray[np.int64]) -> SearchGraph:
    state = np.full(roads.n_edges, -1, np.int64)
    state[edges] = np.arange(len(edges))
    before, after = _pairs(roads, edges)
    price = _prices(roads, before, after)
    turn = Arc(state[before], state[after], price, after)
    n_states = len(edges)
    if len(roads.ban_edge):
        turn, n_states = _with_bans(roads, turn, state, edges)
    is_open = turn.cost < CLOSED
    entry = Arc(*(column[is_open] for column in turn))
    driven = _driven(roads, Mode.CAR, entry)
    hindered = np.unique(turn.start[~is_open | (turn.end >= len(edges))])
    round_ = _turned_round(roads, entry, state, hindered)
    arc = Arc(*(np.concatenate(columns) for columns in zip(driven, round_, strict=True)))
    return SearchGraph(n_states, state, entry, arc)


def _pairs(roads: RoadGraph, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of open edges where the second begins at the end of the first, but not straight back."""
    is_open = np.zeros(roads.n_edges, np.bool_)
    is_open[edges] = True
    first = roads.out_start[roads.edge_to[edges]].astype(np.int64)
    count = roads.out_start[roads.edge_to[edges] + 1] - first
    before = np.repeat(edges, count)
    after = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)
    wanted = is_open[after] & (after != roads.edge_reverse[before])
    return before[wanted], after[wanted]


def _prices(roads: RoadGraph, before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.int64]:
    price = np.zeros(len(before), np.int64)
    if len(roads.turn_to):
        from_edge = np.repeat(np.arange(roads.n_edges), np.diff(roads.turn_start))
        known = from_edge * roads.n_edges + roads.turn_to
        wanted = before * roads.n_edges + after
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        price = np.where(known[at] == wanted, roads.turn_ms[at], 0).astype(np.int64)
    return price


def _turned_round(roads: RoadGraph, entry: Arc, state: NDArray[np.int64], hindered: NDArray[np.int64]) -> Arc:
    """Into a street and straight back, out of these states."""
    back = roads.edge_reverse[entry.via].astype(np.int64)
    wanted = (back >= 0) & (state[back] >= 0) & np.isin(entry.start, hindered)
    return Arc(
        entry.start[wanted],
        state[back[wanted]],
        entry.cost[wanted] + TURN_ROUND_S * 1000,
        roads.n_edges + entry.via[wanted],
    )


def _with_bans(
    roads: RoadGraph, turn: Arc, state: NDArray[np.int64], edges: NDArray[np.int64]
) -> tuple[Arc, int]:
    """The turns with a state of its own for every banned way that has been begun, and the number of states."""
    bans = _bans(roads, state)
    begun = sorted({ban[:n] for ban in bans for n in range(2, len(ban))})
    number = {way: len(edges) + i for i, way in enumerate(begun)}
    rows_of: dict[int, list[int]] = {}
    touched = {way[-1] for way in begun} | {way[0] for way in begun}
    for row in np.flatnonzero(np.isin(turn.start, state[sorted(touched)])).tolist():
        rows_of.setdefault(int(edges[turn.start[row]]), []).append(row)

    def after(way: _Way) -> int:
        """The state after driving these edges: the longest end of the way that begins a banned one."""
        ends = (way[i:] for i in range(len(way)))
        return next((number[end] for end in ends if end in number), int(state[way[-1]]))

    end, cost = turn.end.copy(), turn.cost.copy()
    for first in {way[0] for way in begun}:
        for row in rows_of.get(first, []):
            end[row] = after((first, int(turn.via[row])))
    added: list[tuple[int, int, int, int]] = []
    for way in begun:
        for row in rows_of.get(way[-1], []):
            whole = (*way, int(turn.via[row]))
            is_banned = any(whole[i:] in bans for i in range(len(whole)))
            price = CLOSED if is_banned else int(turn.cost[row])
            added.append((number[way], after(whole), price, whole[-1]))
    more = np.array(added, np.int64).reshape(-1, 4).T
    columns = zip((turn.start, end, cost, turn.via), more, strict=True)
    return Arc(*(np.concatenate(pair) for pair in columns)), len(edges) + len(begun)


def _bans(roads: RoadGraph, state: NDArray[np.int64]) -> set[_Way]:
    def all_ways() -> Iterator[_Way]:
        for first, last in zip(roads.ban_start[:-1].tolist(), roads.ban_start[1:].tolist(), strict=True):
            yield tuple(roads.ban_edge[first:last].tolist())

    return {way for way in all_ways() if all(edge != NO_EDGE and state[edge] >= 0 for edge in way)}
