"""Archives: those that are fine although they look odd, and those that must be refused with nothing written outside."""

from __future__ import annotations

import gzip
import io
import tarfile

from hostile import zips
from hostile.kind import Collection, Files, base

HOSTILE = Collection()


def _zip(files: Files, inside: str = "", more: list[tuple[str, bytes]] | None = None) -> Files:
    return {"roster.zip": zips.packed([(inside + name, raw) for name, raw in files.items()] + (more or []))}


@HOSTILE.add()
def a_zip(files: Files) -> Files:
    """All files at the root of one archive."""
    return _zip(files)


@HOSTILE.add()
def a_zip_from_a_mac(files: Files) -> Files:
    """A folder was compressed in the Finder: everything one level down, with resource forks and .DS_Store beside."""
    junk = [(f"__MACOSX/roster/._{name}", b"\x00\x05\x16\x07Mac OS X") for name in files]
    return _zip(files, "roster/", [("roster/.DS_Store", b"\0\0\0\1Bud1"), *junk])


@HOSTILE.add()
def a_zip_with_names_in_capitals(files: Files) -> Files:
    """USERS.CSV and its like."""
    return _zip({name.upper(): raw for name, raw in files.items()})


@HOSTILE.add()
def gzipped_files(files: Files) -> Files:
    """users.csv.gz and its like."""
    return {f"{name}.gz": gzip.compress(raw, mtime=0) for name, raw in files.items()}


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_that_climbs_out(files: Files) -> Files:
    """An entry named ../../escaped.csv."""
    return _zip(files, more=[("../../escaped.csv", b"out\n")])


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_with_an_absolute_path(files: Files) -> Files:
    """An entry named /tmp/escaped.csv."""
    return _zip(files, more=[("/tmp/escaped.csv", b"out\n")])


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_with_a_drive_letter(files: Files) -> Files:
    """An entry named C:\\escaped.csv."""
    return _zip(files, more=[("C:\\escaped.csv", b"out\n")])


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_with_backslashes_that_climb(files: Files) -> Files:
    """An entry named ..\\..\\escaped.csv."""
    return _zip(files, more=[("..\\..\\escaped.csv", b"out\n")])


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_with_a_link(files: Files) -> Files:
    """users.csv is a symbolic link to the machine's own account list."""
    linked = zips.packed([("users.csv", b"/etc/passwd")], mode=0o120777)
    return {"roster.zip": linked}


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_bomb(files: Files) -> Files:
    """64 MB of one letter in 64 KB."""
    return _zip(files | {"users.csv": b"x" * 64_000_000})


@HOSTILE.add("failed", "archive_unsafe")
def a_zip_bomb_of_overlapping_entries(files: Files) -> Files:
    """One body listed two hundred times."""
    return {"roster.zip": zips.overlapping("users.csv", files["users.csv"] * 50, 200)}


@HOSTILE.add("failed", "archive_encrypted")
def an_encrypted_zip(files: Files) -> Files:
    """A password that nobody told us."""
    return {"roster.zip": zips.encrypted(zips.packed(list(files.items())))}


@HOSTILE.add("failed", "archive_damaged")
def a_zip_that_broke_off(files: Files) -> Files:
    """The upload stopped after two thirds: no directory at the end."""
    raw = zips.packed(list(files.items()))
    return {"roster.zip": raw[: len(raw) * 2 // 3]}


@HOSTILE.add("failed", "archive_damaged")
def a_zip_with_a_wrong_check_sum(files: Files) -> Files:
    """A bit fell over on the way."""
    return {"roster.zip": zips.damaged(zips.packed(list(files.items())))}


@HOSTILE.add("failed", "archive_damaged")
def a_gzip_that_broke_off(files: Files) -> Files:
    """users.csv.gz without its end."""
    raw = gzip.compress(files.pop("users.csv"), mtime=0)
    return files | {"users.csv.gz": raw[: len(raw) // 2]}


@HOSTILE.add("failed", "archive_nested")
def a_zip_in_a_zip(files: Files) -> Files:
    """The archive holds an archive."""
    return {"roster.zip": zips.packed([("inner.zip", zips.packed(list(files.items())))])}


@HOSTILE.add("failed", "two_sets")
def two_sets_in_one_zip(files: Files) -> Files:
    """Last week's folder lies beside this week's."""
    return _zip({f"{week}/{name}": raw for week in ("2026-09-28", "2026-10-05") for name, raw in files.items()})


@HOSTILE.add("failed", "two_sets")
def a_name_twice_in_one_zip(files: Files) -> Files:
    """users.csv stands twice in the same archive."""
    return _zip(files, more=[("users.csv", files["users.csv"].replace(b"Farid", b"Fadil"))])


@HOSTILE.add("failed", "two_sets")
def a_zip_beside_loose_files(files: Files) -> Files:
    """The same names loose and in an archive: nobody can say which is meant."""
    return files | _zip(base())


@HOSTILE.add("failed", "archive_kind")
def a_tar_archive(files: Files) -> Files:
    """A form that is not taken, with a sentence that says which are."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, raw in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return {"roster.tar": out.getvalue()}
