"""What tonight brings and what is not written: told row by row, counted for the report, remembered for those who locked it.

`note` makes `withheld_T` before the plan is made. Rows in it count as looked at but not as taken: the snapshot keeps them under
another hash, so that they are compared again every night, told again, and written as soon as nothing holds them any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from homeroom.compare.merging import Meeting
from homeroom.compare.ownership import entry_of
from homeroom.roster.codes import code
from homeroom.roster.holding import CODES, JOINED, MEMBER, WHOLE
from homeroom.roster.names import quoted, text
from homeroom.roster.report import Withheld, WithheldExample
from homeroom.workbench.bench import ISSUES, TOTALS, Workbench

EXAMPLES = 5
"""Records that the report names for each table and reason."""
CAP = 1_000
"""Rows that the issue table keeps per table and reason; the counts are exact."""
OFFERS = "offers"
"""The workbench relation of what the source says of fields that a person holds: table, sourcedId, field, offered (JSON or NULL)."""


def note(workbench: Workbench, meeting: Meeting, stored: str, pairs: str) -> None:
    """Make `withheld_T` of a table of which something is held. `pairs` is a condition on admitted rows `a` and stored rows `s`."""
    name, holds = meeting.table.name, meeting.holds
    fields = [_whole(meeting, c) for c in meeting.compared if holds.held(c) is not None]
    if holds.by_member and "metadata" in meeting.delivered:
        fields.append(_members(meeting))
    archived = "[{'field': 'status', 'reason': 'archived', 'entry': NULL::VARCHAR, 'offered': 'active', 'kept': s.status}]"
    found = f"CASE WHEN {holds.archived()} THEN {archived} ELSE {_concat(fields)} END" if holds.locks else _concat(fields)
    some = "true" if holds.created else "s.locked IS NOT NULL"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {quoted(f"withheld_{name}")} AS
        SELECT "sourcedId", _kh, _file, _row, w.field, w.reason, w.entry, w.offered, w.kept FROM (
            SELECT a."sourcedId", a._kh, a._file, a._row, unnest({found}) AS w
            FROM {quoted(f"admitted_{name}")} a JOIN {stored} s ON a."sourcedId" = s."sourcedId" WHERE {some} AND {pairs}
        )
    """)
    if holds.locks:
        _remember(workbench, meeting, stored, pairs)


def _whole(meeting: Meeting, column: str) -> str:
    """A list with the column, if it differs and is held; else an empty one."""
    holds = meeting.holds
    said = f"""{{'field': {text(column)}, 'reason': {holds.why(column)}, 'entry': {holds.entry(column)},
        'offered': {meeting.offered(column)}, 'kept': s.{quoted(column)}}}"""
    return f"CASE WHEN {meeting.distinct(column)} AND {holds.held(column)} THEN [{said}] ELSE [] END"


def _members(meeting: Meeting) -> str:
    """A list of the held entries of the metadata that differ."""
    holds, metadata = meeting.holds, meeting.said("metadata")
    own = f"coalesce(json_contains(s.locked, to_json({text(MEMBER)} || m)), false)" if holds.locks else "false"
    entry = f"coalesce(CASE WHEN {own} THEN {text(MEMBER)} || m END, {holds.entry('metadata')})"
    return f"""list_transform({holds.contested(metadata)}, lambda m: {{'field': {text(MEMBER)} || m,
        'reason': CASE WHEN {entry} IS NULL THEN 'create-only' ELSE 'locked' END, 'entry': {entry},
        'offered': {entry_of(metadata, "m")}, 'kept': {entry_of("s.metadata", "m")}}})"""


def _concat(lists: Sequence[str]) -> str:
    return f"flatten([{', '.join(lists)}])" if lists else "[]"


