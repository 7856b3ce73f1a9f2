"""Making: the feeds that come of the pairs that pass.

- a users feed for each pairs file: every person once, told under the file and line that named the person first;
- `agentSourcedIds` of the students, in the feeds of the users files themselves;
- a roles feed for people whom a users file already knows in another role (a teacher who is also a mother): the same id is one
  user with both roles. Two ids stay two users.

Where rows of one id give different names, each version is made, so that the checks believe none of them. Where they give
different contact points, the row of the best priority is taken and the difference is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from homeroom.layouts.contacts.elsewhere import BEFORE, SCHOOLS
from homeroom.layouts.contacts.judging import OWN, PAIRS, PLACES
from homeroom.layouts.contacts.pairs import KNOWN, ROWS, folded, numbered
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.layouts.shaping import metadata
from homeroom.roster.contacts import GUARDIAN_ROLES, MARK
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import DROPPED, Feed

PEOPLE = "contact_people"
_GUARDIANS = ", ".join(literal(r) for r in GUARDIAN_ROLES)
_MAYBE = ("middleName", "email", "sms", "phone")
"""Columns that the users feed has only where some pairs feed delivers them: one that did not come says nothing."""


_POINTS = ("email", "sms", "phone")
_FACTS = (*_POINTS, *(f"use_{p}" for p in _POINTS), "language")
"""What rows of one person may say differently."""


def make_people(workbench: Workbench) -> None:
    """Make `contact_people`: the people who pass and whom no users file brings itself, one row for each version of the name.

    Plain smallest and largest values are taken first: for nearly everybody they are the same, and only the others are looked
    at row by row. Sorting within each of a hundred thousand people takes more memory than an import has.
    """
    _make_passing(workbench)
    extremes = ", ".join(f"min({c}) AS {c}, max({c}) AS most_{c}" for c in _FACTS)
    unlike = " OR ".join(f"{c} <> most_{c}" for c in _FACTS)
    workbench.run(f"""
        CREATE OR REPLACE TABLE contact_facts AS
        SELECT * EXCLUDE ({", ".join(f"most_{c}" for c in _FACTS)}), coalesce({unlike}, false) AS unlike,
            coalesce(use_email <> most_use_email OR use_sms <> most_use_sms, false) AS differ
        FROM (
            SELECT person, substr(least(min(coded), min(b.coded_before)), 7) AS role, bool_and(made_id) AS made_id, {extremes}
            FROM contact_passing LEFT JOIN (SELECT person, coded AS coded_before FROM {BEFORE}) b USING (person) GROUP BY person
        )
    """)
    chosen = ", ".join(f"{c} = b.{c}" for c in _FACTS)
    best = ", ".join(f"{_best(c)} AS {c}" for c in _FACTS)
    rows = "SELECT * FROM contact_passing SEMI JOIN (SELECT person FROM contact_facts WHERE unlike) USING (person)"
    workbench.run(f"UPDATE contact_facts SET {chosen} FROM (SELECT person, {best} FROM ({rows}) GROUP BY person) b "
                  "WHERE contact_facts.person = b.person")  # fmt: skip
    shared = "SELECT {0} AS point FROM contact_facts WHERE {0} IS NOT NULL GROUP BY {0} HAVING count(*) > 1"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {PEOPLE} AS
        WITH versions AS (
            SELECT person, min(givenName) AS givenName, min(middleName) AS middleName, min(familyName) AS familyName,
                min(feed * {_FEED} + row) AS place
            FROM contact_passing GROUP BY person, {folded("concat_ws(chr(124), givenName, familyName)")}
        )
        SELECT (v.place // {_FEED})::INTEGER AS feed, v.place % {_FEED} AS row, f.*, o.orgs, v.givenName, v.middleName, v.familyName,
            m.point IS NOT NULL AS shared_email, s.point IS NOT NULL AS shared_sms
        FROM contact_facts f JOIN versions v ON f.person = v.person LEFT JOIN ({_orgs()}) o ON f.person = o.person
        LEFT JOIN ({shared.format("use_email")}) m ON f.use_email = m.point
        LEFT JOIN ({shared.format("use_sms")}) s ON f.use_sms = s.point
        WHERE f.person NOT IN (SELECT id FROM {KNOWN} WHERE id IS NOT NULL)
        ORDER BY 1, 2, f.person
    """)
    for name in ("contact_passing", "contact_facts"):
        workbench.run(f"DROP TABLE {name}")


_FEED = 1 << 40
"""Place of a row among all feeds: feed times this, plus row."""


