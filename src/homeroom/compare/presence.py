"""Who is there, who left, and who belongs to somebody else: the relations that a plan stands on.

Absence is proved, never assumed (law 3): only complete files remove, only what their own source wrote, only if the key of
every record of tonight could be read, and never the key of a row that was refused.
"""

from __future__ import annotations

from homeroom.roster.catalogue import Table
from homeroom.roster.codes import code
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import ISSUES, Workbench
from homeroom.workbench.values import Admitted, Lookup

STRANGER = "key-of-another-source"
"""An issue's code; among the workbench's facts, the tables of which the plan refused rows for it."""
UNKNOWN = "removal-unknown"


def nobody_left(workbench: Workbench, table: Table) -> None:
    """Begin with empty `left_T`, `kept_T` and `foreign_T`."""
    cells = ", ".join(f"NULL::VARCHAR AS {quoted(c)}" for c in (*table.columns, "status", "dateLastModified"))
    for name, columns in (
        ("left", '"sourcedId" VARCHAR, _kh UBIGINT'),
        ("foreign", '"sourcedId" VARCHAR, _file INTEGER, _row BIGINT'),
    ):
        workbench.run(f"CREATE OR REPLACE TABLE {quoted(f'{name}_{table.name}')} ({columns})")
    workbench.run(f"CREATE OR REPLACE VIEW {quoted(f'kept_{table.name}')} AS SELECT {cells} WHERE false")


def settle_whole(
    workbench: Workbench,
    table: Table,
    admitted: Admitted,
    source: int,
    lookup: Lookup,
    elsewhere: str | None,
    spared: str | None = None,
) -> str:
    """A full walk of complete files: everything stored is compared. Fills `left_T` and `kept_T`; returns `stored_T`.

    `spared`: SQL over stored_T, records of which nothing of tonight can tell whether they are gone.
    """
    name = table.name
    stored = lookup(name, None)
    left, came = quoted(f"left_{name}"), quoted(f"admitted_{name}")
    workbench.run(f"""
        INSERT INTO {left}
        SELECT s."sourcedId", hash(s."sourcedId") FROM {stored} s ANTI JOIN {came} a ON s."sourcedId" = a."sourcedId"
        WHERE s.status = 'active' AND s._source = {source} AND {_not_refused(name, "s")}
    """)
    _spare(workbench, name, stored, spared)
    _unless_provable(workbench, name, admitted)
    _unless_elsewhere(workbench, name, elsewhere)
    cells = ", ".join(f"s.{quoted(c)}" for c in table.columns)
    workbench.run(f"""
        CREATE OR REPLACE VIEW {quoted(f"kept_{name}")} AS
        SELECT {cells}, NULL::VARCHAR AS status, NULL::VARCHAR AS "dateLastModified"
        FROM {stored} s
        ANTI JOIN {came} a ON s."sourcedId" = a."sourcedId"
        ANTI JOIN {left} l ON s."sourcedId" = l."sourcedId"
        WHERE s.status = 'active' AND s._source = {source} AND {_not_spared(stored, "s", spared)}
    """)
    return stored


def settle_changed(
    workbench: Workbench,
    table: Table,
    admitted: Admitted,
    source: int,
    lookup: Lookup,
    elsewhere: str | None,
    spared: str | None = None,
) -> str | None:
    """Sifted files, or files that name single records: only those keys are looked up. None: there is no such key."""
    name = table.name
    left, came = quoted(f"left_{name}"), quoted(f"admitted_{name}")
    if not any(workbench.rows(f"SELECT 1 FROM {quoted(f'{made}_{name}')} LIMIT 1") for made in ("shaped", "gone")):
        return None
    if admitted.mode == "continuous":
        workbench.run(f"""
            INSERT INTO {left}
            SELECT "sourcedId", _kh FROM {quoted(f"gone_{name}")} g WHERE {_not_refused(name, "g")}
            UNION
            SELECT r."sourcedId", r._kh FROM {quoted(f"shaped_{name}")} r ANTI JOIN {came} a ON r._kh = a._kh
            WHERE r."sourcedId" IS NOT NULL AND {_not_refused(name, "r")}
              AND NOT EXISTS (SELECT 1 FROM {quoted(f"refused_{name}")} f WHERE f._file = r._file AND f._row = r._row)
        """)
    asked = quoted(f"asked_{name}")
    count = workbench.value(f"""
        CREATE OR REPLACE TABLE {asked} AS
        SELECT "sourcedId" FROM {came} WHERE "sourcedId" IS NOT NULL UNION ALL SELECT "sourcedId" FROM {left}
    """)
    if not count:
        return None
    stored = lookup(name, asked)
    if not admitted.provable:
        workbench.run(f"""
            DELETE FROM {left} WHERE "sourcedId" NOT IN
            (SELECT "sourcedId" FROM {stored} s WHERE s.status = 'active' AND s._source = {source})
        """)
    _spare(workbench, name, stored, spared)
    _unless_provable(workbench, name, admitted)
    _unless_elsewhere(workbench, name, elsewhere)
    return stored


