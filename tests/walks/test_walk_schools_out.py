"""The law of stepping out, on random nights: nothing of a school that stepped out is removed or changed, and everything else is as if its rows
were not in the files at all.

Two towns get the same random nights. In the first the closed school stands in the files, ticked, its rows changed, lost and doubled at random;
in the second its rows never come. One district is rich enough to hold every case, so that few walks say much.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.sync import sources
from walks.walking import Country, Roster, Town, country

OUT = "x"
"""The school that steps out. Ids of records that belong to it alone begin with `x`."""
Row = dict[str, str]
Files = dict[str, list[Row]]


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("out")) as opened:
        yield opened


def made_up(dice: random.Random) -> Files:
    """A district of three schools, people at one or several of them, and everything that can hang on a school."""
    files: Files = {
        name: [] for name in ("orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics")
    }
    files |= {"categories": [], "lineItems": [], "results": []}
    files["orgs"].append({"sourcedId": "d", "name": "District", "type": "district", "parentSourcedId": ""})
    files["academicSessions"].append(session("year", "2026-08-01", "2027-07-01", "schoolYear", ""))
    files["categories"].append({"sourcedId": "cat", "title": "Quizzes"})
    for school in ("a", "b", OUT):
        files["orgs"].append({"sourcedId": school, "name": f"School {school}", "type": "school", "parentSourcedId": "d"})
        files["orgs"].append({"sourcedId": f"{school}-dept", "name": "Arts", "type": "department", "parentSourcedId": school})
        files["academicSessions"].append(session(f"{school}-term", "2026-08-01", "2026-12-20", "term", "year"))
        for n in range(4):
            name = f"{school}-k{n}"
            org = dice.choice([school, ""])
            files["courses"].append(
                {"sourcedId": f"{school}-c{n}", "title": f"Course {n}", "orgSourcedId": org, "schoolYearSourcedId": "year"}
            )
            files["classes"].append(
                {"sourcedId": name, "title": f"Class {n}", "classType": "scheduled", "courseSourcedId": f"{school}-c{n}"}
                | {"schoolSourcedId": school, "termSourcedIds": f"{school}-term"}
            )
            files["lineItems"].append(
                {
                    "sourcedId": f"{school}-l{n}",
                    "title": "Quiz",
                    "assignDate": "2026-09-01",
                    "dueDate": "2026-09-02",
                    "classSourcedId": name,
                }
                | {
                    "categorySourcedId": "cat",
                    "gradingPeriodSourcedId": f"{school}-term",
                    "resultValueMin": "0",
                    "resultValueMax": "10",
                }
            )
    for n in range(45):
        schools = dice.choice([["a"], ["b"], [OUT], ["a", OUT], ["b", "a"], ["d", OUT], [OUT]])
        own = f"{OUT}-u{n}" if schools == [OUT] else f"u{n}"
        files["users"].append(
            {"sourcedId": own, "enabledUser": "true", "orgSourcedIds": ",".join(schools), "role": "student", "username": own}
            | {"givenName": f"Given{n}", "familyName": "Family"}
        )
        files["demographics"].append({"sourcedId": own, "sex": dice.choice(["male", "female"])})
        for school in (s for s in schools if s != "d"):
            where = dice.randrange(4)
            key = f"{school}-e{n}"
            files["enrollments"].append(
                {
                    "sourcedId": key,
                    "classSourcedId": f"{school}-k{where}",
                    "schoolSourcedId": school,
                    "userSourcedId": own,
                    "role": "student",
                }
            )
            files["results"].append(
                {"sourcedId": f"{school}-r{n}", "lineItemSourcedId": f"{school}-l{where}", "studentSourcedId": own}
                | {"scoreStatus": "fully graded", "score": str(dice.randrange(10)), "scoreDate": "2026-09-03"}
            )
    return files


def session(id: str, first: str, last: str, kind: str, above: str) -> Row:
    return {
        "sourcedId": id,
        "title": id,
        "type": kind,
        "startDate": first,
        "endDate": last,
        "parentSourcedId": above,
        "schoolYear": "2027",
    }


TITLES = {
    "users": "familyName",
    "classes": "title",
    "courses": "title",
    "academicSessions": "title",
    "lineItems": "title",
    "results": "score",
}


def another_night(files: Files, dice: random.Random) -> Files:
    """Some records change, some leave, each with nothing that would name it in vain; in any order."""
    found: Files = {}
    for table, rows in files.items():
        kept = [dict(row) for row in rows if not (table in ("demographics", "enrollments", "results") and dice.random() < 0.15)]
        for row in kept:
            if table in TITLES and dice.random() < 0.2:
                row[TITLES[table]] = str(dice.randrange(10))
        dice.shuffle(kept)
        found[table] = kept
    return found


def lost(files: Files, dice: random.Random) -> Files:
    """The closed school's rows stop coming at random, without any order: what hangs on them stays."""
    return {t: [r for r in rows if not (mine(r["sourcedId"]) and dice.random() < 0.4)] for t, rows in files.items()}


