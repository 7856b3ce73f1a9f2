"""Which fields a person may hold, and whether a value that they typed may stand: the checks of the walk, over that one cell.

The same rules decide as for the files of the record's source: format, code list, required or not, references. What a file's cell
would be healed to is what is kept; what would cost a file's row or cell is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from homeroom.checks.admit import admit
from homeroom.checks.cells import LONGEST
from homeroom.checks.rules import Rules
from homeroom.roster.catalogue import Table
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import MEMBER, WHOLE
from homeroom.roster.names import quoted
from homeroom.roster.words import in_a_row
from homeroom.sync import tuning
from homeroom.sync.one_record import Record
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
        raise Misuse(
            "{table}.{field} of {key} cannot be that: {said}.",
            table=table.name,
            field=field,
            key=key,
            said=said.partition(";")[0].rstrip("."),
        )
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
        raise Misuse(
            "{field} cannot be that: it holds a control character, or more than {count} characters.",
            field=field,
            count=LONGEST,
        )
    entries = json.loads(metadata or "{}")
    entries.pop(field.removeprefix(MEMBER), None)
    if value is not None:
        entries[field.removeprefix(MEMBER)] = value
    return json.dumps(dict(sorted(entries.items())), ensure_ascii=False, separators=(",", ":")) if entries else None


def field_of(table: Table, field: str | None) -> str:
    """The word for a field that may be locked. Raises Misuse with the fields that there are."""
    if field is None or field == WHOLE:
        return WHOLE
    fields = tuple(f.name for f in table.model if f.name != "sourcedId" and not f.secret)
    member = field.startswith(MEMBER) and field != MEMBER and "metadata" in table.columns
    if field not in (*fields, *(c for c in ("metadata",) if c in table.columns)) and not member:
        raise Misuse(
            "{table} has no field {field!r} that can be locked; it has {fields} and metadata.NAME.",
            table=table.name,
            field=field,
            fields=in_a_row(fields),
        )
    return field


def kept(record: Record, bench: Workbench, word: str, value: str | None) -> tuple[str, str | None]:
    """The column of a corrected field, and the value that it will have. Raises Misuse for a value that cannot stand."""
    if word in (WHOLE, "metadata"):
        raise Misuse("a value needs the name of one field, or of one entry of the metadata: metadata.NAME.")
    if word.startswith(MEMBER):
        return "metadata", with_member(record.values["metadata"], word, value)
    return word, checked(bench, record.table, record.key, word, value, _rules(record), _lookup(record, bench))


def _rules(record: Record) -> Rules:
    """The rules of the source that wrote the record; the standard's own where none did."""
    today = record.now.astimezone(ZoneInfo(record.house.stores.control.districts.get(record.slug).timezone))
    mine = next((s for s in record.house.stores.control.sources.of(record.slug) if s.id == record.values["from_source"]), None)
    return tuning.rules(mine, today) if mine is not None else Rules(version="1.2", now=today)


def _lookup(record: Record, bench: Workbench) -> Lookup:
    def brought(table: str, wanted: str | None) -> str:
        return record.store.bring(bench, table, wanted.strip('"') if wanted is not None else None)

    return brought


def offered_of(record: Record, word: str) -> dict[str, str | None]:
    """What the source says of a field that is corrected: what it was known to say, else the value that stood there until now."""
    for hold in record.holds.values():
        if word in hold.offered:
            return {word: hold.offered[word]}
    return {word: _value(record, word)}


def _value(record: Record, word: str) -> str | None:
    """The value that a field has now."""
    if not word.startswith(MEMBER):
        return None if record.values[word] is None else str(record.values[word])
    found = json.loads(str(record.values["metadata"] or "{}")).get(word.removeprefix(MEMBER))
    return None if found is None else str(found)