def _make_passing(workbench: Workbench) -> None:
    """Make `contact_passing`: the rows of pairs that pass; `coded` is rule and role in one text that sorts by the rule."""
    workbench.run(f"""
        CREATE OR REPLACE TABLE contact_passing AS
        SELECT r.person, r.feed::BIGINT AS feed, r.row::BIGINT AS row, r.givenName, r.middleName, r.familyName, r.email, r.sms, r.phone,
            r.use_email, r.use_sms, r.use_phone, r.language, r.made_id, lpad(p.rule_no::VARCHAR, 6, '0') || p.role AS coded,
            coalesce(r.priority, 'infinity'::DOUBLE) AS rank
        FROM {ROWS} r JOIN {PAIRS} p ON r.student = p.student AND r.person = p.person
        WHERE p.verdict = 'passed' AND NOT r.gone
    """)


def _orgs() -> str:
    """SELECT person, orgs: the schools of all students of a person. Nearly everybody has one."""
    items = (
        f"SELECT DISTINCT p.person, trim(unnest(string_split(k.orgs, ','))) AS org FROM {PAIRS} p JOIN {KNOWN} k ON p.student = k.id "
        f"WHERE p.verdict = 'passed' UNION SELECT person, org FROM {SCHOOLS}"
    )
    grouped = f"SELECT person, min(org) AS least, max(org) AS most FROM ({items}) WHERE org <> '' GROUP BY person"
    several = (
        f"SELECT person, string_agg(org, ',' ORDER BY org) AS orgs FROM ({items}) WHERE org <> '' "
        f"AND person IN (SELECT person FROM ({grouped}) WHERE least <> most) GROUP BY person"
    )
    return f"SELECT person, least AS orgs FROM ({grouped}) WHERE least = most UNION ALL {several}"


def _best(column: str) -> str:
    """SQL: a person's value of a column, of the row with the best priority; among equals the first as text."""
    usable = f"use_{column} IS NULL" if column in _POINTS else "false"
    return f"min(struct_pack(u := {usable}, p := rank, v := {column})) FILTER (WHERE {column} IS NOT NULL).v"


def users_feeds(pairs: Sequence[Feed], rules: ContactRules, parents: Sequence[Feed], refused: int, marks: Marks) -> list[Feed]:
    """The users feeds of the people, one for each pairs feed. `refused`: rows of pairs that nobody could use."""
    come = {c for f in pairs for c in f.columns}
    made = []
    for number, feed in enumerate(pairs):
        values = {
            "sourcedId": "person",
            "enabledUser": "'true'",
            "orgSourcedIds": "orgs",
            "role": "role",
            "username": "person",
            "givenName": "givenName",
            "familyName": "familyName",
            **{c: c for c in _MAYBE if c in come},
            "metadata": _metadata(feed, marks),
        }
        made.append(
            replace(
                _feed(feed, "users", values, f"SELECT * FROM {PEOPLE} WHERE feed = {number}", rules, [*pairs, *parents], refused),
                members=(*_ALONE, *_TOGETHER) if feed.mode == "continuous" else _ALONE,
            )
        )
    return made


_ALONE, _TOGETHER = (MARK, "language", "madeId"), ("sharedEmail", "sharedSms")
"""The names inside metadata that a person's row speaks for: always, and where everybody's rows are there to be compared."""
Marks = Mapping[str, str]
"""Layout of a pairs feed -> the mark of the people made from it, which is the layout's name but for a change notification's."""


def _metadata(feed: Feed, marks: Marks) -> str:
    yes = "CASE WHEN {} THEN 'true' END"
    alone = {MARK: literal(marks.get(feed.layout, feed.layout)), "language": "language", "madeId": yes.format("made_id")}
    together = {"sharedEmail": yes.format("shared_email"), "sharedSms": yes.format("shared_sms")}
    return metadata(alone | (together if feed.mode == "continuous" else {}))


def roles_feeds(
    workbench: Workbench, pairs: Sequence[Feed], rules: ContactRules, parents: Sequence[Feed], refused: int, marks: Marks
) -> list[Feed]:
    """The second roles of people whom a users file knows as something else, and the first beside them where users.csv says it."""
    ladder = "CASE k.role WHEN 'administrator' THEN 'siteAdministrator' ELSE k.role END"
    workbench.run(f"""
        CREATE OR REPLACE TABLE contact_roles AS
        WITH dual AS (
            SELECT p.person, p.student, p.role, k.role AS first, k.orgs, min(struct_pack(feed := r.feed, row := r.row)) AS place
            FROM {PAIRS} p JOIN {KNOWN} k ON p.person = k.id
            JOIN {ROWS} r ON r.student = p.student AND r.person = p.person AND NOT r.gone
            WHERE p.verdict = 'passed' AND k.role NOT IN ({_GUARDIANS}) GROUP BY ALL
        ),
        listed AS (
            SELECT person, 'secondary' AS kind, b.role, trim(unnest(string_split(k.orgs, ','))) AS org, place
            FROM dual b JOIN {KNOWN} k ON b.student = k.id
            UNION ALL
            SELECT person, 'primary', {ladder.replace("k.role", "first")}, trim(unnest(string_split(orgs, ','))), place FROM dual
            WHERE {"false" if _roles_come(parents) else "true"}
        )
        SELECT person, kind, role, org, min(place).feed AS feed, min(place).row AS row
        FROM listed WHERE org <> '' GROUP BY person, kind, role, org ORDER BY feed, row, person, kind, role, org
    """)
    made = []
    for number, feed in enumerate(pairs):
        if not workbench.value(f"SELECT count(*) FROM contact_roles WHERE feed = {number}"):
            continue
        values = {
            "sourcedId": "'R-' || person || '-' || role || '-' || org",
            "userSourcedId": "person",
            "roleType": "kind",
            "role": "role",
            "orgSourcedId": "org",
            "metadata": metadata({MARK: literal(marks.get(feed.layout, feed.layout))}),
        }
        relation = f"SELECT * FROM contact_roles WHERE feed = {number}"
        made.append(_feed(feed, "roles", values, relation, rules, [*pairs, *parents], refused))
    return made


