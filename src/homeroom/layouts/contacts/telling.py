"""Telling: who was left out, and by which rule, as findings and as the table of the report. Every row of pairs is counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homeroom.layouts.contacts.judging import OWN, VERDICTS
from homeroom.layouts.contacts.pairs import KNOWN
from homeroom.layouts.contacts.people import PEOPLE
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.roster.names import text as literal
from homeroom.roster.report import ContactRule, ContactsReport
from homeroom.workbench.bench import ISSUES, TOTALS, Workbench
from homeroom.workbench.values import Feed

MOST = 1_000
"""Rows that the issue list keeps of one finding in one file; `homeroom contacts` shows all of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a row of pairs made nobody a guardian. `effect`: whether the row counts as refused or as ignored."""

    word: str
    code: str
    meaning: str
    refused: bool = False


LEFT_OUT = (
    Verdict("incomplete", "contact-incomplete", "The row names no student, or neither an id nor a name of the contact.", True),
    Verdict("restricted", "contact-restricted", "The custody record restricts the contact. This is asked before any other rule."),
    Verdict("custody-unclear", "contact-custody-unclear", "The custody record has a word that the word list does not know."),
    Verdict("oneself", "contact-of-oneself", "The student is named as the student's own contact."),
    Verdict("student-unknown", "contact-student-unknown", "The student is not in tonight's files."),
    Verdict("type-not-taken", "contact-type", "Contacts of this kind are not taken."),
    Verdict("not-guardian", "contact-not-guardian", "No rule makes the contact a guardian."),
    Verdict("role-not-taken", "contact-role", "Contacts of this role are not taken."),
    Verdict("unreachable", "contact-unreachable", "The contact has no e-mail address or phone that can be used."),
    Verdict("surplus", "contact-surplus", "The student has as many guardians already as there may be."),
    Verdict("gone", "contact-gone", "The row says that the pair is no longer one."),
    Verdict("repeated", "contact-repeated", "The pair stands in the files once more."),
)
"""Every verdict that leaves a row out, in the order in which the questions are asked."""


def tell(workbench: Workbench, feeds: Sequence[Feed]) -> None:
    """Put who was left out into the issue table: each row findable, told as one finding for each rule."""
    found = {word for (word,) in workbench.rows(f"SELECT DISTINCT verdict FROM {VERDICTS}")}
    for verdict in (v for v in LEFT_OUT if v.word in found):
        where = f"verdict = {literal(verdict.word)}"
        said = "coalesce(said, '')" if verdict.word == "not-guardian" else "NULL::VARCHAR"
        _insert(
            workbench,
            verdict.code,
            f"SELECT file, row, person AS key, {said} AS value, json_object('student', coalesce(student, ''), "
            f"'relationship', coalesce(said, 'none')) AS detail FROM {VERDICTS} WHERE {where}",
            refused=verdict.refused,
        )
    own = {word for (word,) in workbench.rows(f"SELECT DISTINCT verdict FROM {OWN}")}
    for word, code in (("restricted", "contact-restricted"), ("role-not-taken", "contact-role"),
                       ("unreachable", "contact-unreachable"), ("surplus", "contact-surplus")):  # fmt: skip
        if word not in own:
            continue
        _insert(
            workbench,
            code,
            "SELECT file, row, person AS key, student AS value, json_object('student', student, 'relationship', 'none') AS detail "
            f"FROM {OWN} WHERE verdict = {literal(word)} AND file IS NOT NULL",
            cause="own",
        )
    files = " ".join(f"WHEN {n} THEN {f.text.file.number}" for n, f in enumerate(feeds))
    place = f"CASE feed {files} END AS file, row, person AS key, NULL::VARCHAR AS value" if files else ""
    if not files:
        return
    told = {"contact-facts-differ": "differ", "contact-id-made": "made_id", "contact-point-shared": "shared_email OR shared_sms"}
    *counts, points = workbench.rows(f"SELECT {', '.join(f'count_if({w})' for w in told.values())}, {_POINTS} FROM {PEOPLE}")[0]
    for (code, where), count in zip(told.items(), counts, strict=True):
        if count:
            _insert(workbench, code, f"SELECT {place}, NULL::VARCHAR AS detail FROM {PEOPLE} WHERE {where}")
    if points and workbench.rows(f"{_SEVERAL} LIMIT 1"):
        _insert(workbench, "contacts-alike", _alike(place))


_POINTS = "count_if(use_email IS NOT NULL AND use_sms IS NOT NULL)"
"""SQL: how many people have all that by which two of them are taken to be alike."""


_LOOKS = "lower(concat_ws(chr(124), givenName, familyName)) || chr(10) || use_email || chr(10) || use_sms"
_EVERYONE = f"SELECT person, {_LOOKS} AS looks FROM {PEOPLE} UNION ALL SELECT id, {_LOOKS} FROM {KNOWN}"
_SEVERAL = f"SELECT looks FROM ({_EVERYONE}) WHERE looks IS NOT NULL GROUP BY looks HAVING count(*) > 1"


def _alike(place: str) -> str:
    """People of different ids whose name, e-mail address and phone all agree: told, never merged."""
    groups = (
        "SELECT looks, list(DISTINCT person ORDER BY person) AS ids "
        f"FROM ({_EVERYONE}) WHERE looks IN ({_SEVERAL}) GROUP BY looks HAVING count(DISTINCT person) > 1"
    )
    other = "array_to_string(list_filter(ids, lambda i: i <> person)[:3], ' and ')"
    return (
        f"SELECT {place}, json_object('other', {other}) AS detail "
        f"FROM (SELECT *, {_LOOKS} AS looks FROM {PEOPLE}) p JOIN ({groups}) g ON p.looks = g.looks"
    )


def _insert(workbench: Workbench, code: str, select: str, *, refused: bool = False, cause: str = "") -> None:
    """Insert findings from `file, row, key, value, detail`; beyond MOST of a file only their number is kept."""
    told = literal(f"{code}:{cause}" if cause else code)
    flag = "true" if refused else "false"
    count = workbench.value(f"""
        INSERT INTO {ISSUES} (code, file, row_number, key, value, detail, table_name, refused, cause)
        SELECT {literal(code)}, file, row, key, left(value, 200), detail, 'contacts', {flag}, {told}
        FROM ({select}) QUALIFY row_number() OVER (PARTITION BY file ORDER BY row, key) <= {MOST} ORDER BY file, row
    """)
    if not count:
        return
    workbench.run(f"""
        INSERT INTO {TOTALS}
        SELECT {literal(code)}, file, NULL, 'contacts', {told}, {flag}, count(*) FROM ({select}) GROUP BY file
    """)


def report(workbench: Workbench, rules: ContactRules) -> ContactsReport:
    """The table of the rules: how many rows of pairs each decided, passed and left out. They add up to the rows read."""
    counted = workbench.rows(f"SELECT verdict, rule_name, count(*) FROM {VERDICTS} WHERE verdict IS NOT NULL GROUP BY ALL")
    passed = {name: count for verdict, name, count in counted if verdict == "passed"}
    by_name = {name: count for verdict, name, count in counted if verdict == "not-guardian"}
    left: dict[str, int] = {}
    for verdict, _, count in counted:
        if verdict != "passed":
            left[verdict] = left.get(verdict, 0) + count
    told = []
    for rule in rules.rules:
        out = by_name.get(rule.name, 0) if rule.role == "none" else 0
        told.append(
            ContactRule(rule.name, rule.meaning, rule.role, passed.get(rule.name, 0) + out, passed.get(rule.name, 0), out)
        )
    named = sum(r.left_out for r in told)
    for verdict in LEFT_OUT:
        count = left.get(verdict.word, 0) - (named if verdict.word == "not-guardian" else 0)
        told.append(ContactRule(verdict.word, verdict.meaning, None, count, 0, count))
    refused = left.get("incomplete", 0)
    people, shared = workbench.rows(
        f"SELECT count(DISTINCT person), count(DISTINCT person) FILTER (WHERE shared_email OR shared_sms) FROM {PEOPLE}"
    )[0]
    return ContactsReport(
        pairs=sum(r.pairs for r in told),
        passed=sum(passed.values()),
        left_out=sum(left.values()) - refused,
        refused=refused,
        people=people,
        shared=shared,
        rules=tuple(told),
    )
