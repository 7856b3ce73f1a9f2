"""What reading one file found, on its way into the workbench's issue table: written in bulk, capped, counted exactly."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from types import TracebackType

from homeroom.roster.codes import code as declared
from homeroom.roster.names import text
from homeroom.workbench.bench import ISSUES, Workbench

ISSUES_PER_CODE = 10_000
"""Of each code, at most this many findings per file are listed one by one; a last one tells how many more there are."""

_COLUMNS = ("code", "file", "row_number", "column_name", "value", "detail", "refused", "line")
_TYPES = ("VARCHAR", "INTEGER", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN", "BIGINT")
_NOTHING = "\x01"


class Findings:
    """The findings about one file. Use as a context manager: leaving without an error puts them into the issue table."""

    def __init__(self, workbench: Workbench, file: int) -> None:
        self._workbench = workbench
        self._file = file
        self._path = workbench.folder / f"findings_{file}.csv"
        self._open = self._path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._open, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self.counts: Counter[str] = Counter()

    def tell(
        self,
        code: str,
        *,
        row: int | None = None,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        refused: bool = False,
        detail: Mapping[str, int] | None = None,
    ) -> None:
        """Note one finding. Raises KeyError for a code that is not declared."""
        self.counts[code] += 1
        if self.counts[code] <= ISSUES_PER_CODE:
            declared(code)
            self._write(code, row, column, value, detail, refused, line)

    def _write(
        self,
        code: str,
        row: int | None,
        column: str | None,
        value: str | None,
        detail: Mapping[str, int] | None,
        refused: bool,
        line: int | None,
    ) -> None:
        shown = value[:200].replace("\0", "\ufffd").replace(_NOTHING, "\ufffd") if value is not None else None
        told = json.dumps(dict(detail)) if detail else None
        cells = (code, self._file, row, column, shown, told, refused, line)
        self._writer.writerow([_NOTHING if c is None else c for c in cells])

    def __enter__(self) -> Findings:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for code, count in self.counts.items():
                if count > ISSUES_PER_CODE:
                    self._write(code, None, None, None, {"more": count - ISSUES_PER_CODE}, False, None)
        self._open.close()
        if kind is None and self.counts:
            self._insert()
        self._path.unlink()

    def _insert(self) -> None:
        columns = ", ".join(f"{text(c)}: 'VARCHAR'" for c in _COLUMNS)
        values = ", ".join(f"CAST({c} AS {t}) AS {c}" for c, t in zip(_COLUMNS, _TYPES, strict=True))
        self._workbench.run(
            f"INSERT INTO {ISSUES} BY NAME SELECT {values} FROM read_csv({text(str(self._path))}, auto_detect=false, "
            f"delim=',', quote='\"', escape='\"', header=false, new_line='\\n', columns={{{columns}}}, "
            f"nullstr={text(_NOTHING)}, allow_quoted_nulls=true)"
        )
