"""What a vendor would write in an afternoon: the same nightly job with pandas and SQLite. Idiomatic, vectorised, honest.

`python benchmarks/pandas_sync.py FOLDER DATABASE` reads the OneRoster 1.1 files of FOLDER, checks required cells, codes, dates,
booleans, duplicates and references, compares with the live records of DATABASE, and writes additions, updates, soft deletes,
a log of changes with old values and the issues in one transaction. It keeps a hash of each row, so that only changed rows are
compared in full. It prints what it did as JSON. Rows that are refused keep the record of last night.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Table:
    """A file and its rules. `references` and `lists` name the table that a column points to."""

    name: str
    required: tuple[str, ...]
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()


ROLES = ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
TABLES = (
    Table(
        "orgs",
        ("sourcedId", "name", "type"),
        {"type": ("department", "school", "district", "local", "state", "national")},
        references={"parentSourcedId": "orgs"},
    ),
    Table(
        "academicSessions",
        ("sourcedId", "title", "type", "startDate", "endDate", "schoolYear"),
        {"type": ("gradingPeriod", "semester", "schoolYear", "term")},
        dates=("startDate", "endDate"),
        references={"parentSourcedId": "academicSessions"},
    ),
    Table(
        "courses",
        ("sourcedId", "title", "orgSourcedId"),
        references={"schoolYearSourcedId": "academicSessions", "orgSourcedId": "orgs"},
    ),
    Table(
        "classes",
        ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"),
        {"classType": ("homeroom", "scheduled")},
        references={"courseSourcedId": "courses", "schoolSourcedId": "orgs"},
        lists={"termSourcedIds": "academicSessions"},
        indexes=("schoolSourcedId", "courseSourcedId"),
    ),
    Table(
        "users",
        ("sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName"),
        {"role": ROLES},
        booleans=("enabledUser",),
        lists={"orgSourcedIds": "orgs", "agentSourcedIds": "users"},
        indexes=("role",),
    ),
    Table(
        "enrollments",
        ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
        {"role": ("administrator", "proctor", "student", "teacher")},
        dates=("beginDate", "endDate"),
        booleans=("primary",),
        references={"classSourcedId": "classes", "schoolSourcedId": "orgs", "userSourcedId": "users"},
        indexes=("classSourcedId", "userSourcedId", "schoolSourcedId"),
    ),
)


class Issues:
    """Findings of one file: a mask of refused rows and the list of what was found."""

    def __init__(self, table: Table, frame: pd.DataFrame) -> None:
        self.table, self.frame = table, frame
        self.bad = np.zeros(len(frame), dtype=bool)
        self.rows: list[tuple[str, int, str, str, str]] = []

    def tell(self, mask: pd.Series, column: str, rule: str) -> None:
        """Refuse the rows of the mask and remember line, column, rule and value."""
        found = mask.to_numpy()
        if found.any():
            places = np.flatnonzero(found)
            values = self.frame[column].to_numpy()[places]
            self.rows += [(self.table.name, int(p) + 2, column, rule, v) for p, v in zip(places, values, strict=True)]
            self.bad |= found


def check(table: Table, frame: pd.DataFrame, known: dict[str, pd.Index]) -> Issues:
    """Every rule of one file. `known` holds the usable keys of the tables that were done before."""
    issues = Issues(table, frame)
    for column in table.required:
        issues.tell(frame[column].eq(""), column, "required")
    for column, words in table.codes.items():
        issues.tell(~frame[column].isin([*words, ""]), column, "code")
    for column in table.dates:
        filled = frame[column].ne("")
        day = pd.to_datetime(frame[column].where(filled), format="%Y-%m-%d", errors="coerce", cache=True)
        issues.tell(filled & day.isna(), column, "date")
    for column in table.booleans:
        issues.tell(~frame[column].isin(["true", "false", ""]), column, "boolean")
    issues.tell(frame["sourcedId"].duplicated(keep=False), "sourcedId", "duplicate")
    known = known | {table.name: known[table.name].append(pd.Index(frame["sourcedId"][~issues.bad]))}
    for column, other in table.references.items():
        filled = frame[column].ne("")
        issues.tell(filled & ~frame[column].isin(known[other]), column, "reference")
    for column, other in table.lists.items():
        items = frame.loc[frame[column].ne(""), column].str.split(",").explode()
        wrong = items.index[~items.isin(known[other])]
        issues.tell(pd.Series(frame.index.isin(wrong), index=frame.index), column, "reference")
    return issues


def sync_table(con: sqlite3.Connection, table: Table, folder: Path, known: dict[str, pd.Index], run: int) -> dict[str, int]:
    """Read, check, compare and write one table; adds its usable keys to `known`."""
    frame = pd.read_csv(folder / f"{table.name}.csv", dtype=str, keep_default_na=False, na_filter=False)
    columns = list(frame.columns)
    create(con, table, columns)
    state = pd.read_sql_query(f'SELECT sourcedId, _hash, _deleted FROM "{table.name}"', con)
    issues = check(table, frame, known | {table.name: pd.Index(state["sourcedId"][state["_deleted"] == 0])})
    frame["_hash"] = pd.util.hash_pandas_object(frame, index=False).astype("int64")
    good = frame[~issues.bad]
    live = state[state["_deleted"] == 0]
    stored = good["sourcedId"].map(live.set_index("sourcedId")["_hash"])
    added, updated = good[stored.isna()], good[stored.notna() & (stored != good["_hash"])]
    removed = live.loc[~live["sourcedId"].isin(frame["sourcedId"]), "sourcedId"]
    write(con, table, columns, added, updated, removed, run)
    con.executemany("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?)", [(run, *row) for row in issues.rows])
    kept = live["sourcedId"][~live["sourcedId"].isin(removed)]
    known[table.name] = pd.Index(good["sourcedId"]).union(pd.Index(kept), sort=False)
    return {"added": len(added), "updated": len(updated), "removed": len(removed), "refused": int(issues.bad.sum())}


def create(con: sqlite3.Connection, table: Table, columns: list[str]) -> None:
    """The table with its indexes, where it is not there yet."""
    listed = ", ".join(f'"{c}" TEXT' for c in columns[1:])
    own = "_hash INTEGER, _deleted INTEGER, _run INTEGER"
    con.execute(f'CREATE TABLE IF NOT EXISTS "{table.name}" (sourcedId TEXT PRIMARY KEY, {listed}, {own})')
    for column in table.indexes:
        con.execute(f'CREATE INDEX IF NOT EXISTS "{table.name}_{column}" ON "{table.name}" ("{column}")')


def write(
    con: sqlite3.Connection,
    table: Table,
    columns: list[str],
    added: pd.DataFrame,
    updated: pd.DataFrame,
    removed: pd.Series,
    run: int,
) -> None:
    """Additions (and records that come back), updates with their old values in the log, soft deletes."""
    names = [*columns, "_hash"]
    quoted = ", ".join(f'"{c}"' for c in names)
    places = ", ".join("?" * len(names))
    changes = ", ".join(f'"{c}" = excluded."{c}"' for c in names[1:])
    upsert = (
        f'INSERT INTO "{table.name}" ({quoted}, _deleted, _run) VALUES ({places}, 0, {run}) '
        f"ON CONFLICT (sourcedId) DO UPDATE SET {changes}, _deleted = 0, _run = {run}"
    )
    log = "INSERT INTO change VALUES (?, ?, ?, ?, ?)"
    con.executemany(log, ((run, table.name, key, "add", None) for key in added["sourcedId"]))
    con.executemany(log, old_values(con, table, columns, updated, run))
    con.executemany(log, ((run, table.name, key, "remove", None) for key in removed))
    con.executemany(upsert, added[names].itertuples(index=False, name=None))
    con.executemany(upsert, updated[names].itertuples(index=False, name=None))
    con.executemany(f'UPDATE "{table.name}" SET _deleted = 1, _run = {run} WHERE sourcedId = ?', ((key,) for key in removed))


def old_values(
    con: sqlite3.Connection, table: Table, columns: list[str], updated: pd.DataFrame, run: int
) -> list[tuple[int, str, str, str, str]]:
    """One log row for each updated record: the changed columns with their old and new values."""
    if updated.empty:
        return []
    con.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (sourcedId TEXT PRIMARY KEY)")
    con.execute("DELETE FROM wanted")
    con.executemany("INSERT INTO wanted VALUES (?)", ((key,) for key in updated["sourcedId"]))
    listed = ", ".join(f't."{c}"' for c in columns)
    old = pd.read_sql_query(f'SELECT {listed} FROM "{table.name}" t JOIN wanted USING (sourcedId)', con).set_index("sourcedId")
    new = updated.set_index("sourcedId")[columns[1:]]
    old = old.loc[new.index]
    differs = old.to_numpy() != new.to_numpy()
    rows = []
    for number, key in enumerate(new.index):
        places = np.flatnonzero(differs[number])
        fields = {columns[1 + p]: [old.iat[number, p], new.iat[number, p]] for p in places}
        rows.append((run, table.name, key, "update", json.dumps(fields)))
    return rows


def sync(folder: Path, database: Path) -> dict[str, dict[str, int]]:
    """One night: all tables in their order, one transaction."""
    con = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-256000"):
        con.execute(f"PRAGMA {pragma}")
    con.execute("BEGIN IMMEDIATE")
    con.execute("CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, folder TEXT)")
    con.execute("CREATE TABLE IF NOT EXISTS change (run INTEGER, file TEXT, sourcedId TEXT, verb TEXT, fields TEXT)")
    con.execute("CREATE TABLE IF NOT EXISTS issue (run INTEGER, file TEXT, line INTEGER, field TEXT, rule TEXT, value TEXT)")
    run = con.execute("INSERT INTO run (folder) VALUES (?)", (str(folder),)).lastrowid
    assert run is not None
    known: dict[str, pd.Index] = {}
    done = {table.name: sync_table(con, table, folder, known, run) for table in TABLES}
    con.execute("COMMIT")
    con.close()
    return done


if __name__ == "__main__":
    print(json.dumps(sync(Path(sys.argv[1]), Path(sys.argv[2])), indent=1))
