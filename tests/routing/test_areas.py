"""Meeting points close together: none is left out, and no drive is told longer than it is."""

from __future__ import annotations

import numpy as np
import pytest

from routing.areas import MOST_IN_AREA, NO_AREA, areas


@pytest.mark.parametrize("n", [0, 1, MOST_IN_AREA, MOST_IN_AREA + 1, 100])
def test_every_point_with_a_platform_is_in_one_area(n: int) -> None:
    draw = np.random.default_rng(n)
    meeting = np.sort(draw.permutation(n + 5)[:n])
    drive_s = draw.integers(0, 60_000, (n + 5, n + 5)).astype(np.uint16)
    found = areas(draw.uniform(51, 51.3, n), draw.uniform(13, 13.6, n), meeting, drive_s)
    assert np.array_equal(np.flatnonzero(found.of_meeting != NO_AREA), meeting)
    sizes = np.bincount(found.of_meeting[meeting], minlength=found.drive_s.shape[1])
    assert np.all((sizes > 0) & (sizes <= MOST_IN_AREA))
    for area in range(len(sizes)):
        assert np.array_equal(found.drive_s[:, area], drive_s[:, found.of_meeting == area].min(axis=1))


def test_neighbours_are_together() -> None:
    """Two villages, ten points each."""
    lat, lon = np.full(20, 51.2), np.concatenate((np.linspace(13.1, 13.11, 10), np.linspace(13.4, 13.41, 10)))
    of = areas(lat, lon, np.arange(20), np.zeros((20, 20), np.uint16)).of_meeting
    assert not set(of[:10]) & set(of[10:])