def mine(id: str) -> bool:
    """Whether a record belongs to the school that steps out, and to no other."""
    return id.startswith(f"{OUT}-") or id == OUT


def without(files: Files) -> Files:
    """The files in which its rows never stood. The school itself stays, for the people who name it beside another."""
    return {t: [r for r in rows if not mine(r["sourcedId"]) or r["sourcedId"] == OUT] for t, rows in files.items()}


def written(folder: Path, files: Files, mark: str) -> Path:
    folder.mkdir(parents=True)
    for table, rows in files.items():
        head = list(rows[0]) if rows else ["sourcedId"]
        lines = [",".join([*head, "IgnoreForIntegration"] if table == "orgs" else head)]
        for row in rows:
            cells = [f'"{row[c]}"' for c in head]
            if table == "orgs":
                cells.append(mark if row["sourcedId"] == OUT else "")
            lines.append(",".join(cells))
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def walked(town: Town, folder: Path) -> Roster:
    report = town.walk(folder, "oneroster-1.1")
    if report.status == "waiting_for_approval":
        report = town.approve(report.number)
    assert report.outcome == "success", (report.reason, report.issue_counts)
    return town.roster()


def part(roster: Roster, *, closed: bool) -> Roster:
    return {t: {i: r for i, r in rows.items() if mine(i) is closed} for t, rows in roster.items()}


@pytest.mark.parametrize(("seed", "known"), [(1, True), (2, False)])
def test_nothing_of_it_moves_and_all_else_is_as_if_it_did_not_come(land: Country, tmp_path: Path, seed: int, known: bool) -> None:
    """`known`: the school was in scope first; else it never was."""
    dice = random.Random(seed)
    ours, theirs = land.town(), land.town()
    for town in (ours, theirs):
        source = sources.add(land.house, town.slug, "upload", layouts="oneroster-1.1").source.id
        sources.change(land.house, town.slug, source, {"floor": 1000, "waived": ["courses.orgSourcedId"]})
    night = made_up(dice)
    first = walked(ours, written(tmp_path / "a-0", night, "" if known else "true"))
    walked(theirs, written(tmp_path / "b-0", without(night), ""))
    stood = part(first, closed=True)
    assert bool(stood["users"]) is known
    for number in (1, 2):
        night = another_night(night, dice)
        # The row of the school itself comes, with its mark; of everything else of it only some.
        sent = lost(night, dice) if number == 2 and known else night
        sent["orgs"] = night["orgs"]
        one = walked(ours, written(tmp_path / f"a-{number}", sent, "true"))
        other = walked(theirs, written(tmp_path / f"b-{number}", without(night), ""))
        assert part(one, closed=True) == stood
        assert part(one, closed=False) == part(other, closed=False)
    report = ours.reports[-1]
    assert {s.school for s in report.skipped} == {OUT, f"{OUT}-dept"}
    assert sum(f.skipped for f in report.files) == sum(n for s in report.skipped for n in s.rows.values())
