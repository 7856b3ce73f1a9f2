"""Students written to a source's PowerSchool, from rows whose columns are the API's own dotted field paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from homeroom.systems.fetching import Errand, Hint
from homeroom.systems.powerschool.client import PowerSchool, student_writes
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.client.student_rules import RULES, extension, problems
from homeroom.systems.powerschool.source.connecting import client, host, meet
from homeroom.systems.powerschool.source.troubles import told
from homeroom.systems.writing import Action, Call, Finding, Record, Written

CORRECTIONS = {
    "givenName": "name.first_name",
    "middleName": "name.middle_name",
    "familyName": "name.last_name",
    "email": "contact_info.email",
}
"""Columns of users as the layout set `powerschool-api` fills them, as far as PowerSchool lets an UPDATE write them."""
_STUDENT = re.compile(r"S([0-9]{1,18})")
_EXTENSION = re.compile(r"(u_[a-z0-9_]+)\.([a-z0-9_]+)", re.IGNORECASE)
"""Extension tables that a district made itself begin with `U_`; only those are writable (seed 004)."""
_OF_UPDATE = ("id", "local_id")


class StudentWriter:
    """Implements `systems.writing.Writer` over one client."""

    portion = student_writes.BATCH
    corrections: Mapping[str, str] = CORRECTIONS
    known = tuple(RULES)

    def __init__(self, sis: PowerSchool, errand: Errand) -> None:
        self._sis, self._errand, self._host, self._prefix = sis, errand, host(errand), errand.prefix

    @contextmanager
    def _asked(self) -> Iterator[PowerSchool]:
        """The client, once it is known whose server answers: a dry run that asks nothing needs no server."""
        with told(self._host):
            meet(self._sis, self._errand)
            yield self._sis

    def hint(self, id: str) -> Hint:
        """As an event would name the student."""
        return Hint("student", id)

    def strange(self, columns: Sequence[str]) -> list[str]:
        """Columns that are neither a field of a student nor one of an extension table."""
        return [c for c in columns if c not in RULES and not _EXTENSION.fullmatch(c)]

    def id_of(self, sourced_id: str) -> str | None:
        """A student's DCID; None for anybody else, and for an id of another source."""
        found = _STUDENT.fullmatch(sourced_id.removeprefix(self._prefix)) if sourced_id.startswith(self._prefix) else None
        return found[1] if found else None

    def find(self, number: str) -> str | None:
        """The DCID of the student with that number, of whatever status."""
        if not number.isascii() or not number.isdecimal():
            return None
        with self._asked() as sis:
            return text((sis.numbered(str(int(number))) or {}).get("id"))

    def record(self, cells: Mapping[str, str], uid: str, action: Action, id: str | None) -> Record:
        """The row in the API's shape. The number by which an UPDATE was found is not sent: PowerSchool lets nobody change it."""
        made: dict[str, Any] = {"client_uid": uid, "action": action}
        extensions: dict[str, dict[str, str]] = {}
        if id is not None:
            made["id"] = id
        for path, value in cells.items():
            if id is not None and path in _OF_UPDATE:
                continue
            if (found := _EXTENSION.fullmatch(path)) is not None:
                extensions.setdefault(found[1], {})[found[2]] = value
            else:
                _put(made, path, value)
        return made | ({"_extension_data": extension(extensions)} if extensions else {})

    def faults(self, record: Record) -> tuple[Finding, ...]:
        """What the field rules say."""
        return tuple(Finding(p.field, p.what) for p in problems(record))

    def call(self, records: Sequence[Record]) -> Call:
        """The call as it would be sent."""
        return Call(student_writes.METHOD, student_writes.PATH, student_writes.body(records))

    def send(self, records: Sequence[Record]) -> list[Written]:
        """Send one call, and read back whatever it gave no answer for."""
        with self._asked() as sis:
            return [_written(r) for r in student_writes.send(sis, records)]

    def provable(self, record: Record) -> bool:
        """An INSERT is looked for by its number; PowerSchool takes no number twice."""
        return text(record.get("local_id")) is not None

    def look(self, record: Record) -> Written:
        """Read one record back."""
        with self._asked() as sis:
            return _written(student_writes.read_back(sis, record))


@contextmanager
def writer(errand: Errand) -> Iterator[StudentWriter]:
    """A writer for a source; nothing is sent yet. Raises Refused when something of the set-up is missing."""
    with client(errand) as sis:
        yield StudentWriter(sis, errand)


def _written(result: student_writes.Result) -> Written:
    return Written(result.status, result.id, tuple(Finding(p.field, p.what) for p in result.problems))


def _put(made: dict[str, Any], path: str, value: str) -> None:
    *above, leaf = path.split(".")
    place = made
    for word in above:
        place = place.setdefault(word, {})
    place[leaf] = value
