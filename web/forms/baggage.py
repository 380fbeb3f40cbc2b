"""How much luggage and how many bicycles: the same words where they are asked for and where they are offered."""

from __future__ import annotations

from mitfahr.languages import lazy, lazy_ngettext

PIECES = {"0": lazy("keins")} | {
    str(n): lazy_ngettext("%(num)s Stück", "%(num)s Stücke", n) for n in range(1, 7)
}
BICYCLES = {"0": lazy("keins")} | {
    str(n): lazy_ngettext("%(num)s Fahrrad", "%(num)s Fahrräder", n) for n in range(1, 5)
}
