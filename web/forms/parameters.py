"""Parameters of the programming interface, read from an address; every mistake is collected, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mitfahr.domain import notation
from mitfahr.domain.notation import NotationInvalid

MAX_LENGTH = 100
"""Nothing that makes sense here is longer."""

_PLUS_LOST = re.compile(r" (?=\d\d:?\d\d$)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A parameter that is missing or cannot be read; `detail` says what is expected."""

    name: str
    detail: str


class ParametersInvalid(Exception):
    """The question cannot be understood."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{mistake.name}: {mistake.detail}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Parameter:
    read: Callable[[str], Any]
    default: str | None = None
    """What holds when it is left out; None: it must be there."""


def moment(text: str) -> Any:
    """A plus sign that was not encoded arrives as a blank: 07:30:00 01:00 means 07:30:00+01:00."""
    return notation.moment(_PLUS_LOST.sub("+", text))


def number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise NotationInvalid(f"{text!r} ist keine Zahl von {least} bis {most}")
        return int(text)

    return read


def read_parameters(parameters: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """The values of these parameters by name; raises ParametersInvalid."""
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, parameter in parameters.items():
        text = given.get(name, "").strip() or parameter.default
        try:
            if text is None:
                raise NotationInvalid("fehlt")
            if len(text) > MAX_LENGTH:
                raise NotationInvalid(f"ist länger als {MAX_LENGTH} Zeichen")
            values[name] = parameter.read(text)
        except NotationInvalid as mistake:
            mistakes.append(Mistake(name, str(mistake)))
    if mistakes:
        raise ParametersInvalid(mistakes)
    return values
