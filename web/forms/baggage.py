"""How much luggage and how many bicycles: the same words where they are asked for and where they are offered."""

from __future__ import annotations

PIECES = {"0": "keins", "1": "1 Stück", **{str(n): f"{n} Stücke" for n in range(2, 7)}}
BICYCLES = {"0": "keins", "1": "1 Fahrrad", **{str(n): f"{n} Fahrräder" for n in range(2, 5)}}
