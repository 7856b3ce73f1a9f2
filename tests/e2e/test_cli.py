"""Every command by its exact fields, exit statuses and sentences, as scripts are written against them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from e2e.files import district, users, write
from e2e.installation import Installation
from homeroom.roster.codes import codes
from homeroom.systems import layout_set
from homeroom.systems.shipped import SETS
from sync_house import half, renamed

REPORT = [
    "import", "district", "source", "delivery", "kind", "trigger", "dry_run", "status", "outcome", "reason",
    "revision_before", "revision_after", "plan", "started_at", "finished_at", "seconds",
    "files", "tables", "limits", "issue_counts", "issues",
]  # fmt: skip
FILE = ["name", "table", "layout", "encoding", "delimiter", "line_ends", "rows", "accepted", "refused", "ignored", "repairs"]
TABLE = ["added", "updated", "unchanged", "removed", "restored", "refused"]
LIMIT = ["table", "school", "change", "count", "of", "allowed"]
ISSUE = ["code", "severity", "file", "line", "column", "key", "value", "message", "remedy"]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A district after its first night, to be copied as from a backup."""
    folder = tmp_path_factory.mktemp("first")
    home = Installation(folder / "data")
    home.inside("district", "add", "pinewood", "--name", "Pinewood", "--timezone", "America/Denver")
    assert home.inside("import", "pinewood", write(folder / "n1", district())).status == 0
    return home


