"""Clean copies → tables in memory, read by gtfs-kit with pinned types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtfs.copies import ESCAPE, Copy
from gtfs.schema import TABLES
from gtfs.table import Table

if TYPE_CHECKING:
    import pandas as pd


def read_tables(folder: Path, copies: dict[str, Copy]) -> dict[str, Table]:
    """The tables of `folder` by name; a file with a header and no rows is an empty table.

    Every column is pinned to texts: gtfs-kit's own types stop at the first bad cell, have no room for a
    transfer of ten hours (Int16), and let pandas guess where they name no type, so that platform "01"
    would become 1. (pandas' "category" would guess as well; so the columns are made categorical here.)
    """
    # Imported here: gtfs-kit takes seconds, and web processes know this package without ever reading a feed.
    import gtfs_kit
    from gtfs_kit import constants

    for name, spec in TABLES.items():
        constants.DTYPES[name] = dict.fromkeys(spec.fields, "string")
    feed = gtfs_kit.read_feed(folder, dist_units="km")
    return {name: _table(name, getattr(feed, name), copy) for name, copy in copies.items()}


def _table(name: str, frame: pd.DataFrame | None, copy: Copy) -> Table:
    import pandas as pd

    if frame is None:  # gtfs-kit's word for "no rows"
        frame = pd.read_csv(copy.path, dtype="string")
    if len(frame) != len(copy.lines):
        raise AssertionError(f"{name}: {len(frame)} rows read, {len(copy.lines)} written")
    return Table(name, pd.DataFrame({str(field): _column(frame[field]) for field in frame}), copy.lines)


def _column(texts: pd.Series[Any]) -> pd.Series[Any]:
    column = texts.astype("category")
    if not any(str(text).startswith(ESCAPE) for text in column.cat.categories):
        return column
    return column.cat.rename_categories(lambda text: str(text).removeprefix(ESCAPE))
