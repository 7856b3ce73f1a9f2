"""The floor: a whole process that does nothing but count the rows of a folder's CSV files with DuckDB.

`python benchmarks/floor.py FOLDER`. What reads the same files cannot be faster than this by much; goals are multiples of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def count(folder: Path) -> int:
    """All rows of all CSV files in the folder, read as text with nothing left to detection but the number of columns."""
    con = duckdb.connect(config={"threads": 2})
    con.execute("SET enable_progress_bar = false")
    rows = 0
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            header = file.readline().rstrip("\r\n").split(",")
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in header)
        found = con.execute(
            "SELECT count(*) FROM read_csv(?, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
            f"new_line='\\r\\n', columns={{{columns}}})",
            [str(path)],
        ).fetchone()
        assert found is not None
        rows += found[0]
    return rows


if __name__ == "__main__":
    print(count(Path(sys.argv[1])))