@pytest.fixture(scope="module")
def once(first_night: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A copy that no test may change; the files of its night lie beside the data folder, in `n1`."""
    folder = tmp_path_factory.mktemp("once")
    shutil.copytree(first_night.data.parent, folder, symlinks=True, dirs_exist_ok=True)
    return Installation(folder / "data")


@pytest.fixture
def pinewood(first_night: Installation, home: Installation) -> Installation:
    """A copy for one test."""
    shutil.copytree(first_night.data, home.data, symlinks=True)
    return home


def night(home: Installation, folder: Path, files: dict[str, str], *options: str):
    """Import files; returns what the command left."""
    return home.inside("import", "pinewood", write(folder, files), "--json", *options)


def acts(home: Installation) -> list[tuple[str, str | None]]:
    """The audit trail, oldest first: what was done, to which district."""
    from homeroom.store import stores

    with stores.open(home.data) as opened:
        return [(row.action, row.district) for row in reversed(opened.control.audit.last(100))]


def test_districts_are_added_and_listed(home: Installation) -> None:
    added = home.inside("district", "add", "pinewood", "--name", "Pinewood", "--timezone", "America/Denver", "--json")
    assert (added.status, added.document) == (
        0, {"district": "pinewood", "name": "Pinewood", "timezone": "America/Denver"},
    )  # fmt: skip
    [listed] = home.inside("district", "list", "--json").document
    assert listed == {
        "district": "pinewood", "name": "Pinewood", "timezone": "America/Denver", "revision": 0, "last_import": None,
        "status": None, "outcome": None, "finished_at": None, "counts": {}, "state": "new", "last_success": None, "deleted_on": None,
    }  # fmt: skip
    assert "Pinewood" in home.inside("district", "list").out


def test_an_sftp_source_shows_its_password_once(home: Installation) -> None:
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    ran = home.inside(
        "source",
        "add",
        "pinewood",
        "--kind",
        "sftp",
        "--layouts",
        "powerschool-dem",
        "--name",
        "SIS",
        "--start",
        "02:30",
        "--json",
    )
    told = ran.document
    assert told.keys() >= {"source", "host", "port", "username", "password", "fingerprint"}
    assert (told["source"], told["host"], told["port"], told["username"]) == (1, "127.0.0.1", 2222, "pinewood-1")
    assert told["fingerprint"].startswith("SHA256:")
    assert len(told["password"]) >= 16
    assert ran.err == ""
    [listed] = home.inside("source", "list", "pinewood", "--json").document
    assert listed.items() >= {
        "source": 1, "kind": "sftp", "name": "SIS", "layouts": "powerschool-dem", "start": "02:30", "enabled": True,
        "state": "not connected", "last_success": None,
    }.items()  # fmt: skip
    for file in home.data.rglob("*"):
        if file.is_file():
            assert told["password"].encode() not in file.read_bytes(), file


def test_an_upload_source_is_a_number(home: Installation) -> None:
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    told = home.inside("source", "add", "pinewood", "--kind", "upload", "--json").document
    assert (told["source"], "password" in told) == (1, False)
    limits = home.inside("source", "limits", "pinewood", "1", "remove_share=0.2", "--json").document
    assert (limits["remove_share"], limits["floor"]) == (0.2, 9)
    assert home.inside("source", "limits", "pinewood", "1", "--json").document == limits


def test_the_report_field_by_field(pinewood: Installation, tmp_path: Path) -> None:
    bad = renamed(4)
    bad["enrollments.csv"] = bad["enrollments.csv"].replace("u3,student", "u-404,student")
    ran = night(pinewood, tmp_path / "n2", bad)
    report = ran.document
    assert ran.status == 3
    assert [name for name in REPORT if name not in report] == []
    assert {k: report[k] for k in ("import", "district", "source", "delivery", "kind", "trigger", "dry_run", "status")} == {
        "import": 2, "district": "pinewood", "source": 1, "delivery": 2, "kind": "continuous", "trigger": "import",
        "dry_run": False, "status": "done",
    }  # fmt: skip
    assert (report["outcome"], report["reason"], report["revision_before"], report["revision_after"]) == (
        "success_with_row_issues", None, 1, 2,
    )  # fmt: skip
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", report["plan"])
    for file in report["files"]:
        assert [name for name in FILE if name not in file] == []
        assert file["rows"] == file["accepted"] + file["refused"] + file["ignored"]
        assert all(set(repair) == {"code", "count"} and repair["code"] in codes() for repair in file["repairs"])
    named = {f["name"]: f for f in report["files"]}
    assert named["enrollments.csv"]["refused"] == 1
    assert (named["users.csv"]["table"], named["users.csv"]["layout"]) == ("users", "oneroster-1.1/users")
    assert (named["users.csv"]["encoding"], named["users.csv"]["delimiter"], named["users.csv"]["line_ends"]) == (
        "utf-8", ",", "lf",
    )  # fmt: skip
    assert all(list(table) == TABLE for table in report["tables"].values())
    assert report["tables"]["users"] == dict(zip(TABLE, (0, 1, 23, 0, 0, 0), strict=True))
    assert report["tables"]["enrollments"]["refused"] == 1
    assert report["limits"] == []
    [issue] = [i for i in report["issues"] if i["severity"] == "error"]
    assert [name for name in ISSUE if name not in issue] == []
    assert {name: issue[name] for name in ISSUE[:7]} == {
        "code": "reference-unknown", "severity": "error", "file": "enrollments.csv", "line": 6, "column": "userSourcedId",
        "key": "e-3", "value": "u-404",
    }  # fmt: skip
    assert issue["message"]
    assert issue["remedy"]
    assert report["issue_counts"]["reference-unknown"] == 1
    started, finished = (datetime.fromisoformat(report[k]) for k in ("started_at", "finished_at"))
    assert started <= finished
    assert 0 < report["seconds"] < 600
    assert pinewood.inside("imports", "pinewood", "2", "--json").document == report


def test_a_held_report_says_what_tripped(pinewood: Installation, tmp_path: Path) -> None:
    ran = night(pinewood, tmp_path / "n2", half())
    report = ran.document
    assert (ran.status, report["status"], report["outcome"], report["finished_at"]) == (4, "waiting_for_approval", None, None)
    assert {"code", "message", "remedy"} <= set(report["reason"])
    assert report["limits"]
    assert all(set(LIMIT) <= set(limit) for limit in report["limits"])
    [school] = [x for x in report["limits"] if (x["table"], x["school"]) == ("users", "s2") and x["change"] == "remove"]
    assert school["count"] > school["allowed"]
    told = pinewood.inside("imports", "pinewood", "2").out
    assert "homeroom approve pinewood 2" in told
    assert "Elm School" in told or "s2" in told


def test_the_log(pinewood: Installation, tmp_path: Path) -> None:
    night(pinewood, tmp_path / "n2", renamed(3))
    log = pinewood.inside("imports", "pinewood", "--json").document
    assert [e["import"] for e in log] == [2, 1]
    assert log[0].keys() >= {
        "import", "source", "delivery", "kind", "trigger", "dry_run", "status", "outcome", "reason", "revision_before",
        "revision_after", "started_at", "finished_at",
    }  # fmt: skip
    assert pinewood.inside("imports", "pinewood").out.count("success") == 2


def test_approve_reject_and_rollback(pinewood: Installation, tmp_path: Path) -> None:
    held = night(pinewood, tmp_path / "n2", half()).document
    wrong = pinewood.inside("approve", "pinewood", "2", "--plan", "sha256:" + "0" * 64, "--json")
    assert (wrong.status, wrong.out) == (2, "")
    rejected = pinewood.inside("reject", "pinewood", "2", "--json").document
    assert (rejected["status"], rejected["outcome"], rejected["reason"]["code"]) == ("rejected", "failed", "rejected")
    assert pinewood.inside("approve", "pinewood", "2").status == 2
    again = night(pinewood, tmp_path / "n3", half()).document
    assert again["plan"] == held["plan"]
    approved = pinewood.inside("approve", "pinewood", "3", "--plan", again["plan"], "--json")
    assert (approved.status, approved.document["outcome"], approved.document["revision_after"]) == (0, "success", 2)
    back = pinewood.inside("rollback", "pinewood", "1", "--json")
    assert (back.status, back.document["revision_after"]) == (0, 3)
    assert pinewood.inside("roster", "pinewood", "--json").document["tables"]["users"] == {"active": 24, "tobedeleted": 0}
    assert pinewood.inside("rollback", "pinewood", "9").status == 2


def test_the_roster_in_numbers_and_in_rows(pinewood: Installation) -> None:
    counted = pinewood.inside("roster", "pinewood", "--json").document
    assert counted["revision"] == 1
    assert counted["tables"]["users"] == {"active": 24, "tobedeleted": 0}
    rows = pinewood.inside("roster", "pinewood", "users", "--where", "givenName = 'Given3'", "--format", "json").document
    assert [(r["sourcedId"], r["status"], r["familyName"]) for r in rows] == [("u3", "active", "Family3")]
    text = pinewood.inside("roster", "pinewood", "users", "--format", "csv").out
    read = list(csv.DictReader(io.StringIO(text)))
    assert len(read) == 24
    assert {"sourcedId", "status", "dateLastModified", "givenName", "familyName"} <= set(read[0])
    assert not any("password" in key.lower() for key in read[0])
    assert pinewood.inside("roster", "pinewood", "lineItems", "--json").document == []


def test_a_record_its_provenance_and_its_changes(pinewood: Installation, tmp_path: Path) -> None:
    night(pinewood, tmp_path / "n2", renamed(3))
    told = pinewood.inside("record", "pinewood", "users", "u3", "--json").document
    assert set(told) == {"table", "record", "provenance", "held", "changes"}
    assert (told["record"]["givenName"], told["record"]["status"]) == ("Other3", "active")
    assert told["provenance"] | {"locked": []} == {
        "source": 1, "first_revision": 1, "last_revision": 2, "import": 2, "file": "users.csv", "line": 8, "locked": [],
    }  # fmt: skip
    [update] = told["changes"]  # that a first load added it is told by its first revision
    assert (update["revision"], update["import"], update["verb"]) == (2, 2, "update")
    assert update["fields"]["givenName"] == ["Given3", "Other3"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_export_can_be_imported_and_changes_nothing_of_it(pinewood: Installation, tmp_path: Path, version: str) -> None:
    out = tmp_path / "out.zip"
    told = pinewood.inside("export", "pinewood", out, "--version", version, "--json").document
    assert (told["file"], told["version"], told["mode"], told["revision"]) == (str(out), version, "bulk", 1)
    with zipfile.ZipFile(out) as archive:
        assert {"manifest.csv", "users.csv", "orgs.csv", "enrollments.csv"} <= set(archive.namelist())
    pinewood.inside("district", "add", "oakdale", "--name", "Oakdale")
    again = pinewood.inside("import", "oakdale", out, "--json")
    assert again.status in (0, 3), again.document["issues"][:5]
    assert again.document["tables"]["users"]["added"] == 24
    since = pinewood.inside("export", "pinewood", out, "--version", version, "--since", "1", "--json").document
    assert (since["mode"], since["since"], sum(since["rows"].values())) == ("delta", 1, 0)


def test_an_application_gets_its_secret_once(home: Installation) -> None:
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    told = home.inside("app", "add", "reader", "--district", "pinewood", "--scope", "roster.readonly", "--json").document
    assert told.keys() >= {"client_id", "client_secret", "token_url"}
    assert told["token_url"] == "http://127.0.0.1:8080/oauth/token"
    [listed] = home.inside("app", "list", "--json").document
    assert told["client_secret"] not in json.dumps(listed)
    assert listed["districts"] == ["pinewood"]
    for wrong in (("--scope", "everything"), ("--district", "nowhere")):
        assert home.inside("app", "add", "other", *wrong).status == 2


def test_layouts_are_listed_and_shown(home: Installation) -> None:
    listed = home.inside("layouts", "--json").document
    assert [s["set"] for s in listed] == list(SETS)
    assert home.inside("layouts", "list", "--json").document == listed
    one = home.inside("layouts", "show", "oneroster-1.1/users", "--json").document
    assert one["layouts"][0]["table"] == "users"
    assert one["layouts"][0]["text"] in home.inside("layouts", "show", "oneroster-1.1/users").out + "\n"
    for wrong in ("oneroster-9", "oneroster-1.1/userz"):
        ran = home.inside("layouts", "show", wrong)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_made_up_districts_are_the_same_each_time(home: Installation, tmp_path: Path) -> None:
    for name in ("a", "b"):
        made = home.inside(
            "generate", tmp_path / name, "--students", "40", "--seed", "7", "--layouts", "powerschool-dem", "--nights", "2", "--dirty",
            "0.1", "--json",
        )  # fmt: skip
        assert made.status == 0
        json.loads(made.out)
    one, two = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in (tmp_path / "a", tmp_path / "b"))
    assert one == two
    assert {p.parts[0] for p in one} == {"night-1", "night-2", "EXPECTED.json"}


def test_the_check_up_finds_every_problem_at_once(home: Installation) -> None:
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    fine = home.inside("check", "--json")
    assert fine.status == 0
    assert all(set(f) == {"what", "ok", "found", "remedy"} and f["ok"] for f in fine.document)
    assert {"data folder", "disk", "clock", "master key", "stores"} <= {f["what"] for f in fine.document}
    (home.data / "control.db").write_bytes(b"no database at all, sorry" * 200)
    (home.data / "control.db-wal").unlink(missing_ok=True)
    home.data.chmod(0o755)
    bad = home.inside("check", "--json")
    assert bad.status == 1
    wrong = {f["what"]: f for f in bad.document if not f["ok"]}
    assert set(wrong) == {"data folder", "stores"}
    assert all(f["remedy"] for f in wrong.values())


def test_wrong_settings_are_told_all_at_once(tmp_path: Path) -> None:
    home = Installation(tmp_path / "data", {"HOMEROOM_HTTP_PORT": "many", "HOMEROOM_DATABASE_URL": "mysql://x"})
    ran = home.inside("check", "--json")
    [found] = ran.document
    assert ran.status == 1
    assert "HOMEROOM_HTTP_PORT" in found["found"]
    assert "HOMEROOM_DATABASE_URL" in found["found"]
    listed = home.inside("district", "list")
    assert (listed.status, listed.err.count("\n")) == (2, 1)


def test_a_dry_run_writes_nothing_and_ends_as_the_import_would(pinewood: Installation, tmp_path: Path) -> None:
    would = night(pinewood, tmp_path / "n2", renamed(3), "--dry-run")
    assert (would.status, would.document["dry_run"], would.document["outcome"]) == (0, True, "success")
    assert would.document["tables"]["users"]["updated"] == 1
    held = night(pinewood, tmp_path / "n3", half(), "--dry-run")
    assert (held.status, held.document["status"], held.document["outcome"]) == (4, "done", None)
    assert held.document["limits"]
    empty = night(pinewood, tmp_path / "n4", district() | {"users.csv": users().splitlines()[0] + "\n"}, "--dry-run")
    assert (empty.status, empty.document["outcome"]) == (1, "failed")
    assert pinewood.inside("roster", "pinewood", "--json").document["revision"] == 1
    did = night(pinewood, tmp_path / "n2", renamed(3)).document
    assert (did["plan"], did["tables"]) == (would.document["plan"], would.document["tables"])


def test_a_failed_import_is_exit_status_one_with_a_reason(pinewood: Installation, tmp_path: Path) -> None:
    ran = night(pinewood, tmp_path / "n2", district() | {"users.csv": users().splitlines()[0] + "\n"})
    report = ran.document
    assert (ran.status, report["status"], report["outcome"]) == (1, "done", "failed")
    assert report["reason"]["code"] == "suddenly_empty"
    assert report["revision_after"] == report["revision_before"] == 1


def test_a_notification_says_nothing_about_others(pinewood: Installation, tmp_path: Path) -> None:
    head, _, rest = renamed(5)["users.csv"].partition("\n")
    one = {"users.csv": f"{head}\n{rest.splitlines()[8]}\n"}
    report = night(pinewood, tmp_path / "n2", one, "--kind", "change_notification").document
    assert (report["kind"], report["outcome"]) == ("change_notification", "success")
    assert report["tables"]["users"] == dict(zip(TABLE, (0, 1, 0, 0, 0, 0), strict=True))
    assert pinewood.inside("roster", "pinewood", "--json").document["tables"]["users"]["active"] == 24


def test_now_is_the_moment_that_counts(pinewood: Installation, tmp_path: Path) -> None:
    night(pinewood, tmp_path / "n2", renamed(3), "--now", "2031-05-06T07:08:09+00:00")
    record = pinewood.inside("record", "pinewood", "users", "u3", "--json").document
    assert record["record"]["dateLastModified"].startswith("2031-05-06T07:08:09")
    wrong = night(pinewood, tmp_path / "n3", renamed(4), "--now", "tomorrow")
    assert (wrong.status, wrong.out) == (2, "")


def test_layouts_named_for_one_import_are_taken(pinewood: Installation, tmp_path: Path) -> None:
    """Although the district's source was made without a set; a folder of one's own counts as a set too."""
    own = tmp_path / "ours"
    own.mkdir()
    for layout in layout_set("oneroster-1.1").layouts:
        text = layout.text.replace('"givenName"', '"first"') if layout.table == "users" else layout.text
        (own / f"{layout.name.rpartition('/')[2]}.toml").write_text(text, encoding="utf-8")
    report = night(pinewood, tmp_path / "n2", renamed(3), "--layouts", str(own)).document
    assert report["layouts"]["set"] == "ours"
    assert (
        night(pinewood, tmp_path / "n3", renamed(3), "--layouts", "oneroster-1.1").document["layouts"]["set"] == "oneroster-1.1"
    )
    before = pinewood.inside("imports", "pinewood", "--json").document
    wrong = night(pinewood, tmp_path / "n4", renamed(3), "--layouts", "oneroster-7")
    assert (wrong.status, wrong.out, wrong.err.count("\n")) == (2, "", 1)
    assert pinewood.inside("imports", "pinewood", "--json").document == before


def test_a_folder_that_is_called_like_a_set_does_not_hide_it(home: Installation, tmp_path: Path, monkeypatch) -> None:
    write(tmp_path / "oneroster-1.1", district())
    monkeypatch.chdir(tmp_path)
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    ran = home.inside("import", "pinewood", "oneroster-1.1", "--layouts", "oneroster-1.1", "--json")
    assert (ran.status, ran.document["layouts"]["set"]) == (0, "oneroster-1.1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "nowhere", "HERE"),
        ("import", "pinewood", "HERE/missing"),
        ("import", "pinewood", "HERE", "--source", "9"),
        ("imports", "nowhere"),
        ("imports", "nowhere", "1"),
        ("imports", "pinewood", "9"),
        ("approve", "pinewood", "9"),
        ("approve", "pinewood", "1"),
        ("reject", "nowhere", "1"),
        ("rollback", "nowhere", "1"),
        ("roster", "nowhere"),
        ("roster", "pinewood", "pupils"),
        ("roster", "pinewood", "users", "--where", "givenName = (select 1)"),
        ("record", "pinewood", "users", "u-404"),
        ("record", "pinewood", "pupils", "u1"),
        ("export", "nowhere", "HERE/out.zip", "--version", "1.1"),
        ("export", "pinewood", "HERE/out.zip", "--version", "1.1", "--since", "7"),
        ("source", "add", "nowhere", "--kind", "sftp"),
        ("source", "add", "pinewood", "--kind", "carrier-pigeon"),
        ("source", "add", "pinewood", "--kind", "sftp", "--start", "25:00"),
        ("source", "add", "pinewood", "--kind", "sftp", "--quiet-seconds", "-1"),
        ("source", "add", "pinewood", "--kind", "sftp", "--layouts", "oneroster-7"),
        ("source", "limits", "pinewood", "9", "floor=1"),
        ("source", "limits", "pinewood", "1", "no_such_limit=1"),
        ("district", "add", "Pine Wood", "--name", "x"),
        ("district", "add", "pinewood", "--name", "x"),
        ("district", "add", "elm", "--name", "x", "--timezone", "America/Nowhere"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_wrong_use_is_one_sentence_and_exit_status_two(
    once: Installation, tmp_path_factory: pytest.TempPathFactory, arguments: tuple[str, ...]
) -> None:
    before = once.inside("roster", "pinewood", "--json").out
    here = str(once.data.parent / "n1")
    ran = once.inside(*(a.replace("HERE", here) for a in arguments))
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1), ran
    assert ran.err.startswith("homeroom: ")
    assert once.inside("roster", "pinewood", "--json").out == before


def test_what_the_disk_refuses_is_one_sentence(once: Installation) -> None:
    for home, arguments in (
        (once, ("export", "pinewood", once.data / "no" / "such" / "folder" / "out.zip", "--version", "1.1")),
        (Installation(once.data / "control.db" / "below"), ("district", "list")),
    ):
        ran = home.inside(*arguments)
        assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1), ran


@pytest.mark.parametrize("arguments", [("no-such-command",), ("import",), ("import", "pinewood", ".", "--no-such"), ("--data",)])
def test_what_no_command_understands_is_exit_status_two(once: Installation, arguments: tuple[str, ...]) -> None:
    ran = once.inside(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err


def test_every_act_that_changes_settings_or_reads_many_records_is_in_the_audit_trail(
    pinewood: Installation, tmp_path: Path
) -> None:
    pinewood.inside("source", "add", "pinewood", "--kind", "sftp")
    pinewood.inside("source", "limits", "pinewood", "1", "floor=5")
    pinewood.inside("app", "add", "reader")
    pinewood.inside("roster", "pinewood", "users")
    pinewood.inside("export", "pinewood", tmp_path / "out.zip", "--version", "1.2")
    night(pinewood, tmp_path / "n2", half(), "--source", "1")
    pinewood.inside("reject", "pinewood", "2")
    pinewood.inside("rollback", "pinewood", "1")
    assert acts(pinewood) == [
        ("district-added", "pinewood"),
        ("source-added", "pinewood"),
        ("source-added", "pinewood"),
        ("source-changed", "pinewood"),
        ("app-added", None),
        ("rows-read", "pinewood"),
        ("exported", "pinewood"),
        ("import-rejected", "pinewood"),
        ("rolled-back", "pinewood"),
    ]


def test_a_real_process_tells_no_secret_and_no_child(home: Installation, tmp_path: Path) -> None:
    """Standard output is the document alone; standard error holds nothing of a person, whatever goes wrong."""
    home.inside("district", "add", "pinewood", "--name", "Pinewood")
    bad = district()
    bad["users.csv"] = bad["users.csv"].replace("Given3,Family3", '"Gi"ven3,Family3').replace("u5@example.org", "\x00\x01\x02")
    bad["users.csv"] = bad["users.csv"].replace(",secret", ",hunter2")
    bad["enrollments.csv"] = bad["enrollments.csv"].replace("2026-08-15", "15/99/2026", 3)
    ran = home.run("import", "pinewood", write(tmp_path / "n1", bad), "--json")
    assert ran.document["import"] == 1
    for private in ("Given", "Family", "example.org", "15/99", "hunter2"):
        assert private not in ran.err
    assert "hunter2" not in ran.out
    for file in (p for p in home.data.rglob("*") if p.is_file()):
        assert b"hunter2" not in file.read_bytes(), file


def test_a_bug_is_told_by_its_place_and_kind_only() -> None:
    from homeroom.cli import told

    def breaks() -> None:
        try:
            raise KeyError("Ada Byron")
        except KeyError as first:
            raise ValueError("2010-04-05") from first

    with pytest.raises(ValueError) as caught:
        breaks()
    text = told(caught.value)
    assert "test_cli.py" in text
    assert text.index("KeyError") < text.index("ValueError")
    assert "Byron" not in text.replace('raise KeyError("Ada Byron")', "")
    assert "ValueError: 2010" not in text
