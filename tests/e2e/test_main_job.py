"""The main job from outside: a district is added, nights arrive, the report says what happened, the roster is read back.

What a script relies on (standard output, exit status) is asked of real processes; what only leads there runs in this one.
"""

from __future__ import annotations

from e2e.files import district, enrollments, users, write


def test_first_import_is_a_success_and_counts_add_up(home, tmp_path):
    home.json("district", "add", "pinewood", "--name", "Pinewood")
    ran = home.run("import", "pinewood", write(tmp_path / "n1", district()), "--json")
    report = ran.document
    assert ran.status == 0, report
    assert (report["status"], report["outcome"], report["reason"]) == ("done", "success", None)
    assert report["revision_before"] == 0
    assert report["revision_after"] == 1
    assert report["tables"]["users"] == {
        "added": 24, "updated": 0, "unchanged": 0, "removed": 0, "restored": 0, "refused": 0,
    }  # fmt: skip
    for file in report["files"]:
        assert file["rows"] == file["accepted"] + file["refused"] + file["ignored"]
    assert home.json("roster", "pinewood")["tables"]["users"] == {"active": 24, "tobedeleted": 0}


def test_same_bytes_again_make_no_revision(home, tmp_path):
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    folder = write(tmp_path / "n1", district())
    home.inside("import", "pinewood", folder)
    again = home.json("import", "pinewood", folder)
    assert again["outcome"] == "success"
    assert (again["revision_before"], again["revision_after"]) == (1, 1)
    assert again["tables"]["users"]["unchanged"] == 24


def test_a_refused_row_keeps_the_record_and_says_why(home, tmp_path):
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    home.inside("import", "pinewood", write(tmp_path / "n1", district()))
    bad = district()
    bad["enrollments.csv"] = bad["enrollments.csv"].replace("u3,student", "u-404,student")
    ran = home.run("import", "pinewood", write(tmp_path / "n2", bad), "--json")
    report = ran.document
    assert ran.status == 3
    assert report["outcome"] == "success_with_row_issues"
    assert report["issue_counts"]["reference-unknown"] == 1
    [issue] = [i for i in report["issues"] if i["severity"] == "error"]
    assert (issue["file"], issue["line"], issue["column"], issue["key"], issue["value"]) == (
        "enrollments.csv", 6, "userSourcedId", "e-3", "u-404",
    )  # fmt: skip
    assert home.inside("roster", "pinewood", "--json").document["tables"]["enrollments"] == {"active": 22, "tobedeleted": 0}


def test_a_school_that_vanishes_is_a_hold_until_somebody_decides(home, tmp_path):
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    home.inside("import", "pinewood", write(tmp_path / "n1", district()))
    half = district()
    for name in ("users.csv", "enrollments.csv"):
        half[name] = "".join(line for line in half[name].splitlines(True) if ",s2," not in line)
    ran = home.run("import", "pinewood", write(tmp_path / "n2", half), "--json")
    report = ran.document
    assert ran.status == 4
    assert (report["status"], report["outcome"]) == ("waiting_for_approval", None)
    assert report["reason"]["code"] == "limit_exceeded"
    assert any(trip["school"] == "s2" for trip in report["limits"])
    assert home.inside("roster", "pinewood", "--json").document["revision"] == 1
    approved = home.run("approve", "pinewood", str(report["import"]), "--plan", report["plan"], "--json")
    assert approved.status in (0, 3)
    assert approved.document["revision_after"] == 2
    assert home.inside("roster", "pinewood", "--json").document["tables"]["users"]["tobedeleted"] > 0


def test_rollback_brings_an_old_roster_back(home, tmp_path):
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    home.inside("import", "pinewood", write(tmp_path / "n1", district()))
    before = home.inside("roster", "pinewood", "users", "--json").document
    changed = district()
    changed["users.csv"] = users(21).replace("Given3,", "Changed,")
    changed["enrollments.csv"] = enrollments(21)
    assert home.inside("import", "pinewood", write(tmp_path / "n2", changed), "--json").document["revision_after"] == 2
    back = home.json("rollback", "pinewood", "1")
    assert back["revision_after"] == 3
    after = home.inside("roster", "pinewood", "users", "--json").document
    strip = {"dateLastModified", "last_revision", "import", "line", "file"}
    kept = [{k: v for k, v in row.items() if k not in strip} for row in after if row["status"] == "active"]
    assert kept == [{k: v for k, v in row.items() if k not in strip} for row in before]


def test_wrong_use_is_one_sentence_and_exit_status_two(home, tmp_path):
    ran = home.run("import", "nowhere", tmp_path / "missing")
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert "nowhere" in ran.err
