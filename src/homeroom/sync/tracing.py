"""Where somebody's rows stand in a stored delivery, and what becomes of each: from the file's line to the rule. Nothing is written.

As a preview, this takes the very walk of an import, up to the plan, against the roster as it stands. The words that are looked for go
into the workbench only, as parameters; they are in no log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.layouts.cells import cells
from homeroom.layouts.contacts.judging import VERDICTS
from homeroom.layouts.contacts.telling import LEFT_OUT
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.layouts.schools.standing import OUT
from homeroom.layouts.schools.stepping import skipped
from homeroom.layouts.shaping import condition
from homeroom.reading.lines import lines
from homeroom.reading.tables import read
from homeroom.roster.codes import code
from homeroom.roster.faults import Refused
from homeroom.roster.names import quoted
from homeroom.roster.report import Reason
from homeroom.store.finding import folded
from homeroom.store.issues import IssueRow
from homeroom.sync import ending, findings
from homeroom.sync.house import House
from homeroom.sync.walk import Walked, walk
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, TextTable

MOST = 5
"""Rows that are followed; whoever has more of them is asked for another word."""
SETTINGS = ("office-left-out", "other-school", "held-by-other-school", "class-not-restored")
"""Codes under which a source's settings leave rows out; they are told once for each file."""

Fate = str
"""accepted, refused, unused (no layout reads the file), kept-out (the layout's rule), contact (a contact rule), school (it
steps out), setting, repeated, leaving."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was found, and its fate. `key` is the record's id as the roster has it.

    `rule` is the layout's `[keep]` formula, `cells` the columns that it asks with what stands in them. `school` is the one that steps
    out, with `rule` in its own words. `code` and `says` are of the finding that refused the row or set it aside.
    """

    file: str
    line: int | None
    fate: Fate
    layout: str | None = None
    key: str | None = None
    rule: str | None = None
    cells: tuple[tuple[str, str | None], ...] = ()
    school: str | None = None
    code: str | None = None
    says: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What a delivery says of somebody. `reason`: the whole delivery cannot be taken; then no row could be followed."""

    layouts: str | None
    rows: tuple[Row, ...]
    more: bool = False
    reason: Reason | None = None


def trace(house: House, slug: str, delivery: int, term: str, now: datetime) -> Trace:
    """Follow the rows of people of whom all words of `term` stand in a row, in one delivery.

    A number that fills a cell goes before whole words, and these before beginnings of words. Raises Refused("delivery_gone").
    """
    sealed = sealed_delivery(house, slug, delivery)
    source = house.stores.control.sources.get(house.stores.roster(slug).deliveries.get(delivery).source)
    room = room_for(house, sealed.size)
    with (
        claim(house.settings.work, f"{slug}-trace-{delivery}") as folder,
        Workbench(folder.path, memory_mb=room["memory_mb"], threads=room["threads"]) as bench,
    ):
        ground = ground_of(house, slug, source, "continuous", bench, now, None)
        files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
        try:
            walked = walk(bench, files, replace(ground, snapshots={}), lambda step: None)
        except Refused as refusal:
            return Trace(ground.wanted, (), reason=ending.reason_of(refusal))
        found = list(_found(bench, walked, folded(term).split()))
        best = min((rank for rank, *_ in found), default=0)
        rows = [_followed(bench, walked, text, feed, row) for rank, text, feed, row in found if rank == best]
        rows = rows or _contacts(bench, walked, folded(term).split())
        return Trace(walked.choice.layouts.name, tuple(rows[:MOST]), len(rows) > MOST)


def _found(bench: Workbench, walked: Walked, words: Sequence[str]) -> Iterator[tuple[int, TextTable, Feed | None, int]]:
    """(rank, text table, feed, record number) of the rows in the files of people; and in files that nothing reads."""
    for feed in walked.feeds:
        if feed.table == "users" and not feed.made:
            text = walked.texts[feed.text.file.number]
            for rank, row in _rows(bench, text, words):
                yield rank, text, feed, row
    for look, _ in walked.choice.unmatched:
        if look.fault is None and look.columns:
            text = read(bench, look)
            for rank, row in _rows(bench, text, words):
                yield rank, text, None, row


def _rows(bench: Workbench, text: TextTable, words: Sequence[str]) -> list[tuple[int, int]]:
    secret = [n for n, word in enumerate(text.inspected.columns) if is_secret(word)]
    shown = [f"c{n}" for n in range(len(text.inspected.columns)) if n not in secret]
    if not shown or not words:
        return []
    number = "_row" if text.numbered else "row_number() OVER ()"
    inner = f"SELECT {number} AS _row, [{', '.join(shown)}]::VARCHAR[] AS said FROM {text.relation}"
    if text.ragged:
        # A row of the wrong width may have any cell anywhere: from the first secret column on nothing of it is looked at.
        cells_of = f"cells[:{secret[0]}]" if secret else "cells"
        inner += f" UNION ALL SELECT row_number, {cells_of} FROM {text.ragged}"
    return bench.rows(
        f"""
        WITH rows AS ({inner}),
             plain AS (SELECT _row, list_transform(said, lambda cell: coalesce(trim({_plain("cell")}), '')) AS said FROM rows),
             joined AS (SELECT _row, said, ' ' || array_to_string(said, ' ') || ' ' AS line FROM plain)
        SELECT CASE WHEN list_contains(said, ?) THEN 0 WHEN {" AND ".join("contains(line, ?)" for _ in words)} THEN 1 ELSE 2 END, _row
        FROM joined WHERE {" AND ".join("contains(line, ?)" for _ in words)} ORDER BY 1, 2 LIMIT {MOST + 1}
        """,
        [" ".join(words), *(f" {w} " for w in words), *(f" {w}" for w in words)],
    )


def _plain(text: str) -> str:
    """SQL: text as it is compared, as `store.finding.folded` does it."""
    return f"regexp_replace(regexp_replace(strip_accents(lower({text})), '[''’ʻ`]', '', 'g'), '[-–,\\s]+', ' ', 'g')"


def _contacts(bench: Workbench, walked: Walked, words: Sequence[str]) -> list[Row]:
    """Rows that name somebody as a student's contact, where no row of people was found: taken in, or left out by a contact rule."""
    if not bench.exists(VERDICTS) or not words:
        return []
    said = "' ' || " + _plain("concat_ws(' ', person, givenName, familyName)") + " || ' '"
    found = bench.rows(
        f"SELECT feed, row, person, verdict FROM {VERDICTS} WHERE {' AND '.join(f'contains({said}, ?)' for _ in words)} "
        f"ORDER BY feed, row LIMIT {MOST + 1}",
        [f" {word}" for word in words],
    )
    rules, rows = {verdict.word: verdict for verdict in LEFT_OUT}, []
    for number, row, person, verdict in found:
        feed = walked.contacts.files[number].feed
        text = walked.texts[feed.text.file.number]
        here = Row(text.file.name, _line(bench, text, row), "accepted", layout=feed.layout, key=person)
        rule = rules.get(verdict)
        rows.append(here if rule is None else replace(here, fate="contact", code=rule.code, says=rule.meaning))
    return rows


