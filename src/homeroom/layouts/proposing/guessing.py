"""Which table a file probably is, and which column fills which target: every table is tried, the best explanation wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from homeroom.layouts.layout import EXTENSION
from homeroom.layouts.proposing import meanings
from homeroom.layouts.proposing.contents import Look
from homeroom.roster.catalogue import Format, catalogue
from homeroom.roster.words import Said, _, in_a_row

TABLES = (
    "orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics", "gpa", "grades", "course_crosswalk",
    "credentials", "course_requests", "student_attributes",
)  # fmt: skip
"""The tables that a district's own export is likely to be; the others come from OneRoster itself, which needs no proposal."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name"),
    "academicSessions": ("sourcedId", "startDate", "endDate"),
    "courses": ("sourcedId", "title"),
    "classes": ("sourcedId", "schoolSourcedId"),
    "users": ("sourcedId", "familyName", "givenName"),
    "enrollments": ("userSourcedId", "classSourcedId"),
    "demographics": ("sourcedId", "birthDate"),
    "gpa": ("userSourcedId", "value"),
    "grades": ("userSourcedId", "mark"),
    "course_crosswalk": ("courseCode", "stateCourseCode"),
    "credentials": ("userSourcedId", "code"),
    "course_requests": ("userSourcedId", "courseCode"),
    "student_attributes": ("userSourcedId", "name", "value"),
}
"""Without these a table says little; the keys of the others can be made of them."""

BY_LOOK = (
    ("email", "users", "email", 0.6),
    ("full-name", "users", "givenName+familyName", 0.5),
    ("phone", "users", "phone", 0.5),
    ("role", "users", "role", 0.5),
)
"""What is recognised from values alone: look, table, target, how sure."""

