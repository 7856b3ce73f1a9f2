"""The nights of a size once more, with the people in the file of a house system: for what a layout costs.

`people.csv` has the rows of `users.csv` under other words, with letters where the standard has words; `layouts-20` makes users of
them by 20 targets, 5 of them formulas and 3 value maps. The other files are the same. So both nights bring the same changes.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

LAYOUTS = Path(__file__).resolve().parent / "layouts-20"


def prepare(nights: tuple[Path, Path], folder: Path) -> tuple[Path, Path]:
    """Both nights under `folder`, made where they are not there yet."""
    return _night(nights[0], folder / nights[0].name), _night(nights[1], folder / nights[1].name)


def _night(night: Path, out: Path) -> Path:
    if not (out / "people.csv").exists():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        for file in night.glob("*.csv"):
            if file.name != "users.csv":
                shutil.copyfile(file, out / file.name)
        _people(night / "users.csv", out / "people.csv")
    return out


def _people(users: Path, people: Path) -> None:
    part = people.with_suffix(".part")
    con = duckdb.connect(config={"threads": 2})
    con.execute("SET enable_progress_bar = false")
    con.execute(f"COPY ({PEOPLE.format(users=users)}) TO '{part}' (FORMAT csv, HEADER, NEW_LINE '\\r\\n')")
    part.rename(people)


PEOPLE = """
    SELECT sourcedId AS person_guid, CASE WHEN enabledUser = 'true' THEN 'Y' ELSE 'N' END AS may_sign_in, orgSourcedIds AS schools,
        CASE role WHEN 'student' THEN 'S' WHEN 'teacher' THEN 'T' WHEN 'guardian' THEN 'G' WHEN 'parent' THEN 'P' ELSE role END AS kind,
        upper(left(username, 1)) AS kind_letter, givenName AS first, familyName AS last, middleName AS middle, identifier AS number,
        email AS mail, sms AS mobile, phone AS landline, agentSourcedIds AS guardians, grades AS grade,
        'B' || identifier::BIGINT % 7 AS building, 'H' || identifier::BIGINT % 4 AS house, 'L' || identifier::BIGINT % 900 AS locker
    FROM read_csv('{users}', all_varchar=true, header=true, delim=',', quote='"', escape='"')"""

if __name__ == "__main__":
    print(*prepare((Path(sys.argv[1]), Path(sys.argv[2])), Path(sys.argv[3])))
