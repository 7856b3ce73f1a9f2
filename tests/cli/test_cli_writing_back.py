"""Writing back, as an operator meets it: off, looked at, switched on, written, looked up."""

from __future__ import annotations

from pathlib import Path

from e2e.installation import Installation
from pretend import pretend

SHEET = (
    "action,local_id,name.first_name,name.last_name,school_enrollment.grade_level,school_enrollment.entry_date,"
    "school_enrollment.exit_date,school_enrollment.school_number\n"
    "INSERT,610001,Ingrid,Vasquez,8,2026-09-08,2027-05-29,103\n"
    "INSERT,610002,Ingrid\x1b[31m,Vasquez,8,2026-09-08,soon,103\n"
)


def test_from_a_sheet_to_what_became_of_it(tmp_path: Path) -> None:
    sheet = tmp_path / "new.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    with pretend(20) as server:
        plugin = server.world.plugin
        homeroom = Installation(tmp_path / "data", {"HOMEROOM_SECRET": plugin.client_secret})
        homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
        homeroom.inside(
            "source", "add", "pinewood", "--kind", "powerschool", "--url", server.world.url, "--client-id", plugin.client_id
        )
        off = homeroom.inside("write-back", "pinewood", sheet)
        assert (off.status, "homeroom source set pinewood 1 write_back=true" in off.err) == (2, True)
        dry = homeroom.inside("write-back", "pinewood", sheet, "--dry-run")
        assert dry.status == 3
        assert "POST /ws/v1/student" in dry.out
        assert '"local_id": "610001"' in dry.out
        assert "school_enrollment.exit_date must be a date as YYYY-MM-DD" in dry.out
        assert "\x1b" not in dry.out
        assert "Nothing was written." in dry.err
        assert homeroom.inside("write-backs", "pinewood", "--json").document == []
        assert homeroom.inside("source", "set", "pinewood", "1", "write_back=true").status == 0
        server.steer("plugin", {"v1": "READ"})
        closed = homeroom.inside("write-back", "pinewood", sheet)
        assert (closed.status, "FULL for writing back" in closed.err) == (2, True)
        server.steer("plugin", {"v1": "FULL"})
        done = homeroom.inside("write-back", "pinewood", sheet, "--json")
        assert (done.status, done.document["counts"]) == (3, {"INVALID": 1, "SUCCESS": 1})
        assert "calls" not in done.document
        id = done.document["results"][0]["id"]
        assert server.sql("SELECT DCID FROM Students WHERE Student_Number = 610001") == [(int(id),)]
        listed = homeroom.inside("write-backs", "pinewood")
        assert "1 INVALID, 1 SUCCESS" in listed.out
        shown = homeroom.inside("write-backs", "pinewood", "1")
        assert (id in shown.out, "Ingrid" in shown.out) == (True, False)
        assert homeroom.inside("write-backs", "pinewood", "9").status == 2
        both = homeroom.inside("write-back", "pinewood", sheet, "--records")
        assert (both.status, homeroom.inside("write-back", "pinewood").status) == (2, 2)
        gone = homeroom.inside("write-back", "pinewood", tmp_path / "none.csv")
        assert (gone.status, "No such file" in gone.err) == (1, True)
        nothing = homeroom.inside("write-back", "pinewood", "--records")
        assert (nothing.status, "nobody holds a correction" in nothing.err) == (2, True)
