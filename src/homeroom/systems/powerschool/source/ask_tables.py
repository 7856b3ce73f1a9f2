"""Single records by tables: the few rows of each table that one record's queries touch, and the queries' own SQL over them.

Which rows those are stands in a plan for each question (`table_plans`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from homeroom.systems.fetching import Errand, Single
from homeroom.systems.powerschool.client import BrokenAnswer, PowerSchool, Rejected
from homeroom.systems.powerschool.plugin.queries import FILES, Query
from homeroom.systems.powerschool.source import guardians, here, sheets
from homeroom.systems.powerschool.source.by_tables import EXTENDED, MEMORY_MB, key_of
from homeroom.systems.powerschool.source.table_plans import OWNERS, PLANS, RELATED, Step
from homeroom.systems.powerschool.source.told import Asked, Row, Told
from homeroom.systems.powerschool.source.troubles import CLOSED
from homeroom.workbench.bench import Workbench

AT_ONCE = 50
"""How many values one filter names."""
_PLAIN = re.compile(r"""[^;()*,"'=<>\s\x00-\x1f]+""")
"""Values that a filter can name without being taken for something else."""


Fetched = dict[str, list[Row]]


@dataclass(slots=True)
class Tables:
    """Implements `asking.Asking`. Rows that were fetched once in this errand are kept: records share sections, courses and terms."""

    sis: PowerSchool
    errand: Errand
    queries: Mapping[str, Query]
    bench: Workbench
    kept: dict[tuple[str, str, tuple[str, ...]], dict[str, list[Row]]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    @classmethod
    @contextmanager
    def opened(cls, sis: PowerSchool, errand: Errand, queries: Mapping[str, Query]) -> Iterator[Tables]:
        """With a workbench of its own."""
        with Workbench(errand.folder / "bench-of-one", memory_mb=MEMORY_MB, also=[errand.folder], rows="few") as bench:
            yield cls(sis, errand, queries, bench)

    def rows(self, asked: Asked, single: Single) -> Told | None:
        """The query over the rows that the record's plan finds; contacts by `/ws/contacts` where their tables are closed."""
        query, dcid = self.queries[asked.query], single.key[1:]
        if query.key not in self.closed:
            try:
                return Told(self._made(query, (dcid,), {asked.argument: int(dcid)}))
            except CLOSED:
                came = query.key != guardians.QUERY and FILES[query.key] in self.errand.known.get("files", ())
                if not asked.spare or came:
                    raise
                self.closed.add(query.key)
        return guardians.told(self.sis, self.errand, dcid) if query.key == guardians.QUERY else None

    def listed(self, query: str, dcids: Collection[str]) -> Sequence[Row]:
        """The query over these rows of its table."""
        known = self.queries[query]
        return [row for row in self._made(known, dcids, {}) if "dcid" not in known.columns or row.get("dcid") in dcids]

    def adult_of(self, staff: str) -> str | None:
        """SCHOOLSTAFF names the person."""
        return next((r["users_dcid"] for r in self._by("schoolstaff", "dcid", [staff], ("users_dcid",))), None)

    def student_of(self, seat: str, held: str | None) -> str | None:
        """CC names the student by another number."""
        if held is not None:
            return held
        found = self._by("cc", "dcid", [seat], ("studentid",))
        return next((r["dcid"] for r in self._by("students", "id", [r["studentid"] for r in found], ("dcid",))), None)

    def taught(self, entries: Collection[str]) -> tuple[Collection[str], Sequence[Row]]:
        """SECTIONTEACHER names the section by another number."""
        found = self._by("sectionteacher", "id", entries, ("sectionid",))
        return {r["dcid"] for r in self._by("sections", "id", [r["sectionid"] for r in found if "sectionid" in r], ("dcid",))}, ()

    def related(self, resource: str, keys: Collection[str]) -> Collection[str]:
        """From table to table. Nothing where one of them is closed: the night brings it."""
        try:
            values, persons = set(keys), set(keys) if resource == "contact" else set[str]()
            for table, column, onward in RELATED[resource]:
                values = {r[onward] for r in self._by(table, column, values, (onward,)) if onward in r}
                persons |= values if onward == "personid" else set()
            if resource in OWNERS:
                values |= {r["dcid"] for r in self._by("students", "person_id", persons, ("dcid",))}
        except CLOSED:
            return ()
        return values

    def _made(self, query: Query, seeds: Collection[str], arguments: Mapping[str, int]) -> tuple[Row, ...]:
        columns = here.columns_of([query])
        found: Fetched = {}
        for step in self._steps(query, next(iter(arguments), "")):
            found[step.table] = self._rows_of(step, seeds, found, columns[step.table])
        try:
            for table, rows in found.items():
                path = self.errand.folder / f"one-{table}.csv"
                sheets.write(path, columns[table], rows)
                here.load(self.bench, table, columns[table], path)
                path.unlink()
            answer = self.errand.folder / "one-answer.csv"
            here.run(self.bench, query, self.errand.now.date(), answer, arguments)
        except duckdb.ConversionException:
            # DuckDB's words quote the cell, which may be a child's.
            raise BrokenAnswer("a table holds a number or a day that is none", path="/ws/schema/table") from None
        return tuple(_read(answer))

    def _steps(self, query: Query, argument: str) -> Iterator[Step]:
        """The query's plan, and the tables of the district's own fields in it."""
        yield from PLANS[query.key, argument]
        for table, core in query.extended.items():
            yield Step(table, EXTENDED[core], (f"{core}.dcid",))

    def _rows_of(self, step: Step, seeds: Collection[str], found: Fetched, columns: Sequence[str]) -> list[Row]:
        if not step.column:
            return self._whole(step, columns)
        values = set(seeds) if not step.of else set()
        for place in step.of:
            table, _, column = place.partition(".")
            # Numbers below zero are those of what was dropped, and lead nowhere.
            values |= {r[column] for r in found[table] if not r.get(column, "-").startswith("-")}
        if step.column == "course_number":
            return self._of_courses(step.table, values, columns)
        return self._by(step.table, step.column, values, columns)

    def _whole(self, step: Step, columns: Sequence[str]) -> list[Row]:
        kept = self.kept.setdefault((step.table, step.q or "", tuple(columns)), {})
        if "" not in kept:
            kept[""] = list(self.sis.rows(step.table, columns, q=step.q, key=self._key(step.table)))
        return kept[""]

    def _of_courses(self, table: str, numbers: Collection[str], columns: Sequence[str]) -> list[Row]:
        """Rows by course numbers, which are texts and joined without regard to case: what a filter does not find is looked for among all
        courses. Sections are too many for that: a course whose sections are not found so waits for the night.
        """
        found = self._by(table, "course_number", [n for n in numbers if _PLAIN.fullmatch(n)], columns)
        if table != "courses" or {r.get("course_number", "") for r in found} >= set(numbers):
            return found
        lowered = {n.lower() for n in numbers}
        rows = self._whole(Step(table), (*columns, "course_number"))
        return [r for r in rows if r.get("course_number", "").lower() in lowered]

    def _by(self, table: str, column: str, values: Collection[str], columns: Sequence[str]) -> list[Row]:
        """The rows in which a column has one of these values, each value asked for once in this errand."""
        kept = self.kept.setdefault((table, column, tuple(columns)), {})
        new = sorted(set(values) - set(kept))
        wanted = tuple(dict.fromkeys((*columns, column)))
        pending = iter(new)
        while some := list(islice(pending, AT_ONCE)):
            kept.update({value: [] for value in some})
            for row in self._filtered(table, column, some, wanted):
                kept.setdefault(row.get(column, ""), []).append(row)
        return [row for value in sorted(set(values)) for row in kept[value]]

    def _filtered(self, table: str, column: str, values: Sequence[str], columns: Sequence[str]) -> list[Row]:
        """A filter with a list of values, or one for each: lists are known of v1 alone, and where a server takes them here but finds nothing,
        it may have looked for something else. What is not found counts as gone.
        """
        if len(values) > 1:
            with suppress(Rejected):
                if found := self._asked(table, column, f"({','.join(values)})", values, columns):
                    return found
        return [row for value in values for row in self._asked(table, column, value, [value], columns)]

    def _asked(self, table: str, column: str, wanted: str, values: Sequence[str], columns: Sequence[str]) -> list[Row]:
        found: list[Row] = list(self.sis.rows(table, columns, q=f"{column}=={wanted}", key=self._key(table)))
        meant = {value.lower() for value in values}
        if any(row.get(column, "").lower() not in meant for row in found):
            raise BrokenAnswer("rows that a filter leaves out", path=f"/ws/schema/table/{table}")
        return found

    def _key(self, table: str) -> str:
        return key_of(table, {t: core for q in self.queries.values() for t, core in q.extended.items()})


def _read(path: Path) -> Iterator[Row]:
    """The rows of an answer, blanks left out."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: cell for column, cell in row.items() if cell}
