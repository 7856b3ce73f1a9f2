"""Whether a value that a person typed may stand in a record: the checks of the walk, over that one cell.

The same rules decide as for the files of the record's source: format, code list, required or not, references. What a file's cell
would be healed to is what is kept; what would cost a file's row or cell is refused.
"""

from __future__ import annotations

import json
from pathlib import Path

from homeroom.checks.admit import admit
from homeroom.checks.cells import LONGEST
from homeroom.checks.rules import Rules
from homeroom.roster.catalogue import Table
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import MEMBER
from homeroom.roster.names import quoted
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, FeedCount, Inspected, Lookup, Sifted, SourceFile, TextTable

_FILE = SourceFile(0, "by hand", Path("by-hand"), 0)
_NOTHING = 'SELECT NULL::VARCHAR AS "sourcedId", NULL::UBIGINT AS _kh WHERE false'


def checked(bench: Workbench, table: Table, key: str, field: str, value: str | None, rules: Rules, lookup: Lookup) -> str | None:
    """The value as it is kept; None is blank. Raises Misuse, with the words of the issue list, for one that cannot stand."""
    columns = ("sourcedId", field)
    bench.run(
        f"CREATE OR REPLACE TABLE {quoted(f'shaped_{table.name}')} AS SELECT 0::INTEGER AS _file, 1::BIGINT AS _row, "
        f'hash(k) AS _kh, hash(v) AS _rh, k AS "sourcedId", v AS {quoted(field)} FROM (SELECT ?::VARCHAR AS k, ?::VARCHAR AS v)',
        [key, value],
    )
    for name in ("unchanged", "gone"):
        bench.run(f"CREATE OR REPLACE VIEW {quoted(f'{name}_{table.name}')} AS {_NOTHING}")
    admit(bench, table, _sifted(table, columns), rules, lookup)
    wrong = bench.rows(
        f"SELECT code, value, detail FROM {quoted(f'found_{table.name}')} WHERE effect IN ('refuse', 'patch', 'ignore') ORDER BY effect DESC"
    )
    if wrong:
        name, what, detail = wrong[0]
        shown = what if table.field(field).ref else "the given text"  # ids may be named, other values are a child's data
        said = code(name).say(key=key, column=field, value=shown, table=table.name, **json.loads(detail or "{}"))
        raise Misuse(f"{table.name}.{field} of {key} cannot be that: {said.partition(';')[0].rstrip('.')}.")
    kept = bench.value(f"SELECT {quoted(field)} FROM {quoted(f'admitted_{table.name}')}")
    return None if kept is None else str(kept)


def _sifted(table: Table, columns: tuple[str, ...]) -> Sifted:
    """One record that came as a single one: it says nothing of any other."""
    inspected = Inspected(_FILE, columns, columns, "utf-8", False, ",", True, "lf", 0)
    text = TextTable(inspected, quoted(f"shaped_{table.name}"), False, 1)
    select = f"SELECT true AS _keep, {', '.join(map(quoted, columns))} FROM {text.relation}"
    feed = Feed(text, "by hand", table.name, columns, select, mode="delta")
    return Sifted(table.name, columns, "delta", True, 0, (FeedCount(0, 1, 0),), (feed,))


def with_member(metadata: str | None, field: str, value: str | None) -> str | None:
    """The metadata with one entry set, or taken out where the value is blank; sorted and written as the layouts write it.

    Raises Misuse for a text that no cell could hold.
    """
    if value is not None and (len(value) > LONGEST or any(ord(sign) < 32 for sign in value)):
        raise Misuse(f"{field} cannot be that: it holds a control character, or more than {LONGEST:,} characters.")
    entries = json.loads(metadata or "{}")
    entries.pop(field.removeprefix(MEMBER), None)
    if value is not None:
        entries[field.removeprefix(MEMBER)] = value
    return json.dumps(dict(sorted(entries.items())), ensure_ascii=False, separators=(",", ":")) if entries else None
