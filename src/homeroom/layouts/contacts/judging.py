"""Judging: which pairs pass, in which role, and which rule decided. Everything is decided for the pair or the person, never by
the place of a row in its file, so that another order of rows gives the same guardians.

Makes in the workbench, from what `pairs` gathered:

    contact_pairs     one row for each pair of a student and a contact: role, rule_no, priority, verdict
    contact_own       one row for each agent that a users file itself names: student, person, nth, verdict
    contact_places    the guardians that each student gets, in order: student, person, place
    contact_verdicts  one row for each row of a pairs feed: its pair's verdict, or why it is no pair of its own

A verdict is `passed` or one of the words in `telling.VERDICTS`; NULL while it is open. The questions are asked in the order of the
functions below, and the first that leaves a pair out decides. Restricted custody is asked first of all.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.layouts.contacts.pairs import KNOWN, ROWS
from homeroom.layouts.contacts.rules import ContactRules, Rule
from homeroom.roster.contacts import GUARDIAN_ROLES, MARK, pairs
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

PAIRS = "contact_pairs"
OWN = "contact_own"
PLACES = "contact_places"
VERDICTS = "contact_verdicts"
SPOKEN = "contact_spoken"
"""Workbench table: pairs that tonight's rows speak of in any way."""


def judge(workbench: Workbench, rules: ContactRules, *, whole: bool, own: bool, lookup: Lookup) -> None:
    """Decide every pair. `whole`: the pairs feeds say all there is; otherwise stored links that they do not speak of stay.

    `own`: the users files carry agents themselves.
    """
    _pairs(workbench, rules)
    _own(workbench, rules)
    _reach(workbench, rules)
    _kept(workbench, whole=whole, own=own, lookup=lookup)
    _places(workbench, rules)
    _verdicts(workbench, rules)


def _condition(rule: Rule) -> str:
    """SQL over a row of `contact_rows`: whether a rule fits."""
    asked = []
    for column, words in (("role", rule.given), ("relationship", rule.relationship), ("type", rule.types)):
        if words:
            asked.append(f"coalesce({column} IN ({_listed(words)}), false)")
    if rule.legal_guardian:
        asked.append(f"legalGuardian IN ({_listed(rule.legal_guardian)})")
    if rule.when is not None:
        from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for rules that have formulas

        asked.append(formulas.compile_condition(rule.when, {c: _spelled(c) for c in pairs().columns}))
    return " AND ".join(asked) or "true"


def _spelled(column: str) -> str:
    """A pair's column as a rule's formula sees it: text, blank where the flag is absent; a made id is the pair's id."""
    if column == "sourcedId":
        return "person"
    if column == "legalGuardian":
        return "nullif(legalGuardian, 'absent')"
    if column == "metadata":
        return "NULL::VARCHAR"
    return f"{quoted(column)}::VARCHAR"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(literal(w) for w in words)


def _type_taken(rules: ContactRules) -> str:
    asked = [f"type NOT IN ({_listed(rules.never_types)})"] if rules.never_types else []
    asked += [f"type IN ({_listed(rules.types)})"] if rules.types else []
    # A kind that nobody named is not asked, unless only certain kinds are taken.
    return f"coalesce({' AND '.join(asked)}, {'false' if rules.types else 'true'})" if asked else "true"


