"""The look at a file before any row is read: what it is, how it is written, what its header says.

`inspect` reads the file's bytes once. A file that is no table gets a `fault`; everything else that is odd is written down and
healed or reported when the rows are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeroom.reading import delimiters, encodings, headers, kinds, streams
from homeroom.reading.records import Sampled, sample
from homeroom.reading.survey import CELL_BYTES, Surveyor
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import Reason, Repair
from homeroom.workbench.values import Hints, Inspected, SourceFile, Survey

COLUMNS_AT_MOST = 4096
HEAD_BYTES = 1 << 20
SAMPLE_ROWS = 20
_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How the beginning of a file reads: the header's place (`at` in `records`; -1: none) and the first data record."""

    delimiter: bytes
    records: list[Sampled]
    at: int
    width: int
    titles: int
    trailing: int = 0

    @property
    def header(self) -> tuple[bytes, ...]:
        return self.records[self.at].cells[: self.width] if self.at >= 0 else ()

    @property
    def data(self) -> list[Sampled]:
        return self.records[self.at + 1 :]


def inspect(file: SourceFile, hints: Hints = _HINTS, *, cell_bytes: int = CELL_BYTES) -> Inspected:
    """Look at one file: encoding, delimiter, quotes, line ends, header, a sample, and whether it is a table at all.

    `cell_bytes` (at least 256 KiB) is the longest cell that will be read. Raises Misuse for hints that mean nothing.
    """
    hinted = _checked(hints, cell_bytes)
    beginning = streams.head_of_file(file.path, 1 << 16)
    if not beginning.removeprefix(b"\xef\xbb\xbf"):
        return _empty(file, hinted or "utf-8")
    if why := kinds.not_a_table(beginning):
        return _fault(file, why)
    known = encodings.known(beginning, hinted)
    # Encodings whose commas and line ends are ASCII's own bytes are surveyed as they are; the others as UTF-8.
    through = known[0] if known and not streams.eight_bit(known[0]) else "utf-8"
    head = streams.head(file.path, through, HEAD_BYTES)
    if not head.strip(b" \t\r\n\x1a\0"):
        return (
            _empty(file, known[0] if known else "utf-8")
            if len(head) < HEAD_BYTES
            else _fault(file, "it begins with 1 MiB of nothing")
        )
    if why := kinds.not_a_text_table(head[: 1 << 16]):
        return _fault(file, why)
    if too_wide := _too_wide(file, head, hints):
        return too_wide
    dialect = _dialect(head, hints, known[0] if known and through == "utf-8" else "utf-8")
    if dialect.width > COLUMNS_AT_MOST:
        return _too_many(file, dialect.width)
    surveyor = _survey(file, through, head, dialect, hints, cell_bytes)
    survey = surveyor.finish()
    if known:
        encoding, guessed = known
    else:
        encoding, guessed = encodings.decide(surveyor.bytes, surveyor.lines, streams.marked(beginning) is not None)
    if survey.bad_lines and (encoding == "utf-8" or through != "utf-8"):
        survey = replace(survey, regular=False, why="there are bytes that are no characters")
    return _inspected(file, hints, dialect, survey, (encoding, guessed, through), surveyor.counts, streams.marked(beginning))


def _positions(dialect: _Dialect, hints: Hints) -> bool:
    """Whether the file is one whose columns are known by their places: it is said to have no header, or may lack it and does."""
    return hints.header is False or bool(hints.columns and dialect.at < 0)


def _checked(hints: Hints, cell_bytes: int) -> str | None:
    """The hinted encoding in its usual spelling. Raises Misuse."""
    if hints.delimiter is not None and (
        len(hints.delimiter) != 1 or not hints.delimiter.isascii() or hints.delimiter in '"\r\n\0'
    ):
        raise Misuse("{delimiter!r} cannot be a delimiter; name one ASCII character such as , or |", delimiter=hints.delimiter)
    if cell_bytes < streams.CHUNK:
        raise Misuse("the longest cell must be allowed at least {count} bytes", count=streams.CHUNK)
    return streams.canonical(hints.encoding) if hints.encoding is not None else None


def _too_wide(file: SourceFile, head: bytes, hints: Hints) -> Inspected | None:
    """A header line that does not end within the first MiB: no table that anyone meant."""
    if len(head) < HEAD_BYTES or b"\n" in head or b"\r" in head:
        return None
    candidates = [hints.delimiter.encode()] if hints.delimiter else list(delimiters.CANDIDATES)
    count = max(head.count(c) for c in candidates) + 1
    if count > COLUMNS_AT_MOST:
        return _too_many(file, count)
    return _fault(file, "its first line is longer than 1 MiB")


def _dialect(head: bytes, hints: Hints, encoding: str) -> _Dialect:
    whole = head if len(head) < HEAD_BYTES else head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    quotes = hints.quoted is not False
    if hints.delimiter is not None:
        delimiter = hints.delimiter.encode()
        records = list(sample(whole, delimiter, quotes, delimiters.SAMPLE_RECORDS))
    else:
        delimiter, records = delimiters.choose(whole, quotes)
    usual = delimiters.usual_width(records)
    rows = [[_text(c, encoding) for c in r.cells] for r in records]
    at = headers.titles(rows, usual) if hints.header is not False else 0
    if hints.header is False and headers.switched_on(rows[0], rows[1] if len(rows) > 1 else None, hints.columns):
        return _Dialect(delimiter, records, 0, _header_width(rows, 0), 0, len(rows[0]) - _header_width(rows, 0))
    if hints.header is False or (hints.header is None and _is_data(rows, at) and not _known(rows[at], hints)):
        return _Dialect(delimiter, records, -1, usual, 0)
    if hints.header is None and hints.columns and not _known(rows[0], hints):
        return _Dialect(delimiter, records, -1, usual, 0)
    width = _header_width(rows, at)
    return _Dialect(delimiter, records, at, width, at, len(rows[at]) - width)


