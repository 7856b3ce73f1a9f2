"""OneRoster 1.0: seven files, no manifest, the header words that 1.1 gave up.

`userId`, `agents`, `grade`, `termSourcedId`, `subject`, `schoolYearId`, `birthdate` and, in demographics, `userSourcedId` for
`sourcedId`; a district is `local`; status and date stand in every row. The words are those of samples in use, the order of columns
is inferred from 1.1. Not carried beside what 1.1 loses: middle names, whether somebody may sign in, dates of enrollments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from homeroom.simulator.records import District
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, as_sent
from homeroom.simulator.writers import oneroster_11
from homeroom.simulator.writers.writer import Writer

LEGACY = {
    "users": {"userIds": "userId", "agentSourcedIds": "agents", "grades": "grade"},
    "classes": {"grades": "grade", "termSourcedIds": "termSourcedId", "subjects": "subject"},
    "courses": {"schoolYearSourcedId": "schoolYearId", "grades": "grade"},
    "demographics": {"sourcedId": "userSourcedId", "birthDate": "birthdate"},
}
NEWER = frozenset({"enabledUser", "middleName", "password", "metadata.language", "subjectCodes", "periods"})
NEWER_OF_SEATS = frozenset({"beginDate", "endDate"})


def _older(sheet: Sheet, district: District) -> Sheet:
    """The file of 1.1 without what came later, every row stamped."""
    newer = NEWER_OF_SEATS if sheet.table == "enrollments" else NEWER
    kept = [n for n, c in enumerate(sheet.columns) if c not in newer]
    stamp = ("active", district.sessions[0].begins)
    stamped = ((row[0], *stamp, *row[3:]) for row in sheet.rows)
    rows: list[Row] = [tuple(row[n] for n in kept) for row in stamped]
    columns = tuple(sheet.columns[n] for n in kept)
    if sheet.table == "orgs":
        at = columns.index("type")
        rows = [(*r[:at], "local" if r[at] == "district" else r[at], *r[at + 1 :]) for r in rows]
    return replace(sheet, columns=columns, rows=rows)


def _files(district: District) -> Iterator[Sheet]:
    for sheet in oneroster_11.sheets(district):
        if sheet.table != "manifest":
            yield _older(sheet, district)


def _renamed(sheet: Sheet) -> Sheet:
    words = LEGACY.get(sheet.table, {})
    return replace(sheet, columns=tuple(words.get(c, c) for c in sheet.columns), words=words)


def sheets(district: District) -> tuple[Sheet, ...]:
    """Seven files."""
    return tuple(map(_renamed, _files(district)))


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows under the words of 1.1."""
    tables = list(_files(district))
    orgs = next(s for s in tables if s.table == "orgs")
    at = orgs.columns.index("type")
    district_again = [(*r[:at], "district" if r[at] == "local" else r[at], *r[at + 1 :]) for r in orgs.rows]
    tables[tables.index(orgs)] = replace(orgs, rows=district_again)
    return as_sent(tables, dict.fromkeys(oneroster_11.HEADERS, "sourcedId"), ("status", "dateLastModified"))


WRITER = Writer("oneroster-1.0", Form(), sheets, expected)
