"""Commits of plans: adds, updates, removals, restores, links, changes, counts, fences."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.commits import Commit
from homeroom.store.history import Change
from homeroom.store.pages import Counts, Where
from homeroom.store.roster_tables import stored_columns
from homeroom.store.stores import Stores
from homeroom.workbench.bench import Workbench
from store_plans import NOW, commit, user

SCHOOLS = [("add", {"sourcedId": key, "name": name, "type": "school"}) for key, name in (("s1", "Elm"), ("s2", "Oak"))]


@pytest.mark.parametrize("first", [False, True])
def test_a_first_load_can_be_read_back(stores: Stores, tmp_path: Path, first: bool) -> None:
    store = stores.roster("pine")
    users = [("add", user(f"u{n}", orgSourcedIds="s1,s2" if n == 3 else "s1", email="")) for n in range(1, 6)]
    assert commit(store, {"orgs": SCHOOLS, "users": users}, tmp_path, first=first) == 1
    assert store.revision() == 1
    assert store.counts() == {"orgs": Counts(2, 0), "users": Counts(5, 0)}
    found = store.one("users", "u3")
    assert found is not None
    assert (found["id"], found["status"], found["givenName"], found["dateLastModified"]) == (
        3,
        "active",
        "Given u3",
        "2026-09-01T06:30:00.000Z",
    )
    assert store.active_counts(1) == {"orgs": {None: 2}, "users": {None: 5, "s1": 5, "s2": 1}}
    assert [r[1] for r in store.page("users", 10, where=[Where("orgSourcedIds", ("s2",))]).rows] == ["u3"]
    assert store.changes() == []
    record = store.record("users", "u3")
    assert record is not None
    assert (record.source, record.file, record.line, record.first_revision, record.changes) == (1, "users.csv", 4, 1, ())
    assert store.imports.get(1).status == "done"
    assert store.imports.report(1) == {"import": 1}


def test_later_nights_write_what_changed_and_its_history(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"orgs": SCHOOLS, "users": [("add", user(k, orgSourcedIds="s1")) for k in ("u1", "u2", "u3")]}, tmp_path)
    night = [
        ("update", user("u1", orgSourcedIds="s2", givenName="Zoë", role="teacher")),
        ("remove", user("u2", orgSourcedIds="s1")),
        ("add", user("u0", orgSourcedIds="s1, s2", agentSourcedIds="u1,nobody")),
    ]
    assert commit(store, {"users": night}, tmp_path) == 2
    assert store.counts()["users"] == Counts(3, 1)
    assert store.active_counts(1)["users"] == {None: 3, "s1": 2, "s2": 2}
    one = store.one("users", "u1")
    assert one is not None
    assert (one["id"], one["givenName"], one["role"], one["last_revision"], one["first_revision"]) == (1, "Zoë", "teacher", 2, 1)
    gone = store.one("users", "u2")
    assert gone is not None
    assert (gone["status"], gone["dateLastModified"], gone["givenName"]) == (
        "tobedeleted",
        "2026-09-02T06:30:00.000Z",
        "Given u2",
    )
    assert [r[1] for r in store.page("users", 10, where=[Where("orgSourcedIds", ("s2",))]).rows] == ["u1", "u0"]
    assert [r[1] for r in store.page("users", 10, where=[Where("agentSourcedIds", ("nobody",))]).rows] == ["u0"]
    told = {c.sourced_id: (c.verb, dict(c.fields)) for c in store.changes()}
    assert told == {
        "u1": ("update", {"givenName": ("Given u1", "Zoë"), "role": ("student", "teacher"), "orgSourcedIds": ("s1", "s2")}),
        "u2": ("remove", {}),
        "u0": ("add", {}),
    }
    assert commit(store, {"users": [("restore", user("u2", orgSourcedIds="s1", givenName="Back"))]}, tmp_path) == 3
    back = store.one("users", "u2")
    assert back is not None
    assert (back["id"], back["status"], back["givenName"], back["first_revision"]) == (2, "active", "Back", 1)
    assert store.counts()["users"] == Counts(4, 0)
    feed = store.changes(after=2)
    assert [(c.verb, dict(c.fields)) for c in feed] == [("restore", {"givenName": ("Given u2", "Back")})]
    record = store.record("users", "u2")
    assert record is not None
    assert [c.verb for c in record.changes] == ["restore", "remove"]
    assert isinstance(record.changes[0], Change)


def test_the_feed_is_read_in_pieces(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"orgs": SCHOOLS}, tmp_path)
    commit(store, {"users": [("add", user(f"u{n}")) for n in range(5)]}, tmp_path)
    commit(store, {"users": [("remove", user("u0"))]}, tmp_path)
    seen, after, seq = [], 0, 0
    while piece := store.changes(after, 2, seq=seq):
        seen += [(c.revision, c.seq) for c in piece]
        after, seq = piece[-1].revision, piece[-1].seq
    assert seen == [(2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 1)]


def test_a_plan_without_changes_ends_the_import_and_makes_no_revision(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"orgs": SCHOOLS}, tmp_path)
    assert commit(store, {"orgs": []}, tmp_path) == 1
    assert store.revision() == 1
    done = store.imports.get(2)
    assert (done.status, done.revision_before, done.revision_after) == ("done", 1, 1)


def test_an_attempt_that_was_overtaken_may_not_commit(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"orgs": SCHOOLS}, tmp_path)
    for first_number in (2, 3):
        store.imports.begin(source=1, delivery=None, kind="continuous", trigger="test", now=NOW)
        assert store.imports.resume(first_number, "other").attempt == 2
    with pytest.raises(TryAgain):
        commit(store, {"orgs": [("remove", {"sourcedId": "s1"})]}, tmp_path, number=2, attempt=1)
    with pytest.raises(TryAgain):
        commit(store, {}, tmp_path, number=3, attempt=1)
    with pytest.raises(TryAgain):
        store.imports.step(2, 1, "shaping")
    assert store.revision() == 1
    assert store.counts()["orgs"] == Counts(2, 0)
    store.imports.step(2, 2, "shaping", rows=5)
    assert store.imports.get(2).progress == {"rows": 5}


def test_a_roster_that_moved_refuses_the_plan(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"orgs": SCHOOLS}, tmp_path)
    commit(store, {"orgs": [("update", {"sourcedId": "s1", "name": "New", "type": "school"})]}, tmp_path)
    with pytest.raises(TryAgain, match="moved"):
        commit(store, {"orgs": [("update", {"sourcedId": "s1", "name": "Newer", "type": "school"})]}, tmp_path, revision_before=1)
    with pytest.raises(TryAgain):
        commit(store, {"orgs": SCHOOLS}, tmp_path, revision_before=0, first=True)
    assert store.revision() == 2


def test_bring_adds_up_and_brings_each_record_once(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    commit(store, {"users": [("add", user(f"u{n}")) for n in range(20)]}, tmp_path)
    commit(store, {"users": [("remove", user("u5"))]}, tmp_path)
    with Workbench(tmp_path / "bench") as workbench:
        workbench.load("asked", ["sourcedId"], [["u5"], ["u7"], ["u7"], ["unknown"], [None]])
        for _ in range(2):
            assert store.bring(workbench, "users", "asked") == "stored_users"
            assert workbench.rows('SELECT "sourcedId", status, source, email FROM stored_users ORDER BY 1') == [
                ("u5", "tobedeleted", 1, None),
                ("u7", "active", 1, None),
            ]
        store.bring(workbench, "users", None)
        store.bring(workbench, "users", "asked")
        assert workbench.value('SELECT count(*) || count(DISTINCT "sourcedId") FROM stored_users') == "2020"
        assert store.bring(workbench, "orgs", None) == "stored_orgs"
        assert workbench.value("SELECT count(*) FROM stored_orgs") == 0


def test_a_model_column_called_source_keeps_its_own_meaning(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    row = {"sourcedId": "x1", "lineItemSourcedId": "l1", "source": "case", "learningObjectiveId": "o"}
    commit(store, {"lineItemLearningObjectiveIds": [("add", row)]}, tmp_path)
    with Workbench(tmp_path / "bench") as workbench:
        store.bring(workbench, "lineItemLearningObjectiveIds", None)
        assert workbench.rows("SELECT source, _source FROM stored_lineItemLearningObjectiveIds") == [("case", 1)]


def test_a_rollback_makes_the_roster_equal_to_what_it_was(stores: Stores, tmp_path: Path) -> None:
    store = stores.roster("pine")
    at_s1 = [("add", user(k, orgSourcedIds="s1")) for k in ("u1", "u2", "u3", "u4")]
    commit(store, {"orgs": SCHOOLS, "users": at_s1}, tmp_path)
    commit(store, {"users": [("remove", user("u4", orgSourcedIds="s1"))]}, tmp_path)
    before = _state(stores, "users")
    third = [
        ("update", user("u1", orgSourcedIds="s2", email="a@x.test")),
        ("remove", user("u2", orgSourcedIds="s1")),
        ("add", user("u9", orgSourcedIds="s1")),
        ("restore", user("u4", orgSourcedIds="s2")),
    ]
    fourth = [
        ("update", user("u1", orgSourcedIds="s2", email="b@x.test", phone="1")),
        ("restore", user("u2", orgSourcedIds="s2")),
    ]
    commit(store, {"users": third}, tmp_path)
    commit(store, {"users": fourth}, tmp_path)
    with Workbench(tmp_path / "bench") as workbench:
        plan = store.rollback_plan(workbench, 2)
        with pytest.raises(Misuse):
            store.rollback_plan(workbench, 77)
        begun = store.imports.begin(source=None, delivery=None, kind="continuous", trigger="rollback", now=NOW)
        header = _header(begun.number, 4)
        assert store.apply(workbench, plan, header) == 5
    assert _state(stores, "users") == before
    assert store.counts()["users"] == Counts(3, 2)
    assert store.active_counts(1)["users"] == {None: 3, "s1": 3}
    assert store.revisions()[0].kind == "rollback"
    with Workbench(tmp_path / "again") as workbench:
        assert store.rollback_plan(workbench, 2).empty


def _header(number: int, before: int) -> Commit:
    return Commit(number=number, attempt=1, source=None, revision_before=before, now=NOW, kind="rollback")


def _state(stores: Stores, table: str) -> dict[object, object]:
    """Every active record's key and model values."""
    columns = stored_columns(catalogue()[table])
    found = {}
    for row in stores.roster("pine").rows(table, status="active"):
        cells = dict(zip(columns, row, strict=True))
        found[cells["sourcedId"]] = tuple(cells[c] for c in (*catalogue()[table].columns, "from_source"))
    return found


def test_a_user_changes_when_only_the_roles_do(stores: Stores, tmp_path: Path) -> None:
    """Whoever asks what changed since a moment gets the user with the new roles."""
    store = stores.roster("pine")

    def role(key: str, user: str, word: str) -> dict[str, str | None]:
        return {"sourcedId": key, "userSourcedId": user, "roleType": "primary", "role": word}

    people = [("add", user(k)) for k in ("u1", "u2", "u3", "u4")]
    commit(store, {"users": people, "roles": [("add", role(f"r{n}", f"u{n}", "student")) for n in (1, 2, 3)]}, tmp_path)
    moved = [("update", role("r1", "u1", "aide")), ("remove", role("r2", "u2", "student")), ("add", role("r4", "u4", "student"))]
    commit(store, {"roles": moved}, tmp_path)
    assert [row[1] for row in store.rows("users", since=1)] == ["u1", "u2", "u4"]
    seen = {key: store.one("users", key) for key in ("u1", "u3")}
    assert [seen[k]["dateLastModified"] for k in ("u1", "u3")] == ["2026-09-02T06:30:00.000Z", "2026-09-01T06:30:00.000Z"]  # type: ignore[index]