def _roles_come(parents: Sequence[Feed]) -> bool:
    return any(f.table == "roles" for f in parents)


def make_links(workbench: Workbench, limit: int) -> None:
    """Make `contact_links`: each student's guardians as one list, at most `limit`."""
    placed = ", ".join(f"max(person) FILTER (WHERE place = {n})" for n in range(1, limit + 1))
    workbench.run(f"""
        CREATE OR REPLACE TABLE contact_links AS
        SELECT student, concat_ws(',', {placed}) AS agents FROM {PLACES} GROUP BY student
    """)


def make_dropped(workbench: Workbench) -> int:
    """Make `contact_dropped`: guardians of users files whom the rules leave out with every student that names them."""
    return int(
        workbench.value(f"""
            CREATE OR REPLACE TABLE contact_dropped AS
            SELECT o.person AS id, min(o.verdict) AS verdict FROM {OWN} o JOIN {KNOWN} k ON o.person = k.id AND k.role IN ({_GUARDIANS})
            WHERE k.feed IS NOT NULL GROUP BY o.person HAVING bool_and(o.verdict IS NOT NULL AND o.verdict <> 'passed')
        """)
    )


def linked(feed: Feed, parents: Sequence[Feed], rules: ContactRules, *, without: bool) -> Feed:
    """A users file's feed with the agents that the rules give. `without`: some of its own guardians are dropped."""
    columns = feed.columns if "agentSourcedIds" in feed.columns else (*feed.columns, "agentSourcedIds")
    drops = f", s.{DROPPED}" if feed.drops else ""
    listed = ", ".join('l.agents AS "agentSourcedIds"' if c == "agentSourcedIds" else f"s.{quoted(c)}" for c in columns)
    keep = 's._keep AND coalesce(s."sourcedId" NOT IN (SELECT id FROM contact_dropped), true)' if without else "s._keep"
    select = (
        f"SELECT s._row, s._line, {keep} AS _keep{drops}, {listed} FROM ({numbered(feed)}) s "
        'LEFT JOIN contact_links l ON s."sourcedId" = l.student'
    )
    return rewritten(feed, columns, select, [rules.fingerprint, *(f.fingerprint for f in parents)])


def rewritten(feed: Feed, columns: tuple[str, ...], select: str, parts: Sequence[str], spares: str = "") -> Feed:
    """A feed with another select, whose rows bring their own number."""
    digest = hashlib.sha256("\n".join([feed.fingerprint, *columns, *parts, spares]).encode()).hexdigest()
    text = replace(feed.text, relation=f"({select})", numbered=True, by_line=None)
    return replace(feed, text=text, columns=columns, select=select, fingerprint=digest, spares=spares or feed.spares)


def _feed(
    cause: Feed, table: str, values: Mapping[str, str], relation: str, rules: ContactRules, parents: Sequence[Feed], refused: int
) -> Feed:
    listed = ", ".join(f"({sql})::VARCHAR AS {quoted(column)}" for column, sql in values.items())
    select = f"SELECT row::BIGINT AS _row, NULL::BIGINT AS _line, true AS _keep, {listed} FROM ({relation})"
    parts = [table, *values, *values.values(), rules.fingerprint, *sorted(f.fingerprint for f in parents)]
    unread = sum(f.text.unread + (f.text.ragged is not None) for f in [cause]) + refused
    return Feed(
        text=replace(cause.text, relation=f"({select})", numbered=True, rows=None, ragged=None, unread=unread, by_line=None),
        layout=cause.layout,
        table=table,
        columns=tuple(values),
        select=select,
        mode=cause.mode,
        headers=tuple((c, w) for c, w in cause.headers if c in values and c != "sourcedId"),
        made=True,
        fingerprint=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
    )
