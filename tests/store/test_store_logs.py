"""Deliveries, imports, issues, outbox, snapshots, retention, held fields."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.commits import Commit, Origin
from homeroom.store.deliveries import RawFile
from homeroom.store.holding import Hold, Holding
from homeroom.store.issues import COLUMNS, Wanted
from homeroom.store.outbox import Outgoing
from homeroom.store.pages import Counts
from homeroom.store.snapshots import SnapshotRow
from homeroom.store.stores import Stores
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan
from store_plans import NOW, commit, load, make_plan, user
from store_recount import check

TOLD = """
    SELECT * FROM (VALUES
        (1, 'reference-unknown', 'error', 'u.csv', 17, 'orgSourcedIds', 'u1', 's9', '{"what":"org"}', 'users', true, 3, NULL, 's1'),
        (2, 'reference-unknown', 'error', 'users.csv', 18, 'orgSourcedIds', 'u2', 's9', NULL, 'users', true, 1, 1, NULL),
        (3, 'reference-unknown', 'warning', 'users.csv', NULL, NULL, NULL, chr(0) || 'x', NULL, 'users', false, 1, NULL, NULL)
    ) t(seq, code, severity, file, line, "column", key, value, detail, "table", refused, count, head, school)
"""


def test_a_delivery_goes_from_sealed_to_shredded(stores: Stores) -> None:
    log = stores.roster("pine").deliveries
    assert [log.next_number(), log.next_number()] == [1, 2]
    files = (RawFile("users.csv", 12, "ab", "2/users.csv"),)
    made = log.add(2, source=1, trigger="sftp", files=files, digest="d1", sealed_at=NOW, expires_at=NOW + timedelta(days=14))
    assert made.files == files
    assert log.with_digest(1, "d1") == [made]
    assert log.with_digest(2, "d1") == []
    assert log.expired(NOW) == []
    assert log.expired(NOW + timedelta(days=14)) == [made]
    log.shredded(2, NOW)
    assert log.expired(NOW + timedelta(days=14)) == []
    assert log.last(source=1)[0].shredded_at == NOW
    with pytest.raises(Misuse):
        log.get(1)


def test_a_hold_waits_and_is_rejected_by_a_person(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    begun = store.imports.begin(source=1, delivery=4, kind="continuous", trigger="sftp", now=NOW, executor="w1")
    with Workbench(tmp_path / "bench") as workbench:
        workbench.run(f"CREATE TABLE told AS {TOLD}")
        held = Commit(
            number=begun.number,
            attempt=1,
            source=1,
            revision_before=0,
            now=NOW,
            status="waiting_for_approval",
            outcome=None,
            reason={"code": "limit_exceeded"},
            issues="told",
            report={"a": "ü"},
        )
        store.finish(workbench, Plan({}, "sha256:held", first=False), held)
        store.finish(workbench, Plan({}, "sha256:held", first=False), held)  # again, after a crash behind the commit
    waiting = store.imports.with_status("waiting_for_approval")[0]
    assert (waiting.plan, waiting.finished_at, waiting.reason) == ("sha256:held", None, {"code": "limit_exceeded"})
    assert store.issues.counts(1) == {"reference-unknown": 4}
    assert [i.seq for i in store.issues.page(1)] == [1, 3]
    assert [i.seq for i in store.issues.page(1, Wanted(folded=1))] == [2]
    assert store.issues.count(1, Wanted(severity="error", refused=True)) == 1
    assert [i.seq for i in store.issues.every(1)] == [1, 2, 3]
    told = store.issues.page(1, limit=1)[0].told()
    assert (told.message, told.count) == ("orgSourcedIds names s9, which is not a known org.", 3)
    assert store.issues.page(1, after=1)[0].value == "␀x"
    reason = {"code": "rejected", "message": "m", "remedy": "r"}
    store.imports.settle(1, status="rejected", outcome="failed", reason=reason, report=None, now=NOW)
    ended = store.imports.get(1)
    assert (ended.status, ended.outcome, ended.finished_at) == ("rejected", "failed", NOW)
    assert store.imports.report(1) == {"a": "ü"}
    for again in (lambda: store.imports.resume(1, "w"), lambda: store.imports.report(9), lambda: store.imports.get(9)):
        with pytest.raises(Misuse):
            again()
    with pytest.raises(Misuse):
        store.imports.settle(1, status="done", outcome=None, reason=None, report=None, now=NOW)
    assert [i.number for i in store.imports.last(source=1)] == [1]
    assert store.issues.purge(NOW + timedelta(seconds=1)) == 3
    assert len(COLUMNS) == 14


def test_what_a_commit_promised_lies_in_the_outbox(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    snapshot = SnapshotRow(1, "users", "f1", 1, {"base": "users.1.parquet"})
    commit(
        store,
        {"users": [("add", user("u1"))]},
        tmp_path,
        outbox=(Outgoing("roster.changed", {"n": 1}),),
        snapshots=lambda: (snapshot,),
    )
    letter = store.outbox.waiting()[0]
    assert (letter.topic, letter.payload, letter.revision) == ("roster.changed", {"n": 1}, 1)
    store.outbox.sent(letter.id, NOW)
    assert store.outbox.waiting() == []
    assert store.outbox.purge(NOW + timedelta(seconds=1)) == 1
    assert store.snapshots.of(1) == {"users": snapshot}
    store.snapshots.forget(2)
    assert store.snapshots.all() == [snapshot]
    store.snapshots.forget()
    assert store.snapshots.all() == []


@pytest.mark.parametrize("first", [True, False])
def test_a_commit_whose_snapshots_cannot_be_written_changes_nothing(stores: Stores, tmp_path: Path, first: bool) -> None:
    store = stores.roster("pine")
    if not first:
        commit(store, {"users": [("add", user("u1"))]}, tmp_path)
    before = store.revision(), store.counts()
    plans = {"orgs": [("add", {"sourcedId": "s1", "name": "North"})], "users": [("add", user("u2")), ("add", user("u3"))]}

    def full() -> tuple[SnapshotRow, ...]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        commit(store, plans, tmp_path, snapshots=full, first=first)
    assert (store.revision(), store.counts()) == before
    commit(store, plans, tmp_path, first=first)
    check(store)


def test_the_retention_clock_takes_old_removed_records_with_their_history(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user(k, orgSourcedIds="s1")) for k in ("u1", "u2", "u3")]}, tmp_path)
    commit(store, {"users": [("remove", user("u1", orgSourcedIds="s1"))]}, tmp_path)
    commit(store, {"users": [("remove", user("u2", orgSourcedIds="s1"))]}, tmp_path)
    assert store.purge(NOW + timedelta(days=1), NOW) == 0
    assert store.purge(NOW + timedelta(days=2), NOW) == 1
    assert store.revisions()[0].kind == "retention"
    assert store.counts()["users"] == Counts(1, 1)
    assert store.one("users", "u1") is None
    assert [c.sourced_id for c in store.changes()] == ["u2"]
    check(store)
    assert commit(store, {"users": [("add", user("u1", orgSourcedIds="s1"))]}, tmp_path) == 5
    check(store)


def test_a_snapshot_learns_what_others_changed(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user(k)) for k in ("u1", "u2")]}, tmp_path)
    with Workbench(tmp_path / "bench") as workbench:
        assert store.touched(workbench, "users", 1) is None
        commit(store, {"users": [("update", user("u2", email="x@y.test"))]}, tmp_path)
        relation = store.touched(workbench, "users", 1)
        assert workbench.rows(f"SELECT * FROM {relation}") == [("u2",)]
        assert store.touched(workbench, "orgs", 1) is None


def test_a_record_remembers_the_file_that_wrote_it_last(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user(k)) for k in ("u1", "u2", "u3")]}, tmp_path, files=(Origin(0, "night/staff.csv", 1),))
    commit(
        store,
        {"users": [("update", user("u2", email="x@y.test")), ("remove", user("u3"))]},
        tmp_path,
        files=(Origin(0, "students.csv", 1),),
    )
    with Workbench(tmp_path / "bench") as workbench:
        relation = store.written_by(workbench, "users", 1, lambda name: "staff" in name, "staffs")
        assert workbench.rows(f"SELECT * FROM {relation}") == [("u1",)]
        assert store.written_by(workbench, "users", 2, lambda name: True, "others") is None
        assert store.written_by(workbench, "users", 1, lambda name: False, "nobodys") is None
        assert store.written_by(workbench, "orgs", 1, lambda name: True, "schools") is None


def test_a_person_holds_fields(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user("u1"))]}, tmp_path)
    stamps = [store.held_stamp()]
    holds = tuple(
        Hold("users", "u1", word, NOW, "ada", "as she asked", {"email": "x@y.test"}) for word in ("phone", "email", ":joined")
    )
    store.hold(Holding("users", "u1", put=holds))
    stamps.append(store.held_stamp())
    record = store.record("users", "u1")
    assert record is not None
    assert record.locked == ("email", "phone")
    assert record.holds == tuple(sorted(holds, key=lambda h: h.word)) == store.held("users", "u1") == store.all_held("users")
    assert store.all_held("orgs") == ()
    with Workbench(tmp_path / "bench") as workbench:
        store.bring(workbench, "users", None)
        assert workbench.rows("SELECT locked FROM stored_users") == [('[":joined", "email", "phone"]',)]
    store.hold(Holding("users", "u1", free=("email", ":joined")))
    stamps.append(store.held_stamp())
    assert [h.word for h in store.held("users", "u1")] == ["phone"]
    assert len(set(stamps)) == 3
    commit(store, {"users": [("update", user("u1", email="new@y.test")), ("add", user("u2"))]}, tmp_path)
    after = store.record("users", "u1")
    assert after is not None
    assert after.locked == ("phone",)  # whatever a night writes, what is held stays


def test_what_a_person_did_has_their_name_and_no_import(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user("u1", orgSourcedIds="s1"))]}, tmp_path)
    hold = Hold("users", "u1", "email", NOW, "ada")
    with Workbench(tmp_path / "bench") as workbench:
        load(workbench, "asked", ["sourcedId"], [["u1"]])
        stored = store.bring(workbench, "users", "asked")
        cells = user("u1", orgSourcedIds="s1,s2", email="ada@pine.test")
        plan = Plan({"users": make_plan(workbench, "users", [("update", cells)], stored=stored)}, "", first=False)
        made = Commit(None, 0, None, 1, NOW, kind="person", who="ada")
        assert store.by_hand(workbench, plan, made, Holding("users", "u1", put=(hold,))) == 2
        with pytest.raises(TryAgain, match="moved"):
            store.by_hand(workbench, plan, made, Holding("users", "u1", free=("email",)))
    assert (store.revisions(1)[0].who, store.revisions(1)[0].number_of_import, store.revisions(1)[0].kind) == (
        "ada",
        None,
        "person",
    )
    record = store.record("users", "u1")
    assert record is not None
    assert (record.file, record.number_of_import, record.source, record.last_revision) == ("users.csv", 1, 1, 2)
    assert (record.changes[0].who, record.changes[0].number_of_import, record.locked) == ("ada", None, ("email",))
    check(store)


def test_rows_since_a_revision_are_those_that_changed(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user(k)) for k in ("u1", "u2")]}, tmp_path)
    commit(store, {"users": [("update", user("u2", email="x@y.test")), ("add", user("u3"))]}, tmp_path)
    commit(store, {"users": [("remove", user("u1"))]}, tmp_path)
    assert [r[1] for r in store.rows("users", since=1)] == ["u1", "u2", "u3"]
    assert [r[1] for r in store.rows("users", since=2)] == ["u1"]
    assert [r[1] for r in store.rows("users", since=0)] == ["u1", "u2", "u3"]
    assert list(store.rows("users", since=3)) == []


def test_an_erased_district_is_gone(stores: Stores, tmp_path: Path) -> None:
    commit(stores.roster("pine"), {"users": [("add", user("u1"))]}, tmp_path, first=True)
    stores.erase("pine")
    assert stores.roster("pine").revision() == 0
    assert stores.roster("pine").counts() == {}


def test_a_first_load_by_new_file_carries_over_what_is_held(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    hold = Hold("users", "u1", "email", NOW, "ada", "before anything came")
    store.hold(Holding("users", "u1", put=(hold,)))
    before = store.held_stamp()
    commit(store, {"users": [("add", user("u1"))]}, tmp_path, first=True)
    assert (store.all_held(), store.held_stamp()) == ((hold,), before)
