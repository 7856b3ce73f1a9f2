"""Writing students: batches, one result for each record, and reading back what nobody answered for.

The status of a batch is 200 even when records of it fail, and some servers answer with nothing at all. A record without an answer is
never sent again blindly: an update is compared with what the server has now, an insert is looked for by its `local_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from homeroom.systems.powerschool.client.client import PowerSchool
from homeroom.systems.powerschool.client.errors import NotFound, UnknownOutcome
from homeroom.systems.powerschool.client.shapes import Record, as_list, at, flat, text
from homeroom.systems.powerschool.client.student_rules import Problem, problems

BATCH = 100
Status = Literal["SUCCESS", "WARNING", "ERROR", "INVALID", "UNKNOWN"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record. `id` is the server's, once it is known.

    `INVALID`: not sent, since PowerSchool would refuse it. `UNKNOWN`: sent, not answered, and not to be found when it was read
    back, or found otherwise than it was sent; a person decides. `problems` name fields and say why, never values.
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
    pending = iter(students)
    while portion := list(islice(pending, batch)):
        sendable, refused = _sorted(portion)
        yield from refused
        if sendable:
            yield from _sent(sis, sendable)


def _sorted(portion: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Result]]:
    sendable, refused, seen = [], [], set()
    for student in portion:
        uid = text(student.get("client_uid")) or ""
        wrong = problems(student)
        if uid in seen:
            wrong = [*wrong, Problem("client_uid", "comes twice in one batch")]
        seen.add(uid)
        if wrong:
            refused.append(Result(uid, "INVALID", problems=tuple(wrong)))
        else:
            sendable.append(student)
    return sendable, refused


def _sent(sis: PowerSchool, students: Sequence[Mapping[str, Any]]) -> Iterator[Result]:
    try:
        found = sis.caller.write("POST", "/ws/v1/student", {"students": {"student": [dict(s) for s in students]}})
    except UnknownOutcome:
        found = None
    answered = {text(r.get("client_uid")) or "": r for r in as_list(at(found or {}, "results.result"))}
    for student in students:
        uid = text(student.get("client_uid")) or ""
        yield _result(uid, answered[uid]) if uid in answered else _read_back(sis, uid, student)


def _result(uid: str, told: Record) -> Result:
    status: Status = {"SUCCESS": "SUCCESS", "WARNING": "WARNING"}.get(text(told.get("status")) or "", "ERROR")  # type: ignore[assignment]
    said = [*as_list(at(told, "error_message.error")), *as_list(at(told, "warning_message.warning"))]
    found = tuple(
        Problem(text(e.get("field")) or "", text(e.get("error_code") or e.get("warning_code")) or "not said why") for e in said
    )
    return Result(uid, status, text(at(told, "success_message.id")), found)


def _read_back(sis: PowerSchool, uid: str, student: Mapping[str, Any]) -> Result:
    """What the server has of a record for which no answer came."""
    blocks = sorted({p.split(".")[0] for p, _ in flat(_fields(student)) if "." in p and not p.startswith("name.")})
    there = _found(sis, student, [b for b in blocks if b != "_extension_data"])
    if there is None:
        return Result(uid, "UNKNOWN", problems=(Problem("", "no answer came, and the record is not there"),))
    differing = [p for p, value in flat(_fields(student)) if text(at(there, p)) != value]
    if differing:
        return Result(
            uid,
            "UNKNOWN",
            text(there.get("id")),
            tuple(Problem(p, "no answer came, and it is not as it was sent") for p in differing),
        )
    return Result(uid, "SUCCESS", text(there.get("id")))


def _found(sis: PowerSchool, student: Mapping[str, Any], expansions: Sequence[str]) -> Record | None:
    if (known := text(student.get("id"))) is not None:
        try:
            return sis.one("student", known, expansions=expansions)
        except NotFound:
            return None
    if (number := text(student.get("local_id"))) is None:
        return None
    return next(iter(sis.students(q=f"local_id=={number}", expansions=expansions)), None)


def _fields(student: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in student.items() if k not in ("client_uid", "action", "_extension_data")}
