"""The command, in a process of its own: its first line, its end, its words for wrong use; and the page that describes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from homeroom.cli import run
from homeroom.simulator.powerschool import clerk, endpoints, faults
from homeroom.simulator.powerschool.world import founded
from patience import SECONDS

DOCS = Path(__file__).parents[3] / "docs"
HOMEROOM = "import sys; from homeroom.cli import main; sys.exit(main())"


def test_the_first_line_is_json_and_an_interrupt_ends_it_quietly() -> None:
    command = [
        sys.executable,
        "-c",
        HOMEROOM,
        "simulate",
        "powerschool",
        "--students",
        "20",
        "--seed",
        "3",
        "--faults",
        "503:2,nocount",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())
        assert list(first)[:3] == ["url", "client_id", "client_secret"]
        assert first["faults"] == ["503:2", "nocount"]
        token = httpx2.post(
            first["url"] + "/oauth/access_token",
            data={"grant_type": "client_credentials"},
            auth=(first["client_id"], first["client_secret"]),
        )
        assert token.status_code == 200
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=SECONDS)
    assert (process.returncode, rest) == (0, "")
    assert told.splitlines() == ["A pretend PowerSchool is running. Ctrl-C ends it."]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--students", "9"], "10 to 200,000 students"),
        (["--faults", "shoes"], "There is no fault called shoes"),
        (["--faults", "429"], "Write the fault 429 with a number"),
        (["--plugin", "PLUGIN"], "There is no plugin.xml at the root"),
    ],
)
def test_wrong_use_is_one_sentence(options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.zip"
    empty.write_bytes(b"PK\x05\x06" + bytes(18))
    assert run(["simulate", "powerschool", *(str(empty) if o == "PLUGIN" else o for o in options)]) == 2
    told = capsys.readouterr().err.strip()
    assert sentence in told
    assert "\n" not in told


def test_the_same_seed_is_the_same_server() -> None:
    def whole(seed: int) -> list[list[tuple[object, ...]]]:
        world = founded(40, seed)
        names = [n for (n,) in world.tables.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = [[tuple(r) for r in world.tables.execute(f'SELECT * FROM "{n}"')] for n in names if not n.startswith("sqlite")]
        return [*rows, [(world.plugin.client_id, world.plugin.client_secret, world.tokens.issue()[0])]]

    assert whole(5) == whole(5)
    assert whole(5) != whole(6)


@pytest.mark.parametrize("students", [10, 37, 151])
def test_a_district_of_any_size_has_what_breaks_integrations(students: int) -> None:
    tables = founded(students, 2).tables

    def count(sql: str) -> int:
        return int(tables.execute(f"SELECT count(*) FROM {sql}").fetchone()[0])

    assert count("Students WHERE Enroll_Status = 0") == students
    assert {s for (s,) in tables.execute("SELECT DISTINCT Enroll_Status FROM Students")} >= {0, -1, 1, 4}
    assert count("Schools WHERE School_Number IN (0, 999999)") == 2
    assert count("U_Schools_Extension WHERE IgnoreForIntegration = 1") == 2
    assert count("CC WHERE SectionID < 0 AND DateLeft = DateEnrolled") > 0
    assert count("SchoolStaff WHERE SchoolID = 0") > 0
    for table in ("Students", "SchoolStaff", "Sections", "CC", "Courses", "Terms"):
        assert count(f"{table} WHERE DCID = ID") == 0
    for table, name in (("Students", "Student_Web_ID"), ("Users", "TeacherLoginID"), ("Students", "Student_Number")):
        named = f"{table} WHERE {name} IS NOT NULL"
        assert count(f"(SELECT DISTINCT {name} FROM {named})") == count(named)
    assert count("CC WHERE abs(SectionID) NOT IN (SELECT ID FROM Sections)") == 0
    assert count("CC WHERE StudentID NOT IN (SELECT ID FROM Students)") == 0
    assert count("Sections WHERE Teacher <> 0 AND Teacher NOT IN (SELECT ID FROM SchoolStaff)") == 0
    assert count("StudentContactDetail d JOIN StudentContactAssoc a USING (StudentContactAssocID)") == count(
        "StudentContactDetail"
    )


def test_the_page_tells_every_endpoint_fault_and_act() -> None:
    page = (DOCS / "reference" / "pretend-powerschool.md").read_text(encoding="utf-8")
    assert [f"{e.method} {e.path}" for e in endpoints.every() if f"`{e.method} {e.path}`" not in page] == []
    assert [w for w in faults.WORDS if f"`{w}" not in page] == []
    assert [a for a in clerk.ACTS if f"`{a}`" not in page] == []
