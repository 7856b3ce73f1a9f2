"""The small frozen values that walk from room to room. Each names tables of the workbench, lists columns, counts rows.

Naming in the workbench, for roster table T (users, classes, ...) and file number N:

    ragged_N      rows of file N with too few or too many cells: row_number, line, cells VARCHAR[]
    shaped_T      _file INTEGER, _row BIGINT, _kh UBIGINT, _rh UBIGINT, then the delivered columns (VARCHAR, NULL = blank)
    stood_T       rows of last night's snapshot that stand in tonight's files exactly as last night; not there in a full walk
    unchanged_T   those of them that nobody looks at again (a full walk: none, sourcedId and _kh)
    placed_T      _file, _row, _kh of every kept record of tonight's files, until the table is checked; not there in a full walk
    last_T        last night's accepted rows: _kh, _rh, _told, _mended, the columns; only where there is a snapshot
    again_T       _kh of rows that stood and are looked at again, since something that they name or share has changed
    noted_T       _kh and _told (JSON): what the checks said of rows that they accepted, for the snapshot; not made where they said nothing
    gone_T        sourcedId of rows of last night's snapshot that no record of tonight's files carries
    admitted_T    like shaped_T, values healed, only rows that passed
    refused_T     _file, _row, sourcedId (NULL where it could not be read), cause
    departed_T    sourcedId of records of which tonight's rows say `tobedeleted`; a continuous file does not admit those rows
    skipped_T     sourcedId, _file, school of the rows that belong to schools which step out; only where there are such schools
    usable_T      sourcedId and _kh (its hash) of every record that tonight's rows may refer to
    stored_T      what the store holds: id BIGINT, sourcedId, status, _source INTEGER, the model columns, locked
    plan_T        verb, id BIGINT, sourcedId, then all model columns with the values that the record will have
    withheld_T    sourcedId, _kh, _file, _row, field, reason, entry, offered, kept: values that tonight brings and that are not
                  written; only there where a source owns less than everything, or a person holds something
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from homeroom.roster.report import LimitReport, Reason, Repair, TableReport, Withheld

EXCERPT = Path("/excerpt")
"""Stands in `TextTable.by_line` for the file that holds the lines."""

DROPPED = "_dropped"
"""The column of a feed's `select` that counts the values which its value maps dropped, where any may (`Feed.drops`)."""

MARK = "_ignore"
"""The column of an orgs feed's `select` with the cell by which a school says that it steps out, where the file has one (`Feed.marked`)."""

