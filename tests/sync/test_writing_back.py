"""Writing back from a sheet a district's clerk would send: off by default, judged, kept record by record, resumed, never written twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeroom.roster.faults import Misuse, Refused
from homeroom.simulator.powerschool import packages
from homeroom.store.sources import Source
from homeroom.sync import by_hand, imports, noticing, pulling, sources, writing_back
from homeroom.sync.writing_back import WroteBack, write_back
from homeroom.systems.powerschool.plugin.package import Publisher, package
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
HEADER = (
    "action,local_id,name.first_name,name.last_name,school_enrollment.grade_level,school_enrollment.entry_date,"
    "school_enrollment.exit_date,school_enrollment.school_number,u_students_extension.preferredname\n"
)
TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(60) as caller:
        caller.world.install(packages.read(package(Publisher(), ())))
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    shared.steer("plugin", {"v1": "FULL"})
    shared.call("DELETE", "/__simulator/log")
    yield shared
    shared.steer("faults", {"faults": []})


def added(pinewood: Pinewood, server: Caller, *, on: bool = True) -> Source:
    plugin = server.world.plugin
    settings: dict[str, Any] = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.2}
    settings |= {"write_back": True} if on else {}
    secrets = {"client_secret": plugin.client_secret}
    return sources.add(pinewood.house, SLUG, "powerschool", settings=settings, secrets=secrets).source


def sheet(pinewood: Pinewood, text: str) -> Path:
    path = pinewood.folder / "students.csv"
    path.write_text(text, encoding="utf-8")
    return path


def newcomers(first: int, count: int) -> str:
    """A sheet of students who begin on the same day."""
    rows = (f"INSERT,{n},Given{n},Newcomer,8,2026-09-08,2027-05-29,103,Nick{n}\n" for n in range(first, first + count))
    return HEADER + "".join(rows)


def wrote(pinewood: Pinewood, path: Path | None, **more: Any) -> WroteBack:
    return write_back(pinewood.house, SLUG, path, who="ada", now=lambda: NOW, **more)


def there(server: Caller, first: int, count: int) -> list[int]:
    """The numbers of those students in the tables themselves, as often as they are there."""
    asked = "SELECT Student_Number FROM Students WHERE Student_Number BETWEEN ? AND ? ORDER BY 1"
    return [row[0] for row in server.sql(asked, first, first + count - 1)]


def posts(server: Caller) -> int:
    calls = server.get("/__simulator/log")["calls"]
    return len([c for c in calls if (c["method"], c["path"]) == ("POST", "/ws/v1/student")])


def audit(pinewood: Pinewood) -> list[tuple[str, dict[str, Any]]]:
    rows = pinewood.house.stores.control.audit.last(50, SLUG)
    return [(r.action, dict(r.detail)) for r in reversed(rows) if r.action.startswith("write-back")]


def test_it_is_off_until_somebody_switches_it_on_and_that_is_audited(pinewood: Pinewood, server: Caller) -> None:
    source = added(pinewood, server, on=False)
    path = sheet(pinewood, newcomers(410_001, 2))
    with pytest.raises(Misuse, match="writing back is off"):
        wrote(pinewood, path)
    assert (posts(server), audit(pinewood), writing_back.batches(pinewood.house, SLUG)) == (0, [], [])
    assert wrote(pinewood, path, dry_run=True).counts == {"SEND": 2}
    sources.change(pinewood.house, SLUG, source.id, {"write_back": True}, "ada")
    assert pinewood.acts()[-1] == "source-changed"
    assert wrote(pinewood, path).counts == {"SUCCESS": 2}


def test_a_dry_run_shows_the_calls_and_sends_nothing(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    text = newcomers(420_001, 101) + "INSERT,420901,,Nobody,8,2026-09-08,2027-05-29,103,\n"
    before = server.sql("SELECT count(*) FROM Students")
    dry = wrote(pinewood, sheet(pinewood, text), dry_run=True)
    assert (dry.batch, dry.sent, dry.counts) == (None, 0, {"INVALID": 1, "SEND": 101})
    assert [(c.method, c.path, len(c.body["students"]["student"])) for c in dry.calls] == [
        ("POST", "/ws/v1/student", 100), ("POST", "/ws/v1/student", 1),
    ]  # fmt: skip
    first = dry.calls[0].body["students"]["student"][0]
    assert (first["action"], first["local_id"], first["name"]) == (
        "INSERT",
        "420001",
        {"first_name": "Given420001", "last_name": "Newcomer"},
    )
    assert first["_extension_data"]["_table_extension"][0]["_field"][0]["value"] == "Nick420001"
    assert dry.outcomes[-1].findings == (("name.first_name", "is required for INSERT"),)
    assert (posts(server), server.sql("SELECT count(*) FROM Students"), audit(pinewood)) == (0, before, [])
    assert writing_back.batches(pinewood.house, SLUG) == []


def test_results_are_kept_without_values_and_told_again(pinewoods: Pinewood, server: Caller) -> None:
    added(pinewoods, server)
    first = 430_001 if pinewoods.house.settings.database_url is None else 431_001
    (dcid, number) = server.sql("SELECT DCID, Student_Number FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0]
    text = (
        "client_uid,action,id,local_id,name.first_name,name.last_name,school_enrollment.grade_level,school_enrollment.entry_date,"
        "school_enrollment.exit_date,school_enrollment.school_number,contact_info.email,phones.main.number,demographics.gender\n"
        f"a,,,{first},Zoë,Ödegård,8,2026-09-08,2027-05-29,103,,,\n"  # inserted
        f"b,,,{number},,,,,,,changed@example.org,,\n"  # known there by its number: an update
        f"c,UPDATE,{dcid},,,,,,,,,,X\n"  # never sent
        f"d,INSERT,,{first + 1},Ann,Bee,8,2026-09-08,2027-05-29,4,,,\n"  # no such school
        "e,UPDATE,99999999,,,,,,,,e@example.org,,\n"  # no such student
        "f,UPDATE,,98765,,,,,,,,555,\n"
        "g,DELETE,1,,,,,,,,,,\n"
    )
    done = wrote(pinewoods, sheet(pinewoods, text))
    assert [(o.client_uid, o.action, o.status) for o in done.outcomes] == [
        ("a", "INSERT", "SUCCESS"), ("b", "UPDATE", "SUCCESS"), ("c", "UPDATE", "INVALID"), ("d", "INSERT", "ERROR"),
        ("e", "UPDATE", "ERROR"), ("f", "UPDATE", "INVALID"), ("g", "", "INVALID"),
    ]  # fmt: skip
    assert done.outcomes[3].findings == (("school_enrollment.school_number", "FIELD_VALIDATION_ERROR"),)
    assert done.outcomes[5].findings == (("local_id", "no student has this number"),)
    id = done.outcomes[0].remote_id  # remembered: client_uid -> id
    assert server.sql("SELECT Last_Name FROM Students WHERE DCID = ?", int(id or 0)) == [("Ödegård",)]
    assert (done.outcomes[1].remote_id, done.outcomes[2].remote_id) == (str(dcid), str(dcid))
    (listed,) = writing_back.batches(pinewoods.house, SLUG)
    assert (listed["batch"], listed["counts"], listed["who"], listed["reason"]) == (
        1,
        {"ERROR": 2, "INVALID": 3, "SUCCESS": 2},
        "ada",
        None,
    )
    kept = writing_back.results(pinewoods.house, SLUG, 1)
    assert [r["id"] for r in kept][:2] == [id, str(dcid)]
    assert not [word for word in ("Zoë", "Ödegård", "changed@", "555") if word in str([kept, audit(pinewoods)])]
    assert [(action, told.get("counts")) for action, told in audit(pinewoods)] == [
        ("write-back-started", None),
        ("write-back-ended", {"ERROR": 2, "INVALID": 3, "SUCCESS": 2}),
    ]
    again = wrote(pinewoods, sheet(pinewoods, text))  # what was refused may be taken by now; what was written is not sent again
    assert (again.batch, again.sent, again.counts) == (1, 2, done.counts)
    other = wrote(
        pinewoods, sheet(pinewoods, text.replace("f,UPDATE,,98765,,,,,,,,555,\n", ""))
    )  # another file with the same insert
    assert (other.batch, other.outcomes[0].status, other.outcomes[0].remote_id) == (2, "SUCCESS", id)
    assert there(server, first, 2) == [first]
    changed = wrote(pinewoods, sheet(pinewoods, text.replace("Zoë", "Zoe").replace("a,,", "a,INSERT,")))
    assert changed.outcomes[0].findings[0][0] == "client_uid"


def test_what_was_written_is_read_into_the_roster_with_a_report(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    imports.run(pinewood.house, SLUG, pulling.begin(pinewood.house, SLUG, None, NOW), now=NOW)
    before = pinewood.revision
    (dcid, number, other) = server.sql(
        "SELECT a.DCID, a.Student_Number, b.DCID FROM Students a, Students b "
        "WHERE a.Enroll_Status = 0 AND b.Enroll_Status = 0 AND b.DCID <> a.DCID ORDER BY a.DCID, b.DCID LIMIT 1"
    )[0]
    server.steer("change", {"do": "edit", "table": "students", "key": other, "set": {"First_Name": "Unread"}})
    text = (
        "action,local_id,name.first_name,name.last_name,school_enrollment.grade_level,school_enrollment.entry_date,"
        "school_enrollment.exit_date,school_enrollment.school_number\n"
        "INSERT,480001,Ines,Newcomer,8,2026-09-08,2027-05-29,103\n"
        f"UPDATE,{number},Renamed,,,,,\n"
        "INSERT,480002,,Nobody,8,2026-09-08,2027-05-29,103\n"
    )
    done = wrote(pinewood, sheet(pinewood, text))
    assert done.counts == {"INVALID": 1, "SUCCESS": 2}
    report = done.report
    assert report is not None
    assert (report.trigger, report.kind, report.outcome) == ("write-back", "change_notification", "success"), report.issue_counts
    assert (report.revision_before, report.revision_after) == (before, before + 1)
    assert (report.tables["users"].added, report.tables["users"].updated) == (1, 1)
    users = pinewood.records("users")
    assert users[f"S{done.outcomes[0].remote_id}"]["givenName"] == "Ines"
    assert users[f"S{dcid}"]["givenName"] == "Renamed"
    assert users[f"S{other}"]["givenName"] != "Unread", "only what was written is read"
    assert done.as_json()["import"] == report.number
    again = wrote(pinewood, sheet(pinewood, text))
    assert (again.sent, again.report, pinewood.revision) == (0, None, before + 1)


def test_what_cannot_be_read_back_now_is_read_by_the_clock(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    imports.run(pinewood.house, SLUG, pulling.begin(pinewood.house, SLUG, None, NOW), now=NOW)
    before, installed = pinewood.revision, server.world.installed
    try:
        server.world.installed = {n: q for n, q in installed.items() if not n.endswith(".students")}
        done = wrote(pinewood, sheet(pinewood, newcomers(490_001, 1)))
    finally:
        server.world.installed = installed
    assert (done.counts, pinewood.revision) == ({"SUCCESS": 1}, before)
    assert done.report is not None
    assert done.report.outcome == "failed"
    assert done.report.reason is not None
    begun: list[int] = []
    assert noticing.call_up(pinewood.house, NOW + timedelta(minutes=30), lambda slug, number: begun.append(number)) == 1
    report = imports.run(pinewood.house, SLUG, begun[0], now=NOW + timedelta(minutes=30))
    assert (report.outcome, report.tables["users"].added) == ("success", 1)
    assert pinewood.records("users")[f"S{done.outcomes[0].remote_id}"]["givenName"] == "Given490001"


FAULTS = [
    "emptybody:2",
    "truncate:2",
    "html:2",
    "drop:2",
    "503:2",
    "500:3",
    "429:2",
    "429:3",
    "emptybody:1",
    "truncate:1",
    "drop:1",
    "503:1",
]


@pytest.mark.parametrize(("number", "fault"), list(enumerate(FAULTS)))
def test_whatever_strikes_nothing_is_written_twice(pinewood: Pinewood, server: Caller, number: int, fault: str) -> None:
    """The same file is given again after each run, as an operator would; then the server is well, and the last run ends it."""
    added(pinewood, server)
    first = 500_001 + 1000 * number
    path = sheet(pinewood, newcomers(first, 5))
    expected = list(range(first, first + 5))
    server.steer("faults", {"faults": [fault]})
    for _ in range(2):
        with suppress(Refused):  # the sign-in itself was struck: nothing was sent
            assert set(wrote(pinewood, path).counts) <= {"SUCCESS", "UNKNOWN"}
        assert len(set(there(server, first, 5))) == len(there(server, first, 5))
    server.steer("faults", {"faults": []})
    last = wrote(pinewood, path)
    assert last.counts == {"SUCCESS": 5}
    assert there(server, first, 5) == expected
    assert len({o.remote_id for o in last.outcomes}) == 5
    assert wrote(pinewood, path).sent == 0


def test_an_insert_without_a_number_of_unknown_outcome_is_left_to_a_person(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    text = newcomers(440_001, 1).replace("440001,", ",").replace("Newcomer", "Nameless")
    server.steer("faults", {"faults": ["emptybody:2"]})  # the sign-in is answered, the write is not
    assert wrote(pinewood, sheet(pinewood, text)).counts == {"UNKNOWN": 1}
    server.steer("faults", {"faults": []})
    again = wrote(pinewood, sheet(pinewood, text))
    assert (again.sent, again.counts) == (0, {"UNKNOWN": 1})
    assert server.sql("SELECT count(*) FROM Students WHERE Last_Name = 'Nameless'") == [(1,)]


def test_a_level_that_only_reads_is_refused_in_words_and_leaves_nothing_open(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    path = sheet(pinewood, newcomers(450_001, 2))
    server.steer("plugin", {"v1": "READ"})
    with pytest.raises(Refused, match="FULL") as refused:
        wrote(pinewood, path)
    assert refused.value.reason == "access_closed"
    (listed,) = writing_back.batches(pinewood.house, SLUG)
    assert (listed["reason"], listed["counts"]) == ("access_closed", {})
    assert audit(pinewood)[-1][1]["reason"] == "access_closed"
    assert there(server, 450_001, 2) == []
    server.steer("plugin", {"v1": "FULL"})
    assert wrote(pinewood, path).counts == {"SUCCESS": 2}


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import httpx2
from homeroom.sync.house import opened
from homeroom.sync.writing_back import write_back
from sync_house import SLUG, settings

data, url, sheet, when, posts = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5])

def die(step):
    calls = httpx2.get(url + "/__simulator/log").json()["calls"]
    if len([c for c in calls if (c["method"], c["path"]) == ("POST", "/ws/v1/student")]) == posts:
        os.kill(os.getpid(), signal.SIGKILL)

def now():
    if when == "after the answer":
        die("")
    return datetime.now(UTC)

with opened(settings(data)) as house:
    write_back(house, SLUG, sheet, who="ada", now=now, tell=die if when == "between calls" else lambda step: None)
"""


