"""From files to feeds: every file is read once, whichever layouts read it or join it, and what of a table did not come is found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from homeroom.checks.rules import Rules
from homeroom.layouts import patterns
from homeroom.layouts.assessing import Match
from homeroom.layouts.choice import Choice
from homeroom.layouts.layout import Layout
from homeroom.layouts.mended import is_mended, own_columns
from homeroom.layouts.shaping import shape, tell_joined
from homeroom.reading.tables import read
from homeroom.roster.contacts import CONTACTS
from homeroom.sync import findings, mended_rows
from homeroom.sync.surplus import placer_for
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Inspected, Lookup, Mode, Sifted, TextTable

Written = Callable[[str, Callable[[str], bool], str], str | None]
"""written(table, belongs, into): the keys that files of such names wrote last, as a relation; None where there are none."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """The text tables by file number, the feeds, and what each number stands for.

    A file that two layouts of one table read has a second number for the second of them, so that its rows are told apart.
    """

    texts: Mapping[int, TextTable]
    feeds: tuple[Feed, ...]
    origins: Mapping[int, Inspected]


def shape_all(bench: Workbench, choice: Choice, kind: Mode, rules: Rules, lookup: Lookup, mark: str | None = None) -> Shaped:
    """Read every file that a layout reads or joins, and shape the feeds. Tells, once per file, what nothing reads.

    `mark` is the word of the column by which schools say that they step out.
    """
    texts = _read_all(bench, choice, rules, lookup)
    whole = {m.layout.name for m in choice.matches if not is_mended(m.inspected)}
    origins = {n: t.inspected for n, t in texts.items()}
    feeds: list[Feed] = []
    taken: set[tuple[str, int]] = set()
    told: set[int] = set()
    for match in choice.matches:
        number = match.inspected.file.number
        text = texts[number]
        # People are made from pairs: in the file of their students their rows are told apart from the students'.
        table = "users" if match.layout.table == CONTACTS else match.layout.table
        if (table, number) in taken:
            text = _again(text, max([*origins, *(i.file.number for i, _ in choice.unmatched)]) + 1)
            origins[text.file.number] = text.inspected
        taken.add((table, number))
        mode = match.mode if kind == "continuous" else kind
        mended = is_mended(match.inspected)
        if mode == "continuous" and mended and match.layout.name not in whole:
            mode = "change_notification"  # it holds the rows that were refused, and says nothing of others
        feed = shape(bench, match.layout, match.binding, text, mode, texts, _said(choice, match, told), mark)
        feeds.append(replace(feed, mended=mended))
        told.add(number)
    for look in choice.joined:
        number = look.file.number
        if number not in told and not choice.layouts.fetched:
            readers = [m for m in choice.matches if number in m.binding.arrangement.files]
            tell_joined(bench, look, _joined(choice, number), readers[0].layout.table)
    if len(origins) > len(texts):
        _name_again(bench, {n: look for n, look in origins.items() if n not in texts})
    return Shaped({n: texts.get(n) or texts[_first(choice, look)] for n, look in origins.items()}, tuple(feeds), origins)


def _read_all(bench: Workbench, choice: Choice, rules: Rules, lookup: Lookup) -> dict[int, TextTable]:
    bindings = [m.binding for m in choice.matches]
    texts: dict[int, TextTable] = {}
    for match in choice.matches:
        number = match.inspected.file.number
        if number not in texts:
            mine = [b for b in bindings if b.inspected is match.inspected]
            placers = (placer_for(bench, b, bindings, rules, lookup) for b in mine)
            text = read(bench, match.inspected, next((p for p in placers if p is not None), None))
            texts[number] = mended_rows.given_back(bench, text) if is_mended(match.inspected) else text
    for look in choice.joined:
        if look.file.number not in texts:
            texts[look.file.number] = read(bench, look)
    return texts


def _again(text: TextTable, number: int) -> TextTable:
    """The same text table under a number of its own."""
    look = text.inspected
    return replace(text, inspected=replace(look, file=replace(look.file, number=number)))


def _first(choice: Choice, look: Inspected) -> int:
    """The number under which a file was read first."""
    return next(m.inspected.file.number for m in choice.matches if m.inspected.file.path == look.file.path)


def _name_again(bench: Workbench, looks: Mapping[int, Inspected]) -> None:
    """Let findings name a file by its second number too."""
    for number, look in looks.items():
        bench.run(f"INSERT INTO {findings.FILES} VALUES (?, ?)", [str(number), look.file.name])


def _said(choice: Choice, match: Match, told: set[int]) -> frozenset[str]:
    """Words of the file of which this layout need not tell that nothing reads them: others do, or it was told before."""
    words = match.inspected.columns
    number = match.inspected.file.number
    if number in told or choice.layouts.fetched:
        return frozenset(words)
    ours = own_columns(match.inspected)
    others = {p for m in choice.matches if m.inspected is match.inspected for p in m.binding.used if p < len(words)}
    return frozenset((*ours, *(words[p] for p in others | _joined(choice, number))))


def _joined(choice: Choice, number: int) -> set[int]:
    """The positions of a file that any layout takes by joining it."""
    found: set[int] = set()
    for match in choice.matches:
        for joined in match.binding.arrangement.joins:
            if joined.inspected.file.number == number:
                width = len(joined.inspected.columns)
                found |= {p - joined.first for p in match.binding.used if joined.first <= p < joined.first + width}
    return found


def absent_files(bench: Workbench, choice: Choice, feeds: Sequence[Feed], written: Written) -> dict[str, str]:
    """For tables of which only some files came: the relation of records that the others had brought. Tells how many.

    Missing is not empty (law 2): what came from a file that did not come tonight stays as it is.
    """
    came = {f.layout for f in feeds if not f.mended or f.mode == "continuous"}
    found: dict[str, str] = {}
    for table in dict.fromkeys(f.table for f in feeds if f.mode == "continuous" and f.table != CONTACTS):
        absent = [w for w in choice.layouts.layouts if w.table == table and w.name not in came]
        present = [w for w in choice.layouts.layouts if w.table == table and w.name in came]
        if not absent:
            continue
        relation = written(table, _only(absent, present), f"elsewhere_{table}")
        if relation is not None:
            found[table] = relation
            names = ", ".join(w.files[0] for w in absent)
            count = bench.value(f"SELECT count(*) FROM {relation}")
            bench.tell("table-partial", table=table, what=table, count=count, file_missing=names)
    return found


def _only(absent: Sequence[Layout], present: Sequence[Layout]) -> Callable[[str], bool]:
    """Whether a file's name is one that an absent layout reads and no present one."""
    return lambda name: _wrote(absent, name) and not _wrote(present, name)


