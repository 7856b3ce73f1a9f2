"""Writing students: batches, one result for each record, and reading back what nobody answered for.

The status of a batch is 200 even when records of it fail, and some servers answer with nothing at all. A record without an answer is
never sent again blindly: an update is compared with what the server has now, an insert is looked for by its `local_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Literal

from homeroom.systems.powerschool.client.client import PowerSchool
from homeroom.systems.powerschool.client.errors import NotFound, PowerSchoolError, UnknownOutcome
from homeroom.systems.powerschool.client.shapes import Record, as_list, at, flat, text
from homeroom.systems.powerschool.client.student_rules import RULES, Problem, problems

BATCH = 100
METHOD, PATH = "POST", "/ws/v1/student"
Status = Literal["SUCCESS", "WARNING", "ERROR", "INVALID", "UNKNOWN"]
_APART = ("client_uid", "action")
"""What a record says of its own writing, and the server does not keep."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record. `id` is the server's, once it is known.

    `INVALID`: not sent, since PowerSchool would refuse it. `UNKNOWN`: sent, not answered, and not to be found when it was read
    back (no `id`), or found otherwise than it was sent; a person decides. `problems` name fields and say why, never values.
    """

    client_uid: str
    status: Status
    id: str | None = None
    problems: tuple[Problem, ...] = ()


def write(sis: PowerSchool, students: Iterable[Mapping[str, Any]], *, batch: int = BATCH) -> Iterator[Result]:
    """Insert and update students; a result for each, in order within a batch. Needs the access level FULL.

    Each record has `client_uid` (unique), `action` and fields as the API names them. A caller that was cut off sends on what has no
    result yet. Raises PowerSchoolError when the server refuses a whole batch; what came before has its results.
    """
    pending, seen = iter(students), set[str]()
    while portion := list(islice(pending, batch)):
        sendable, refused = _sorted(portion, seen)
        yield from refused
        if sendable:
            yield from send(sis, sendable)


def body(students: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is sent for these records."""
    return {"students": {"student": [dict(s) for s in students]}}


def send(sis: PowerSchool, students: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Send records that have no problems in one call, once; a result for each.

    Raises PowerSchoolError when the call was refused as a whole: then nothing of it was written.
    """
    try:
        found = sis.caller.write(METHOD, PATH, body(students))
    except UnknownOutcome:
        found = None
    answered = {text(r.get("client_uid")) or "": r for r in as_list(at(found or {}, "results.result"))}
    uids = [text(s.get("client_uid")) or "" for s in students]
    return [
        _result(uid, answered[uid]) if uid in answered else _looked(sis, uid, student)
        for uid, student in zip(uids, students, strict=True)
    ]


def read_back(sis: PowerSchool, student: Mapping[str, Any]) -> Result:
    """What the server has of a record for which no answer came. Raises PowerSchoolError when it cannot be asked."""
    uid, sent = text(student.get("client_uid")) or "", dict(_leaves(student))
    blocks = sorted({p.split(".")[0] for p in sent if "." in p and p in RULES and not p.startswith("name.")})
    tables = sorted({p.split(".")[0] for p in sent if "." in p and p not in RULES})
    there = _found(sis, student, blocks, tables)
    if there is None:
        return Result(uid, "UNKNOWN", problems=(Problem("", "no answer came, and the record is not there"),))
    has = {p.lower(): v for p, v in flat(there)}
    differing = [p for p, value in sent.items() if not _same(p, value, has.get(p.lower()))]
    if differing:
        why = "no answer came, and it is not as it was sent"
        return Result(uid, "UNKNOWN", text(there.get("id")), tuple(Problem(p, why) for p in differing))
    return Result(uid, "SUCCESS", text(there.get("id")))


def _sorted(portion: Sequence[Mapping[str, Any]], seen: set[str]) -> tuple[list[Mapping[str, Any]], list[Result]]:
    sendable, refused = [], []
    for student in portion:
        uid = text(student.get("client_uid")) or ""
        wrong = problems(student)
        if uid in seen:
            wrong = [*wrong, Problem("client_uid", "comes twice")]
        seen.add(uid)
        if wrong:
            refused.append(Result(uid, "INVALID", problems=tuple(wrong)))
        else:
            sendable.append(student)
    return sendable, refused


def _result(uid: str, told: Record) -> Result:
    status: Status = {"SUCCESS": "SUCCESS", "WARNING": "WARNING"}.get(text(told.get("status")) or "", "ERROR")  # type: ignore[assignment]
    said = [*as_list(at(told, "error_message.error")), *as_list(at(told, "warning_message.warning"))]
    found = tuple(
        Problem(
            (text(e.get("field")) or "").removeprefix("student/").replace("/", "."),
            text(e.get("error_code") or e.get("warning_code")) or "not said why",
        )
        for e in said
    )
    return Result(uid, status, text(at(told, "success_message.id")), found)


def _looked(sis: PowerSchool, uid: str, student: Mapping[str, Any]) -> Result:
    """Read back at once; a server that cannot be asked now leaves the outcome open."""
    try:
        return read_back(sis, student)
    except PowerSchoolError:
        return Result(uid, "UNKNOWN", problems=(Problem("", "no answer came, and the record could not be read back"),))


def _found(sis: PowerSchool, student: Mapping[str, Any], expansions: Sequence[str], tables: Sequence[str]) -> Record | None:
    if (known := text(student.get("id"))) is not None:
        try:
            return sis.one("student", known, expansions=expansions, extensions=tables)
        except NotFound:
            return None
    if (number := text(student.get("local_id"))) is None:
        return None
    return sis.numbered(str(int(number)), expansions=expansions, extensions=tables)


def _leaves(student: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """The fields of a record that the server keeps, blank ones too: a blank that was sent clears the field."""
    for name, value in student.items():
        if name == "_extension_data":
            for table in as_list(value.get("_table_extension")):
                yield from ((f"{table['name']}.{f['name']}", text(f.get("value"))) for f in as_list(table.get("_field")))
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        elif prefix or name not in _APART:
            yield prefix + name, text(value)


def _same(path: str, sent: str | None, there: str | None) -> bool:
    """Whether a field holds what was sent. Numbers are compared as numbers; a blank number may be shown as 0."""
    numeric = path in RULES and RULES[path].form in ("whole", "number")
    sent, there = (sent or "").strip(), (there or "").strip()
    if not numeric or not sent:
        return (
            sent == there or (path == "school_enrollment.enroll_status" and sent.upper() == there) or (numeric and there == "0")
        )
    try:
        return Decimal(sent) == Decimal(there)
    except InvalidOperation:
        return False
