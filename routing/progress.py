"""How a long build tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the present step in German words and the finished fraction (0 … 1) of the whole."""


def silent(step: str, fraction: float) -> None:
    """A Progress for callers who do not want to know."""
