"""One table of a feed in memory: every column as codes into its distinct texts.

Feeds repeat themselves: 424,266 stop times know 1,500 different times of day. So columns are pandas
categoricals, and parsing or checking works on the few distinct texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtfs.schema import file_of

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """`frame` has one categorical column of texts per known field of the feed; empty cells are missing.

    `lines` is (n,) int32: the line in the feed's own file on which each row begins.
    """

    name: str
    frame: pd.DataFrame
    lines: NDArray[np.int32]

    @property
    def file(self) -> str:
        return file_of(self.name)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, field: str) -> bool:
        return field in self.frame.columns

    def codes(self, field: str) -> NDArray[np.int64]:
        """(n,) position of each cell in `distinct(field)`, -1 where empty or without the column."""
        if field not in self:
            return np.full(len(self), -1, dtype=np.int64)
        return np.asarray(self.frame[field].cat.codes, dtype=np.int64)

    def distinct(self, field: str) -> list[str]:
        return [] if field not in self else [str(text) for text in self.frame[field].cat.categories]

    def texts(self, field: str) -> NDArray[np.object_]:
        """(n,) str, "" where empty or without the column."""
        return self._spread(field, np.array([*self.distinct(field), ""], dtype=object))

    def parsed(self, field: str, parse: Callable[[str], float | None], missing: float) -> NDArray[np.float64]:
        """(n,) numbers; `missing` where the cell is empty or `parse` returns None."""
        numbers = [parse(text) for text in self.distinct(field)]
        column = [missing if number is None else number for number in numbers]
        return self._spread(field, np.array([*column, missing], dtype=np.float64))

    def positions(self, field: str, keys: dict[str, int]) -> NDArray[np.int64]:
        """(n,) `keys[cell]`, -1 where the cell is empty or unknown."""
        found = [keys.get(text, -1) for text in self.distinct(field)]
        return self._spread(field, np.array([*found, -1], dtype=np.int64))

    def matching(self, field: str, wrong: Callable[[str], bool]) -> Mask:
        """(n,) True where the cell is filled and `wrong` says so."""
        return self.marked(field, [wrong(text) for text in self.distinct(field)])

    def marked(self, field: str, hits: list[bool]) -> Mask:
        """(n,) True where the cell is one of the `distinct` texts that are hit."""
        if not any(hits):
            return np.zeros(len(self), dtype=bool)
        return self._spread(field, np.array([*hits, False], dtype=bool))

    def repeats(self, fields: list[str]) -> Mask:
        """(n,) True where an earlier row has the same values in all of `fields`."""
        return np.asarray(self.frame.duplicated(fields), dtype=bool)

    def where(self, mask: Mask) -> Table:
        if mask.all():
            return self
        return Table(self.name, self.frame[mask].reset_index(drop=True), self.lines[mask])

    def cell(self, row: int, field: str) -> str:
        if field not in self:
            return ""
        column = self.frame[field].cat
        code = int(column.codes.to_numpy()[row])
        return "" if code < 0 else str(column.categories[code])

    def _spread(self, field: str, column: NDArray[Any]) -> NDArray[Any]:
        return column[self.codes(field)]