def _followed(bench: Workbench, walked: Walked, text: TextTable, feed: Feed | None, row: int) -> Row:
    """What became of one row."""
    line = _line(bench, text, row)
    if feed is None:
        why = next(w for look, w in walked.choice.unmatched if look.file.number == text.file.number)
        return Row(text.file.name, line, "unused", says=why)
    here = Row(text.file.name, line, "accepted", layout=feed.layout)
    file = feed.text.file.number
    refused = bench.rows(f"SELECT sourcedId FROM {quoted(f'refused_{feed.table}')} WHERE _file = ? AND _row = ?", [file, row])
    if refused:
        return replace(_told(bench, here, file, row), fate="refused", key=refused[0][0])
    numbered = feed.select if feed.text.numbered else f"SELECT row_number() OVER () AS _row, * FROM ({feed.select})"
    seen = bench.rows(f'SELECT _keep, "sourcedId" FROM ({numbered}) WHERE _row = ?', [row])
    if not seen:
        return _told(bench, replace(here, fate="setting"), file, row)
    kept, key = seen[0]
    here = replace(here, key=key)
    if not kept:
        return _left_out(bench, walked, text, feed, row, here)
    if bench.rows(f'SELECT 1 FROM {quoted(f"departed_{feed.table}")} WHERE "sourcedId" = ?', [key]):
        return replace(here, fate="leaving")
    if not bench.rows(f"SELECT 1 FROM {quoted(f'admitted_{feed.table}')} WHERE _file = ? AND _row = ?", [file, row]):
        return _told(bench, replace(here, fate="repeated"), file, row)
    return here


def _left_out(bench: Workbench, walked: Walked, text: TextTable, feed: Feed, row: int, here: Row) -> Row:
    """By which rule a row is left out: the layout's own, a school that steps out, a setting of the source."""
    match = next(
        m for m in walked.choice.matches if m.layout.name == feed.layout and m.inspected.file.path == text.inspected.file.path
    )
    keep, binding = match.layout.keep, match.binding
    if keep is not None:
        columns = text.inspected.columns
        own = [(n, at) for n, at in binding.reads if 0 <= at < len(columns) and _names(keep, n) and not is_secret(columns[at])]
        cell = cells(text)
        asked = ", ".join(["NULL" if match.layout.rearranged else condition(binding, cell), *(cell(at) for _, at in own)])
        number = "_row" if text.numbered else "row_number() OVER ()"
        found = bench.rows(
            f"SELECT * EXCLUDE (_n) FROM (SELECT {number} AS _n, {asked} FROM {text.relation}) WHERE _n = ?", [row]
        )
        if found and not found[0][0]:
            words = [columns[at] for _, at in own]
            return replace(here, fate="kept-out", rule=keep, cells=tuple(zip(words, found[0][1:], strict=True)))
    if bench.exists("skipped_users"):
        out = bench.rows(
            f'SELECT s.school, o.rule FROM {skipped("users")} s LEFT JOIN {OUT} o ON o."sourcedId" = s.school '
            'WHERE s."sourcedId" = ? AND s._file = ?',
            [here.key, feed.text.file.number],
        )
        if out:
            return replace(here, fate="school", school=out[0][0], rule=out[0][1])
    told = [i for i in findings.of_row(bench, feed.text.file.number, None) if i[0] in SETTINGS]
    return (
        replace(here, fate="setting", code=told[0][0], says=code(told[0][0]).meaning) if told else replace(here, fate="setting")
    )


def _names(formula: str, name: str) -> bool:
    """Whether a formula speaks of a column."""
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", formula, re.IGNORECASE) is not None


def _told(bench: Workbench, here: Row, file: int, row: int) -> Row:
    """The row with the finding that decided about it: an error before anything else."""
    told = sorted(findings.of_row(bench, file, row), key=lambda issue: code(issue[0]).severity != "error")
    if not told:
        return here
    name, column, key, value, table, detail = told[0]
    said = IssueRow(0, name, "", here.file, here.line, column, key, value, detail, table, True, 1, None).told()
    return replace(here, code=name, says=said.message, remedy=said.remedy)


def _line(bench: Workbench, text: TextTable, row: int) -> int | None:
    if text.ragged:
        found = bench.rows(f"SELECT line FROM {text.ragged} WHERE row_number = ?", [row])
        if found:
            return int(found[0][0])
    return lines(text, [row]).get(row)
