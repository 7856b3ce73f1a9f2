"""A desk to read on: bytes as a district sends them go in, the table and everything that was told comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from homeroom.reading import tables
from homeroom.reading.inspect import inspect
from homeroom.reading.lines import lines
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Hints, Inspected, SourceFile, TextTable


@dataclass(frozen=True)
class Told:
    """One row of the issue table."""

    code: str
    row: int | None
    line: int | None
    column: str | None
    value: str | None
    detail: dict[str, Any]
    refused: bool


@dataclass(frozen=True)
class Read:
    """A file that was read: its cells, where they stood, what was told about them."""

    inspected: Inspected
    table: TextTable
    rows: list[tuple[str, ...]]
    numbers: list[int]
    at_lines: list[int]
    ragged: list[tuple[int, int, list[str]]]
    told: list[Told]

    @property
    def repairs(self) -> dict[str, int]:
        return {r.code: r.count for r in self.table.repairs}

    @property
    def codes(self) -> list[str]:
        return [t.code for t in self.told]


class Desk:
    """Reads files in one workbench, each under a new number."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.number = -1

    def file(self, data: bytes, name: str = "users.csv") -> SourceFile:
        self.number += 1
        path = self.workbench.folder / f"in_{self.number}"
        path.write_bytes(data)
        return SourceFile(self.number, name, path, len(data))

    def look(self, data: bytes, hints: Hints | None = None, **rest: Any) -> Inspected:
        return inspect(self.file(data), hints or Hints(), **rest)

    def read(
        self,
        data: bytes,
        hints: Hints | None = None,
        place: Callable[[list[str]], list[str] | None] | None = None,
        *,
        slowly: bool = False,
        **rest: Any,
    ) -> Read:
        inspected = self.look(data, hints, **rest)
        table = (tables.read_slowly if slowly else tables.read)(self.workbench, inspected, place, **rest)
        return self.gather(inspected, table)

    def gather(self, inspected: Inspected, table: TextTable) -> Read:
        found = self.workbench.rows(f"SELECT * FROM {table.relation}")
        assert found == self.workbench.rows(f"SELECT * FROM {table.relation}"), "a relation can be read twice"
        lead = 2 if table.numbered else 0
        numbers = [r[0] for r in found] if table.numbered else list(range(1, len(found) + 1))
        where = lines(table, numbers)
        if table.numbered:
            assert [r[1] for r in found] == [where[n] for n in numbers]
        ragged = self.workbench.rows(f"SELECT * FROM {table.ragged}") if table.ragged else []
        told = self.workbench.rows(
            "SELECT code, row_number, line, column_name, value, detail, refused FROM issues WHERE file = ?",
            [inspected.file.number],
        )
        assert table.rows == len(found) + len(ragged) + table.unread + table.ignored, "counts add up"
        return Read(
            inspected,
            table,
            [r[lead:] for r in found],
            numbers,
            [where[n] for n in numbers],
            ragged,
            [Told(*t[:5], json.loads(t[5]) if t[5] else {}, t[6]) for t in told],
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Workbench(tmp_path / "bench") as workbench:
        yield Desk(workbench)


@pytest.fixture(scope="session")
def lasting_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for thousands of generated files."""
    with Workbench(tmp_path_factory.mktemp("lasting") / "bench") as workbench:
        yield Desk(workbench)
