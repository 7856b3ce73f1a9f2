"""What the roster knows of tonight's people beside tonight's rows: the schools of the other students who have them, and their role there.

A notice or a refresh brings one student's pairs. A mother of two is then named once, and must lose neither the other child's school nor
the role that she has through it.

Makes in the workbench:

    contact_schools   schools of other students: person, org
    contact_before    the rule and role by which such a person is held at best: person, coded (as in `contact_passing`)
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from homeroom.layouts.contacts.judging import PAIRS
from homeroom.layouts.contacts.pairs import KNOWN
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.roster.contacts import GUARDIAN_ROLES
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

SCHOOLS, BEFORE = "contact_schools", "contact_before"
Students = Callable[[Collection[str]], Collection[str]]
"""The students of the roster who have one of these people as agent, all by their ids as sent."""


def look_elsewhere(workbench: Workbench, rules: ContactRules, *, whole: bool, lookup: Lookup, students: Students) -> None:
    """Make both tables; empty where tonight's pairs are all there are (`whole`)."""
    workbench.run(f"CREATE OR REPLACE TABLE {SCHOOLS} (person VARCHAR, org VARCHAR)")
    workbench.run(f"CREATE OR REPLACE TABLE {BEFORE} (person VARCHAR, coded VARCHAR)")
    people = [] if whole else [p for (p,) in workbench.rows(f"SELECT DISTINCT person FROM {PAIRS} WHERE verdict = 'passed'")]
    others = students(people) if people else ()
    if not others:
        return
    workbench.load("contact_others", ["sourcedId"], [[student] for student in sorted(others)])
    workbench.run(f"""
        CREATE OR REPLACE TABLE contact_linked AS
        SELECT DISTINCT trim(unnest(string_split(s."agentSourcedIds", ','))) AS person, s."orgSourcedIds" AS orgs
        FROM {lookup("users", "contact_others")} s
        WHERE s.status = 'active' AND s."agentSourcedIds" IS NOT NULL
          AND s."sourcedId" NOT IN (SELECT id FROM {KNOWN} WHERE id IS NOT NULL)
    """)
    passing = f"person IN (SELECT person FROM {PAIRS} WHERE verdict = 'passed')"
    workbench.run(f"""
        INSERT INTO {SCHOOLS} SELECT DISTINCT person, trim(unnest(string_split(orgs, ','))) FROM contact_linked WHERE {passing}
    """)
    workbench.run(
        f'CREATE OR REPLACE TABLE contact_shared AS SELECT DISTINCT person AS "sourcedId" FROM contact_linked WHERE {passing}'
    )
    workbench.run(f"""
        INSERT INTO {BEFORE} SELECT "sourcedId", {_best_rule(rules)} FROM {lookup("users", "contact_shared")}
        WHERE status = 'active' AND "sourcedId" IN (SELECT "sourcedId" FROM contact_shared)
    """)


def _best_rule(rules: ContactRules) -> str:
    """SQL: the first rule that gives a stored role, with the role; NULL for a role that no rule gives."""
    first = {role: next((n for n, r in enumerate(rules.rules) if r.role in (role, "as-given")), None) for role in GUARDIAN_ROLES}
    arms = " ".join(f"WHEN {literal(role)} THEN {literal(f'{n:06d}{role}')}" for role, n in first.items() if n is not None)
    return f"CASE role {arms} END" if arms else "NULL::VARCHAR"
