"""Two disasters that look like an ordinary change of many records: other ids for the same people, and other people altogether.

Both are told, never repaired: no record is merged or re-keyed without a person (law 6).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from homeroom.compare.allowance import Limits
from homeroom.roster.codes import code
from homeroom.roster.names import quoted
from homeroom.roster.report import Reason, TableReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan

_MOST = 0.5


def reason(name: str, **values: object) -> Reason:
    """A declared reason with its sentences."""
    declared = code(name)
    return Reason(name, declared.say(**values), declared.remedy)


def rekeyed(workbench: Workbench, plan: Plan, limits: Limits) -> Reason | None:
    """Whether most of the people who would be removed come again under new ids.

    Two records are the same person if they share the user name or the e-mail address, or both names and the day of birth
    (where demographics are in the plan). Names alone are not enough: many people share them.
    """
    users, floor = plan.tables.get("users", TableReport()), limits.of("users", "floor")
    if switched := _switched(workbench, users):
        return reason("rekeyed", count=switched, of=users.removed)
    if users.removed <= floor or users.added <= floor:
        return None
    people = _same_people(births="demographics" in plan.tables)
    same = int(workbench.value(f"SELECT count(DISTINCT old) FROM ({people})"))
    if same <= users.removed * limits.same_people_share:
        return None
    return reason("rekeyed", count=same, of=users.removed)


SYSTEM_ID = "sisSourcedId"
"""The member of a student's metadata that keeps the system's own id, where students are known by number."""


def _switched(workbench: Workbench, users: TableReport) -> int:
    """How many students leave under their number and come under the system's own id, or the reverse: somebody switched the source.

    There is no floor: the ids themselves say that these are the same people, and none of them is re-keyed without a person (law 6).
    """
    if not users.removed or not users.added + users.restored:
        return 0
    plan, own = quoted("plan_users"), f"json_extract_string({{}}.metadata, '$.{SYSTEM_ID}')"
    came, went = own.format("c"), own.format("g")
    return int(
        workbench.value(f"""
            SELECT count(DISTINCT g."sourcedId") FROM {plan} g JOIN {plan} c ON g.verb = 'remove' AND c.verb IN ('add', 'restore')
            AND ((c."sourcedId" = {went} AND {came} IS NULL) OR (g."sourcedId" = {came} AND {went} IS NULL))
        """)
    )


def another_district(
    workbench: Workbench, plan: Plan, limits: Limits, active: Callable[[str], int], complete: Collection[str]
) -> Reason | None:
    """Whether the complete files hold hardly anything known, under other names too: users, and orgs where they came.

    `active` counts this source's records in a table, `complete` are the tables whose files are.
    """
    users = plan.tables.get("users", TableReport())
    if "users" not in complete or users.added <= limits.of("users", "floor"):
        return None
    came = [t for t in ("users", "orgs") if t in complete and t in plan.tables]
    if not all(_strange(workbench, t, plan.tables[t], active) for t in came):
        return None
    known = _known(users)
    return reason("another_district", new=users.added, rows=users.added + known, table="users", known=known, of=active("users"))


def _known(report: TableReport) -> int:
    return report.unchanged + report.updated + report.restored


def _strange(workbench: Workbench, table: str, report: TableReport, active: Callable[[str], int]) -> bool:
    """Most of what came is new, most of what is here did not come, and the new ones do not bear the old ones' names."""
    known = _known(report)
    if report.added <= (report.added + known) * _MOST:
        return False
    of = active(table)
    return bool(of) and known < of * _MOST and not _same_names(workbench, table)


def _same_people(*, births: bool) -> str:
    """Keys of removed users who, by something that is a person's own, are among the added ones."""
    plan = quoted("plan_users")
    found = [
        f'SELECT g."sourcedId" AS old FROM gone g JOIN come c ON lower(g.{column}) = lower(c.{column})'
        for column in ("username", "email")
    ]
    if births:
        found.append("""
            SELECT g."sourcedId" FROM gone g
            JOIN come c ON lower(g."givenName") = lower(c."givenName") AND lower(g."familyName") = lower(c."familyName")
            JOIN plan_demographics d ON d."sourcedId" = g."sourcedId"
            JOIN plan_demographics e ON e."sourcedId" = c."sourcedId" AND d."birthDate" = e."birthDate"
        """)
    return f"""
        WITH gone AS (SELECT * FROM {plan} WHERE verb = 'remove'), come AS (SELECT * FROM {plan} WHERE verb = 'add')
        {" UNION ALL ".join(found)}
    """


def _same_names(workbench: Workbench, table: str) -> bool:
    """Whether most added records bear the name of a removed one."""
    name = """lower(concat_ws(' ', "givenName", "familyName"))""" if table == "users" else "lower(name)"
    plan = quoted(f"plan_{table}")
    added, same = workbench.rows(f"""
        SELECT count(*), count(*) FILTER (WHERE {name} IN (SELECT {name} FROM {plan} WHERE verb = 'remove'))
        FROM {plan} WHERE verb = 'add'
    """)[0]
    return bool(same > added * _MOST)
