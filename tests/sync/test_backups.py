"""A backup brings everything back, on whichever engine, or says why not; it opens for nobody without the master key."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as deadlines
from hypothesis import strategies as st

from databases import fresh_database
from e2e.files import district, write
from full_house import ASKED, SLUGS, everything, installation
from homeroom.deliveries.keys import SealBroken
from homeroom.roster.faults import Misuse
from homeroom.store import district_tables, roster_tables, stores, versions
from homeroom.store.control_tables import control
from homeroom.store.dumping import dumped, filled
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema, postgres_engine
from homeroom.store.refounding import refound
from homeroom.store.sqlite_file import SqliteFile
from homeroom.sync import backing_up, backups, districts, imports, intake, restoring, sources
from homeroom.sync.house import House, opened
from patience import SECONDS
from restoring_kill import child
from sync_house import Pinewood, half, settings

NOW = ASKED + timedelta(hours=14)
LATER = NOW + timedelta(hours=1)
CHANGED = {"audit", "setting", "summary", *(table.name for table in restoring.PASSING)}
"""Control tables that are not the same afterwards: what was done is written down, and nobody is signed in."""
GIVEN = 7
Urls = Callable[[str], str | None]


@pytest.fixture
def urls(request: pytest.FixtureRequest) -> Iterator[Urls]:
    """The address of a fresh database for `postgres`, None for `sqlite`."""
    with ExitStack() as several:

        def url(engine: str) -> str | None:
            if engine == "sqlite":
                return None
            return several.enter_context(fresh_database(request.getfixturevalue("postgres_server")))

        yield url


def with_the_key(origin: Path, target: Path) -> Path:
    """A data folder in which only the master key lies."""
    (target / "keys").mkdir(parents=True, mode=0o700)
    target.chmod(0o700)
    shutil.copy(origin / "keys/master.key", target / "keys/master.key")
    return target


def of_district(house: House, slug: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a district's store, by table."""
    place = house.stores.roster(slug).place
    with place.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in district_tables.district.sorted_tables
        }


def of_control(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: everything(house, table) for table in control.sorted_tables if table.name not in CHANGED}


@pytest.mark.parametrize("after", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("before", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_everything_comes_back_on_either_engine(tmp_path: Path, urls: Urls, before: str, after: str) -> None:
    with installation(tmp_path, urls(before)) as house:
        # a plan that waits for a person: its approval needs the raw files
        waits = intake.hand_in(
            house, "pine", write(tmp_path / "half", half()), layouts=None, source=1, kind="continuous", trigger="sftp", dry_run=False,
            now=None,
        )  # fmt: skip
        assert imports.run(house, "pine", waits).status == "waiting_for_approval"
        made = backing_up.back_up(house, str(tmp_path / "out"), NOW)
        assert (made.manifest.districts, made.manifest.raw_files) == (SLUGS, 3 * len(district()))
        theirs, shared = {slug: of_district(house, slug) for slug in SLUGS}, of_control(house)
        assert all(theirs["pine"][name] for name in ("users", "users_orgs", "revision", "import", "tally", "block", "delivery"))
        chain = house.stores.control.audit.check()
    data = with_the_key(tmp_path / "data", tmp_path / "other")
    where = settings(data, urls(after))
    told: list[str] = []
    found = restoring.restore(where, str(tmp_path / "out"), LATER, tell=told.append)
    assert told == ["keys", *SLUGS, "raw files", "control store"]
    assert found.raw_files == made.manifest.raw_files
    with opened(where) as house:
        assert of_control(house) == shared
        for slug in SLUGS:
            assert of_district(house, slug) == theirs[slug]
        assert all(everything(house, table) == [] for table in restoring.PASSING if table.name != "worker")
        assert house.stores.control.audit.last(1)[0].action == "backup-restored"
        again = house.stores.control.audit.check()
        assert (again.broken_at, again.rows) == (None, chain.rows)  # one row more, and without that of the backup itself
        # life goes on: the waiting plan is approved from its raw files, numbers are given on, new rows get new ids
        assert imports.approve(house, "pine", waits, plan=None, who="a test").outcome == "success"
        known = {each.id for slug in SLUGS for each in house.stores.control.sources.of(slug)}
        assert sources.add(house, "pine", "upload").source.id == max(known) + 1
        nights = Pinewood(house, tmp_path / "nights")
        districts.add(house, "pinewood", "Pinewood", "UTC")
        assert nights.night(district()).revision_after == 1


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1) | st.sampled_from(
    ["\\N", "\\.", "\\", "\t", "a\tb", "line\nend", "\r\n", "\\\\n", "\\t", "\v\f\b", "\u2028", "é", "学", "NULL", '"', "''"]
)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, postgres_url_of_module: str) -> Iterator[tuple[Place, Place, Place]]:
    """Three stores of a district: two on SQLite, one on PostgreSQL."""
    folder, engine = tmp_path_factory.mktemp("two"), postgres_engine(postgres_url_of_module)
    places: tuple[Place, Place, Place] = (SqliteFile(folder / "a.db"), PostgresSchema(engine, "d_b"), SqliteFile(folder / "c.db"))
    for place in places:
        place.create(district_tables.district, district_tables.HEAD)
    yield places
    engine.dispose()


