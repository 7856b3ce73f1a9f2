"""Proposals for the files of a delivery: each is read as the table that explains it best, then files are compared by their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from homeroom.layouts.proposing import meanings, writing
from homeroom.layouts.proposing.contents import look
from homeroom.layouts.proposing.guessing import Column, Guess, Reading, readings, set_apart, sure_of
from homeroom.roster.catalogue import catalogue
from homeroom.roster.words import Said, _
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import TextTable

SAMPLE = 400
"""How many rows are looked at value by value, evenly from those that were read."""
FOUND = 0.9
"""The share of ids that must stand in another file before one is said to refer to it."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One column of a file: the target that it probably fills (None: none), how sure (0 to 1), and the reasons."""

    word: str
    target: str | None
    sure: float
    why: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Layouted:
    """One proposed layout: the name of its file and its text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one file probably is. `others` are the next likely tables with their scores. `layouts`: one or several texts."""

    file: str
    table: str
    sure: float
    why: tuple[Said, ...]
    columns: tuple[ColumnProposal, ...]
    lacking: tuple[str, ...]
    others: tuple[tuple[str, float], ...]
    layouts: tuple[Layouted, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    text: TextTable
    columns: tuple[Column, ...]
    best: Reading
    others: tuple[Reading, ...]


def propose(workbench: Workbench, texts: Sequence[TextTable], name: str) -> tuple[Proposal, ...]:
    """Propose a layout for each text table; `name` is what the set shall be called."""
    seen = [_seen(workbench, text) for text in texts if text.inspected.columns]
    tables = {one.best.table for one in seen}
    linked = [replace(one, best=_without_partner(_linked(workbench, one, seen), tables)) for one in seen]
    names: dict[str, int] = {}
    return tuple(_proposal(one, name, names, _borrowed(one, linked)) for one in linked)


def declaration(name: str, proposals: Sequence[Proposal]) -> str:
    """The text of the set's own file: what is to be made because no file brings it."""
    tables = {p.table for p in proposals}
    makes = [
        maker
        for maker, made in (("schools", "orgs"), ("school-year", "academicSessions"), ("courses", "courses"))
        if made not in tables
    ]
    wanted = [m for m in makes if (m == "schools" and tables & {"users", "classes"}) or "classes" in tables]
    made = f"make = [{', '.join(f'{chr(34)}{m}{chr(34)}' for m in wanted)}]\n" if wanted else ""
    return f'name = "{name}"\ntitle = "Proposed for {name}"\nversion = "1.1"\n{made}'


def _seen(workbench: Workbench, text: TextTable) -> _Seen:
    columns = set_apart(text.file.name, tuple(_columns(workbench, text)))
    found = readings(text.file.name, columns)
    return _Seen(text, columns, found[0], tuple(found[1:]))


def _columns(workbench: Workbench, text: TextTable) -> Iterator[Column]:
    words = text.inspected.columns
    listed = ", ".join(f"c{i}" for i in range(len(words)))
    distinct = ", ".join(f"approx_count_distinct(c{i}), count(nullif(c{i}, ''))" for i in range(len(words)))
    rows, *counts = workbench.rows(f"SELECT count(*), {distinct} FROM {text.relation}")[0]
    step = max(1, rows // SAMPLE)
    sample = workbench.rows(
        f"SELECT {listed} FROM (SELECT row_number() OVER () AS n, {listed} FROM {text.relation}) WHERE n % {step} = 0"
    )
    for place, word in enumerate(words):
        judged = look([row[place] for row in sample])
        different, filled = counts[2 * place], counts[2 * place + 1]
        if "key" in judged.kinds and filled and different > 0.9 * filled:  # the estimate is off by some percent: count these
            different = workbench.value(f"SELECT count(DISTINCT c{place}) FROM {text.relation} WHERE c{place} <> ''")
        judged = replace(judged, distinct=different, seen=filled, filled=filled / rows if rows else 0.0)
        named = not text.inspected.headerless
        yield Column(place, word, judged, named, meanings.recognise(word) if named else None)


_MADE_INSTEAD = {"courseSourcedId": ("courses", "metadata.courseId"), "termSourcedIds": ("academicSessions", "metadata.termId")}
"""References of classes to what is made where no file brings it: made courses and sessions have ids of their own."""


def _without_partner(reading: Reading, tables: Collection[str]) -> Reading:
    """The reading with references to tables that no file brings put aside."""
    if reading.table != "classes":
        return reading
    taken = {}
    for target, guess in reading.taken.items():
        table, aside = _MADE_INSTEAD.get(target, ("classes", target))
        moved = table not in tables and aside != target
        why = (*guess.why, _("but no file brings {table}, so that they are made", table=table)) if moved else guess.why
        taken[aside if moved else target] = replace(guess, target=aside if moved else target, why=why)
    return replace(reading, taken=taken)


def _linked(workbench: Workbench, one: _Seen, all_: Sequence[_Seen]) -> Reading:
    """The reading with what the other files say of its references: that their ids stand there, or that they do not."""
    taken = dict(one.best.taken)
    for target, guess in taken.items():
        field = next((f for f in catalogue()[one.best.table].references if f.name == target), None)
        other = next((o for o in all_ if o is not one and field is not None and o.best.table == field.ref), None)
        if other is not None and not (field is not None and field.format.is_list):
            taken[target] = _compared(workbench, one, guess, other)
    return replace(one.best, taken=taken)


def _compared(workbench: Workbench, one: _Seen, guess: Guess, other: _Seen) -> Guess:
    name = other.text.file.name
    for target in ("sourcedId", "identifier"):
        key = other.best.taken.get(target)
        if key is None:
            continue
        share = _share(workbench, one.text.relation, guess.column.place, other.text.relation, key.column.place)
        if share >= FOUND and target == "sourcedId":
            return replace(
                guess,
                sure=0.98,
                why=(
                    *guess.why,
                    _(
                        "{share} of its ids stand in {file}, column {column}",
                        share=f"{share:.0%}",
                        file=name,
                        column=key.column.word,
                    ),
                ),
            )
        if share >= FOUND:
            doubt = _(
                "but its ids stand in {file} in column {column}, which is not taken for the key there",
                file=name,
                column=key.column.word,
            )
            return replace(guess, sure=min(guess.sure, 0.6), why=(*guess.why, doubt))
    return replace(guess, why=(*guess.why, _("few of its ids stand in {file}", file=name)))


def _share(workbench: Workbench, relation: str, place: int, other: str, key: int) -> float:
    """The share of a column's different ids that stand in a column of another file."""
    ids = f"SELECT DISTINCT c{place} AS id FROM {relation} WHERE c{place} <> '' LIMIT 2000"
    found = f"SELECT avg(CASE WHEN id IN (SELECT c{key} FROM {other}) THEN 1.0 ELSE 0.0 END) FROM ({ids})"
    return float(workbench.value(found) or 0.0)


def _borrowed(one: _Seen, all_: Sequence[_Seen]) -> writing.Borrowed | None:
    """The school of an enrollment, which many systems write only beside the class."""
    here = one.best.taken.get("classSourcedId")
    if one.best.table != "enrollments" or "schoolSourcedId" in one.best.taken or here is None or one.text.inspected.headerless:
        return None
    for other in all_:
        key, school = other.best.taken.get("sourcedId"), other.best.taken.get("schoolSourcedId")
        if other.best.table == "classes" and key and school and not other.text.inspected.headerless:
            return writing.Borrowed(
                "schoolSourcedId", other.text.file.name, school.column.word, here.column.word, key.column.word
            )
    return None


def _proposal(one: _Seen, name: str, names: dict[str, int], borrowed: writing.Borrowed | None) -> Proposal:
    best, headerless = one.best, one.text.inspected.headerless
    file = one.text.file.name

    def written(reading: Reading, what: str) -> Layouted:
        names[what] = names.get(what, 0) + 1
        own = what if names[what] == 1 else f"{what}-{names[what]}"
        text = writing.layout(f"{name}/{own}", file, reading, one.columns, headerless=headerless, borrowed=borrowed)
        return Layouted(f"{own}.toml", text)

    whose = (
        {"student": "students", "teacher": "staff", "guardian": "guardians"}.get(best.role or "")
        if best.table == "users"
        else None
    )
    beside = list(_beside(one))
    layouts = [written(best, whose or best.table), *(written(also, what) for also, what in beside)]
    return Proposal(
        file=file,
        table=best.table,
        sure=sure_of(best, one.others[0]),
        why=best.why,
        columns=tuple(_told(one.columns, best, [also for also, _what in beside])),
        lacking=best.lacking,
        others=tuple((r.table, r.score) for r in one.others[:3] if r.score > 0),
        layouts=tuple(layouts),
    )


def _beside(one: _Seen) -> Iterator[tuple[Reading, str]]:
    """Second tables in the same file: birth dates beside students, the teacher beside the class."""
    if one.best.table == "users":
        also = next(r for r in one.others if r.table == "demographics")
        key = one.best.taken.get("sourcedId")
        found = {t: g for t, g in also.taken.items() if t in ("birthDate", "sex") and g.sure >= writing.DOUBTED}
        if key is not None and found:
            yield replace(also, taken={"sourcedId": key, **also.taken, **found}, lacking=()), "demographics"
    if one.best.table == "classes":
        also = next(r for r in one.others if r.table == "enrollments")
        user = also.taken.get("userSourcedId")
        key = one.best.taken.get("sourcedId")
        if key is not None and user is not None and user.column.meaning and user.column.meaning.meaning.role == "teacher":
            taken = {"userSourcedId": user, "classSourcedId": replace(key, target="classSourcedId")}
            if "schoolSourcedId" in one.best.taken:
                taken["schoolSourcedId"] = one.best.taken["schoolSourcedId"]
            yield replace(also, taken=taken, lacking=(), role="teacher"), "teachers"


def _told(columns: Sequence[Column], best: Reading, beside: Sequence[Reading]) -> Iterator[ColumnProposal]:
    """What becomes of each column; targets of a second table of the same file are told with its name."""
    by_place = {g.column.place: (f"{also.table}.{t}", g) for also in beside for t, g in also.taken.items()}
    by_place |= {g.column.place: (t, g) for t, g in best.taken.items()}
    for column in columns:
        if column.place in by_place:
            target, guess = by_place[column.place]
            yield ColumnProposal(column.word, target, guess.sure, guess.why)
        elif meanings.is_secret(column.word):
            yield ColumnProposal(column.word, None, 0.0, (_("it holds a secret, which is never read"),))
        else:
            yield ColumnProposal(column.word, None, 0.0, (_left(column, best),))


def _left(column: Column, best: Reading) -> Said:
    if column.of_another:
        return _('it is about a guardian, not about the person of the row; a layout with table = "contacts" takes it')
    if column.meaning and (target := column.meaning.meaning.becomes.get(best.table)):
        return _("another column was taken for {target}", target=target.rstrip("~"))
    if column.meaning:
        concept = column.meaning.meaning.concept.replace("-", " ")
        return _("it looks like {concept}, which {table} does not have", concept=concept, table=best.table)
    if column.look.constant:
        return _("it holds the same value in every row")
    return _("neither its name nor its values say what it is")
