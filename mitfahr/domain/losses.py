"""What a new timetable takes away: shares that are lost, and which of them a person must confirm by name.

Figures are means: per week, or per day of one kind. A loss is *held* where a line or a municipality loses more than
the threshold of its stop times in the usual week, on one kind of day, or in one calendar month.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

WEEK = "week"
"""The key of the column that stands for the usual week; other keys are kinds of days, weekdays and months."""


class LossKind(enum.StrEnum):
    LINE = "line"
    MUNICIPALITY = "municipality"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number before and after, e.g. stop times on a school day."""

    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def lost_share(self) -> float:
        """0 to 1; 0 where nothing was lost."""
        return max(0.0, (self.before - self.after) / self.before) if self.before > 0 else 0.0

    @property
    def percent(self) -> int | None:
        """Growth in percent; None where there was nothing. A change is never rounded to none, nor a rest to nothing."""
        if self.before <= 0:
            return None
        exact = 100 * self.difference / self.before
        rounded = round(exact)
        if rounded == 0 and self.difference:
            return 1 if self.difference > 0 else -1
        return -99 if rounded == -100 and self.after > 0 else rounded


@dataclass(frozen=True, slots=True)
class HeldLoss:
    """Stop times that a line or a municipality loses. `key` stays the same for the same line or municipality.

    `days` is WEEK, the name of a `day_types.Kind` in small letters, or a month as "2027-05"; `before` and `after` are
    means per week or per such day.
    """

    key: str
    kind: LossKind
    name: str
    days: str
    before: float
    after: float
    lost_share: float

    @property
    def percent(self) -> int:
        return -(Figure(self.before, self.after).percent or 0)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "kind": LossKind(values["kind"])})


def held_loss(
    key: str, kind: LossKind, name: str, figures: Iterable[tuple[str, Figure]], threshold: float
) -> HeldLoss | None:
    """The loss to confirm, None where none is above the threshold (0 to 1).

    The usual week tells most; a day or month is named only where the week as a whole has lost less.
    """
    lost = {days: figure for days, figure in figures if figure.lost_share > threshold}
    if not lost:
        return None
    days = WEEK if WEEK in lost else max(lost, key=lambda days: lost[days].lost_share)
    worst = lost[days]
    return HeldLoss(key, kind, name, days, worst.before, worst.after, worst.lost_share)


def worst_first(held: Iterable[HeldLoss]) -> list[HeldLoss]:
    """Municipalities before lines, losses of the whole week before those of some days, then by share and size."""
    return sorted(
        held,
        key=lambda one: (
            one.kind is LossKind.LINE,
            one.days != WEEK,
            -one.lost_share,
            one.after - one.before,
            one.name,
        ),
    )
