"""What is looked at again on a night, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from compare.house import File, House, admit, feed
from homeroom.compare.sift import sift
from homeroom.roster.catalogue import catalogue
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import FeedCount, Sifted

USERS = catalogue()["users"]
LAST = """sourcedId,username,dateLastModified
u1,ada,2026-01-01
u2,ben,2026-01-01
u3,cleo,2026-01-01
u4,dan,2026-01-01
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.night(File(LAST))
    return made


@contextmanager
def sifted(house: House, *files: File, touched: Sequence[str] = ()) -> Iterator[tuple[Workbench, Sifted]]:
    with Workbench(house.folder / "sift", also=[house.folder / "snapshots"]) as workbench:
        feeds = [feed(workbench, n, f) for n, f in enumerate(files)]
        workbench.load("others", ["sourcedId"], [[k] for k in touched])
        yield workbench, sift(workbench, USERS, feeds, house.snapshots.get((1, "users")), "others")


def shaped(workbench: Workbench) -> list[tuple[int, int, str]]:
    return workbench.rows('SELECT _file, _row, "sourcedId" FROM shaped_users ORDER BY _file, _row')


def keys(workbench: Workbench, relation: str) -> list[str]:
    return [r[0] for r in workbench.rows(f'SELECT "sourcedId" FROM {relation} ORDER BY "sourcedId"')]


def test_a_full_walk_numbers_every_kept_record(tmp_path: Path) -> None:
    with sifted(House(tmp_path), File(LAST, keep="c1 <> 'ben'")) as (workbench, made):
        assert made.full
        assert made.counts == (FeedCount(0, 4, 1),)
        assert shaped(workbench) == [(0, 1, "u1"), (0, 3, "u3"), (0, 4, "u4")]
        assert keys(workbench, "unchanged_users") == keys(workbench, "gone_users") == []
        assert not workbench.exists("last_users")


def test_a_file_that_was_rewritten_brings_its_own_numbers(house: House) -> None:
    text = LAST.replace("cleo", "clio")
    with sifted(house, File(text, numbered=True)) as (workbench, _):
        assert shaped(workbench) == [(0, 6, "u3")]
    house.snapshots.clear()
    with sifted(house, File(text, numbered=True)) as (workbench, _):
        assert [row for _, row, _ in shaped(workbench)] == [2, 4, 6, 8]


def test_nothing_changed(house: House) -> None:
    with sifted(house, File(LAST.replace("2026-01-01", "2026-01-02"))) as (workbench, made):
        assert (made.full, made.unchanged, made.mode) == (False, 4, "continuous")
        assert shaped(workbench) == []
        assert keys(workbench, "unchanged_users") == keys(workbench, "last_users") == ["u1", "u2", "u3", "u4"]
        assert keys(workbench, "gone_users") == []


def test_changed_gone_and_new(house: House) -> None:
    text = "sourcedId,username,dateLastModified\nu9,zoe,\nu4,dan,\nu2,benny,\nu1,ada,\n"
    with sifted(house, File(text)) as (workbench, made):
        assert made.unchanged == 2
        assert shaped(workbench) == [(0, 1, "u9"), (0, 3, "u2")]
        assert keys(workbench, "unchanged_users") == ["u1", "u4"]
        assert keys(workbench, "gone_users") == ["u3"]
        assert workbench.rows('SELECT username FROM last_users ORDER BY "sourcedId"')[2] == ("cleo",)


@pytest.mark.parametrize(
    ("extra", "rows"),
    [
        ("u2,ben,2026-05-05\n", [2, 5]),  # the same twice
        ("u2,benny,2026-05-05\n", [2, 5]),  # one as before, one other
        ("u9,zoe,\nu9,zoe,\n", [5, 6]),  # new and twice
        ("u9,zoe,\nu2,ben,\nu9,zoey,\n", [2, 5, 6, 7]),
    ],
)
def test_all_rows_of_a_key_that_stands_twice_are_looked_at(house: House, extra: str, rows: list[int]) -> None:
    with sifted(house, File(LAST + extra)) as (workbench, made):
        assert [row for _, row, _ in shaped(workbench)] == rows
        assert made.unchanged == 4 + extra.count("\n") - len(rows)
        assert workbench.rows("SELECT dateLastModified FROM shaped_users WHERE _row = 2") in ([("2026-01-01",)], [])


