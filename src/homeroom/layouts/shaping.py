"""From a text table to a feed: the SELECT that gives one file's rows as rows of one roster table.

The rows stay where they are: a feed is a query that the next room runs, as often as it likes. Blank is NULL; secrets are
never selected; extension columns become one JSON text; what nothing reads is told once per file and left behind.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, replace

from homeroom.layouts.arranging import Texts, arranged_cell, shaken, steadied
from homeroom.layouts.binding import ABSENT, Binding, Bound, bind
from homeroom.layouts.cells import Cell, cells
from homeroom.layouts.layout import EXTENSION, Layout
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.staging import stage, symbols
from homeroom.layouts.valuing import dropped, marked, treated
from homeroom.roster.catalogue import digest as catalogue_digest
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.roster.report import Repair
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import DROPPED, MARK, Feed, Inspected, Mode, TextTable

__all__ = ["bind", "fingerprint", "shape"]

LISTED = 40
"""How many words one finding lists."""

_NO_TEXTS: Texts = {}
_TOLD = {"case": "header-case", "spelling": "header-spelling", "alias": "header-alias", "near-miss": "header-near-miss"}


def shape(
    workbench: Workbench,
    layout: Layout,
    binding: Binding,
    text: TextTable,
    mode: Mode,
    texts: Texts = _NO_TEXTS,
    told: frozenset[str] = frozenset(),
    mark: str | None = None,
) -> Feed:
    """The feed of one file by one layout. Tells repaired header words and unused columns as issues of the file.

    `texts` are the delivery's other text tables, of which the layout's joins take theirs. `told` are words of the file of which
    nothing more is to be said: another layout reads them, or they were told as unused before. `mark`: the word of the column by which
    a school says that it steps out; it is read beside the layout's own columns, and never stored by it.
    """
    doubtful = any(shaken(texts[j.inspected.file.number]) for j in binding.arrangement.joins)
    if doubtful:
        binding = steadied(workbench, binding, texts)
    marking = _marking(binding, mark) if mark else None
    tell(workbench, binding, told | ({binding.arrangement.words[marking]} if marking is not None else set()))
    columns = targets(binding)
    key = next((b for b in binding.bound if b.target == "sourcedId"), None)
    own_key = key is not None and key.source.plain and not layout.rows.each and _is_own(binding, key)
    healed = _healed(binding)
    mended = replace(text, repairs=(*text.repairs, *healed)) if healed else text
    if layout.rearranged and not binding.empty:
        cell = arranged_cell(binding.arrangement, text)
        select = ", ".join(_listed(binding, cell, marking))
        mended, select = stage(workbench, binding, mended, texts, select, condition(binding, cell), columns)
        mended = replace(mended, doubtful=doubtful)
    else:
        select = _select(binding, text, marking)
    return Feed(
        text=mended,
        layout=layout.name,
        table=layout.table,
        columns=columns,
        select=select,
        mode=mode,
        headers=tuple((b.target, _header(binding, b)) for b in binding.bound if b.cell is not None),
        key_cell=key.cell if key and own_key else None,
        unused=binding.unused,
        fingerprint=fingerprint(binding, mode),
        members=members(binding),
        mapped=tuple(marked(binding)),
        drops=any(b.source.drops for b in binding.bound),
        marked=marking is not None,
    )


def _is_own(binding: Binding, bound: Bound) -> bool:
    return bound.cell is not None and bound.cell < binding.arrangement.width


def targets(binding: Binding) -> tuple[str, ...]:
    """The columns that the feed delivers: those bound, then `metadata` where anything feeds it."""
    if binding.empty:
        return ("sourcedId",)
    plain = tuple(b.target for b in binding.bound if not b.target.startswith(EXTENSION))
    return (*plain, "metadata") if len(plain) < len(binding.bound) or binding.extensions else plain


def members(binding: Binding) -> tuple[str, ...]:
    """The names inside `metadata` that the file delivers, sorted."""
    mapped = {b.target.removeprefix(EXTENSION) for b in binding.bound if b.target.startswith(EXTENSION)}
    return tuple(sorted(mapped | {name for name, _ in binding.extensions}))


def fingerprint(binding: Binding, mode: Mode) -> str:
    """What the feed's values depend on beside the file's cells: equal fingerprints and equal cells give equal rows.

    Covers the layout's text, the columns by name (not by position), the SQL made from them, hints, mode and catalogue.
    """
    words = binding.arrangement.words
    symbolic = list(_expressions(binding, lambda position: quoted(words[position])))
    parts: list[object] = [
        binding.layout.text,
        asdict(binding.layout.hints),
        symbolic,
        condition(binding, lambda p: quoted(words[p])),
        mode,
    ]
    if binding.layout.rearranged:
        parts.append(symbols(binding))
    return hashlib.sha256(json.dumps([*parts, catalogue_digest()], ensure_ascii=False).encode()).hexdigest()


def _marking(binding: Binding, mark: str) -> int | None:
    """The position of the column that is called so in any spelling: `metadata.` or a table's name before it count as nothing."""
    if binding.empty or binding.layout.table != "orgs":
        return None
    last = (cleaned(re.split(r"[.\]]", word)[-1]) for word in binding.arrangement.words)
    return next((position for position, word in enumerate(last) if word == cleaned(mark)), None)


def _select(binding: Binding, text: TextTable, marking: int | None) -> str:
    if binding.empty:
        places = "0::BIGINT AS _row, 0::BIGINT AS _line, " if text.numbered else ""
        return f'SELECT {places}true AS _keep, NULL::VARCHAR AS "sourcedId" WHERE false'
    cell = cells(text)
    numbers = ["_row", "_line"] if text.numbered else []
    listed = ", ".join([*numbers, f"{condition(binding, cell)} AS _keep", *_listed(binding, cell, marking)])
    return f"SELECT {listed} FROM {text.relation}"


