"""Types of options: texts that `mitfahr.domain.notation` reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from mitfahr.domain import notation


class _Notation(click.ParamType[Any]):
    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except notation.NotationInvalid as error:
            self.fail(str(error), param, ctx)


LAT_LON = _Notation("BREITE,LÄNGE", notation.lat_lon)
BOUNDING_BOX = _Notation("W,S,E,N", notation.bounding_box)
MOMENT = _Notation("ISO8601", notation.moment)
DURATION = _Notation("DAUER", notation.duration_s)