_LOOKS = {
    Format.DATE: "date", Format.BOOLEAN: "boolean", Format.FLOAT: "number", Format.INTEGER: "number", Format.GUID: "key",
    Format.GUID_REF: "key", Format.YEAR: "school-year",
}  # fmt: skip
_SAID = {
    "key": _("ids"), "date": _("days"), "email": _("e-mail addresses"), "phone": _("phone numbers"), "grade": _("grades"), "role": _("roles"),
    "boolean": _("yes and no"), "sex": _("words for the sex"), "number": _("numbers"), "school-year": _("school years"), "name": _("names"),
    "full-name": _("names with a comma"), "list": _("lists"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its place, header word, what its values look like, and what its word means.

    `of_another`: its word says that it is about a guardian, in a file whose rows are not guardians.
    """

    place: int
    word: str
    look: Look
    named: bool
    meaning: meanings.Recognised | None
    of_another: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """One column's part in a table: how sure (0 to 1), and why."""

    column: Column
    target: str
    sure: float
    why: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read as one table. `taken` is in the table's own order of targets; `score` compares readings of one file."""

    table: str
    taken: Mapping[str, Guess]
    score: float
    why: tuple[Said, ...]
    role: str | None = None
    lacking: tuple[str, ...] = field(default=())

    @property
    def needs_met(self) -> bool:
        """Whether everything is there that the table cannot do without."""
        return not self.lacking


def readings(name: str, columns: Sequence[Column]) -> list[Reading]:
    """The file read as each table, the likeliest first."""
    hint = meanings.of_file(name)
    return sorted((_as_table(table, columns, hint) for table in TABLES), key=lambda r: -r.score)


def sure_of(best: Reading, second: Reading) -> float:
    """How sure the choice of the table is: 0 to 1, from what was met and how far the next reading is behind."""
    if best.score <= 0:
        return 0.0
    ahead = min(1.0, (best.score - max(0.0, second.score)) / best.score * 2)
    return round((0.9 if best.needs_met else 0.4) * (0.6 + 0.4 * ahead), 2)


def _as_table(table: str, columns: Sequence[Column], hint: tuple[str, str | None] | None) -> Reading:
    taken: dict[str, Guess] = {}
    for column in columns:
        guess = _guess(table, column)
        if guess and (guess.target not in taken or guess.sure > taken[guess.target].sure):
            taken[guess.target] = guess
    role = next(
        (g.column.meaning.meaning.role for g in taken.values() if g.column.meaning and g.column.meaning.meaning.role), None
    )
    why = []
    score = sum(g.sure * _weight(table, t, g) for t, g in taken.items())
    lacking = tuple(t for t in NEEDS[table] if not _has(taken, t))
    score -= 1.5 * len(lacking)
    if hint and hint[0] == table:
        score += 3
        why.append(_("the file's name says so"))
        role = hint[1] or role
    if taken:
        words = in_a_row(g.column.word for g in taken.values())
        why.append(_("{some} of {all} columns belong there: {columns}", some=len(taken), all=len(columns), columns=words))
    if lacking:
        why.append(_("nothing was found for {columns}", columns=in_a_row(lacking)))
    return Reading(
        table, dict(sorted(taken.items(), key=lambda t: _place(table, t[0]))), round(score, 3), tuple(why), role, lacking
    )


def _has(taken: Mapping[str, Guess], target: str) -> bool:
    return any(target in name.split("+") for name in taken)


def _weight(table: str, target: str, guess: Guess) -> float:
    """A key counts most, if it is one; data beyond the table's own columns tell little about the table."""
    if target.startswith(EXTENSION):
        return 0.2
    if target == "sourcedId":
        return 2.0 if guess.column.look.unique else 0.2
    return 1.5 if target in NEEDS[table] else 1.0


def _place(table: str, target: str) -> int:
    names = [f.name for f in catalogue()[table].model]
    first = target.partition("+")[0]
    return names.index(first) if first in names else len(names)


def set_apart(name: str, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns, those marked that speak of a guardian beside the person whom a row is about (see `Column.of_another`)."""
    told = meanings.of_file(name)
    others = [c for c in columns if c.named and meanings.of_guardian(c.word)]
    own = any(c.meaning and c.meaning.meaning.looks in ("key", "name", "full-name") for c in columns if c not in others)
    if not own or (told and told[1] == "guardian"):
        return tuple(columns)
    return tuple(replace(c, of_another=c in others) for c in columns)


def _guess(table: str, column: Column) -> Guess | None:
    if column.of_another:
        return None
    if column.named and (target := meanings.standard(table, column.word)):
        return _seen(table, Guess(column, target, 0.95, (_("the standard calls it so"),)))
    if column.meaning and (target := column.meaning.meaning.becomes.get(table)):
        stands_in = target.endswith("~")
        alone = _("{reason}, and nothing better is there", reason=column.meaning.why)
        why = alone if stands_in else column.meaning.why
        return _seen(table, Guess(column, target.removesuffix("~"), column.meaning.sure - (0.15 if stands_in else 0), (why,)))
    for look, where, target, sure in BY_LOOK:
        if where == table and look in column.look.kinds and "number" not in column.look.kinds and not column.meaning:
            return Guess(column, target, sure, (_("its values look like {kind}", kind=_SAID[look]),))
    return None


def _seen(table: str, guess: Guess) -> Guess:
    """The guess after a look at the values: they bear it out, or speak against it."""
    look, wanted = guess.column.look, _wanted(table, guess)
    if not look.seen:
        return Guess(guess.column, guess.target, round(guess.sure * 0.8, 2), (*guess.why, _("it is empty in what was looked at")))
    if wanted is None or wanted in ("text", "code"):
        return guess
    if wanted in look.kinds:
        return Guess(
            guess.column,
            guess.target,
            round(min(0.98, guess.sure + 0.05), 2),
            (*guess.why, _("its values look like {kind}", kind=_SAID[wanted])),
        )
    against = _("but its values do not look like {kind}", kind=_SAID[wanted])
    return Guess(guess.column, guess.target, round(guess.sure * 0.4, 2), (*guess.why, against))


def _wanted(table: str, guess: Guess) -> str | None:
    """What the values should look like."""
    known = {f.name: f for f in catalogue()[table].model}
    if guess.target in known:
        found = known[guess.target]
        lists = set(found.codes.values())
        if "grade" in lists:
            return "grade"
        if found.format in _LOOKS:
            return _LOOKS[found.format]
    return guess.column.meaning.meaning.looks if guess.column.meaning else None
