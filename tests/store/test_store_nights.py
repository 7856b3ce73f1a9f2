"""Random nights: whatever is added, changed, removed and brought back, the store holds what a plain dictionary holds."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.roster.catalogue import catalogue
from homeroom.store import stores as opening
from homeroom.store.commits import Commit
from homeroom.store.roster import RosterStore
from homeroom.store.roster_tables import stored_columns
from homeroom.workbench.bench import Workbench
from store_plans import NOW, commit
from store_recount import check

KEYS = st.sampled_from(["u1", "u01", "U1", "ü,1", "u\"1'", "u5"])
CELLS = st.fixed_dictionaries(
    {
        "givenName": st.sampled_from([None, "Zoë", "O'Neil", '{"x":[1]}', "a\nb", "\\"]),
        "role": st.sampled_from([None, "student", "teacher"]),
        "orgSourcedIds": st.sampled_from([None, "s1", "s2", "s1,s2", "s2, s1"]),
        "agentSourcedIds": st.sampled_from([None, "u1", "nobody"]),
    }
)
NIGHTS = st.lists(st.dictionaries(KEYS, st.one_of(st.none(), CELLS), min_size=1, max_size=5), min_size=1, max_size=4)
Model = dict[str, tuple[str, dict[str, str | None]]]

_slugs = itertools.count(1)


@contextmanager
def _fresh(url: str | None) -> Iterator[tuple[RosterStore, Path]]:
    with tempfile.TemporaryDirectory() as folder, opening.open(Path(folder), url) as opened:
        yield opened.roster(f"d{next(_slugs)}"), Path(folder)


def _actions(model: Model, night: dict[str, dict[str, str | None] | None]) -> list[tuple[str, dict[str, str | None]]]:
    """What a plan would say of a night; None asks for a removal. The model is brought up to date."""
    actions = []
    for key, cells in night.items():
        status, before = model.get(key, ("absent", {}))
        if cells is None:
            if status == "active":
                actions.append(("remove", {"sourcedId": key} | before))
                model[key] = ("tobedeleted", before)
        elif status != "active" or cells != before:
            verb = {"absent": "add", "active": "update", "tobedeleted": "restore"}[status]
            actions.append((verb, {"sourcedId": key} | cells))
            model[key] = ("active", cells)
    return actions


def _held(store: RosterStore) -> Model:
    columns = stored_columns(catalogue()["users"])
    names = ("givenName", "role", "orgSourcedIds", "agentSourcedIds")
    rows = (dict(zip(columns, row, strict=True)) for row in store.rows("users"))
    return {str(r["sourcedId"]): (str(r["status"]), {n: r[n] for n in names}) for r in rows}  # type: ignore[misc]


def _walk(url: str | None, nights: list[dict[str, dict[str, str | None] | None]], back: list[int]) -> None:
    model: Model = {}
    states: dict[int, Model] = {0: {}}
    with _fresh(url) as (store, folder):
        for night in nights:
            revision = commit(store, {"users": _actions(model, night)}, folder)
            assert revision == store.revision()
            states[revision] = dict(model)
            assert _held(store) == model
        check(store)
        for revision in back:
            if states.keys() > {0}:
                _go_back(store, folder, states, 1 + revision % (len(states) - 1))


def _go_back(store: RosterStore, folder: Path, states: dict[int, Model], revision: int) -> None:
    """Back to a revision: status and values of every record are those of then; what was not there yet is removed."""
    now = _held(store)
    with Workbench(folder / "back") as workbench:
        plan = store.rollback_plan(workbench, revision)
        assert plan.empty == (_without_later(now, states[revision]) == now), "what is equal needs no new revision"
        begun = store.imports.begin(source=None, delivery=None, kind="continuous", trigger="rollback", now=NOW)
        made = store.apply(workbench, plan, Commit(begun.number, 1, None, store.revision(), NOW, kind="rollback"))
    states[made] = _without_later(now, states[revision])
    assert _held(store) == states[made]
    check(store)


def _without_later(now: Model, then: Model) -> Model:
    return {key: then.get(key, ("tobedeleted", cells)) for key, (_, cells) in now.items()}


def test_a_record_that_is_removed_now_and_was_then_has_the_values_of_then(database_url: str | None) -> None:
    cells = [dict.fromkeys(("role", "orgSourcedIds", "agentSourcedIds")) | {"givenName": name} for name in ("Zoë", "O'Neil")]
    came, went, other = {"u1": cells[0]}, {"u1": None}, {"u1": cells[1]}
    _walk(database_url, [came, went, other, went], [1])
    _walk(database_url, [came, went, other], [1, 2, 3])


def test_random_nights(database_url: str | None) -> None:
    @settings(deadline=None, max_examples=6)
    @given(nights=NIGHTS, back=st.lists(st.integers(0, 5), min_size=1, max_size=3))
    def law(nights: list[dict[str, dict[str, str | None] | None]], back: list[int]) -> None:
        _walk(database_url, nights, back)

    law()


@pytest.mark.parametrize("first", [False, True])
def test_pages_at_any_offset_are_the_slices_of_all_rows(database_url: str | None, first: bool) -> None:
    with _fresh(database_url) as (store, folder):
        users = [("add", {"sourcedId": f"u{n:05}"}) for n in range(2600)]
        commit(store, {"users": users}, folder, first=first)
        gone = [("remove", {"sourcedId": f"u{n:05}"}) for n in (*range(3, 1200, 7), *range(2000, 2100))]
        commit(store, {"users": gone}, folder)
        for status in (None, "active", "tobedeleted"):
            every = [row[1] for row in store.rows("users", status=status)]
            for offset in (0, 1, 99, 1022, 1023, 1024, 2047, len(every) - 1, len(every), len(every) + 5):
                page = store.page("users", 7, offset=offset, status=status, columns=("sourcedId",))
                assert [r[0] for r in page.rows] == every[offset : offset + 7], (status, offset)
                assert page.total == len(every)
        first_page = store.page("users", 5)
        assert store.page("users", 5, after=int(first_page.rows[-1][0] or 0)).rows == store.page("users", 5, offset=5).rows
