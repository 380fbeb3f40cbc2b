"""Ways of an extract cut at every node: the smallest pieces, and the runs of pieces that simplifying joins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.osm.area import Area
from routing.osm.reading import RawStreets
from routing.roads import Mode


@dataclass(frozen=True)
class Pieces:
    """Pieces between neighbouring OSM nodes; `[:, 0]` is along the way, `[:, 1]` against it.

    node_id             (n_nodes,) int64 OSM ids, ascending
    node_lat, node_lon  (n_nodes,)
    halt_ms             (n_nodes, 2) what passing costs cars, in `drive_ms` of the half that ends there
    ends                (n, 2) int64 node numbers
    access              (n, 2) uint8, bits of Mode
    kind                (n, 2) int64: equal where access, speed, name and class are equal; -1 where closed
    length_mm           (n,) int64
    drive_ms, cycle_ms  (n, 2) int64
    way                 (n,) int64 into RawStreets.way_id
    way_kind            (n,) int32 into RawStreets.kinds
    """

    node_id: NDArray[np.int64]
    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    halt_ms: NDArray[np.int64]
    ends: NDArray[np.int64]
    access: NDArray[np.uint8]
    kind: NDArray[np.int64]
    length_mm: NDArray[np.int64]
    drive_ms: NDArray[np.int64]
    cycle_ms: NDArray[np.int64]
    way: NDArray[np.int64]
    way_kind: NDArray[np.int32]


@dataclass(frozen=True)
class Run:
    """One directed edge of the simplified graph: the halves it consists of, in order."""

    from_node: int
    to_node: int
    halves: tuple[int, ...]
    access: int
    length_mm: int


def pieces_of(raw: RawStreets, area: Area) -> Pieces:
    """All pieces inside `area`; ways are cut where a node is missing or outside."""
    inside = area.contains(raw.node_lat, raw.node_lon)
    way_of = np.repeat(np.arange(len(raw.way_kind)), np.diff(raw.way_start))
    joined = (way_of[:-1] == way_of[1:]) & inside[:-1] & inside[1:] & (raw.node_id[:-1] != raw.node_id[1:])
    at = np.flatnonzero(joined)
    ids, first = np.unique(raw.node_id[np.concatenate([at, at + 1])], return_index=True)
    node_at = np.concatenate([at, at + 1])[first]
    ends = np.searchsorted(ids, np.stack([raw.node_id[at], raw.node_id[at + 1]], axis=-1))
    way_kind = raw.way_kind[way_of[at]]
    access, kmh, cycle_kmh, kind = _kind_tables(raw)
    access, kmh, cycle_kmh, kind = access[way_kind], kmh[way_kind], cycle_kmh[way_kind], kind[way_kind]
    halt_ms = _halt_ms(raw, ids)
    halts = np.stack([halt_ms[ends[:, 1], 0], halt_ms[ends[:, 0], 1]], axis=1)
    access[_is_barred(ends, ids, raw.car_barriers)] &= ~np.uint8(Mode.CAR)
    metres = beeline_m(raw.node_lat[at], raw.node_lon[at], raw.node_lat[at + 1], raw.node_lon[at + 1])
    length_mm = np.maximum(np.rint(metres * 1000), 1).astype(np.int64)
    return Pieces(
        node_id=ids,
        node_lat=raw.node_lat[node_at],
        node_lon=raw.node_lon[node_at],
        halt_ms=halt_ms,
        ends=ends,
        access=access,
        kind=np.where(access > 0, kind * 8 + access, -1),
        length_mm=length_mm,
        drive_ms=np.maximum(np.rint(length_mm[:, None] * 3.6 / kmh), 1).astype(np.int64) + halts,
        cycle_ms=np.maximum(np.rint(length_mm[:, None] * 3.6 / cycle_kmh), 1).astype(np.int64),
        way=way_of[at],
        way_kind=way_kind,
    )


def _kind_tables(
    raw: RawStreets,
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Per kind of way and direction: access, km/h by car and bicycle, and a number, equal where all else is equal."""
    number: dict[tuple[float, float, str, str], int] = {}
    access = np.array([[way.forward, way.backward] for way in raw.kinds], dtype=np.uint8).reshape(-1, 2)
    kmh = np.array([[way.forward_kmh, way.backward_kmh] for way in raw.kinds]).reshape(-1, 2)
    cycle_kmh = np.array([[way.forward_cycle_kmh, way.backward_cycle_kmh] for way in raw.kinds]).reshape(
        -1, 2
    )
    kinds = [
        [
            number.setdefault((*speeds, way.name, way.street_class), len(number))
            for speeds in zip(kmh[i].tolist(), cycle_kmh[i].tolist(), strict=True)
        ]
        for i, way in enumerate(raw.kinds)
    ]
    return access, kmh, cycle_kmh, np.array(kinds, dtype=np.int64).reshape(-1, 2)


def _halt_ms(raw: RawStreets, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    halt_ms = np.zeros((len(ids), 2), np.int64)
    at = np.minimum(np.searchsorted(ids, raw.halt_node), len(ids) - 1)
    known = np.flatnonzero(ids[at] == raw.halt_node) if len(ids) else np.empty(0, np.int64)
    halt_ms[at[known]] = np.rint(raw.halt_s[known] * 1000)
    return halt_ms


def _is_barred(
    ends: NDArray[np.int64], ids: NDArray[np.int64], car_barriers: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Pieces that touch a bollard or the like. At junctions nobody can say which arm is meant: ignored."""
    n_pieces_at = np.bincount(ends.ravel(), minlength=len(ids))
    is_barrier: NDArray[np.bool_] = np.isin(ids, car_barriers) & (n_pieces_at <= 2)
    return is_barrier[ends[:, 0]] | is_barrier[ends[:, 1]]
