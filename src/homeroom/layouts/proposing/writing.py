"""A reading of a file as the text of a layout, with what a person should look at as comments beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from homeroom.layouts.proposing.guessing import Column, Guess, Reading
from homeroom.roster.catalogue import Field, catalogue
from homeroom.roster.words import plain

DOUBTED = 0.5
"""A column that is less sure stands in the text as a comment: a person decides."""
UNKNOWN = "WHICH COLUMN?"
"""Stands for the key's column where none was found; the layout says so when it is used."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "enrollments": ("classSourcedId", "userSourcedId"),
    "gpa": ("userSourcedId", "schoolYear", "term"),
    "grades": ("userSourcedId", "courseCode", "courseSourcedId", "schoolYear", "term"),
    "course_crosswalk": ("courseCode",),
    "credentials": ("userSourcedId", "code"),
    "course_requests": ("userSourcedId", "courseCode"),
    "student_attributes": ("userSourcedId", "name"),
}
"""What the key is made of where a file has none: together they name a record for good."""
MADE: Mapping[str, tuple[str, ...]] = {
    "users": ("sourcedId", "role", "enabledUser", "username", "orgSourcedIds"),
    "classes": ("sourcedId", "classType", "courseSourcedId", "termSourcedIds"),
    "enrollments": ("sourcedId", "role"),
    **{table: ("sourcedId",) for table in KEYS if table != "enrollments"},
}
"""What is spoken of elsewhere in the text, or made by the set, so that nothing more need be said."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A target that another file of the delivery fills: its column there, and the columns on both sides that hold the same ids."""

    target: str
    file: str
    column: str
    here: str
    there: str


def layout(
    name: str,
    file: str,
    reading: Reading,
    columns: Sequence[Column],
    *,
    headerless: bool = False,
    borrowed: Borrowed | None = None,
) -> str:
    """The TOML text of a layout for this reading. It passes the language's own check."""
    lines = [f"name = {_toml(name)}", f"table = {_toml(reading.table)}", f"file = {_toml(_pattern(file))}", *_notes(reading)]
    if headerless:
        lines += ["[read]", "header = false"]
    lines += ["[map]", *_map(reading, headerless)]
    given = {t for t, g in reading.taken.items() if g.sure >= DOUBTED} | ({borrowed.target} if borrowed else set())
    lines += [f"{borrowed.target} = {_toml(f'class.{borrowed.column}')}"] if borrowed else []
    lines += list(_wanting(reading, given))
    doubted = [g for g in reading.taken.values() if g.sure < DOUBTED]
    lines += [
        f"# {_entry(t, g, reading.table, headerless)}   # {'; '.join(map(plain, g.why))}"
        for g in doubted
        for t in [g.target.partition("+")[0]]
    ]
    used = {g.column.place for g in reading.taken.values()}
    lines += [f"# not taken: {_comment(c.word)}" for c in columns if c.place not in used]
    if borrowed:
        on = f"{{ {_toml(borrowed.here)} = {_toml(borrowed.there)} }}"
        lines += ["[join.class]", f"file = {_toml(_pattern(borrowed.file))}", f"on = {on}"]
    return "\n".join(lines) + "\n"


def _wanting(reading: Reading, given: set[str]) -> Iterator[str]:
    """What the standard wants in every row and the file does not bring: said, and filled in where there is only one answer."""
    if reading.table == "classes" and "classType" not in given:
        yield 'classType = { constant = "scheduled" }'
    if wanting := [t for t in wanted(reading.table) if t not in given and t not in MADE.get(reading.table, ())]:
        yield f"# Rows without these are refused: {', '.join(wanting)}."


def wanted(table: str) -> list[str]:
    """The targets that OneRoster 1.1, by whose rules a proposed set is checked, or a dataset wants in every row."""
    return [f.name for f in catalogue()[table].model if f.required and ("1.1" in f.required or "1.1" not in f.versions)]


def _notes(reading: Reading) -> Iterator[str]:
    if reading.lacking:
        yield f"# Nothing was found for: {', '.join(reading.lacking)}."


def _map(reading: Reading, headerless: bool) -> Iterator[str]:
    taken = {t: g for t, g in reading.taken.items() if g.sure >= DOUBTED}
    if "sourcedId" not in taken:
        yield f"sourcedId = {_made_key(reading, taken)}"
    for target, guess in taken.items():
        yield from _remarks(reading.table, target, guess)
        for one in target.split("+"):
            yield _entry(one, guess, reading.table, headerless)
    if reading.table in ("users", "enrollments") and "role" not in taken:
        if reading.role:
            yield f"role = {{ constant = {_toml(reading.role)} }}"
        else:
            yield '# role = { constant = "student" }   # who are the people of this file?'


