"""What every cell may say and yet makes no sense together: told, never refused.

Each check is one function over the admitted rows; `CHECKS` lists them. Adding one is a function, a line there and a code.
"""

from __future__ import annotations

from collections.abc import Callable

from homeroom.checks.sheet import Sheet, present
from homeroom.roster.names import quoted, text

Check = Callable[[Sheet, str], None]
_SPANS = (("startDate", "endDate"), ("beginDate", "endDate"), ("assignDate", "dueDate"))


def check_sense(sheet: Sheet, columns: tuple[str, ...]) -> None:
    """Run the checks that this table's columns allow."""
    rows = f"admitted_{sheet.name}"
    if sheet.has_status and sheet.sifted.mode != "continuous":
        rows = f"(SELECT * FROM {rows} WHERE status <> 'tobedeleted')"
    for table, needed, check in CHECKS:
        if table in ("*", sheet.name) and needed <= set(columns):
            check(sheet, rows)


def _reversed_dates(sheet: Sheet, rows: str) -> None:
    for begin, end in _SPANS:
        if begin in sheet.sifted.columns and end in sheet.sifted.columns:
            wrong = f"(SELECT * FROM {rows} WHERE {quoted(begin)} > {quoted(end)})"
            sheet.find(
                wrong,
                "'dates-reversed'",
                end,
                quoted(end),
                detail=f"json_object('begin', {quoted(begin)}, 'what', {text(begin)})",
            )


def _own_agent(sheet: Sheet, rows: str) -> None:
    several = "contains(agentSourcedIds, ',') AND list_contains(string_split(agentSourcedIds, ','), sourcedId)"
    own = f"(SELECT * FROM {rows} WHERE agentSourcedIds = sourcedId OR ({several}))"
    sheet.find(own, "'agent-of-oneself'", "agentSourcedIds", "sourcedId")


def _agent_role(sheet: Sheet, rows: str) -> None:
    """An agent looks after somebody: a guardian, a parent, a relative. A student or a teacher there is usually a slip."""
    people = present(sheet.workbench, "users", ("sourcedId", "role"))
    odd = f"SELECT sourcedId AS id, role AS agent_role FROM {people} WHERE role IN ('student', 'teacher')"
    cells = f"SELECT _file, _row, _kh, sourcedId, agentSourcedIds FROM {rows} WHERE agentSourcedIds IS NOT NULL"
    if not sheet.few:
        # By hash first: nearly always no agent is a student or a teacher.
        cells += f" AND (contains(agentSourcedIds, ',') OR hash(agentSourcedIds) IN (SELECT hash(id) FROM ({odd})))"
    held = f"SELECT _file, _row, _kh, sourcedId, trim(unnest(string_split(agentSourcedIds, ','))) AS id FROM ({cells})"
    found = f"(SELECT * FROM ({held}) JOIN ({odd}) USING (id) WHERE id <> sourcedId)"
    detail = "json_object('role', agent_role)"
    sheet.find(found, "'agent-role'", "agentSourcedIds", "id", cause="'agent-role:' || agent_role", detail=detail)


def _student_teaches(sheet: Sheet, rows: str) -> None:
    """An enrollment as teacher of a person whose only role is student."""
    bench = sheet.workbench
    teaching = f"(SELECT * FROM {rows} WHERE role = 'teacher')"
    roles = [r for r in (present(bench, "users", ("sourcedId", "role")), present(bench, "roles", ("userSourcedId", "role"))) if r]
    if not roles:
        return
    every = " UNION ALL ".join(f"SELECT #1 AS id, role AS held FROM {r} WHERE role IS NOT NULL" for r in roles)
    ids = f"(SELECT userSourcedId FROM {teaching})"
    only = f"(SELECT id FROM ({every}) WHERE id IN {ids} GROUP BY id HAVING max(held) = 'student' AND min(held) = 'student')"
    sheet.find(f"(SELECT * FROM {teaching} WHERE userSourcedId IN {only})", "'student-teaches'", "role", "userSourcedId")


def _school_differs(sheet: Sheet, rows: str) -> None:
    classes = present(sheet.workbench, "classes", ("sourcedId", "schoolSourcedId"))
    if classes is None:
        return
    # Pairs of class and school that are those of the class need no second look.
    fitting = f"SELECT hash(sourcedId, schoolSourcedId) FROM {classes}"
    suspects = f"SELECT * FROM {rows} WHERE hash(classSourcedId, schoolSourcedId) NOT IN ({fitting})"
    of_class = f"(SELECT sourcedId AS classSourcedId, schoolSourcedId AS _school FROM {classes})"
    other = f"(SELECT * FROM ({suspects}) JOIN {of_class} USING (classSourcedId) WHERE schoolSourcedId <> _school)"
    detail = "json_object('class', classSourcedId, 'school', _school)"
    cause = "'school-differs:' || schoolSourcedId || ':' || _school"
    sheet.find(other, "'school-differs'", "schoolSourcedId", "schoolSourcedId", cause=cause, detail=detail)