def _remember(workbench: Workbench, meeting: Meeting, stored: str, pairs: str) -> None:
    """Add to `offers` what tonight says of everything that a person holds, NULL where it says the same."""
    name = meeting.table.name
    workbench.run(f'CREATE TABLE IF NOT EXISTS {OFFERS} ("table" VARCHAR, "sourcedId" VARCHAR, field VARCHAR, offered VARCHAR)')
    came = [*meeting.compared, WHOLE, JOINED]
    delivered = f"(word IN ({', '.join(map(text, came))})" + (
        f" OR starts_with(word, {text(MEMBER)}))" if "metadata" in meeting.delivered else ")"
    )
    listed = "to_json(map_from_entries(list({'key': field, 'value': offered} ORDER BY field)))"
    workbench.run(f"""
        INSERT INTO {OFFERS}
        WITH held AS (
            SELECT a."sourcedId", unnest(from_json(s.locked, '["VARCHAR"]')) AS word
            FROM {quoted(f"admitted_{name}")} a JOIN {stored} s ON a."sourcedId" = s."sourcedId"
            WHERE s.locked IS NOT NULL AND {pairs}
        ), said AS (
            SELECT "sourcedId", entry, {listed}::VARCHAR AS offered
            FROM {quoted(f"withheld_{name}")} WHERE entry IS NOT NULL GROUP BY ALL
        )
        SELECT {text(name)}, h."sourcedId", h.word, s.offered
        FROM held h LEFT JOIN said s ON h."sourcedId" = s."sourcedId" AND h.word = s.entry WHERE {delivered}
    """)


def tell(workbench: Workbench, table: str) -> tuple[Withheld, ...]:
    """Put a finding for each withheld value into the issue table, and count them by reason."""
    if not workbench.exists(f"withheld_{table}"):
        return ()
    withheld = quoted(f"withheld_{table}")
    cases = " ".join(f"WHEN {text(why)} THEN {text(code(name).code)}" for why, name in CODES.items())
    rows = f"SELECT *, CASE reason {cases} END AS code FROM {withheld}"
    cause = f"code || {text(f':withheld:{table}')}"
    totals = f"SELECT code, _file, NULL, {text(table)}, {cause}, false, count(*) FROM ({rows}) GROUP BY code, _file"
    workbench.run(f"INSERT INTO {TOTALS} {totals}")
    workbench.run(f"""
        INSERT INTO {ISSUES} (code, file, row_number, column_name, key, value, table_name, refused, cause)
        SELECT code, _file, _row, field, "sourcedId", left(offered, 200), {text(table)}, false, {cause} FROM ({rows})
        QUALIFY row_number() OVER (PARTITION BY code ORDER BY _file, _row, field) <= {CAP} ORDER BY _file, _row, field
    """)
    return tuple(counted(workbench, table))


def counted(workbench: Workbench, table: str) -> Iterator[Withheld]:
    """How much was withheld of a table, by reason, with the first records by key. Asks only for sourcedId, field and reason."""
    withheld = quoted(f"withheld_{table}")
    counts = workbench.rows(f'SELECT reason, count(DISTINCT "sourcedId"), count(*) FROM {withheld} GROUP BY ALL ORDER BY ALL')
    for reason, records, values in counts:
        first = workbench.rows(
            f'SELECT "sourcedId", to_json(list(field ORDER BY field)) FROM {withheld} WHERE reason = {text(reason)} '
            f'GROUP BY ALL ORDER BY "sourcedId" LIMIT {EXAMPLES}'
        )
        examples = tuple(WithheldExample(key, tuple(json.loads(fields))) for key, fields in first)
        yield Withheld(table, reason, CODES[reason], records, values, examples)


def under_another_hash(workbench: Workbench, table: str, rows: str) -> str:
    """FROM item: accepted rows for the snapshot, those of which something was withheld under a hash that no file's row has."""
    if not workbench.exists(f"withheld_{table}"):
        return rows
    held = f"SELECT DISTINCT _kh FROM {quoted(f'withheld_{table}')}"
    hashed = "CASE WHEN h._kh IS NULL THEN r._rh ELSE xor(r._rh, 2::UBIGINT) END AS _rh"
    return f"(SELECT r.* REPLACE ({hashed}) FROM {rows} r LEFT JOIN ({held}) h ON r._kh = h._kh)"


def news(workbench: Workbench, table: str, rows: str) -> str:
    """FROM item: those of the rows that last night's snapshot does not hold already. Withheld ones mostly are the same every night."""
    if not workbench.exists(f"withheld_{table}"):
        return rows
    same = "a._rh = l._rh AND a._told IS NOT DISTINCT FROM l._told AND a._mended IS NOT DISTINCT FROM l._mended"
    return f"(SELECT a.* FROM {rows} a ANTI JOIN {quoted(f'last_{table}')} l ON a._kh = l._kh AND {same})"