def _made_key(reading: Reading, taken: Mapping[str, Guess]) -> str:
    """A formula over the columns that name a record together, or the gap that a person must fill."""
    parts = [taken[t].column.word for t in KEYS.get(reading.table, ()) if t in taken]
    if reading.table not in KEYS or not parts or (reading.table == "enrollments" and len(parts) < 2):
        return f"{_toml(UNKNOWN)}   # the column that identifies a row for good"
    if len(parts) == 1:
        return _toml(parts[0])
    joined = " || '-' || ".join(_named(p) for p in parts)
    return f"{{ formula = {_toml(joined)} }}   # the file has no id of its own"


def _named(word: str) -> str:
    """A column's name as a formula writes it."""
    return (
        word
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word) and word.lower() not in _RESERVED
        else '"' + word.replace('"', '""') + '"'
    )


_RESERVED = {
    "select", "from", "where", "group", "order", "by", "table", "user", "end", "case", "when", "then", "else", "and", "or", "not", "in",
    "is", "null", "true", "false", "like", "between", "cast", "as", "column", "primary", "references", "section", "desc", "asc", "all",
}  # fmt: skip


def _entry(target: str, guess: Guess, table: str, headerless: bool) -> str:
    source = f"position = {guess.column.place + 1}" if headerless else f"from = {_toml(guess.column.word)}"
    recipe = recipe_for(table, target, guess)
    name = target if re.fullmatch(r"[A-Za-z]+(\.[A-Za-z]+)?", target) else _toml(target)
    if recipe:
        return f"{name} = {{ {source}, recipe = {_toml(recipe)} }}"
    return f"{name} = {{ {source} }}" if headerless else f"{name} = {_toml(guess.column.word)}"


def recipe_for(table: str, target: str, guess: Guess) -> str | None:
    """The recipe that brings this column's values into the target's form; None where they have it."""
    look, field = guess.column.look, _field(table, target)
    if "+" in guess.target:
        return f"{'given' if target == 'givenName' else 'family'}-name:last-first"
    if target in ("email", "role", "sex"):
        return {"email": "email", "role": "role-1.1", "sex": "sex"}[target]
    if target in ("phone", "sms"):
        return "phone"
    if field is None:
        return None
    if "grade" in field.codes.values():
        return "grade"
    if field.format == "date" and "date" in look.kinds:
        timed = not look.form and any(len(e) > 10 for e in look.examples)
        return f"date:{look.form}" if look.form else "date:YYYY-MM-DD" if timed else None
    if field.format == "boolean":
        return "boolean"
    if field.format == "year" and not all(re.fullmatch(r"(?:19|20)[0-9]{2}", e) for e in look.examples):
        return "school-year"
    return None


def _remarks(table: str, target: str, guess: Guess) -> Iterator[str]:
    """What a person should look at before this line is used."""
    field, look = _field(table, target), guess.column.look
    codes = (
        [c for c in {*field.codes.values()} if c not in ("grade", "userRole11", "orgRole12", "enrollmentRole", "sex11", "sex12")]
        if field
        else []
    )
    for listed in codes:
        strange = [e for e in look.examples if e not in catalogue().codes[listed].values]
        if strange:
            known = ", ".join(catalogue().codes[listed].values)
            yield f'# {_comment(", ".join(strange))} are no words of the standard ({known}): add values = {{ "..." = "..." }}'
    if target == "sourcedId" and look.seen and not look.unique:
        yield "# Values stand more than once in this column: is it the id of a row?"
    if look.form in ("MM/DD/YYYY", "DD/MM/YYYY") and all(
        int(e.split("/")[0]) < 13 and int(e.split("/")[1]) < 13 for e in look.examples
    ):
        yield "# Month and day can be told apart only by further values: look at them."


def _field(table: str, target: str) -> Field | None:
    return next((f for f in catalogue()[table].model if f.name == target), None)


def _pattern(file: str) -> str:
    """The file's name with a date in it written as one: tomorrow's file is meant too."""
    base = file.rpartition("/")[2]
    base = re.sub(r"\.gz$", "", base)
    return re.sub(r"[-_. ]?(?:19|20)\d{2}[-_.]?\d{2}[-_.]?\d{2}(?:[-_T]?\d{4,6})?", "{date}", base, count=1)


def _toml(text: str) -> str:
    """A TOML basic string; JSON's strings are such."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Text that ends no comment."""
    return "".join(c if c.isprintable() else "·" for c in text)[:120]