def _known(cells: list[str], hints: Hints) -> bool:
    """Whether half of these cells are words that the layout gives to positions, a table in front of them or not."""
    named = headers.clean(tuple(cells), hints.strip_prefix).columns
    return bool(hints.columns) and headers.switched_on(named, None, hints.columns)


def _is_data(rows: list[list[str]], at: int) -> bool:
    after = next((r for r in rows[at + 1 :] if any(map(str.strip, r))), None)
    return headers.looks_like_data(rows[at], after)


def _header_width(rows: list[list[str]], at: int) -> int:
    """The header's number of words, without blank ones at its end for which no row has a cell."""
    header, below = rows[at], [len(r) for r in rows[at + 1 :] if any(map(str.strip, r))]
    named = max((i + 1 for i, w in enumerate(header) if headers.visible(w)), default=len(header))
    if named < len(header) and below and max(below) < len(header):
        return max(named, max(below))
    return len(header)


def _survey(file: SourceFile, through: str, head: bytes, dialect: _Dialect, hints: Hints, cell_bytes: int) -> Surveyor:
    first = dialect.records[dialect.at] if dialect.at >= 0 else None
    line, offset = (first.next_line, first.next_offset) if first else (1, 0)
    written = head[:offset].rstrip(b"\r\n") if first else b""
    written = written[max(written.rfind(b"\n"), written.rfind(b"\r")) + 1 :]
    surveyor = Surveyor(dialect.delimiter, dialect.width, hints.quoted, written, line, offset, cell_bytes)
    surveyor.begin(head)
    for chunk in streams.utf8(file.path, through):
        surveyor.take(chunk)
    return surveyor


def _inspected(
    file: SourceFile,
    hints: Hints,
    dialect: _Dialect,
    survey: Survey,
    encoding: tuple[str, bool, str],
    counts: dict[str, int],
    mark: str | None,
) -> Inspected:
    name, guessed, through = encoding
    spoken = name if through == "utf-8" else "utf-8"
    header = tuple(_text(c, spoken) for c in dialect.header)
    cleaned = headers.clean(header, hints.strip_prefix)
    if hints.require_prefix and dialect.at >= 0 and not cleaned.prefixed:
        return _faulted(file, "prefix_missing", "has no table's name before any word of its header")
    numbered = tuple(f"column {i + 1}" for i in range(dialect.width))
    columns = cleaned.columns if dialect.at >= 0 else numbered
    rows = [tuple(_text(c, spoken) for c in r.cells) for r in dialect.data if any(c.strip() for c in r.cells)]
    ends = [k for k, n in counts.items() if n]
    return Inspected(
        file=file,
        header=header if dialect.at >= 0 else numbered,
        columns=headers.named(columns, hints.columns) if hints.columns and _positions(dialect, hints) else columns,
        encoding=name,
        encoding_guessed=guessed,
        delimiter=dialect.delimiter.decode(),
        quoted=hints.quoted if hints.quoted is not None else survey.quotes,
        line_ends=ends[0] if len(ends) == 1 else ("mixed" if ends else "lf"),
        header_line=dialect.records[dialect.at].line if dialect.at >= 0 else 0,
        sample=tuple(rows[:SAMPLE_ROWS]),
        repairs=_repairs(dialect, cleaned, mark, guessed, _positions(dialect, hints)),
        headerless=dialect.at < 0,
        survey=survey,
        unheaded=_positions(dialect, hints),
        fills_short=hints.fills_short,
    )


def _repairs(dialect: _Dialect, cleaned: headers.Cleaned, mark: str | None, guessed: bool, unheaded: bool) -> tuple[Repair, ...]:
    counted = (
        ("byte-order-mark", int(mark is not None)),
        ("encoding-guessed", int(guessed)),
        ("title-skipped", dialect.titles if dialect.at >= 0 else 0),
        ("header-missing", int(dialect.at < 0 and not unheaded)),
        ("header-unexpected", int(dialect.at >= 0 and unheaded)),
        ("header-invisible", len(cleaned.invisible)),
        ("header-prefix", len(cleaned.prefixed)),
        ("header-doubled", len(cleaned.doubled)),
        ("header-blank", len(cleaned.blank) + dialect.trailing),
    )
    return tuple(Repair(name, count) for name, count in counted if count)


def _text(cell: bytes, encoding: str) -> str:
    return cell.decode(encoding, "replace")


def _empty(file: SourceFile, encoding: str) -> Inspected:
    return Inspected(file, (), (), encoding, False, ",", False, "lf", 0)


def _fault(file: SourceFile, why: str) -> Inspected:
    return _faulted(file, "file_unreadable", why)


def _too_many(file: SourceFile, count: int) -> Inspected:
    return _faulted(file, "too_many_columns", f"has {count:,} columns; at most {COLUMNS_AT_MOST:,} are read")


def _faulted(file: SourceFile, reason: str, why: str) -> Inspected:
    declared = code(reason)
    fault = Reason(reason, declared.say(file=file.name, why=why), declared.remedy)
    return Inspected(file, (), (), "utf-8", False, ",", False, "lf", 0, fault=fault)


def refusal(inspected: Inspected) -> Refused:
    """The exception for a file with a fault; its message is the fault's."""
    assert inspected.fault is not None
    before, after = code(inspected.fault.code).say(file=inspected.file.name, why="\0").split("\0")
    why = inspected.fault.message.removeprefix(before).removesuffix(after)
    return Refused(inspected.fault.code, file=inspected.file.name, why=why)
