"""Random nights against a model of twenty lines: what is sifted comes to the same as what is walked in full (laws 2, 3, 7, 8)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from compare.house import BAD, File, House, csv_of
from homeroom.compare.snapshot import Snapshot, compact, current, overgrown
from homeroom.roster.report import TableReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Mode

Row = dict[str, str | None]
KEYS = [f"k{n:02}" for n in range(14)]
HEADERS = (("sourcedId", "username", "agentSourcedIds"), ("sourcedId", "username", "agentSourcedIds", "email"))


@dataclass(frozen=True)
class Night:
    """One delivery: rows in one or two files."""

    source: int
    mode: Mode
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    cut: int
    numbered: bool
    unread: int

    def files(self) -> list[File]:
        """The files as they are sent; the second only if the rows are cut in two."""
        columns = ("sourcedId", "status", *self.columns[1:]) if self.mode == "delta" else self.columns
        parts = [self.rows[: self.cut], self.rows[self.cut :]] if self.cut else [self.rows]
        return [File(csv_of(p, columns), mode=self.mode, numbered=self.numbered, unread=self.unread) for p in parts]


@dataclass
class Model:
    """What a roster should be, said as plainly as possible: key -> (status, source, values)."""

    records: dict[str, tuple[str, int, Row]] = field(default_factory=dict)

    def night(self, night: Night) -> TableReport:
        """Do to the records what the delivery says; return what was done."""
        first, keys = not self.records, [r["sourcedId"] for r in night.rows]
        contents = {k: {tuple(r.items()) for r in night.rows if r["sourcedId"] == k} for k in keys}
        refused = {k for k in keys if k is None or len(contents[k]) > 1 or any(BAD in dict(c).values() for c in contents[k])}
        done = dict.fromkeys(("added", "updated", "unchanged", "removed", "restored"), 0)
        strangers = 0
        for row in {r["sourcedId"]: r for r in night.rows if r["sourcedId"] not in refused}.values():
            key = str(row["sourcedId"])
            status, owner, values = self.records.get(key, ("", night.source, {}))
            named = night.mode == "delta" and row.get("status") == "tobedeleted"
            if status == "active" and owner != night.source:
                strangers += 1
            elif named and status == "active":
                self.records[key], done["removed"] = ("tobedeleted", owner, values), done["removed"] + 1
            elif not named:
                new = values | {c: row[c] for c in night.columns[1:] if not self._same(c, row[c], values.get(c))}
                new = {c: v for c, v in new.items() if v is not None}
                verb = {"": "added", "tobedeleted": "restored"}.get(status, "unchanged" if new == values else "updated")
                done[verb] += 1
                if verb != "unchanged":
                    self.records[key] = ("active", night.source, new)
        if night.mode == "continuous" and not night.unread and None not in refused:
            for key, (status, owner, values) in self.records.items():
                if status == "active" and owner == night.source and key not in keys:
                    self.records[key], done["removed"] = ("tobedeleted", owner, values), done["removed"] + 1
        assert not (first and done["removed"])
        return TableReport(**done, refused=sum(r["sourcedId"] in refused for r in night.rows) + strangers)

    @staticmethod
    def _same(column: str, new: str | None, old: str | None) -> bool:
        if column == "agentSourcedIds" and new and old:
            return sorted(new.split(",")) == sorted(old.split(","))
        return new == old


@st.composite
def nights(draw: st.DrawFn) -> Night:
    """A delivery of about ten of the fourteen people, a few rows of them bad, twice, or without a key."""
    mode: Mode = draw(st.sampled_from(["continuous"] * 4 + ["delta"]))
    columns = draw(st.sampled_from(HEADERS[:1] * 3 + HEADERS[1:]))
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=3, max_size=14, unique=True))
    twice = draw(st.lists(st.sampled_from(keys), max_size=2))
    rows: list[Row] = []
    for key in (*keys, *twice):
        cells: Row = {"sourcedId": key, "username": draw(st.sampled_from(["ada", "ben", None]))}
        cells["agentSourcedIds"] = draw(st.sampled_from(["a,b", "b,a", "a", None]))
        cells["email"] = draw(st.sampled_from(["x@example.org", None]))
        if draw(st.integers(0, 11)) == 0:
            cells["username"] = BAD
        rows.append(
            {c: cells[c] for c in columns}
            | ({"status": draw(st.sampled_from(["active", "active", "tobedeleted"]))} if mode == "delta" else {})
        )
    if draw(st.integers(0, 9)) == 0:
        rows.append(dict.fromkeys(rows[0]))
    return Night(
        source=draw(st.sampled_from([1, 1, 1, 2])),
        mode=mode,
        columns=columns,
        rows=tuple(draw(st.permutations(rows))),
        cut=draw(st.sampled_from([0, 0, 2])),
        numbered=draw(st.booleans()),
        unread=draw(st.sampled_from([0, 0, 0, 0, 1])),
    )


def rows_of(folder: Path, snapshot: Snapshot) -> dict[str, tuple[object, ...]]:
    """The rows of a snapshot by key; their hashes and cells."""
    with Workbench(folder / "look", also=[snapshot.base.parent]) as workbench:
        columns = ", ".join(f'"{c}"' for c in snapshot.columns)
        found = workbench.rows(f"SELECT {columns}, _kh, _rh FROM {current(snapshot)}")
        return {row[0]: row[1:] for row in found}


@settings(max_examples=6, deadline=None)
@given(st.lists(nights(), min_size=2, max_size=4))
def test_sifted_nights_do_what_the_model_says(several: list[Night]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sifted, full, model = House(Path(folder, "sifted")), House(Path(folder, "full")), Model()
        for night in several:
            expected = model.night(night)
            for house, whole in ((sifted, False), (full, True)):
                made = house.night(*night.files(), source=night.source, full=whole)
                assert house.store.state() == model.records
                assert made.tables["users"] == expected
            with sifted.walk(*night.files(), source=night.source) as (_, again, _walked):
                assert again.empty


@settings(max_examples=4, deadline=None)
@given(st.lists(nights().filter(lambda n: n.mode == "continuous" and n.columns == HEADERS[0]), min_size=3, max_size=4))
def test_a_chain_of_deltas_is_the_snapshot_of_a_full_walk(several: list[Night]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chained, whole = House(folder / "chained"), House(folder / "whole")
        for night in several:
            chained.night(*night.files())
            whole.night(*night.files(), full=True)
        chain, base = chained.snapshots[1, "users"], whole.snapshots[1, "users"]
        assert not base.deltas
        mine, theirs = rows_of(folder, chain), rows_of(folder, base)
        assert mine.keys() == theirs.keys()
        assert chain.rows == len(mine)
        accepted = {key for key, cells in theirs.items() if cells[-1] is not None}
        assert {k: mine[k] for k in accepted} == {k: theirs[k] for k in accepted}
        if chain.deltas:
            assert overgrown(chain)
            with Workbench(folder / "compact", also=[chain.base.parent]) as workbench:
                folded = compact(workbench, chain, chain.base.parent)
            assert rows_of(folder, folded) == mine
            assert (folded.digest, folded.rows) == (chain.digest, chain.rows)


@settings(max_examples=4, deadline=None)
@given(nights().filter(lambda n: n.mode == "continuous"), nights().filter(lambda n: n.mode == "continuous"), st.randoms())
def test_the_hash_is_the_same_for_any_order(one: Night, two: Night, chance: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.night(*one.files())
        shuffled = list(two.rows)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        hashes = set()
        for rows, cut, full in ((two.rows, 0, False), (tuple(shuffled), 2, False), (tuple(shuffled), 0, True)):
            night = Night(two.source, two.mode, two.columns, rows, cut, two.numbered, two.unread)
            with house.walk(*night.files(), full=full) as (_, made, _walked):
                hashes.add(made.hash)
        assert len(hashes) == 1