@pytest.mark.parametrize(("when", "known"), [("between calls", {"SUCCESS": 100}), ("after the answer", {"UNKNOWN": 100})])
def test_a_batch_that_was_killed_goes_on_where_it_ended(
    pinewood: Pinewood, server: Caller, when: str, known: dict[str, int]
) -> None:
    added(pinewood, server)
    first = 460_001 if when == "between calls" else 470_001
    path = sheet(pinewood, newcomers(first, 103))
    where = [str(pinewood.house.settings.data), server.world.url, str(path), when, "1"]
    run = subprocess.run(
        [sys.executable, "-c", KILLED, *where], env={**os.environ, "PYTHONPATH": str(TESTS)}, capture_output=True, text=True
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    (listed,) = writing_back.batches(pinewood.house, SLUG)
    assert (listed["ended"], listed["counts"]) == (None, known)
    assert len(there(server, first, 103)) == 100
    done = wrote(pinewood, path)
    assert (done.batch, done.sent, done.counts) == (1, 3, {"SUCCESS": 103})
    assert there(server, first, 103) == list(range(first, first + 103))
    assert (posts(server), len({o.remote_id for o in done.outcomes})) == (2, 103)


def test_corrections_that_people_hold_are_written_as_updates(pinewood: Pinewood, server: Caller) -> None:
    source = added(pinewood, server)
    rows = server.sql("SELECT DCID, Student_Number FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 3")
    server.world.tables.execute("UPDATE Students SET Middle_Name = 'Noor' WHERE DCID = ?", (rows[1][0],))
    server.world.kept.clear()
    imports.run(pinewood.house, SLUG, pulling.begin(pinewood.house, SLUG, None, NOW), now=NOW)
    with pytest.raises(Misuse, match="nobody holds a correction"):
        wrote(pinewood, None)
    one, two, _ = (f"S{row[0]}" for row in rows)
    house = pinewood.house
    by_hand.correct(house, SLUG, "users", one, "familyName", "Lovelace", why=None, who="ada", now=NOW)
    by_hand.correct(house, SLUG, "users", one, "grades", "12", why=None, who="ada", now=NOW)  # not to be updated there
    by_hand.correct(house, SLUG, "users", two, "middleName", "", why=None, who="ada", now=NOW)
    by_hand.lock(house, SLUG, "users", two, "email", why=None, who="ada", now=NOW)  # as the source has it: nothing to write
    teacher = next(k for k in pinewood.records("users") if k.startswith("T"))
    by_hand.correct(house, SLUG, "users", teacher, "familyName", "Hopper", why=None, who="ada", now=NOW)
    dry = wrote(pinewood, None, dry_run=True)
    sent = [{k: v for k, v in r.items() if k not in ("client_uid", "action")} for r in dry.calls[0].body["students"]["student"]]
    assert sent == [
        {"id": str(rows[0][0]), "name": {"last_name": "Lovelace"}},
        {"id": str(rows[1][0]), "name": {"middle_name": ""}},
    ]
    done = wrote(pinewood, None)
    assert (done.origin, done.counts) == ("records", {"SUCCESS": 2})
    asked = "SELECT Last_Name FROM Students WHERE DCID = ? UNION ALL SELECT Middle_Name FROM Students WHERE DCID = ?"
    assert server.sql(asked, rows[0][0], rows[1][0]) == [("Lovelace",), (None,)]
    # Both agree now, and the roster knows it: the corrections have done their work.
    assert done.report is not None
    assert done.report.outcome == "success"
    with pytest.raises(Misuse, match="nobody holds a correction"):
        wrote(pinewood, None)
    # A row that names a student by the number that the roster has is an update, and nobody has to be asked but the server whose it is.
    server.call("DELETE", "/__simulator/log")
    text = f"local_id,phones.main.number\n{rows[2][1]},555-0100\n"
    told = wrote(pinewood, sheet(pinewood, text), source=source.id)
    assert [(o.action, o.status, o.remote_id) for o in told.outcomes] == [("UPDATE", "SUCCESS", str(rows[2][0]))]
    assert [c["path"] for c in server.get("/__simulator/log")["calls"]][:3] == [
        "/oauth/access_token",
        "/ws/v1/metadata",
        "/ws/v1/student",
    ]
    assert server.sql("SELECT Home_Phone FROM Students WHERE DCID = ?", rows[2][0]) == [("555-0100",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("local_id,name.frist_name\n1,A\n", "name.frist_name (did you mean name.first_name?)"),
        ("local_id,local_id\n1,1\n", "has columns twice: local_id"),
        ("local_id,name.first_name\n1\n", "line 2 of students.csv has 1 cells, and its header has 2"),
        ("local_id\n", "has no rows"),
        ("s_stu_x.field\n1\n", "s_stu_x.field"),
    ],
)
def test_a_sheet_that_is_none_says_what_is_wrong(pinewood: Pinewood, server: Caller, text: str, said: str) -> None:
    added(pinewood, server)
    with pytest.raises(Misuse) as misuse:
        wrote(pinewood, sheet(pinewood, text))
    assert said in str(misuse.value)
    assert posts(server) == 0


def test_blank_cells_say_nothing(pinewood: Pinewood, server: Caller) -> None:
    added(pinewood, server)
    (dcid, phone) = server.sql("SELECT DCID, Home_Phone FROM Students WHERE Home_Phone IS NOT NULL ORDER BY DCID LIMIT 1")[0]
    done = wrote(pinewood, sheet(pinewood, f"\ufeffid,phones.main.number,schedule_setup.home_room\n{dcid},,B7\n\n"))
    assert [(o.status, o.action) for o in done.outcomes] == [("SUCCESS", "UPDATE")]
    assert server.sql("SELECT Home_Phone, Home_Room FROM Students WHERE DCID = ?", dcid) == [(phone, "B7")]


def test_only_a_source_that_can_be_written_to_is_taken(pinewood: Pinewood, server: Caller) -> None:
    upload = pinewood.source()
    with pytest.raises(Misuse, match="has no such source"):
        wrote(pinewood, sheet(pinewood, newcomers(1, 1)), source=upload.id)
    one, _two = added(pinewood, server), added(pinewood, server)
    with pytest.raises(Misuse, match="several sources"):
        wrote(pinewood, sheet(pinewood, newcomers(1, 1)))
    sources.change(pinewood.house, SLUG, one.id, {"enabled": False})
    with pytest.raises(Misuse, match="is closed"):
        wrote(pinewood, sheet(pinewood, newcomers(1, 1)), source=one.id)
