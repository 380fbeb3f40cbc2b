"""How much hypothesis draws: the same worlds every time in `make test`, new ones in `make soak`.

`MITFAHR_SOAK=20` draws twenty times as many worlds, at random.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SOAK = int(os.environ.get("MITFAHR_SOAK", "1"))

settings.register_profile(
    "routing",
    deadline=None,
    derandomize=SOAK == 1,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("routing")


def worlds(number: int) -> settings:
    """So many worlds, times MITFAHR_SOAK."""
    return settings(max_examples=number * SOAK)
