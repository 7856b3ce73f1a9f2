"""A clerk changes something in PowerSchool, PowerSchool tells a real door, and the roster follows; whatever else comes to the door."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from homeroom.doors.brake import Brake
from homeroom.doors.notices.door import MOST_BYTES, NoticesDoor
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport
from homeroom.simulator.powerschool import packages
from homeroom.store.notices import ALL
from homeroom.store.sources import Source
from homeroom.sync import imports, notice_addresses, noticing, pulling, schedule, sources
from homeroom.sync.freshness import freshness
from homeroom.sync.house import House, opened
from homeroom.systems.powerschool.plugin.package import Publisher, package
from patience import SECONDS
from pretend import Caller, pretend
from sync_house import SLUG, Pinewood, settings

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
WAIT = SECONDS
"""Seconds after which a call that does not come fails the test."""


@dataclass
class Bell:
    """Rings for every request that was answered, so that a test can wait for calls that others make."""

    app: Any
    statuses: list[int] = field(default_factory=list)
    rung: threading.Condition = field(default_factory=threading.Condition)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        told: list[int] = []

        async def heard(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])
            await send(message)

        await self.app(scope, receive, heard)
        with self.rung:
            self.statuses += told
            self.rung.notify_all()

    def wait(self, count: int) -> list[int]:
        with self.rung:
            assert self.rung.wait_for(lambda: len(self.statuses) >= count, WAIT), self.statuses
            return list(self.statuses)


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    """What lies behind the door."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application on a real socket, in a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, server_header=False, date_header=False, lifespan="off")
    )
    up = threading.Event()

    async def serve() -> None:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.005)
        up.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert up.wait(WAIT)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Night:
    """A district that was pulled once, its PowerSchool, and its door."""

    house: House
    source: Source
    server: Caller
    door: str
    bell: Bell
    clock: datetime = NOW

    def change(self, *acts: dict[str, Any]) -> None:
        answer = self.server.call("POST", "/__simulator/change", list(acts))
        assert answer.status_code == 200, answer.text

    def told(self, act: Callable[[], None], calls: int = 1) -> None:
        """Do something of which PowerSchool tells the door, and wait until it has."""
        before = len(self.bell.statuses)
        act()
        assert set(self.bell.wait(before + calls)[before:]) == {200}

    def begin(self, seconds: float = 60) -> list[int]:
        """The imports that the clock begins so many seconds later."""
        self.clock += timedelta(seconds=seconds)
        begun: list[int] = []
        noticing.call_up(self.house, self.clock, lambda slug, number: begun.append(number))
        return begun

    def follow(self) -> ImportReport:
        """The one import that the clock begins now, walked."""
        (number,) = self.begin()
        return imports.run(self.house, SLUG, number, now=self.clock)

    def pull(self) -> ImportReport:
        return imports.run(self.house, SLUG, pulling.begin(self.house, SLUG, None, self.clock), now=self.clock)

    def address(self) -> str:
        return notice_addresses.renew(self.house, SLUG, self.source.id, self.clock).url

    def waiting(self) -> set[tuple[str, str]]:
        return {(n.resource, n.key) for n in self.house.stores.control.notices.of(self.source.id)}

    def set(self, **values: Any) -> None:
        sources.change(self.house, SLUG, self.source.id, values)

    def cell(self, table: str, key: str, column: str) -> Any:
        found = self.house.stores.roster(SLUG).record(table, key)
        return found.values[column] if found else None

    def students(self, count: int) -> list[int]:
        return [k for (k,) in self.server.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT ?", count)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("notices")
    with pretend(60) as server, opened(settings(folder / "data")) as plain:
        server.world.install(packages.read(package(Publisher(), ())))
        bell = Bell(None)
        with served(bell) as url:
            house = replace(plain, settings=replace(plain.settings, public_url=url))
            Pinewood.founded(house, folder)
            plugin = server.world.plugin
            given = {"url": server.world.url, "client_id": plugin.client_id, "give_up_seconds": 0.05}
            secret = {"client_secret": plugin.client_secret}
            source = sources.add(house, SLUG, "powerschool", settings=given, secrets=secret).source
            night = Night(house, source, server, url, bell)
            bell.app = NoticesDoor(house, elsewhere, clock=lambda: night.clock)
            assert night.pull().revision_after == 1
            yield night


@pytest.fixture
def pinewoods(tmp_path: Path, database_url: str | None) -> Iterator[Pinewood]:
    """An empty district on each engine in turn."""
    with opened(settings(tmp_path / "data", database_url)) as house:
        yield Pinewood.founded(house, tmp_path)


@pytest.fixture
def night(shared: Night) -> Iterator[Night]:
    shared.clock += timedelta(hours=1)
    yield shared
    shared.server.steer("faults", {"faults": []})
    shared.server.world.plugin.v1 = "READ"
    shared.server.world.subscription = None
    notices = shared.house.stores.control.notices
    notices.forget(shared.source.id, notices.of(shared.source.id))
    shared.set(enabled=True, pause=None, changes_application=None, every_minutes=None, expected_by=None)


def moved(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    return {t: (r.added, r.updated, r.removed) for t, r in report.tables.items() if r.added or r.updated or r.removed}


def edit(key: int, name: str) -> dict[str, Any]:
    return {"do": "edit", "table": "students", "key": key, "set": {"Last_Name": name}}


def test_a_clerks_change_is_in_the_roster_a_moment_later(night: Night) -> None:
    (student,) = night.students(1)
    section, seat = night.server.sql(
        "SELECT se.dcid, cc.dcid FROM cc JOIN students st ON st.id = cc.studentid JOIN sections se ON se.id = cc.sectionid "
        "WHERE st.dcid = ? AND cc.dateleft > '2026-12-01' LIMIT 1",
        student,
    )[0]
    notice_addresses.subscribe(night.house, SLUG, night.source.id, night.clock)
    assert {r for r, _ in night.server.world.subscription.wanted} == {  # type: ignore[union-attr]
        f"/ws/v1/{word}/*" for word in ("student", "section_enrollment", "staff", "section", "course")
    }
    night.told(lambda: night.change(edit(student, "Married"), {"do": "drop_class", "student": student, "section": section}))
    assert night.waiting() == {("student", str(student)), ("section_enrollment", str(seat))}
    assert night.begin(seconds=19) == []  # not before the notices have waited
    report = night.follow()
    assert (report.outcome, report.kind, report.trigger) == ("success", "change_notification", "notification")
    assert moved(report) == {"users": (0, 1, 0), "enrollments": (0, 0, 1)}
    assert night.cell("users", f"S{student}", "familyName") == "Married"
    assert (night.waiting(), night.begin()) == (set(), [])
    notice_addresses.unsubscribe(night.house, SLUG, night.source.id, night.clock)
    assert night.server.world.subscription is None
    assert night.house.stores.control.notices.secret_of(night.source.id) is None


def test_a_new_child_a_teacher_a_class_and_a_course_are_read_too(night: Night) -> None:
    school = night.server.sql("SELECT schoolid, grade_level FROM students WHERE enroll_status = 0 LIMIT 1")[0]
    member, adult = night.server.sql("SELECT dcid, users_dcid FROM schoolstaff WHERE status = 1 AND staffstatus = 1 LIMIT 1")[0]
    section, course = night.server.sql(
        "SELECT se.dcid, c.dcid FROM sections se JOIN courses c ON c.course_number = se.course_number WHERE se.termid >= 3600 LIMIT 1"
    )[0]
    notice_addresses.subscribe(night.house, SLUG, night.source.id, night.clock)
    acts = [
        {"do": "new_student", "school": school[0], "grade": school[1], "last_name": "Newcomer"},
        {"do": "edit", "table": "users", "key": adult, "set": {"Email_Addr": "head@staff.example.org"}},
        {"do": "edit", "table": "schoolstaff", "key": member, "set": {"StaffStatus": 1}},
        {"do": "edit", "table": "courses", "key": course, "set": {"Course_Name": "Newly Named"}},
    ]
    night.told(lambda: night.change(*acts))
    report = night.follow()
    assert report.outcome == "success", (report.reason, report.issue_counts)
    (new,) = night.server.sql("SELECT max(dcid) FROM students")[0]
    assert night.cell("users", f"S{new}", "familyName") == "Newcomer"
    assert str(night.cell("classes", f"C{section}", "title")).startswith("Newly Named")
    assert night.cell("users", f"T{adult}", "email") == "head@staff.example.org"
    assert night.pull().revision_after == report.revision_after  # the night finds the same


def test_a_storm_is_each_record_once(night: Night) -> None:
    students = night.students(5)
    address = night.address()
    bodies = [json.dumps({"resource": f"/ws/v1/student/{k}", "event_type": "UPDATE"}) for k in students]
    with httpx2.Client() as http:
        for number in range(50):
            assert http.post(address, content=bodies[number % 5]).status_code == 200
    night.server.steer("faults", {"faults": []})
    night.server.call("DELETE", "/__simulator/log")
    for key in students[:3]:
        night.server.world.tables.execute("UPDATE students SET last_name = 'Stormy' WHERE dcid = ?", (key,))
    night.server.world.kept.clear()
    report = night.follow()
    assert moved(report) == {"users": (0, 3, 0)}
    asked = [
        c for c in night.server.get("/__simulator/log")["calls"] if "roster.students" in c["path"] and "count" not in c["path"]
    ]
    assert len(asked) == 5
    assert night.begin() == []


def test_a_storm_over_the_limit_is_one_whole_pull(night: Night) -> None:
    address = night.address()
    paths = " ".join(f"/ws/v1/student/{n}" for n in range(1, noticing.STORM + 50))
    assert httpx2.post(address, content=paths).status_code == 200
    assert (ALL, ALL) in night.waiting()
    assert len(night.waiting()) == noticing.STORM + 1
    (student,) = night.students(1)
    night.server.world.tables.execute("UPDATE students SET last_name = 'Whole' WHERE dcid = ?", (student,))
    night.server.world.kept.clear()
    report = night.follow()
    assert (report.kind, report.outcome, moved(report)) == ("continuous", "success", {"users": (0, 1, 0)})
    assert night.waiting() == set()


BODIES = [
    (b'{"events": {"event": [{"resource": "/ws/v1/student/7", "id": "x"}]}}', {("student", "7")}),
    (
        b'{"ref":"https:\\/\\/sis\\/ws\\/v1\\/section\\/9","\\u002fws\\u002fv1\\u002fcourse\\u002f4":1}',
        {("section", "9"), ("course", "4")},
    ),
    (b"<?xml version='1.0'?><event ref='https://sis/ws/v1/staff/12'/>", {("staff", "12")}),
    (b"<e>&#47;ws&#47;v1&#47;student&#47;3</e>", {("student", "3")}),
    (b"event=UPDATE&resource=%2Fws%2Fv1%2Fsection_enrollment%2F44", {("section_enrollment", "44")}),
    ("/ws/v1/student/5".encode("utf-16"), {("student", "5")}),
    (b"/ws/v1/student/0007", {("student", "7")}),
    (b"/ws/v1/student/0 /ws/v1/student/* /ws/v1/student/12345678901234567890 /ws/v1/school/3 /WS/V1/student/2", set()),
    (b"/ws/v1/student/-1 /ws/v1/student/1e9x", {("student", "1")}),
    ("/ws/v1/student/٣".encode(), set()),
    (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', set()),
    (b"\xff\xfe\x00\x80\xfe" * 50, set()),
    (b"[" * 100_000, set()),
    (b"", set()),
]


@pytest.mark.parametrize(("body", "hints"), BODIES, ids=[f"body{n}" for n in range(len(BODIES))])
def test_any_body_is_a_hint_or_nothing(night: Night, body: bytes, hints: set[tuple[str, str]]) -> None:
    assert httpx2.post(night.address(), content=body).status_code == 200
    assert night.waiting() == hints


def test_the_body_is_never_believed(night: Night, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    (student,) = night.students(1)
    name = night.cell("users", f"S{student}", "familyName")
    address = night.address()
    body = {
        "resource": f"/ws/v1/student/{student}",
        "event_type": "DELETE",
        "last_name": "Forged",
        "also": "/ws/v1/student/999999999",
    }
    with caplog.at_level(logging.DEBUG):
        assert httpx2.post(address, json=body).status_code == 200
        assert httpx2.post(address, content=b"Forged, and nothing named").status_code == 200
    report = night.follow()
    assert (report.outcome, moved(report)) == ("success", {})
    assert night.cell("users", f"S{student}", "familyName") == name
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "uvicorn"))]
    written = capsys.readouterr()
    for text in (*(r.getMessage() for r in ours), written.out, written.err):
        assert "Forged" not in text
        assert address.rpartition("/")[2] not in text


def test_a_wrong_secret_is_always_the_same_answer(night: Night) -> None:
    old = night.address()
    new = night.address()
    secret = new.rpartition("/")[2]
    stored = night.house.stores.control.notices.secret_of(night.source.id)
    assert stored == hashlib.sha256(secret.encode()).hexdigest()
    wrong = [
        old,
        f"{new}x",
        new[:-1],
        f"{night.door}/notices/",
        f"{night.door}/notices/{stored}",
        f"{night.door}/notices/%00%ff",
        f"{new}/",
    ]
    told = set()
    for address in wrong:
        answer = httpx2.post(address, content=b"/ws/v1/student/7")
        told.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    night.set(enabled=False)
    answer = httpx2.post(new, content=b"/ws/v1/student/7")
    told.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    assert [status for status, _, _ in told] == [404]
    assert night.waiting() == set()
    assert httpx2.get(f"{night.door}/other").status_code == 418


def test_what_is_too_large_or_no_post_is_turned_away(night: Night) -> None:
    address = night.address()
    body = b"/ws/v1/student/7 ".ljust(MOST_BYTES)

    def parts() -> Iterator[bytes]:
        yield body
        yield b"x"

    assert httpx2.post(address, content=body + b"x").status_code == 413
    assert httpx2.post(address, content=parts()).status_code == 413
    assert httpx2.get(address).status_code == 405
    assert night.waiting() == set()
    assert httpx2.post(address, content=body).status_code == 200
    assert night.waiting() == {("student", "7")}


def test_who_calls_too_often_or_too_slowly_waits(night: Night) -> None:
    app = NoticesDoor(night.house, elsewhere, per_source=(2, 0), per_stranger=(1, 0), longest_seconds=0.05)
    path = f"/notices/{night.address().rpartition('/')[2]}"
    with served(app) as url, httpx2.Client(base_url=url) as http:
        assert [http.post("/notices/no").status_code for _ in range(2)] == [404, 429]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as slow:
            slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n/ws".encode())
            assert slow.recv(100).startswith(b"HTTP/1.1 408")
        assert [http.post(path, content=b"").status_code for _ in range(2)] == [200, 429]


def test_a_brake_lets_go_with_time() -> None:
    now = [0.0]
    brake = Brake(2, 0.5, clock=lambda: now[0])
    assert [brake.lets("a"), brake.lets("a"), brake.lets("a"), brake.lets("b")] == [True, True, False, True]
    now[0] = 2.0
    assert [brake.lets("a"), brake.lets("a")] == [True, False]


def test_a_lost_notice_is_repaired_by_the_nightly_pull(night: Night) -> None:
    (student,) = night.students(1)
    notice_addresses.subscribe(night.house, SLUG, night.source.id, night.clock)
    night.address()  # the address that PowerSchool was told is none any more
    before = len(night.bell.statuses)
    night.change(edit(student, "Lost"))
    assert night.bell.wait(before + 1)[before:] == [404]
    assert night.begin() == []
    assert moved(night.pull()) == {"users": (0, 1, 0)}
    assert night.cell("users", f"S{student}", "familyName") == "Lost"


def test_notices_outlive_a_server_that_is_down(night: Night) -> None:
    (student,) = night.students(1)
    assert httpx2.post(night.address(), content=f"/ws/v1/student/{student}").status_code == 200
    night.server.world.tables.execute("UPDATE students SET last_name = 'Patient' WHERE dcid = ?", (student,))
    night.server.world.kept.clear()
    night.server.steer("faults", {"faults": ["down"]})
    report = night.follow()
    assert (report.outcome, report.reason.code if report.reason else None) == ("failed", "connection")
    assert night.waiting() == {("student", str(student))}
    night.server.steer("faults", {"faults": []})
    assert night.begin() == []  # not at once again
    night.clock += noticing.RETRY
    assert moved(night.follow()) == {"users": (0, 1, 0)}
    assert night.waiting() == set()


def test_an_import_that_was_once_whole_stays_whole_when_it_is_walked_again(night: Night) -> None:
    (student,) = night.students(1)
    assert httpx2.post(night.address(), content=f"/ws/v1/student/{student}").status_code == 200
    (number,) = night.begin()
    store = night.house.stores.roster(SLUG)
    entry = store.imports.resume(number, None)
    store.imports.becomes_whole(number, entry.attempt)  # and then the process was killed
    report = imports.run(night.house, SLUG, number, now=night.clock)
    assert (report.kind, moved(report)) == ("continuous", {})
    assert len(report.files) > 5


def test_a_record_that_is_named_again_while_it_is_read_is_read_again(pinewoods: Pinewood) -> None:
    notices = pinewoods.house.stores.control.notices
    one = pinewoods.source().id
    notices.open_door(one, "aa", NOW)
    notices.hear(one, [("student", "1"), ("student", "2"), ("student", "1")], NOW, 10)
    read = notices.of(one)
    notices.hear(one, [("student", "2")], NOW + timedelta(seconds=5), 10)
    assert [(w.records, w.since) for w in notices.waiting()] == [(2, NOW)]
    notices.forget(one, read)
    assert [(n.resource, n.key, n.times) for n in notices.of(one)] == [("student", "2", 2)]
    notices.hear(one, [("student", str(n)) for n in range(20)], NOW, 10)
    assert len(notices.of(one)) == 11
    assert [notices.claim(one, NOW, NOW), notices.claim(one, NOW, NOW - timedelta(seconds=5))] == [True, False]
    assert notices.claim(one, NOW + timedelta(seconds=9), NOW + timedelta(seconds=4))
    notices.shut_door(one)  # what is left, and what Homeroom wrote there itself, is read all the same
    assert [notices.claim(one, NOW, NOW), notices.claim(one, NOW, NOW - timedelta(seconds=5))] == [True, False]
    assert notices.claim(one, NOW + timedelta(seconds=9), NOW + timedelta(seconds=4))


def test_a_paused_source_gathers_and_reads_nothing(night: Night) -> None:
    assert httpx2.post(night.address(), content=b"/ws/v1/student/7").status_code == 200
    night.set(pause=["11-01..12-31"])
    assert night.begin() == []
    night.set(pause=None)
    assert night.follow().outcome == "success"


def test_records_by_day_do_not_hide_a_night_that_did_not_come(night: Night) -> None:
    night.clock = night.clock.replace(hour=7) + timedelta(days=3)
    assert httpx2.post(night.address(), content=b"/ws/v1/student/7").status_code == 200
    report = night.follow()
    night.set(expected_by="09:00")
    found = sources.of(night.house, SLUG, night.source.id)
    assert found is not None
    stands = freshness(night.house, replace(found, created=NOW), night.clock.replace(hour=10))
    assert (stands.state, stands.last_arrival) == ("late", night.clock)
    assert report.outcome == "success"


def poll(night: Night) -> ImportReport:
    night.clock += timedelta(minutes=45)
    begun: list[int] = []
    schedule.call_up(night.house, night.clock, lambda slug, number: begun.append(number))
    assert len(begun) == 1
    return imports.run(night.house, SLUG, begun[0], now=night.clock)


def test_changes_are_asked_for_where_none_are_told(night: Night) -> None:
    night.clock = night.clock.replace(hour=9) + timedelta(days=1)
    night.set(changes_application="Homeroom", every_minutes=30)
    night.house.stores.control.errands.claim(night.source.id, night.clock)
    first = poll(night)
    assert (first.kind, first.trigger) == ("continuous", "poll")  # no version is known yet
    one, two = night.students(2)
    night.change(edit(one, "Polled"))
    report = poll(night)
    assert (report.kind, moved(report)) == ("change_notification", {"users": (0, 1, 0)})
    # An import that was not carried through does not carry the version on.
    night.change(edit(two, "Again"))
    known = night.house.stores.control.errands.known(night.source.id)
    known["changes"]["import"] = first.number + 1000
    night.house.stores.control.errands.remember(night.source.id, known)
    assert moved(poll(night)) == {"users": (0, 1, 0)}
    night.set(changes_application="Nobody")
    fallen_back = poll(night)
    assert (fallen_back.kind, fallen_back.outcome) == ("continuous", "success")


def test_a_round_that_finds_nothing_changed_leaves_nothing_behind(night: Night) -> None:
    night.clock = night.clock.replace(hour=9) + timedelta(days=1)
    night.set(changes_application="Homeroom", every_minutes=30)
    night.house.stores.control.errands.claim(night.source.id, night.clock)
    store = night.house.stores.roster(SLUG)
    poll(night)
    logged, sealed, revision = store.imports.last(1000), store.deliveries.last(1000), store.revision()
    for _ in range(2):
        report = poll(night)
        assert (report.outcome, report.delivery, report.revision_after) == ("success", None, revision)
    assert (store.imports.last(1000), store.deliveries.last(1000)) == (logged, sealed)
    summary = night.house.stores.control.summaries.get(SLUG)
    assert summary is not None
    assert (summary.last_import, summary.status) == (logged[0].number, "done")
    # What changes then is found from the version that was told last.
    night.server.world.ledger.changes.clear()
    (one,) = night.students(1)
    night.change(edit(one, "Afterwards"))
    assert moved(poll(night)) == {"users": (0, 1, 0)}
    # Tables of which no record is read by itself are none of a round's business either.
    count = len(store.imports.last(1000))
    preference, said = night.server.sql("SELECT id, value FROM prefs LIMIT 1")[0]
    night.change({"do": "edit", "table": "prefs", "key": preference, "set": {"Value": said}})
    poll(night)
    assert len(store.imports.last(1000)) == count
    # After a failure it is told that the source works again.
    night.server.steer("faults", {"faults": ["down"]})
    assert poll(night).outcome == "failed"
    assert freshness(night.house, night.source, night.clock).state == "failing"
    night.server.steer("faults", {"faults": []})
    assert poll(night).outcome == "success"
    assert freshness(night.house, night.source, night.clock).state == "working"
    assert len(store.imports.last(1000)) == count + 2


def test_teachers_terms_schools_and_guardians_are_followed_where_versions_are_kept(night: Night) -> None:
    night.clock = night.clock.replace(hour=9) + timedelta(days=1)
    night.set(changes_application="Homeroom", every_minutes=30)
    night.house.stores.control.errands.claim(night.source.id, night.clock)
    poll(night)
    sql = night.server.sql
    person, student, entry_of = sql(
        "SELECT a.personid, a.studentdcid, d.studentcontactdetailid FROM studentcontactassoc a JOIN studentcontactdetail d USING (studentcontactassocid) "
        "JOIN codeset c ON c.codesetid = d.relationshiptypecodesetid JOIN students s ON s.dcid = a.studentdcid "
        "WHERE s.enroll_status = 0 AND d.isactive = 1 AND c.code IN ('Mother', 'Father') "
        "AND a.personid IN (SELECT personid FROM personemailaddressassoc) ORDER BY 1 LIMIT 1"
    )[0]
    assert f"G{person}" in str(night.cell("users", f"S{student}", "agentSourcedIds"))
    entry, section, teacher = sql(
        "SELECT st.id, se.dcid, ss.users_dcid FROM sectionteacher st JOIN sections se ON se.id = st.sectionid JOIN schoolstaff ss ON ss.id = st.teacherid "
        "WHERE se.termid >= 3600 AND ss.status = 1 ORDER BY 1 LIMIT 1"
    )[0]
    term, number, school = sql("SELECT dcid, id, schoolid FROM terms WHERE yearid = 36 AND isyearrec = 0 ORDER BY dcid LIMIT 1")[
        0
    ]
    night.change(
        {"do": "contact", "contact": person, "first_name": "Renamed"},
        {"do": "edit", "table": "sectionteacher", "key": entry, "set": {"Start_Date": "2026-09-09"}},
        {"do": "edit", "table": "terms", "key": term, "set": {"Name": "Term of Change"}},
        {
            "do": "edit",
            "table": "schools",
            "key": sql("SELECT dcid FROM schools WHERE school_number = ?", school)[0][0],
            "set": {"Name": "New Name"},
        },
    )
    report = poll(night)
    assert (report.kind, report.outcome) == ("change_notification", "success"), (report.reason, report.issue_counts)
    assert moved(report) == dict.fromkeys(("users", "enrollments", "academicSessions", "orgs"), (0, 1, 0))
    assert night.cell("users", f"G{person}", "givenName") == "Renamed"
    assert night.cell("enrollments", f"C{section}@T{teacher}@teacher", "beginDate") == "2026-09-09"
    assert night.cell("academicSessions", f"{school}-{number}", "title") == "Term of Change"
    assert night.cell("orgs", str(school), "name") == "New Name"
    # An entry that ended is not in the query any more, which alone names its student: the night finds it.
    night.change({"do": "edit", "table": "studentcontactdetail", "key": entry_of, "set": {"IsActive": 0}})
    assert moved(poll(night)) == {}
    assert set(moved(night.pull())) == {"users"}
    assert f"G{person}" not in str(night.cell("users", f"S{student}", "agentSourcedIds"))
    # A person who is none any more is known by whom the roster has as agent.
    night.change({"do": "edit", "table": "studentcontactdetail", "key": entry_of, "set": {"IsActive": 1}})
    poll(night)
    assert f"G{person}" in str(night.cell("users", f"S{student}", "agentSourcedIds"))
    night.change({"do": "edit", "table": "person", "key": person, "set": {"IsActive": 0}})
    assert set(moved(poll(night))) == {"users"}
    assert f"G{person}" not in str(night.cell("users", f"S{student}", "agentSourcedIds"))
    night.change({"do": "edit", "table": "person", "key": person, "set": {"IsActive": 1}})
    assert set(moved(night.pull())) == {"users"}


def test_subscribing_says_what_is_missing_and_leaves_the_old_address(night: Night) -> None:
    address = night.address()
    night.server.steer("faults", {"faults": ["v1closed"]})
    with pytest.raises(Misuse, match="access level"):
        notice_addresses.subscribe(night.house, SLUG, night.source.id, night.clock)
    assert httpx2.post(address, content=b"").status_code == 200
    nowhere = replace(night.house, settings=replace(night.house.settings, public_url=None))
    with pytest.raises(Misuse, match="HOMEROOM_PUBLIC_URL"):
        notice_addresses.renew(nowhere, SLUG, night.source.id, night.clock)
    other = sources.add(night.house, SLUG, "upload").source
    with pytest.raises(Misuse, match="tells of no changes"):
        notice_addresses.renew(night.house, SLUG, other.id, night.clock)