def _listed(binding: Binding, cell: Cell, marking: int | None) -> list[str]:
    """The select list of the delivered columns, led by the number of values that value maps dropped, where any may, and by the mark."""
    raw = ((b, _untreated(b, binding, cell)) for b in binding.bound if b.source.drops)
    drops = [dropped(binding, b, value) for b, value in raw if value is not None]
    counted = [f"({' + '.join(f'{sql}::INTEGER' for sql in drops)}) AS {DROPPED}"] if drops else []
    marked = [f"{cell(marking)} AS {MARK}"] if marking is not None else []
    return [*counted, *marked, *(f"{sql} AS {quoted(name)}" for name, sql in _expressions(binding, cell))]


def condition(binding: Binding, cell: Cell) -> str:
    """SQL: whether the layout's `[keep]` takes a row. For a layout that rearranges its rows, over the arranged cells."""
    if binding.layout.keep is None:
        return "true"
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for layouts that have formulas

    return formulas.compile_condition(binding.layout.keep, _named(binding, cell))


def _named(binding: Binding, cell: Cell) -> dict[str, str]:
    """The columns that formulas may name, with their SQL."""
    return {name: "NULL::VARCHAR" if position == ABSENT else cell(position) for name, position in binding.reads}


def _expressions(binding: Binding, cell: Cell) -> Iterator[tuple[str, str]]:
    """Each delivered column with its SQL, in order."""
    inner = {name: cell(position) for name, position in binding.extensions}
    for bound in binding.bound:
        if bound.target.startswith(EXTENSION):
            inner[bound.target.removeprefix(EXTENSION)] = _value(bound, binding, cell)
        else:
            yield bound.target, _value(bound, binding, cell)
    if inner:
        yield "metadata", metadata(inner)


def metadata(members: dict[str, str]) -> str:
    """SQL for one JSON object as text: members sorted by name, blank ones left out, NULL when none is left."""
    listed = ", ".join(
        f"{literal(json.dumps(name, ensure_ascii=False) + ':')} || to_json({members[name]})" for name in sorted(members)
    )
    return f"nullif('{{' || concat_ws(',', {listed}) || '}}', '{{}}')"


def _value(bound: Bound, binding: Binding, cell: Cell) -> str:
    raw = _untreated(bound, binding, cell)
    return literal(bound.source.constant or "") if raw is None else treated(bound, binding, raw)


def _untreated(bound: Bound, binding: Binding, cell: Cell) -> str | None:
    """The value of a target before padding, value map and recipe; None for a constant."""
    if bound.source.constant is not None:
        return None
    if bound.source.formula is not None:
        from homeroom.layouts import formulas  # see condition

        return f"nullif({formulas.compile(bound.source.formula, _named(binding, cell))}, '')"
    assert bound.cell is not None
    return cell(bound.cell)


def _header(binding: Binding, bound: Bound) -> str:
    assert bound.cell is not None
    header = binding.inspected.header
    return header[bound.cell] if bound.cell < len(header) else bound.word or bound.target


def _healed(binding: Binding) -> tuple[Repair, ...]:
    told = [_TOLD[b.how] for b in binding.bound if b.how in _TOLD]
    told += ["secret-column-dropped" for word in binding.unused if _secret(binding, word)]
    return tuple(Repair(code, told.count(code)) for code in dict.fromkeys(told))


def tell(workbench: Workbench, binding: Binding, told: frozenset[str] = frozenset()) -> None:
    """Put what the binding did to a file's header into the issue table: repairs, formulas without columns, unused columns.

    The password column that the standard itself lists is counted among the file's repairs only: every complete OneRoster file
    has it, and an issue that comes every night is soon read by nobody.
    """
    number, table = binding.inspected.file.number, binding.layout.table
    for bound in binding.bound:
        if code := _TOLD.get(bound.how):
            assert bound.cell is not None
            joined = binding.arrangement.joined(bound.cell)
            file, word = (joined.inspected.file.number, bound.word) if joined else (number, _header(binding, bound))
            name = bound.source.names[0]
            # An export all in capitals is one finding, not one for each of its words.
            cause = f"header-case:{file}" if code == "header-case" else None
            workbench.tell(code, file=file, column=word, table=table, cause=cause, meant=name)
    for target, missed in binding.uncomputed:
        word = binding.spoken(missed)
        workbench.tell("formula-column-missing", file=number, column=word, table=table, target=target)
    left: dict[str, list[str]] = {}
    for word in (w for w in binding.unused if w not in told and not _secret(binding, w)):
        left.setdefault(_why(binding, word), []).append(word)
    for why, words in left.items():
        _tell_unused(workbench, number, table, words, why)


def _tell_unused(workbench: Workbench, number: int, table: str, words: list[str], why: str) -> None:
    more = f" and {len(words) - LISTED} more" if len(words) > LISTED else ""
    if words:
        workbench.tell("column-unused", file=number, table=table, columns=", ".join(words[:LISTED]) + more, why=why)


def _secret(binding: Binding, word: str) -> bool:
    return cleaned(word) in {cleaned(f.name) for f in binding.layout.of.fields if f.secret}


def _why(binding: Binding, word: str) -> str:
    if cleaned(word) in {cleaned(w) for w in binding.layout.ignored}:
        return "left out on purpose"
    return "no line of the layout names them"


def tell_joined(workbench: Workbench, inspected: Inspected, read: Collection[int], table: str) -> None:
    """Tell of a file that only serves to be joined which of its columns nothing reads; `read` are the positions of the others."""
    words = [w for i, w in enumerate(inspected.columns) if i not in read]
    _tell_unused(workbench, inspected.file.number, table, words, "no join takes them")