def _pairs(workbench: Workbench, rules: ContactRules) -> None:
    """From rows to pairs, up to the role: custody, the pair itself, the kind of contact, the rules in order, the roles taken.

    Rows that say the same pair twice are one pair: restricted if any of them says so, else by the first rule that any fits.
    """
    arms = " ".join(f"WHEN {_condition(r)} THEN {n}" for n, r in enumerate(rules.rules))
    roles = " ".join(f"WHEN {n} THEN {'role' if r.role == 'as-given' else literal(r.role)}" for n, r in enumerate(rules.rules))
    number = f"CASE {arms} END" if arms else "NULL::INTEGER"
    role = f"CASE rule_no {roles} END" if roles else "NULL::VARCHAR"
    workbench.run(f"CREATE OR REPLACE TABLE {SPOKEN} AS SELECT DISTINCT student, person FROM {ROWS} WHERE person IS NOT NULL")
    workbench.run(f"""
        CREATE OR REPLACE TABLE {PAIRS} AS
        WITH ruled AS (
            SELECT *, {number} AS rule_no, {_type_taken(rules)} AS taken
            FROM {ROWS} WHERE student IS NOT NULL AND person IS NOT NULL AND NOT gone
        ),
        grouped AS (
            SELECT student, person, coalesce(bool_or(custody = 'restricted'), false) AS restricted,
                coalesce(bool_or(custody = 'unclear'), false) AS unclear, bool_or(taken) AS taken, min(priority) AS priority,
                min(lpad(rule_no::VARCHAR, 6, '0') || {role}) FILTER (WHERE taken AND rule_no IS NOT NULL) AS ruled
            FROM ruled GROUP BY student, person
        )
        SELECT g.student, g.person, g.priority, substr(ruled, 1, 6)::INTEGER AS rule_no, substr(ruled, 7) AS role,
            CASE WHEN restricted THEN 'restricted' WHEN unclear THEN 'custody-unclear' WHEN g.student = g.person THEN 'oneself'
                 WHEN k.id IS NULL THEN 'student-unknown' WHEN NOT taken THEN 'type-not-taken'
                 WHEN ruled IS NULL OR substr(ruled, 7) = 'none' THEN 'not-guardian'
                 WHEN substr(ruled, 7) NOT IN ({_listed(rules.roles) or "''"}) THEN 'role-not-taken' END AS verdict
        FROM grouped g LEFT JOIN (SELECT DISTINCT id FROM {KNOWN} WHERE id IS NOT NULL) k ON g.student = k.id
    """)


