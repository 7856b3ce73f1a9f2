"""SQL over the feeds of one table: every record of tonight with the hash of its key and the hash of its row.

`_kh` is the hash of sourcedId, `_rh` that of every other delivered column except dateLastModified: a new date alone is no
change. Both are DuckDB's 64-bit `hash`, which promises nothing across versions; the snapshot's fingerprint holds the version.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.roster.names import quoted, text
from homeroom.workbench.values import DROPPED, Feed, Mode

_NO_CHANGE = ("sourcedId", "dateLastModified")


def numbered(feed: Feed) -> bool:
    """Whether the feed's rows bring their own record number; else it is the position in the file."""
    return feed.text.numbered or feed.made


def columns(feeds: Sequence[Feed]) -> tuple[str, ...]:
    """All columns that any of the feeds delivers, in the order in which they are met."""
    return tuple(dict.fromkeys(c for feed in feeds for c in feed.columns))


def mode(feeds: Sequence[Feed]) -> Mode:
    """The mode of a table: continuous only if every feed is, since only then absence may mean removal."""
    modes = {feed.mode for feed in feeds}
    return modes.pop() if len(modes) == 1 else "delta"


def undelivered(feeds: Sequence[Feed]) -> dict[str, tuple[int, ...]]:
    """For each column, the numbers of files that do not have it although another file of the table does (law 2)."""
    every = columns(feeds)
    lacking = {c: tuple(sorted({f.text.file.number for f in feeds if c not in f.columns})) for c in every}
    return {c: files for c, files in lacking.items() if files}


def hashes(feed: Feed, feeds: Sequence[Feed]) -> str:
    """The select list `_kh, _rh, _keep` (and `_row` where the feed is numbered, `_dropped` where values may be dropped).

    Where files of one table deliver different columns, the list of columns goes into the hash: the same cells under other
    headers are not the same record.
    """
    cells = [f"{quoted(c)}::VARCHAR" for c in feed.columns if c not in _NO_CHANGE] or ['"sourcedId"']
    if any(other.columns != feed.columns for other in feeds):
        cells.append(text("\x1f".join(feed.columns)))
    row = "_row, " if numbered(feed) else ""
    row += f"{DROPPED}, " if feed.drops else ""
    return f'{row}hash("sourcedId"::VARCHAR) AS _kh, hash({", ".join(cells)}) AS _rh, coalesce(_keep, false) AS _keep'


def records(feed: Feed, feeds: Sequence[Feed]) -> str:
    """A SELECT of `_kh, _rh, _keep` (and `_row`), then the feed's columns, in the order of the file."""
    cells = ", ".join(f"{quoted(c)}::VARCHAR AS {quoted(c)}" for c in feed.columns)
    return f"SELECT {hashes(feed, feeds)}, {cells} FROM ({feed.select})"


def cells(feed: Feed, every: Sequence[str]) -> str:
    """The columns of the whole table as this feed has them; NULL where its file does not deliver one."""
    return ", ".join(quoted(c) if c in feed.columns else f"NULL::VARCHAR AS {quoted(c)}" for c in every)


def dropped(feed: Feed) -> str:
    """SQL: how many values of the kept records the feed's value maps dropped."""
    return f"coalesce(sum({DROPPED}) FILTER (WHERE _keep), 0)::BIGINT" if feed.drops else "0"
