"""Where in the order of a line a further stop belongs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.earth import beeline_m


def place_for(new: tuple[float, float], stops: Sequence[tuple[float, float]]) -> int:
    """Before which of `stops` it lengthens the way least, as the crow flies; their number: at the end.

    Positions are latitude and longitude. Where two places are as good, the later one: stops that are added one by
    one follow each other.
    """
    if not stops:
        return 0
    lat, lon = np.array(stops).T
    to_new_m = beeline_m(lat, lon, *new)
    between_m = to_new_m[:-1] + to_new_m[1:] - beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    longer_m = np.concatenate([to_new_m[:1], between_m, to_new_m[-1:]])
    return len(stops) - int(np.argmin(longer_m[::-1]))
