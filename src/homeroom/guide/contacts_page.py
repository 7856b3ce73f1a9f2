"""The page of the contact rules: what a layout may say of a contact, the keys of contacts.toml, the ready rules and word lists.

Made from the very values that decide, so that what a district is told is what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homeroom.layouts.contacts.reading import KEYS, LARGEST, RULE
from homeroom.layouts.contacts.rules import GUARDIANS, POINTS, ROLES, RULES, USERS_FILE, Rule, ready
from homeroom.layouts.contacts.telling import LEFT_OUT
from homeroom.roster.contacts import CONTACTS, GUARDIAN_ROLES, meanings, pairs

INTRODUCTION = f"""
A layout with `table = "{CONTACTS}"` reads pairs of a student and a contact. The contact rules decide which of them become guardians: users with the
role parent, guardian or relative, and `agentSourcedIds` of the student. [How it works](../explanation/contacts.md) ·
[Choose who becomes a guardian](../howto/choose-who-becomes-a-guardian.md)
"""
_SETS: Mapping[str, str] = {
    "limit": f"How many guardians a student has at most, from 1 to {LARGEST}.",
    "needs": f"A guardian has at least one of these that can be used: {', '.join(POINTS)}. An empty list asks for none.",
    "roles": f"Which roles are taken, of {', '.join(GUARDIAN_ROLES)}.",
    "types": "Kinds of contact that are taken, after the word list. An empty list takes all but `never_types`.",
    "never_types": "Kinds of contact that are never taken.",
    "guardians": f"Who manages guardians: {', '.join(f'`{g}`' for g in GUARDIANS)}. `managed`: users.csv and pairs. `separate-file`: pairs "
    "only, guardians in users.csv are ignored. `not-managed`: people; nothing about guardians is added, changed or removed.",
    "users_file": f"Guardians that users.csv itself brings: {', '.join(f'`{u}`' for u in USERS_FILE)}. By rules, `roles`, `needs` and `limit` hold "
    "for them too. A restricted pair takes an agent out with both.",
    "rule": "The rules, each in a section `[[rule]]`. Those of a set take the place of all ready rules.",
    "words": "Word lists: `[words.relationship]`, `[words.type]`, `[words.custody]`; each word with its spellings. They are added to the ready ones. "
    "Capital letters, accents and signs between words do not matter.",
}
_RULE: Mapping[str, str] = {
    "name": "The name under which the report counts.",
    "meaning": "A sentence for people.",
    "role": f"What the contact becomes: {', '.join(f'`{r}`' for r in ROLES)}. `as-given`: the export's own role. `none`: left out by this rule.",
    "given": "The export itself says one of these roles.",
    "relationship": "The relationship, after the word list, is one of these.",
    "legal_guardian": 'The mark of the legal guardian is one of `true`, `false`, `"absent"` (blank, or no such column).',
    "types": "The kind of contact, after the word list, is one of these.",
    "when": "A [formula](layout-language.md#formulas) over the columns of the pair says yes; columns that the word lists know are "
    "compared after them.",
}


def page_lines() -> Iterator[str]:
    """The lines of the page, without its mark at the top."""
    yield from ["# Contact rules", "", INTRODUCTION.strip(), "", "## Columns of a pair", "", "| column | meaning |", "|---|---|"]
    told = meanings()
    yield from (f"| `{f.name}`{' (must be mapped)' if f.name == 'student' else ''} | {told[f.name]} |" for f in pairs().fields)
    yield from [
        "",
        f"## Keys of {RULES}",
        "",
        "The file lies in the set's folder and says only what differs from the ready rules.",
        "",
    ]
    yield from ["| key | means | ready |", "|---|---|---|"]
    yield from (f"| `{key}` | {_SETS[key]} | {_ready(key)} |" for key in KEYS)
    yield from ["", "## Keys of a rule", "", "All conditions that a rule states must hold. The first rule that fits decides.", ""]
    yield from ["| key | means |", "|---|---|", *(f"| `{key}` | {_RULE[key]} |" for key in RULE)]
    yield from ["", "## The ready rules", "", "| | rule | becomes | meaning |", "|---|---|---|---|"]
    yield from (f"| {n} | `{r.name}` | {_becomes(r)} | {r.meaning} |" for n, r in enumerate(ready().rules, 1))
    yield from ["", "Nobody else becomes a guardian.", "", "## Why a contact is left out", "", *_reasons()]
    yield from ["", "## The ready word lists"]
    for column, words in ready().words.items():
        yield from ["", f"### {column}", "", "| word | spellings |", "|---|---|"]
        yield from (f"| `{word}` | {', '.join(spellings)} |" for word, spellings in words.items())


def _ready(key: str) -> str:
    if key in ("rule", "words"):
        return "below"
    value = getattr(ready(), key)
    return ", ".join(f"`{v}`" for v in value) or "none" if isinstance(value, tuple) else f"`{value}`"


def _becomes(rule: Rule) -> str:
    return "as given" if rule.role == "as-given" else f"`{rule.role}`"


def _reasons() -> Iterator[str]:
    yield "The questions are asked in this order, and the first that leaves a contact out decides."
    yield from ["", "| rule in the report | why | finding |", "|---|---|---|"]
    yield from (f"| `{v.word}` | {v.meaning} | [`{v.code}`](issues/{v.code}.md) |" for v in LEFT_OUT)