Mode = Literal["continuous", "delta", "change_notification"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the delivery in plain text, inside the workbench's folder. `number` counts from 0 in the delivery's order."""

    number: int
    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Hints:
    """What a layout or a source knows about a file; None is left to detection. `columns` names the positions of a file without a header.

    `fills_short`: rows with fewer cells than columns end in blanks, as where records of several kinds stand in one file.
    `require_prefix`: a header of which no word bears a table's name before it is not the one that was agreed on.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quoted: bool | None = None
    header: bool | None = None
    strip_prefix: bool = True
    require_prefix: bool = False
    columns: tuple[str, ...] = ()
    fills_short: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a file's bytes found; the reading room's own notes, carried from `inspect` to `tables` and `lines`.

    `regular`: every record has the header's number of cells, is well quoted and holds no odd byte, so that DuckDB reads the
    delivered file exactly (the fast road); then `rows` counts its records. Otherwise `why` says what stood in the way.
    `quotes`: whether quote characters are syntax. `breaks`: whether quoted cells hold line breaks. `line_end`: the usual one.
    `data_line`: physical line, from 1, at which the first record begins, and `data_offset` its place in the text's UTF-8 bytes.
    `bad_lines`: lines that are not UTF-8. `stray_rows`: rows with quote characters that are text. `blank_lines`: at the end.
    """

    regular: bool
    rows: int
    why: str
    quotes: bool
    breaks: bool
    line_end: str
    data_line: int
    data_offset: int
    bad_lines: int = 0
    stray_rows: int = 0
    blank_lines: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look at a file's beginning (and one pass over its bytes) found, before any row is read.

    `columns` are the header words cleaned (no BOM, blanks, invisible characters, `TABLE.` prefix), unique, in the file's order;
    `header` are the words as written. Without a header both are `column 1`, `column 2`, ... `sample` holds up to 20 data rows.
    `fault` is set where the file cannot be read as a table at all. `unheaded`: the layout or the source says that the file has no
    header; if it is not `headerless` all the same, somebody switched the header on. `fills_short`: rows that are too short end in blanks.
    """

    file: SourceFile
    header: tuple[str, ...]
    columns: tuple[str, ...]
    encoding: str
    encoding_guessed: bool
    delimiter: str
    quoted: bool
    line_ends: str
    header_line: int
    sample: tuple[tuple[str, ...], ...] = ()
    repairs: tuple[Repair, ...] = ()
    fault: Reason | None = None
    headerless: bool = False
    survey: Survey | None = None
    unheaded: bool = False
    fills_short: bool = False


@dataclass(frozen=True, slots=True)
class TextTable:
    """A readable text table. `relation` is an SQL FROM item with columns c0, c1, ... (VARCHAR, '' = blank), one per column.

    `numbered`: the relation also has `_row` and `_line` (the file was rewritten); otherwise the record number is the position.
    `ragged`: a workbench table of rows that have the wrong number of cells and are not in the relation, or None.
    `unread`: records that could not be read at all, so that their keys are unknown. `ignored`: records that are no data (a
    totals line at the end, the header repeated, empty spreadsheet rows at the end). `rows` counts all of them:
    rows = rows of the relation + ragged + unread + ignored. `path` is the file that the relation reads.

    `by_line`: where every record of `path` is one line, the same FROM item over lines that were copied out of it into a file
    of their own, with `EXCERPT` in place of that file's name; record n is line `inspected.survey.data_line + n - 1`.

    `doubtful`: rows of a file that was joined to this one could not be read, so that absence proves nothing.
    """

    inspected: Inspected
    relation: str
    numbered: bool
    rows: int | None
    ragged: str | None = None
    unread: int = 0
    repairs: tuple[Repair, ...] = ()
    ignored: int = 0
    path: Path | None = None
    by_line: str | None = None
    doubtful: bool = False

    @property
    def file(self) -> SourceFile:
        """The file it was read from."""
        return self.inspected.file


@dataclass(frozen=True, slots=True)
class Feed:
    """One file as one layout sees it: rows of one roster table, still unchecked text.

    `select` is a SELECT whose columns are `_row`, `_line` (only where the text table is numbered), `_keep` BOOLEAN, then
    `columns` in order: text, NULL where blank. `columns` always has sourcedId; it may have `status` and `metadata`.
    `headers` gives the file's own word for a column, for messages. `key_cell` is the position of the key's column, when
    the key is one plain column, so that the key of a ragged row may still be read; `key_prefix` stands
    before every key of the source. `made`: rows derived from others.
    `members` are the names inside `metadata` that this file delivers: of the others it says nothing. `clocked`: columns whose values the calendar
    makes, not the district; with `sourcedId` among them, the rows as a whole. No limit counts what only the calendar changed.
    `partial`: another file that brought records of this table before did not come tonight. `mapped` are the columns whose value maps
    refuse unknown words, with the words that they know: such a value begins with `roster.names.UNMAPPED`. `drops`: value maps
    may drop values, and `select` counts them.
    `spares`: SQL over stored_T; active records for which it holds are not taken for gone, though no row of tonight carries them,
    since what would tell of them did not come.
    `refusals` are codes under which the feed's own rows may be refused: the key of such a row is `UNMAPPED`, the code, `UNMAPPED` and the
    key of the record that lives on.
    `marked`: `select` has the column `MARK`. `mended`: the file holds rows that were refused before, and says nothing of others.
    """

    text: TextTable
    layout: str
    table: str
    columns: tuple[str, ...]
    select: str
    mode: Mode = "continuous"
    headers: tuple[tuple[str, str], ...] = ()
    key_cell: int | None = None
    unused: tuple[str, ...] = ()
    made: bool = False
    fingerprint: str = ""
    spares: str = ""
    members: tuple[str, ...] = ()
    clocked: tuple[str, ...] = ()
    key_prefix: str = ""
    partial: bool = False
    mapped: tuple[tuple[str, tuple[str, ...]], ...] = ()
    drops: bool = False
    refusals: tuple[str, ...] = ()
    marked: bool = False
    mended: bool = False


@dataclass(frozen=True, slots=True)
class FeedCount:
    """How many records of a file a feed saw: `rows` in all, `ignored` left out by the layout's filter.

    `dropped`: values of kept records that the layout's value maps dropped.
    """

    file: int
    rows: int
    ignored: int
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Sifted:
    """One table's rows of tonight, sifted against last night's snapshot.

    `full`: shaped_T holds every row. Otherwise it holds those that differ (and all rows of keys that stand twice); the rest
    is counted in `unchanged` and its keys are in unchanged_T. `mode` is continuous only if every feed of the table is.
    `told`: of how many rows of the snapshot something was told; `mended`: which cells were healed, and in how many of its rows.
    `same`: the files say of this table exactly what they said last night, so that shaped_T and gone_T are empty.
    """

    table: str
    columns: tuple[str, ...]
    mode: Mode
    full: bool
    unchanged: int
    counts: tuple[FeedCount, ...]
    feeds: tuple[Feed, ...]
    told: int = 0
    mended: tuple[tuple[str, int], ...] = ()
    same: bool = False

    @property
    def spared(self) -> str | None:
        """SQL over stored_T: the active records of which tonight's feeds cannot tell whether they are gone; None: there are none."""
        said = [f"coalesce({f.spares}, false)" for f in self.feeds if f.spares]
        return " OR ".join(dict.fromkeys(said)) or None

    @property
    def partial(self) -> bool:
        """Whether a file that brought records of this table before did not come: they say nothing tonight, neither stay nor go."""
        return any(feed.partial for feed in self.feeds)


@dataclass(frozen=True, slots=True)
class FileTally:
    """What the checks decided about one file's rows in one table. `ignored` are those beside the layout's filter."""

    file: int
    accepted: int
    refused: int
    repairs: tuple[Repair, ...] = ()
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """One table's rows that passed. `provable`: every refused row's key is known, so that absence means absence (law 3).

    `untouched`: every row passed, and none was healed or mended: what was admitted is what came.
    `again`: rows that came as last night and were looked at all the same, since something that they name or share has changed.
    """

    table: str
    columns: tuple[str, ...]
    mode: Mode
    full: bool
    tallies: tuple[FileTally, ...]
    provable: bool
    untouched: bool = False
    again: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change, table by table. `hash` covers the sorted changes: table, key, verb, old and new values.

    `untouched` tables are those the delivery says nothing about; they are not in `tables`. `withheld`: what would change too, were
    it the source's to write; it is not in the hash. `offers` names a workbench relation with what the source says of fields that
    a person holds: table, sourcedId, field, offered; None where nobody holds anything. `told`: tables of
    which some rows say what the roster tells already in the other version's words; what was decided of them hangs on other records, so no
    snapshot is made of them.
    """

    tables: dict[str, TableReport]
    hash: str
    first: bool
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()
    offers: str | None = None
    told: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether nothing at all would change."""
        return not any(t.added or t.updated or t.removed or t.restored for t in self.tables.values())


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a plan may go on by itself. `reason` says why it waits or fails; None lets it pass."""

    verdict: Literal["pass", "hold", "fail"]
    reason: Reason | None = None
    limits: tuple[LimitReport, ...] = ()


class Lookup(Protocol):
    """How a room asks what the store holds, without knowing the store."""

    def __call__(self, table: str, wanted: str | None) -> str:
        """Bring stored records of `table` into the workbench; returns the relation `stored_T`.

        `wanted` names a relation with a column sourcedId (only those are brought), or is None for all. Calls add up:
        afterwards stored_T holds at least what was asked for, each record once, removed ones included.
        """
        ...