@pytest.mark.postgres
@deadlines(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS | st.none(), st.booleans(), st.none() | st.integers(-(2**31), 2**31 - 1)), max_size=8)
)
def test_every_value_comes_through_either_engine_and_back(two: tuple[Place, Place, Place], rows: list[tuple[Any, ...]]) -> None:
    names = ("code", "value", "refused", "head")
    issues = [
        {"import": 1, "seq": seq, "severity": "x", "count": 1, **dict(zip(names, row, strict=True))}
        for seq, row in enumerate(rows)
    ]
    first, *others = two
    with first.write() as connection:
        connection.execute(district_tables.issue.delete())
        if issues:
            connection.execute(district_tables.issue.insert(), issues)
    before = first
    for place in others:
        with place.write() as connection:
            connection.execute(district_tables.issue.delete())
            counts = filled(connection, place, list(dumped(before, district_tables.district)))
        assert counts["issue"] == len(rows)
        with place.read() as connection:
            found = connection.execute(district_tables.issue.select().order_by(district_tables.issue.c.seq)).mappings().all()
        assert [tuple(each[name] for name in names) for each in found] == rows
        before = place


def test_a_backup_of_an_older_homeroom_is_brought_to_todays_tables(tmp_path: Path, database_url: str | None) -> None:
    lines = (
        b'{"table": "orgs", "columns": {"id": "i", "sourcedId": "t", "status": "t", "dateLastModified": "t"}}\n'
        b"1\td-1\tactive\t2026-11-30\n\\.\n"
    )
    with stores.open(tmp_path, database_url) as made:
        place = made.roster("pine").place
        assert refound(place, district_tables.district, "0001", [lines[:30], lines[30:]]) == {"orgs": 1}
        assert versions.stamped(place, district_tables.district) == district_tables.HEAD
        with place.read() as connection:
            assert connection.execute(roster_tables.ROSTER["orgs"].select()).mappings().one()["sourcedId"] == "d-1"