def hollow_files(
    bench: Workbench, choice: Choice, sifted: Mapping[str, Sifted], written: Written
) -> dict[str, tuple[tuple[str, int], ...]]:
    """For tables of several complete files: those that came without any row although records stand that they brought."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for table, mine in sifted.items():
        feeds = [f for f in mine.feeds if not f.made]
        rows = {c.file: c.rows for c in mine.counts}
        if len(feeds) < 2 or mine.mode != "continuous":
            continue
        empty = [f for f in feeds if not rows[f.text.file.number] and not f.text.unread and f.text.ragged is None]
        layouts = {f.text.file.name: [w for w in choice.layouts.layouts if w.name == f.layout] for f in empty}
        brought = {name: _brought(bench, table, w, written) for name, w in layouts.items()}
        if any(brought.values()):
            found[table] = tuple((name, count) for name, count in brought.items() if count)
    return found


def _brought(bench: Workbench, table: str, layouts: Sequence[Layout], written: Written) -> int:
    relation = written(table, lambda name: _wrote(layouts, name), f"hollow_{table}")
    return int(bench.value(f"SELECT count(*) FROM {relation}")) if relation is not None else 0


def _wrote(layouts: Sequence[Layout], name: str) -> bool:
    return any(patterns.rank(w.files, name) is not None for w in layouts)