def test_one_twice_and_another_gone_do_not_cancel_out(house: House) -> None:
    text = LAST.replace("u4,dan,2026-01-01\n", "u3,cleo,2026-01-01\n")
    with sifted(house, File(text)) as (workbench, _):
        assert [row for _, row, _ in shaped(workbench)] == [3, 4]
        assert keys(workbench, "gone_users") == ["u4"]


def test_touched_records_are_looked_at_although_their_rows_are_the_same(house: House) -> None:
    with sifted(house, File(LAST), touched=["u2", "u7"]) as (workbench, made):
        assert shaped(workbench) == [(0, 2, "u2")]
        assert made.unchanged == 3
        assert keys(workbench, "gone_users") == ["u7"]
        assert keys(workbench, "unchanged_users") == ["u1", "u3", "u4"]


def test_a_record_may_move_to_another_file(house: House) -> None:
    header, *rows = LAST.strip().split("\n")
    one, two = "\n".join([header, *rows[:1]]), "\n".join([header, *rows[1:]])
    with sifted(house, File(one), File(two)) as (workbench, made):
        assert (made.unchanged, shaped(workbench)) == (4, [])
        assert made.counts == (FeedCount(0, 1, 0), FeedCount(1, 3, 0))


def test_the_same_cells_under_other_headers_are_another_record(tmp_path: Path) -> None:
    house = House(tmp_path)
    one, two = "sourcedId,username,email\nu1,ada,\n", "sourcedId,email,username\nu2,ben,\n"
    house.night(File(one), File(two))
    with sifted(
        house, File(one.replace("u1", "u2").replace("ada", "ben")), File(two.replace("u2", "u1").replace("ben", "ada"))
    ) as (
        workbench,
        made,
    ):
        assert made.unchanged == 0
        assert len(shaped(workbench)) == 2


def test_other_columns_make_a_full_walk(house: House) -> None:
    with sifted(house, File("sourcedId,username\nu1,ada\n")) as (_, made):
        assert made.full


def test_delta_files_are_never_sifted(house: House) -> None:
    with sifted(house, File(LAST, mode="delta")) as (_, made):
        assert (made.full, made.mode) == (True, "delta")
    with sifted(house, File(LAST), File(LAST, mode="delta")) as (_, made):
        assert made.mode == "delta"


def test_a_night_on_which_nearly_everything_differs_walks_in_full(tmp_path: Path) -> None:
    house, header = House(tmp_path), "sourcedId,username\n"
    house.night(File(header + "".join(f"u{n},a\n" for n in range(51_000))))
    with sifted(house, File(header + "".join(f"u{n},b\n" for n in range(51_000)))) as (workbench, made):
        assert (made.full, made.unchanged) == (True, 0)
        assert workbench.value("SELECT count(*) FROM shaped_users") == 51_000
        assert keys(workbench, "gone_users") == keys(workbench, "unchanged_users") == []


def test_large_files_keep_their_record_numbers(tmp_path: Path) -> None:
    rows = [f"u{n},{n % 97}" for n in range(30_000)]
    house = House(tmp_path)
    house.night(File("sourcedId,username\n" + "\n".join(rows) + "\n"))
    changed = [f"{row}x" if n % 1000 == 7 else row for n, row in enumerate(rows)]
    with sifted(house, File("sourcedId,username\n" + "\n".join(changed) + "\n")) as (workbench, made):
        assert [(row, key) for _, row, key in shaped(workbench)] == [(n + 1, f"u{n}") for n in range(7, 30_000, 1000)]
        assert made.unchanged == 29_970


def test_no_feed_is_a_bug(house: House) -> None:
    with pytest.raises(ValueError, match="users"), sifted(house):
        pass


def test_a_workbench_reads_its_own_folder_and_those_named(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with Workbench(tmp_path / "bench", also=[tmp_path / "home"]) as workbench:
        workbench.run(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'home' / 'a.parquet'}'")
        with pytest.raises(duckdb.PermissionException):
            workbench.run(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'a.parquet'}'")
        assert workbench.exists("issues")
        assert not workbench.exists('no "such" table')
    assert (tmp_path / "home" / "a.parquet").exists()


def test_the_plain_checks_room_counts_up(house: House) -> None:
    with sifted(house, File(LAST + "u5,BAD,\n,nobody,\n")) as (workbench, made):
        admitted = admit(workbench, USERS, made)
        assert [(t.accepted, t.refused) for t in admitted.tallies] == [(0, 2)]
        assert not admitted.provable
