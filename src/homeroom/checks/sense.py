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
    own = f"(SELECT * FROM {rows} WHERE contains(agentSourcedIds, sourcedId) AND list_contains(string_split(agentSourcedIds, ','), sourcedId))"
    sheet.find(own, "'agent-of-oneself'", "agentSourcedIds", "sourcedId")


def _agent_role(sheet: Sheet, rows: str) -> None:
    """An agent looks after somebody: a guardian, a parent, a relative. A student or a teacher there is usually a slip."""
    agents = (
        f"SELECT DISTINCT trim(unnest(string_split(agentSourcedIds, ','))) AS id FROM {rows} WHERE agentSourcedIds IS NOT NULL"
    )
    people = present(sheet.workbench, "users", ("sourcedId", "role"))
    odd = f"(SELECT sourcedId AS id, role AS agent_role FROM {people} WHERE role IN ('student', 'teacher') AND sourcedId IN ({agents}))"
    sheet.workbench.run(f"CREATE OR REPLACE TABLE odd_agents AS FROM {odd}")
    if not sheet.workbench.value("SELECT count(*) FROM odd_agents"):
        return
    held = f"(SELECT _file, _row, _kh, sourcedId, trim(unnest(string_split(agentSourcedIds, ','))) AS id FROM {rows} WHERE agentSourcedIds IS NOT NULL)"
    found = f"(SELECT * FROM {held} JOIN odd_agents USING (id) WHERE id <> sourcedId)"
    sheet.find(
        found,
        "'agent-role'",
        "agentSourcedIds",
        "id",
        cause="'agent-role:' || agent_role",
        detail="json_object('role', agent_role)",
    )


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
    of_class = f"(SELECT sourcedId AS classSourcedId, schoolSourcedId AS _school FROM {classes})"
    other = f"(SELECT * FROM {rows} JOIN {of_class} USING (classSourcedId) WHERE schoolSourcedId <> _school)"
    detail = "json_object('class', classSourcedId, 'school', _school)"
    cause = "'school-differs:' || schoolSourcedId || ':' || _school"
    sheet.find(other, "'school-differs'", "schoolSourcedId", "schoolSourcedId", cause=cause, detail=detail)


def _outside_term(sheet: Sheet, rows: str) -> None:
    """Dates of an enrollment that lie outside every session of its class. Folded: late leavers are common."""
    bench = sheet.workbench
    classes = present(bench, "classes", ("sourcedId", "termSourcedIds"))
    sessions = present(bench, "academicSessions", ("sourcedId", "startDate", "endDate"))
    dated = f"SELECT * FROM {rows} WHERE beginDate IS NOT NULL OR endDate IS NOT NULL"
    if classes is None or sessions is None or not bench.rows(f"{dated} LIMIT 1"):
        return
    cells = (
        f"SELECT cell, trim(unnest(string_split(cell, ','))) AS id FROM (SELECT DISTINCT termSourcedIds AS cell FROM {classes})"
    )
    spans = f"SELECT cell, min(startDate) AS first_day, max(endDate) AS last_day FROM ({cells}) JOIN (SELECT sourcedId AS id, startDate, endDate FROM {sessions}) USING (id) GROUP BY cell"
    of_class = f"(SELECT sourcedId AS classSourcedId, first_day, last_day FROM {classes} JOIN ({spans}) ON termSourcedIds = cell)"
    outside = f"(SELECT * FROM ({dated}) JOIN {of_class} USING (classSourcedId) WHERE beginDate > last_day OR endDate < first_day OR beginDate < first_day OR endDate > last_day)"
    detail = "json_object('first', first_day, 'last', last_day)"
    sheet.find(
        outside,
        "'outside-term'",
        "beginDate",
        "coalesce(beginDate, '') || ' - ' || coalesce(endDate, '')",
        cause="'outside-term'",
        detail=detail,
    )


def _two_primary_teachers(sheet: Sheet, rows: str) -> None:
    primary = "role = 'teacher' AND \"primary\" = 'true'"
    everyone = present(sheet.workbench, "enrollments", ("sourcedId", "classSourcedId", "userSourcedId", "role", "primary"))
    touched = f"(SELECT classSourcedId FROM {rows} WHERE {primary})"
    many = f"(SELECT classSourcedId, count(DISTINCT userSourcedId) AS n FROM {everyone} WHERE {primary} AND classSourcedId IN {touched} GROUP BY classSourcedId HAVING n > 1)"
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
    many = f"(SELECT userSourcedId, orgSourcedId FROM {everyone} WHERE roleType = 'primary' AND userSourcedId IN {touched} GROUP BY ALL HAVING count(*) > 1)"
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