@pytest.mark.slow
@pytest.mark.parametrize("step", ["keys", "pine-2", "raw files", "control store"])
def test_a_restore_that_was_killed_is_done_again(tmp_path: Path, database_url: str | None, step: str) -> None:
    with installation(tmp_path, None) as house:
        backing_up.back_up(house, str(tmp_path / "out"), NOW)
        shared = of_control(house)
    where = settings(with_the_key(tmp_path / "data", tmp_path / "other"), database_url)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["restoring_kill"])
    process = context.Process(target=child, args=(where.data, database_url, str(tmp_path / "out"), LATER, step))
    process.start()
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(Misuse, match="being restored here, or that was cut off"), opened(where):
        pass
    restoring.restore(where, str(tmp_path / "out"), LATER)
    with opened(where) as house:
        assert of_control(house) == shared


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an installation (`data`) and a backup of it (`out`)."""
    folder = tmp_path_factory.mktemp("written")
    with installation(folder, None) as house:
        backing_up.back_up(house, str(folder / "out"), NOW)
    return folder


def test_nobody_reads_a_backup_without_the_master_key(written: Path, tmp_path: Path) -> None:
    everything_there = b"".join(file.read_bytes() for file in (written / "out").rglob("*") if file.is_file())
    for secret in (b"Given1", b"Family", b"vera@vendor.example", b"PRIVATE KEY", b"users.csv"):
        assert secret not in everything_there
    assert not any(file.stat().st_mode & 0o077 for file in (written / "out",))
    with pytest.raises(Misuse, match=r"put the file master\.key into the folder"):
        restoring.restore(settings(tmp_path / "none"), str(written / "out"), LATER)
    with opened(settings(tmp_path / "another")):
        pass  # has a key of its own now, and nothing else
    with pytest.raises(Misuse, match="does not open with the master key that is here"):
        restoring.restore(settings(tmp_path / "another"), str(written / "out"), LATER)


@pytest.mark.parametrize("part", ["control", "keys", "raw", "districts/pine", "backup.json"])
@pytest.mark.parametrize("harm", ["changed", "cut", "another's"])
def test_a_part_that_is_not_as_it_was_written_is_not_restored(written: Path, tmp_path: Path, part: str, harm: str) -> None:
    shutil.copytree(written / "out", tmp_path / "out")
    [name] = [folder.name for folder in (tmp_path / "out/backups").iterdir()]
    file = tmp_path / "out/backups" / name / part
    whole = file.read_bytes()
    other = file.with_name("pine-2") if "districts" in part else file.parent / ("keys" if part == "control" else "control")
    file.write_bytes({"changed": _changed(whole), "cut": whole[:-9], "another's": other.read_bytes()}[harm])
    where = settings(with_the_key(written / "data", tmp_path / "data"))
    for act in (restoring.look_through, lambda *args: restoring.restore(*args, LATER)):
        with pytest.raises((Misuse, SealBroken)):
            act(where, str(tmp_path / "out"))
    with pytest.raises(Misuse) if (where.data / stores.UNDER_WAY).exists() else ExitStack(), opened(where) as house:
        assert house.stores.control.districts.all() == []


def _changed(whole: bytes) -> bytes:
    return whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:]


def test_a_raw_file_that_is_gone_from_the_backup_is_told_before_it_is_needed(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written / "out", tmp_path / "out")
    next((tmp_path / "out/deliveries/pine/1").iterdir()).unlink()
    where = settings(with_the_key(written / "data", tmp_path / "data"))
    with pytest.raises(SealBroken, match="1 raw file"):
        restoring.look_through(where, str(tmp_path / "out"))


def test_what_is_in_use_is_never_written_over(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written / "data", tmp_path / "data", symlinks=True)
    where = settings(tmp_path / "data")
    with pytest.raises(Misuse, match="in use here"):
        restoring.restore(where, str(written / "out"), LATER)
    with opened(where) as house:
        assert [each.slug for each in house.stores.control.districts.all()] == list(SLUGS)
        for inside in (tmp_path / "data", tmp_path / "data/backups", tmp_path):
            with pytest.raises(Misuse, match="outside of the data folder"):
                backing_up.back_up(house, str(inside), NOW)
        with pytest.raises(Misuse, match="At least one"):
            backing_up.back_up(house, str(tmp_path / "out"), NOW, keep=0)
        with pytest.raises(Misuse, match="s3://"):
            backing_up.back_up(house, "ftp://example/x", NOW)


def test_stores_of_districts_are_not_written_over_where_only_the_control_store_is_lost(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written / "data", tmp_path / "data", symlinks=True)
    for file in (tmp_path / "data").glob("control.*"):
        file.unlink()
    before = (tmp_path / "data/districts/pine/roster.db").read_bytes()
    with pytest.raises(Misuse, match=r"Stores of districts lie here \(pine, pine-2\)"):
        restoring.restore(settings(tmp_path / "data"), str(written / "out"), LATER)
    assert (tmp_path / "data/districts/pine/roster.db").read_bytes() == before
    assert not (tmp_path / "data" / stores.UNDER_WAY).exists()


@pytest.mark.postgres
def test_a_restore_that_was_cut_off_elsewhere_opens_no_database_to_be_removed(
    written: Path, tmp_path: Path, postgres_url: str
) -> None:
    where = settings(with_the_key(written / "data", tmp_path / "data"), postgres_url)
    with opened(where) as house:
        districts.add(house, "elm", "Elm", "UTC")
    (tmp_path / "data" / stores.UNDER_WAY).write_text("the mark of a restore into another database\n")
    with pytest.raises(Misuse, match="in use here"):
        restoring.restore(where, str(written / "out"), LATER)
    (tmp_path / "data" / stores.UNDER_WAY).unlink()
    with opened(where) as house:
        assert [each.slug for each in house.stores.control.districts.all()] == ["elm"]


def test_old_backups_go_and_raw_files_stay_as_long_as_one_names_them(tmp_path: Path) -> None:
    with installation(tmp_path, None) as house:
        out, folder = str(tmp_path / "out"), tmp_path / "out"
        first = backing_up.back_up(house, out, NOW).manifest.name
        (folder / "backups/20200101T000000Z").mkdir()
        (folder / "backups/20200101T000000Z/control").write_bytes(b"cut off long ago")
        for path in [p for p in (tmp_path / "data/deliveries/deliveries/pine").rglob("*") if p.is_file()]:
            path.unlink()  # shredded by the clock
        night = NOW + timedelta(days=1)
        second = backing_up.back_up(house, out, night, keep=2)
        assert (second.gone, names(out)) == ((), [first, second.manifest.name])
        assert (folder / "deliveries/pine/1").is_dir()
        assert not (folder / "backups/20200101T000000Z/control").exists()
        third = backing_up.back_up(house, out, night + timedelta(days=1), keep=2)
        assert (third.gone, names(out)) == ((first,), [second.manifest.name, third.manifest.name])
        assert not [p for p in (folder / "deliveries/pine").rglob("*") if p.is_file()]
        assert [p for p in (folder / "deliveries/pine-2").rglob("*") if p.is_file()]
        assert house.stores.control.pulse().backup == night + timedelta(days=1)
    where = settings(with_the_key(tmp_path / "data", tmp_path / "other"))
    assert restoring.look_through(where, out, second.manifest.name).manifest.made == night
    with pytest.raises(Misuse, match=f"There is no backup {first} here; there are: {second.manifest.name}"):
        restoring.look_through(where, out, first)


def names(out: str) -> list[str]:
    return backups.all_names(backups.store_of(out))


def test_a_backup_during_the_night_is_of_one_revision(pinewoods: Pinewood, tmp_path: Path) -> None:
    source = pinewoods.source().id
    pinewoods.night(district(), source=source)
    nights, walked = 6, threading.Event()

    def walk() -> None:
        for number in range(nights):
            files = district() | {
                "users.csv": district()["users.csv"].replace("Given1,", f"Night{number},").replace("Given2,", f"Night{number},")
            }
            pinewoods.night(files, source=source)
        walked.set()

    walking, made = threading.Thread(target=walk), []
    walking.start()
    now = NOW
    while not walked.is_set() or not made:
        made.append(backing_up.back_up(pinewoods.house, str(tmp_path / "out"), now).manifest.name)
        now += timedelta(seconds=1)
    walking.join()
    for position, name in enumerate(made[:4]):
        where = settings(with_the_key(pinewoods.house.settings.data, tmp_path / f"other-{position}"))
        restoring.restore(where, str(tmp_path / "out"), LATER, name)
        with opened(where) as house:
            store = house.stores.roster("pinewood")
            given = {
                row[GIVEN] for row in store.page("users", 1000).rows if str(row[GIVEN]).startswith(("Night", "Given1", "Given2"))
            }
            assert len({each for each in given if each.startswith("Night")}) <= 1
            assert imports.report(house, "pinewood", 1).outcome == "success"
