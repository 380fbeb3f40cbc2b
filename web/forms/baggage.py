"""How much luggage and how many bicycles: the same words where they are asked for and where they are offered."""

from __future__ import annotations

from mitfahr.languages import lazy, lazy_ngettext

MOST_PIECES = 6
MOST_BICYCLES = 4


def piece_numbers(most: int = MOST_PIECES) -> dict[str, str]:
    return {"0": lazy("keins")} | {
        str(n): lazy_ngettext("%(num)s Stück", "%(num)s Stücke", n) for n in range(1, most + 1)
    }


def bicycle_numbers(most: int = MOST_BICYCLES) -> dict[str, str]:
    return {"0": lazy("keins")} | {
        str(n): lazy_ngettext("%(num)s Fahrrad", "%(num)s Fahrräder", n) for n in range(1, most + 1)
    }


PIECES = piece_numbers()
BICYCLES = bicycle_numbers()