def strangers(workbench: Workbench, table: Table, stored: str, family: str) -> int:
    """Refuse admitted rows whose key a source outside the family holds: fill `foreign_T`, tell an issue for each, count."""
    name = table.name
    foreign = quoted(f"foreign_{name}")
    count = workbench.value(f"""
        INSERT INTO {foreign}
        SELECT a."sourcedId", a._file, a._row FROM {quoted(f"admitted_{name}")} a JOIN {stored} s ON a."sourcedId" = s."sourcedId"
        WHERE {strange(workbench, name, family)}
    """)
    if not count:
        return 0
    workbench.facts[STRANGER, name] = True
    workbench.run(f"""
        INSERT INTO {ISSUES} (code, file, row_number, column_name, key, value, table_name, refused, cause)
        SELECT {text(code(STRANGER).code)}, _file, _row, 'sourcedId', "sourcedId", left("sourcedId", 200),
               {text(name)}, true, {text(f"{STRANGER}:{name}")}
        FROM {foreign} ORDER BY _file, _row
    """)
    return int(count)


def strange(workbench: Workbench, name: str, family: str) -> str:
    """SQL: whether a stranger holds the stored record `s`. What a person had this source take over passes (`handed_T`)."""
    held = f"s.status = 'active' AND s._source NOT IN ({family})"
    if not workbench.exists(f"handed_{name}"):
        return held
    return f'{held} AND s."sourcedId" NOT IN (SELECT "sourcedId" FROM {quoted(f"handed_{name}")})'


def tell_unknown(workbench: Workbench, table: Table, stored: str) -> int:
    """Tell of removals by name that nobody knows. Returns how many rows, strangers' apart, name a removal at all."""
    name = table.name
    named = f"""
        (SELECT a."sourcedId", a._file, a._row FROM {quoted(f"admitted_{name}")} a
         ANTI JOIN {quoted(f"foreign_{name}")} f ON a."sourcedId" = f."sourcedId" WHERE a.status = 'tobedeleted')
    """
    count = int(workbench.value(f"SELECT count(*) FROM {named}"))
    if not count:
        return 0
    workbench.run(f"""
        INSERT INTO {ISSUES} (code, file, row_number, column_name, key, value, table_name, refused, cause)
        SELECT {text(code(UNKNOWN).code)}, n._file, n._row, 'sourcedId', n."sourcedId", left(n."sourcedId", 200),
               {text(name)}, false, {text(f"{UNKNOWN}:{name}")}
        FROM {named} n ANTI JOIN {stored} s ON n."sourcedId" = s."sourcedId" ORDER BY n._file, n._row
    """)
    return count


def _not_refused(name: str, alias: str) -> str:
    refused = f'SELECT "sourcedId" FROM {quoted(f"refused_{name}")} WHERE "sourcedId" IS NOT NULL'
    return f'{alias}."sourcedId" NOT IN ({refused})'


def _spare(workbench: Workbench, name: str, stored: str, spared: str | None) -> None:
    """Whoever tonight's feeds cannot tell of has not left (law 2). They are in no snapshot either: no file carries them."""
    if spared is not None:
        left = quoted(f"left_{name}")
        workbench.run(f'DELETE FROM {left} WHERE "sourcedId" IN (SELECT "sourcedId" FROM {stored} WHERE {spared})')


def _not_spared(stored: str, alias: str, spared: str | None) -> str:
    return "true" if spared is None else f'{alias}."sourcedId" NOT IN (SELECT "sourcedId" FROM {stored} WHERE {spared})'


def _unless_provable(workbench: Workbench, name: str, admitted: Admitted) -> None:
    """Where some key of tonight is unknown, nobody has left; say how many records live on for that reason."""
    if admitted.provable:
        return
    count = workbench.value(f"SELECT count(*) FROM {quoted(f'left_{name}')}")
    if count:
        workbench.run(f"DELETE FROM {quoted(f'left_{name}')}")
        workbench.tell("absence-unprovable", table=name, count=count, what=name)


def _unless_elsewhere(workbench: Workbench, name: str, elsewhere: str | None) -> None:
    """What a file brought that did not come tonight has not left: missing is not empty (law 2)."""
    if elsewhere is not None:
        workbench.run(f'DELETE FROM {quoted(f"left_{name}")} WHERE "sourcedId" IN (SELECT "sourcedId" FROM {elsewhere})')
