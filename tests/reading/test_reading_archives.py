"""Archives from everywhere: good ones are unpacked, others refused with a reason; nothing lands outside the folder."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeroom.reading.archives import ArchiveLimits, Unpacked, unpack
from homeroom.reading.names import left_alone
from homeroom.roster.faults import Refused, TryAgain
from homeroom.workbench.values import SourceFile

USERS = b"sourcedId,givenName\n1,Ann\n"
CLASSES = b"sourcedId,title\n7,Algebra\n"
Delivery = dict[str, bytes]
Arrive = Callable[..., Unpacked]


def zipped(files: Delivery, **attributes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, data)
    return out.getvalue()


@pytest.fixture
def arrive(tmp_path: Path) -> Arrive:
    """Unpacks a delivery given as names and bytes, and looks whether anything was written outside the folder."""

    def arrive(delivery: Delivery, limits: ArchiveLimits | None = None) -> Unpacked:
        incoming, folder = tmp_path / "in", tmp_path / "bench" / "open"
        shutil.rmtree(folder, ignore_errors=True)
        incoming.mkdir(exist_ok=True)
        folder.mkdir(parents=True)
        files = []
        for number, (name, data) in enumerate(delivery.items()):
            path = incoming / str(number)
            path.write_bytes(data)
            files.append(SourceFile(number, name, path, len(data)))
        before = _everything(tmp_path, folder)
        try:
            return unpack(files, folder, limits or ArchiveLimits())
        except (Refused, TryAgain):
            assert not list(folder.iterdir()), "a refusal leaves nothing behind"
            raise
        finally:
            assert _everything(tmp_path, folder) == before

    return arrive


def _everything(root: Path, but: Path) -> set[Path]:
    return {p for p in root.rglob("*") if but not in p.parents}


def contents(unpacked: Unpacked) -> Delivery:
    assert [f.number for f in unpacked.files] == list(range(len(unpacked.files)))
    assert all(f.size == f.path.stat().st_size for f in unpacked.files)
    return {f.name: f.path.read_bytes() for f in unpacked.files}


def alone(unpacked: Unpacked) -> dict[str, str]:
    return {a.name: a.code for a in unpacked.left_alone}


def test_loose_files_pass_through_untouched(arrive: Arrive) -> None:
    unpacked = arrive({"users.csv": USERS, "Classes_2026-08-01.CSV": CLASSES})
    assert contents(unpacked) == {"users.csv": USERS, "Classes_2026-08-01.CSV": CLASSES}
    assert unpacked.archive is None


def test_a_zip_with_a_folder_and_what_a_mac_puts_in(arrive: Arrive) -> None:
    made = zipped(
        {
            "Roster/": b"",
            "Roster/USERS.csv": USERS,
            "Roster/classes.csv": CLASSES,
            "Roster/.DS_Store": b"\0",
            "__MACOSX/Roster/._USERS.csv": b"\0\5\x16\7",
            "Roster/read me first.pdf": b"%PDF",
        }
    )
    unpacked = arrive({"night.zip": made})
    assert contents(unpacked) == {"USERS.csv": USERS, "classes.csv": CLASSES}
    assert unpacked.archive == "night.zip"
    assert alone(unpacked) == {
        "night.zip/Roster/.DS_Store": "file-system-junk",
        "night.zip/__MACOSX/Roster/._USERS.csv": "file-system-junk",
        "night.zip/Roster/read me first.pdf": "file-no-table",
    }


def test_the_folder_is_made_when_something_comes_out(tmp_path: Path) -> None:
    (tmp_path / "night.zip").write_bytes(zipped({"users.csv": b"id\n1\n"}))
    file = SourceFile(0, "night.zip", tmp_path / "night.zip", 1)
    (found,) = unpack([file], tmp_path / "bench" / "open").files
    assert (found.path.read_bytes(), found.path.parent.stat().st_mode & 0o777) == (b"id\n1\n", 0o700)


def test_gzip_files_one_by_one(arrive: Arrive) -> None:
    double = gzip.compress(USERS[:20]) + gzip.compress(USERS[20:])
    unpacked = arrive({"users.csv.gz": double, "classes.csv.GZ": gzip.compress(CLASSES)})
    assert contents(unpacked) == {"users.csv": USERS, "classes.csv": CLASSES}


def test_backslashes_in_names_are_folders(arrive: Arrive) -> None:
    assert contents(arrive({"a.zip": zipped({"set\\users.csv": USERS})})) == {"users.csv": USERS}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("users (1).csv", "file-copy"),
        ("users(2).csv", "file-copy"),
        ("users - Copy.csv", "file-copy"),
        ("users - Copy (3).csv", "file-copy"),
        ("Copy of users.csv", "file-copy"),
        ("users copy.csv", "file-copy"),
        ("users - Copia.csv", "file-copy"),
        ("users.csv.bak", "file-leftover"),
        ("users.csv~", "file-leftover"),
        ("users.csv.filepart", "file-leftover"),
        ("users.csv.part", "file-leftover"),
        ("users.tmp", "file-leftover"),
        ("users.csv.crdownload", "file-leftover"),
        ("~$users.csv", "file-leftover"),
        ("night.zip.filepart", "file-leftover"),
        ("Thumbs.db", "file-system-junk"),
        (".users.csv.swp", "file-system-junk"),
        ("._users.csv", "file-system-junk"),
        ("desktop.ini", "file-system-junk"),
        ("guide.pdf", "file-no-table"),
        ("README.md", "file-no-table"),
        ("readme.txt", "file-no-table"),
        ("logo.png", "file-no-table"),
        ("users.xlsx", "file-no-table"),
        ("users.json", "file-no-table"),
    ],
)
def test_copies_leftovers_and_junk_are_listed_and_left_alone(arrive: Arrive, name: str, code: str) -> None:
    unpacked = arrive({"users.csv": USERS, name: b"x,y\n1,2\n"})
    assert contents(unpacked) == {"users.csv": USERS}
    assert alone(unpacked) == {name: code}
    unpacked = arrive({"night.zip": zipped({"users.csv": USERS, f"set/{name}": b"x"})})
    assert alone(unpacked) == {f"night.zip/set/{name}": code}


@pytest.mark.parametrize(
    "name",
    ["users.csv", "USERS.TXT", "users_20260801.csv", "users 2026-08-01.csv", "D_TH_Schedules_TX_101912.csv", "students", "a.tsv"],
)
def test_right_files_are_not_mistaken(name: str) -> None:
    assert left_alone(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "../users.csv",
        "set/../../users.csv",
        "..\\users.csv",
        "/etc/users.csv",
        "\\\\server\\users.csv",
        "C:\\users.csv",
        "c:users.csv",
        "set/us\x01ers.csv",
        "users.csv\x00.png",
        "x" * 2000 + ".csv",
    ],
)
def test_names_that_leave_the_folder_are_refused(arrive: Arrive, name: str) -> None:
    stand_in = "n" * len(name)
    made = zipped({"classes.csv": CLASSES, stand_in: USERS}).replace(stand_in.encode(), name.encode("latin-1"))
    with pytest.raises(Refused) as refused:
        arrive({"night.zip": made})
    assert refused.value.reason == "archive_unsafe"
    assert "night.zip" in refused.value.message


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o600, stat.S_IFCHR | 0o600, stat.S_IFSOCK])
def test_links_and_special_files_are_refused(arrive: Arrive, mode: int) -> None:
    with pytest.raises(Refused) as refused:
        arrive({"night.zip": zipped({"users.csv": b"/etc/passwd"}, external_attr=mode << 16, create_system=3)})
    assert refused.value.reason == "archive_unsafe"
    assert "users.csv" in refused.value.message


def test_a_bomb_is_refused_by_its_ratio_while_it_is_read(arrive: Arrive) -> None:
    limits = ArchiveLimits(ratio=100, ratio_from=1 << 20)
    for name, made in (
        ("night.zip", zipped({"users.csv": b"0" * (8 << 20)})),
        ("users.csv.gz", gzip.compress(b"0" * (8 << 20))),
    ):
        with pytest.raises(Refused, match="100 times") as refused:
            arrive({name: made}, limits)
        assert refused.value.reason == "archive_unsafe"


def test_the_total_is_counted_as_read_over_all_archives(arrive: Arrive) -> None:
    rows = os.urandom(60_000)
    limits = ArchiveLimits(total_bytes=100_000)
    with pytest.raises(Refused, match="100,000") as refused:
        arrive({"a.zip": zipped({"users.csv": rows}), "b.zip": zipped({"classes.csv": rows})}, limits)
    assert refused.value.reason == "archive_unsafe"


def test_a_lie_about_the_size_gains_nothing(arrive: Arrive) -> None:
    made = zipped({"users.csv": b"0" * 300_000})
    lied = made.replace(struct.pack("<I", 300_000), struct.pack("<I", 10))
    with pytest.raises(Refused) as refused:
        arrive({"night.zip": lied})
    assert refused.value.reason in ("archive_damaged", "archive_unsafe")


def test_too_many_entries_are_refused_before_the_directory_is_read(arrive: Arrive) -> None:
    made = zipped({f"{i}.csv": b"" for i in range(60)})
    with pytest.raises(Refused, match="more than 50 entries") as refused:
        arrive({"night.zip": made}, ArchiveLimits(entries=50))
    assert refused.value.reason == "archive_unsafe"


def test_entries_that_share_bytes_are_refused(arrive: Arrive) -> None:
    made = zipped({"users.csv": USERS * 50, "class.csv": USERS * 50})
    end = made.rfind(b"PK\x05\x06")
    directory = struct.unpack_from("<I", made, end + 16)[0]
    second = made.index(b"PK\x01\x02", directory + 4)
    twisted = bytearray(made)
    struct.pack_into("<I", twisted, second + 42, 0)
    twisted[second + 46 : second + 55] = b"users.csv"
    with pytest.raises(Refused, match="shares bytes") as refused:
        arrive({"night.zip": bytes(twisted)})
    assert refused.value.reason == "archive_unsafe"


def test_an_encrypted_archive_is_refused(arrive: Arrive) -> None:
    made = bytearray(zipped({"users.csv": USERS}))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused) as refused:
        arrive({"night.zip": bytes(made)})
    assert refused.value.reason == "archive_encrypted"
    assert "users.csv" in refused.value.message


@pytest.mark.parametrize("name", ["night.zip", "users.csv.gz"])
def test_truncated_archives_are_damaged(arrive: Arrive, name: str) -> None:
    rows = b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(5000))
    made = zipped({"users.csv": rows}) if name.endswith("zip") else gzip.compress(rows)
    for cut in (len(made) - 3, len(made) // 2, 30, 3):
        with pytest.raises(Refused) as refused:
            arrive({name: made[:cut]})
        assert refused.value.reason == "archive_damaged"


@pytest.mark.parametrize("name", ["night.zip", "users.csv.gz"])
def test_a_wrong_checksum_is_damage(arrive: Arrive, name: str) -> None:
    made = bytearray(zipped({"users.csv": USERS}) if name.endswith("zip") else gzip.compress(USERS))
    if name.endswith("zip"):
        made[14] ^= 1
        made[made.index(b"PK\x01\x02") + 16] ^= 1
    else:
        made[-8] ^= 1
    with pytest.raises(Refused, match="checksum") as refused:
        arrive({name: bytes(made)})
    assert refused.value.reason == "archive_damaged"


@pytest.mark.parametrize("data", [b"", b"id,name\n1,x\n", b"PK\x05\x06", b"<html>", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_called_an_archive_and_is_none(arrive: Arrive, data: bytes) -> None:
    for name in ("night.zip", "users.csv.gz") if data else ("night.zip",):
        with pytest.raises(Refused) as refused:
            arrive({name: data})
        assert refused.value.reason == "archive_damaged"


def test_a_kind_of_compression_that_is_not_read(arrive: Arrive) -> None:
    made = bytearray(zipped({"users.csv": USERS}))
    for at in (8, made.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", made, at, 93)
    with pytest.raises(Refused, match="compression") as refused:
        arrive({"night.zip": bytes(made)})
    assert refused.value.reason == "archive_damaged"


@pytest.mark.parametrize(
    "inner",
    [
        {"users.zip": zipped({"users.csv": USERS})},
        {"users.csv.gz": gzip.compress(USERS)},
        {"users.csv": zipped({"users.csv": USERS})},
        {"users.csv": gzip.compress(USERS)},
        {"users.csv": b"7z\xbc\xaf\x27\x1c\0\4"},
        {"all.tar.gz": b"x"},
        {"all.rar": b"x"},
    ],
)
def test_archives_in_archives_are_refused(arrive: Arrive, inner: Delivery) -> None:
    with pytest.raises(Refused) as refused:
        arrive({"night.zip": zipped(inner)})
    assert refused.value.reason == "archive_nested"
    for name, data in inner.items():
        if name == "users.csv":
            with pytest.raises(Refused, match="another archive"):
                arrive({"users.csv.gz": gzip.compress(data)})


def test_a_tar_under_the_name_of_a_gzip_file(arrive: Arrive) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("users.csv"), io.BytesIO())
    with pytest.raises(Refused) as refused:
        arrive({"users.csv.gz": gzip.compress(out.getvalue())})
    assert refused.value.reason == "archive_nested"


@pytest.mark.parametrize(
    "name", ["a.tar", "a.tar.gz", "a.tgz", "a.7z", "a.rar", "users.csv.bz2", "users.csv.xz", "users.csv.zst"]
)
def test_other_archives_are_refused_by_name(arrive: Arrive, name: str) -> None:
    with pytest.raises(Refused) as refused:
        arrive({name: b"x", "users.csv": USERS})
    assert refused.value.reason == "archive_kind"


@pytest.mark.parametrize(
    "delivery",
    [
        {"night.zip": zipped({"a/users.csv": USERS, "b/users.csv": USERS})},
        {"night.zip": zipped({"users.csv": USERS, "Users.CSV": USERS})},
        {"night.zip": zipped({"users.csv": USERS}), "users.csv": USERS},
        {"users.csv": USERS, "users.csv.gz": gzip.compress(USERS)},
        {"a.zip": zipped({"users.csv": USERS}), "b.zip": zipped({"users.csv": USERS})},
    ],
)
def test_two_sets_are_refused(arrive: Arrive, delivery: Delivery) -> None:
    with pytest.raises(Refused, match=r"came twice") as refused:
        arrive(delivery)
    assert refused.value.reason == "two_sets"


def test_a_disk_that_is_nearly_full_is_waited_for(arrive: Arrive) -> None:
    limits = ArchiveLimits(free_bytes=1 << 60, ratio_from=1 << 40)
    with pytest.raises(TryAgain):
        arrive({"users.csv.gz": gzip.compress(b"0" * (65 << 20), 1)}, limits)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_archive_is_unpacked_or_refused(arrive: Arrive, damage: Sequence[tuple[int, int]]) -> None:
    """Whatever bytes change on the way: the right rows, or a refusal; never another error, never a file outside."""
    made = bytearray(zipped({"users.csv": USERS, "set/classes.csv": CLASSES}))
    for at, byte in damage:
        made[at % len(made)] = byte
    reason, found = "", set[bytes]()
    try:
        found = set(contents(arrive({"night.zip": bytes(made)})).values())
    except Refused as refused:
        reason = refused.reason
    assert found <= {USERS, CLASSES, b""}
    assert reason in ("", "two_sets", "archive_unsafe", "archive_damaged", "archive_encrypted", "archive_nested")
