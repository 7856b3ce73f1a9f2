"""Single records by tables: the few rows of each table that one record's queries touch, and the queries' own SQL over them.

Which rows those are stands in a plan for each question: table by table, and by which column of which table before it they are found.
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
from homeroom.systems.powerschool.client import BrokenAnswer, FieldsRefused, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.plugin.queries import FILES, Query
from homeroom.systems.powerschool.source import guardians, here, sheets
from homeroom.systems.powerschool.source.by_tables import EXTENDED, MEMORY_MB, key_of
from homeroom.systems.powerschool.source.told import Asked, Row, Told
from homeroom.systems.powerschool.source.troubles import CLOSED
from homeroom.workbench.bench import Workbench

AT_ONCE = 50
"""How many values one filter names."""
_PLAIN = re.compile(r"""[^;()*,"'=<>\s\x00-\x1f]+""")
"""Values that a filter can name without being taken for something else."""


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of a table whose `column` has a value of `of`: columns of tables of earlier steps, or (none named) what was asked for.

    `q` is a filter instead: the rows of a small table.
    """

    table: str
    column: str = ""
    of: tuple[str, ...] = ()
    q: str | None = None


YEARS = Step("terms", q="isyearrec==1")
EMAILS = (
    Step("personemailaddressassoc", "personid", ("students.person_id",)),
    Step("emailaddress", "emailaddressid", ("personemailaddressassoc.emailaddressid",)),
)
PLANS: Mapping[tuple[str, str], tuple[Step, ...]] = {
    ("students", "dcid"): (Step("students", "dcid"), *EMAILS),
    ("class_student_roster", "student"): (
        YEARS,
        Step("students", "dcid"),
        Step("cc", "studentid", ("students.id",)),
        Step("sections", "id", ("cc.sectionid",)),
    ),
    ("class_student_roster", "section"): (
        YEARS,
        Step("sections", "dcid"),
        Step("cc", "sectionid", ("sections.id",)),
        Step("students", "id", ("cc.studentid",)),
    ),
    ("guardians", "dcid"): (
        Step("students", "dcid"),
        Step("studentcontactassoc", "studentdcid", ("students.dcid",)),
        Step("studentcontactdetail", "studentcontactassocid", ("studentcontactassoc.studentcontactassocid",)),
        Step("person", "id", ("studentcontactassoc.personid",)),
        Step("codeset", "codesetid", ("studentcontactdetail.relationshiptypecodesetid",)),
        Step("personemailaddressassoc", "personid", ("person.id",)),
        Step("emailaddress", "emailaddressid", ("personemailaddressassoc.emailaddressid",)),
        Step("personphonenumberassoc", "personid", ("person.id",)),
        Step("phonenumber", "phonenumberid", ("personphonenumberassoc.phonenumberid",)),
    ),
    ("legal_guardians", "dcid"): (
        Step("students", "dcid"),
        Step("studentcontactassoc", "studentdcid", ("students.dcid",)),
        Step("studentcontactassoccorefields", "studentcontactassocid", ("studentcontactassoc.studentcontactassocid",)),
    ),
    ("staff", "dcid"): (Step("users", "dcid"), Step("schoolstaff", "users_dcid", ("users.dcid",))),
    ("staff_locations", "dcid"): (Step("schoolstaff", "users_dcid"),),
    ("classes", "dcid"): (YEARS, Step("sections", "dcid"), Step("courses", "course_number", ("sections.course_number",))),
    ("class_staff_roster", "dcid"): (
        YEARS,
        Step("sections", "dcid"),
        Step("sectionteacher", "sectionid", ("sections.id",)),
        Step("schoolstaff", "id", ("sectionteacher.teacherid", "sections.teacher")),
        Step("roledef", "id", ("sectionteacher.roleid",)),
    ),
    ("courses", ""): (YEARS, Step("courses", "dcid"), Step("sections", "course_number", ("courses.course_number",))),
    ("terms", ""): (Step("terms", q=None),),
    ("locations", ""): (Step("schools", "dcid"),),
    ("ignored_schools", ""): (Step("schools", "dcid"), Step("u_schools_extension", "schoolsdcid", ("schools.dcid",))),
}
"""Query and argument -> how the rows that it touches are found, in that order."""
RELATED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "contact": (("studentcontactassoc", "personid", "studentdcid"),),
    "contact_link": (("studentcontactassoc", "studentcontactassocid", "studentdcid"),),
    "contact_entry": (
        ("studentcontactdetail", "studentcontactdetailid", "studentcontactassocid"),
        ("studentcontactassoc", "studentcontactassocid", "studentdcid"),
    ),
    "email_link": (
        ("personemailaddressassoc", "personemailaddressassocid", "personid"),
        ("studentcontactassoc", "personid", "studentdcid"),
    ),
    "email": (("personemailaddressassoc", "emailaddressid", "personid"), ("studentcontactassoc", "personid", "studentdcid")),
    "phone_link": (
        ("personphonenumberassoc", "personphonenumberassocid", "personid"),
        ("studentcontactassoc", "personid", "studentdcid"),
    ),
    "phone": (("personphonenumberassoc", "phonenumberid", "personid"), ("studentcontactassoc", "personid", "studentdcid")),
}
"""What changed about a contact -> from table to table to the students: table, column that is known, column that leads on."""
OWNERS = ("email_link", "email", "contact")
"""Of these the person may be a student: PERSON holds students too."""

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
        with Workbench(errand.folder / "bench-of-one", memory_mb=MEMORY_MB, also=[errand.folder]) as bench:
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
        except (FieldsRefused, NotFound, Rejected):
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
            values |= {
                r[column] for r in found[table] if column in r and not r[column].startswith("-")
            }  # dropped ones lead nowhere
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
        """A filter with a list of values; where a server does not take such (they are known of v1 alone), one for each."""
        key = self._key(table)
        if len(values) > 1:
            with suppress(Rejected):
                return list(self.sis.rows(table, columns, q=f"{column}==({','.join(values)})", key=key))
        return [row for value in values for row in self.sis.rows(table, columns, q=f"{column}=={value}", key=key)]

    def _key(self, table: str) -> str:
        return key_of(table, {t: core for q in self.queries.values() for t, core in q.extended.items()})


def _read(path: Path) -> Iterator[Row]:
    """The rows of an answer, blanks left out."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: cell for column, cell in row.items() if cell}