def _outside_term(sheet: Sheet, rows: str) -> None:
    """Dates of an enrollment that lie outside the sessions of its class. Folded: late leavers are common."""
    bench = sheet.workbench
    classes = present(bench, "classes", ("sourcedId", "termSourcedIds"))
    sessions = present(bench, "academicSessions", ("sourcedId", "startDate", "endDate"))
    if classes is None or sessions is None:
        return
    # Dates within what is common to all sessions are within the class's; only the others are looked up.
    late, early = bench.rows(f"SELECT max(startDate), min(endDate) FROM {sessions}")[0]
    if late is None or early is None:
        return
    suspects = (
        f"SELECT * FROM {rows} WHERE least(beginDate, endDate) < {text(late)} OR greatest(beginDate, endDate) > {text(early)}"
    )
    if not bench.rows(f"SELECT 1 FROM ({suspects}) LIMIT 1"):
        return
    cells = (
        f"SELECT cell, trim(unnest(string_split(cell, ','))) AS id FROM (SELECT DISTINCT termSourcedIds AS cell FROM {classes})"
    )
    named = f"SELECT sourcedId AS id, startDate, endDate FROM {sessions}"
    spans = (
        "SELECT cell, min(startDate) AS first_day, max(endDate) AS last_day "
        f"FROM ({cells}) JOIN ({named}) USING (id) GROUP BY cell"
    )
    of_class = f"SELECT sourcedId AS classSourcedId, first_day, last_day FROM {classes} JOIN ({spans}) ON termSourcedIds = cell"
    outside = "least(beginDate, endDate) < first_day OR greatest(beginDate, endDate) > last_day"
    found = f"(SELECT * FROM ({suspects}) JOIN ({of_class}) USING (classSourcedId) WHERE {outside})"
    dates = "coalesce(beginDate, '') || ' - ' || coalesce(endDate, '')"
    detail = "json_object('first', first_day, 'last', last_day)"
    sheet.find(found, "'outside-term'", "beginDate", dates, cause="'outside-term'", detail=detail)


def _two_primary_teachers(sheet: Sheet, rows: str) -> None:
    primary = "role = 'teacher' AND \"primary\" = 'true'"
    everyone = present(sheet.workbench, "enrollments", ("sourcedId", "classSourcedId", "userSourcedId", "role", "primary"))
    touched = f"(SELECT classSourcedId FROM {rows} WHERE {primary})"
    many = (
        f"(SELECT classSourcedId, count(DISTINCT userSourcedId) AS n FROM {everyone} "
        f"WHERE {primary} AND classSourcedId IN {touched} GROUP BY classSourcedId HAVING n > 1)"
    )
    found = f"(SELECT * FROM {rows} JOIN {many} USING (classSourcedId) WHERE {primary})"
    sheet.find(
        found,
        "'primary-twice'",
        "primary",
        "userSourcedId",
        cause="'primary-twice:classes:' || classSourcedId",
        detail="json_object('what', 'class', 'of', classSourcedId)",
    )


def _two_primary_roles(sheet: Sheet, rows: str) -> None:
    """OneRoster 1.2: one primary role for a user in an org."""
    everyone = present(sheet.workbench, "roles", ("sourcedId", "userSourcedId", "orgSourcedId", "roleType"))
    touched = f"(SELECT userSourcedId FROM {rows} WHERE roleType = 'primary')"
    many = (
        f"(SELECT userSourcedId, orgSourcedId FROM {everyone} WHERE roleType = 'primary' "
        f"AND userSourcedId IN {touched} GROUP BY ALL HAVING count(*) > 1)"
    )
    found = f"(SELECT * FROM {rows} SEMI JOIN {many} USING (userSourcedId, orgSourcedId) WHERE roleType = 'primary')"
    cause = "'primary-twice:users:' || userSourcedId || ':' || orgSourcedId"
    sheet.find(
        found,
        "'primary-twice'",
        "roleType",
        "userSourcedId",
        cause=cause,
        detail="json_object('what', 'person in one org', 'of', userSourcedId)",
    )


CHECKS: tuple[tuple[str, frozenset[str], Check], ...] = (
    ("*", frozenset(), _reversed_dates),
    ("users", frozenset({"agentSourcedIds"}), _own_agent),
    ("users", frozenset({"agentSourcedIds", "role"}), _agent_role),
    ("enrollments", frozenset({"role", "userSourcedId"}), _student_teaches),
    ("enrollments", frozenset({"schoolSourcedId", "classSourcedId"}), _school_differs),
    ("enrollments", frozenset({"classSourcedId", "beginDate", "endDate"}), _outside_term),
    ("enrollments", frozenset({"classSourcedId", "userSourcedId", "role", "primary"}), _two_primary_teachers),
    ("roles", frozenset({"userSourcedId", "orgSourcedId", "roleType"}), _two_primary_roles),
)
"""Table (`*`: any), the columns it needs, the check."""