def _own(workbench: Workbench, rules: ContactRules) -> None:
    """The agents that users files name themselves. A restricted pair takes them out too; other rules only where asked."""
    items = (
        "SELECT feed, file, row, id AS student, trim(unnest(string_split(agents, ','))) AS person, "
        f"generate_subscripts(string_split(agents, ','), 1) AS nth FROM {KNOWN} WHERE agents IS NOT NULL"
    )
    open_verdict = "NULL"
    if rules.users_file == "by-rules":
        open_verdict = (
            f"CASE WHEN k.role IN ({_listed(GUARDIAN_ROLES)}) AND k.role NOT IN ({_listed(rules.roles) or chr(39) * 2}) "
            f"THEN 'role-not-taken' WHEN k.role IN ({_listed(GUARDIAN_ROLES)}) AND NOT ({_reachable(rules, 'k')}) "
            "THEN 'unreachable' END"
        )
    taken = "WHERE o.person <> ''" if rules.guardians == "managed" else "WHERE false"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {OWN} AS
        SELECT o.feed, o.file, o.row, o.student, o.person, min(o.nth) AS nth,
            CASE WHEN any_value(p.verdict) = 'restricted' THEN 'restricted' ELSE any_value({open_verdict}) END AS verdict
        FROM ({items}) o LEFT JOIN {PAIRS} p ON o.student = p.student AND o.person = p.person
        LEFT JOIN {KNOWN} k ON o.person = k.id {taken} GROUP BY ALL
    """)


def _reachable(rules: ContactRules, alias: str) -> str:
    """SQL: whether one of the contact points that are asked for can be used."""
    return " OR ".join(f"{alias}.use_{point} IS NOT NULL" for point in rules.needs) or "true"


def _reach(workbench: Workbench, rules: ContactRules) -> None:
    """People of whom no contact point that is asked for can be used are left out with all their pairs.

    Points are gathered over the rows of a person's open pairs; what a users file says of the same id counts too.
    """
    if not rules.needs:
        return
    points = ", ".join(f"use_{p}" for p in rules.needs)
    reachable = " OR ".join(f"use_{p} IS NOT NULL" for p in rules.needs)
    workbench.run(f"""
        UPDATE {PAIRS} SET verdict = 'unreachable' WHERE verdict IS NULL AND person NOT IN (
            SELECT person FROM (
                SELECT r.person, {points} FROM {ROWS} r JOIN {PAIRS} p ON r.student = p.student AND r.person = p.person
                WHERE p.verdict IS NULL AND NOT r.gone
                UNION ALL SELECT id, {points} FROM {KNOWN} WHERE id IS NOT NULL
            ) WHERE {reachable}
        )
    """)


def _kept(workbench: Workbench, *, whole: bool, own: bool, lookup: Lookup) -> None:
    """Make `contact_kept`: stored links of tonight's students that tonight's rows, not being whole, do not speak of.

    Where the users files carry agents themselves, only links to people who were made from pairs are kept: their own lists are whole.
    """
    workbench.run("CREATE OR REPLACE TABLE contact_kept (student VARCHAR, person VARCHAR)")
    if whole:
        return
    workbench.run(
        f'CREATE OR REPLACE TABLE contact_students AS SELECT DISTINCT id AS "sourcedId" FROM {KNOWN} WHERE id IS NOT NULL'
    )
    stored = lookup("users", "contact_students")
    workbench.run(f"""
        INSERT INTO contact_kept
        SELECT k.student, k.person FROM (
            SELECT DISTINCT "sourcedId" AS student, trim(unnest(string_split("agentSourcedIds", ','))) AS person
            FROM {stored} WHERE status = 'active' AND "agentSourcedIds" IS NOT NULL
              AND "sourcedId" IN (SELECT "sourcedId" FROM contact_students)
        ) k ANTI JOIN {SPOKEN} s ON k.student = s.student AND k.person = s.person WHERE k.person <> ''
    """)
    if own:
        workbench.run('CREATE OR REPLACE TABLE contact_kept_people AS SELECT DISTINCT person AS "sourcedId" FROM contact_kept')
        stored = lookup("users", "contact_kept_people")
        workbench.run(f"""
            DELETE FROM contact_kept WHERE person NOT IN (
                SELECT "sourcedId" FROM {stored} WHERE json_extract_string(metadata, '$.{MARK}') IS NOT NULL)
        """)


def _places(workbench: Workbench, rules: ContactRules) -> None:
    """Number each student's guardians: those of the users file as listed, then pairs by priority, then links that are kept."""
    workbench.run(f"""
        CREATE OR REPLACE TABLE {PLACES} AS
        WITH every AS (
            SELECT student, person, 0 AS origin, nth::DOUBLE AS rank, 0 AS rule_no FROM {OWN} WHERE verdict IS NULL
            UNION ALL SELECT student, person, 1, coalesce(priority, 'infinity'::DOUBLE), rule_no FROM {PAIRS} WHERE verdict IS NULL
            UNION ALL SELECT student, person, 2, 0, 0 FROM contact_kept
        ),
        once AS (
            SELECT * FROM every QUALIFY row_number() OVER (PARTITION BY student, person ORDER BY origin, rank, rule_no) = 1
        )
        SELECT *, row_number() OVER (PARTITION BY student ORDER BY origin, rank, rule_no, person) AS place FROM once
    """)
    surplus = f"EXISTS (SELECT 1 FROM {PLACES} s WHERE s.student = {{0}}.student AND s.person = {{0}}.person AND s.place > {rules.limit})"
    for table in (PAIRS, OWN):
        verdict = f"CASE WHEN {surplus.format(table)} THEN 'surplus' ELSE 'passed' END"
        workbench.run(f"UPDATE {table} SET verdict = {verdict} WHERE verdict IS NULL")
    workbench.run(f"DELETE FROM {PLACES} WHERE place > {rules.limit}")


def _verdicts(workbench: Workbench, rules: ContactRules) -> None:
    """Bring the verdicts back to the rows: the first row of a pair bears it, others only say it again."""
    names = " ".join(f"WHEN {n} THEN {literal(r.name)}" for n, r in enumerate(rules.rules))
    name = f"CASE p.rule_no {names} END" if names else "NULL::VARCHAR"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {VERDICTS} AS
        SELECT r.feed, r.file, r.row, r.student, r.person, r.made_id, r.said, r.givenName, r.familyName, p.role,
            CASE WHEN r.student IS NULL OR r.person IS NULL THEN 'incomplete' WHEN r.gone THEN 'gone'
                 WHEN row_number() OVER (PARTITION BY r.student, r.person, r.gone ORDER BY r.feed, r.row) > 1 THEN 'repeated'
                 ELSE p.verdict END AS verdict,
            {name} AS rule_name
        FROM {ROWS} r LEFT JOIN {PAIRS} p ON r.student = p.student AND r.person = p.person
    """)
